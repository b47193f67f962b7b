/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was said of each CS-ID, and what is to be said: the lines that differ. Spec: man/catshark-announce.1.
 */
#include "announcer.h"
#include "capture-tools/live/live-egress.h"
#include <glib/gstdio.h>
#include <string.h>

/* Commands whose answers are awaited at most: without ExaBGP's acknowledgements none come. */
#define UNANSWERED_MAX 1024

struct announcer {
    announcer_options options;
    cats_topology *topology;
    size_t index;
    GStatBuf file; /* of the topology as it was read, or refused */
    bool hears;    /* merged and aggregate_id are a running egress's */
    cats_merged merged;
    uint32_t aggregate_id;
    damper damper;
    cats_merged announced; /* by the damper's leave */
    uint32_t announced_id;
    GHashTable *said;   /* cats_address -> line, both owned */
    GQueue *unanswered; /* of lines, owned */
    bool broken;        /* nobody reads */
};

/* ---- the topology ---- */

static cats_topology *load(const announcer_options *o, size_t *index, GError **error)
{
    cats_topology *topology = cats_topology_load(o->topology, error);
    if (topology == NULL)
        return NULL;
    *index = live_egress.find(topology, o->name);
    if (*index != SIZE_MAX && setup_second_round(topology, *index) != NULL)
        return topology;
    if (*index == SIZE_MAX)
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no [egress %s], expected one: see --name", o->topology, o->name);
    else
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no SID of %s with behavior End.CATS, expected one to announce", o->topology,
                    o->name);
    cats_topology_free(topology);
    return NULL;
}

/* Sites as they are before anybody has heard of them. */
static cats_merged nominal(const cats_topology *topology, size_t index)
{
    const cats_egress *e = &topology->egresses[index];
    g_autoptr(GArray) reports = g_array_new(FALSE, FALSE, sizeof(cats_report));
    for (size_t i = 0; i < e->site_count; i++) {
        const cats_site *site = &topology->sites[e->first_site + i];
        cats_report report = { .capacity = setup_site_capacity(topology, site) };
        if (site->weight > 0)
            g_array_append_val(reports, report);
    }
    return cats_metric_merge((const cats_report *)(void *)reports->data, reports->len, 0, 0);
}

static void take_topology(announcer *a, cats_topology *topology, size_t index)
{
    cats_topology_free(a->topology);
    a->topology = topology;
    a->index = index;
    a->damper.how =
        a->options.topology_damps ? setup_damping(&topology->egresses[index]) : a->options.damping;
    if (!a->hears)
        a->merged = nominal(topology, index);
}

announcer *announcer_new(const announcer_options *options, GError **error)
{
    size_t index;
    GStatBuf file = { 0 };
    g_stat(options->topology, &file);
    cats_topology *topology = load(options, &index, error);
    if (topology == NULL)
        return NULL;
    announcer *a = g_new0(announcer, 1);
    a->options = *options;
    a->file = file;
    a->said = g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, g_free);
    a->unanswered = g_queue_new();
    take_topology(a, topology, index);
    return a;
}

void announcer_free(announcer *a)
{
    if (a == NULL)
        return;
    g_hash_table_destroy(a->said);
    g_queue_free_full(a->unanswered, g_free);
    cats_topology_free(a->topology);
    g_free(a);
}

static bool same_file(const GStatBuf *a, const GStatBuf *b)
{
    return a->st_ino == b->st_ino && a->st_size == b->st_size && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
           a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

void announcer_look(announcer *a)
{
    GStatBuf file = { 0 };
    g_autoptr(GError) error = NULL;
    size_t index;
    g_stat(a->options.topology, &file);
    if (same_file(&file, &a->file))
        return;
    a->file = file;
    cats_topology *topology = load(&a->options, &index, &error);
    if (topology != NULL)
        take_topology(a, topology, index);
    else
        fprintf(a->options.messages, "catshark announce: %s\n", error->message);
}

/* ---- what is merged ---- */

void announcer_wait(announcer *a)
{
    a->hears = true;
    a->merged = (cats_merged){ 0 };
}

void announcer_hear(announcer *a, const cats_merged *merged, uint32_t aggregate_id)
{
    a->merged = merged != NULL ? *merged : (cats_merged){ 0 };
    a->aggregate_id = aggregate_id;
}

/* ---- what is said ---- */

static void say_line(announcer *a, const char *line)
{
    a->broken = a->broken || fprintf(a->options.out, "%s\n", line) < 0 || fflush(a->options.out) != 0;
    if (g_queue_get_length(a->unanswered) == UNANSWERED_MAX)
        g_free(g_queue_pop_head(a->unanswered));
    g_queue_push_tail(a->unanswered, g_strdup(line));
}

static void withdraw(announcer *a, const cats_address *service)
{
    g_autofree char *line = route_line_withdraw(&a->options.how, service);
    say_line(a, line);
}

/* What is to be said of one CS-ID, into a table like `said`. */
static void add_wanted(const announcer *a, const cats_address *service, GHashTable *wanted)
{
    const cats_sid_row *sid = setup_second_round(a->topology, a->index);
    route_said route = { .service = *service,
                         .sid = sid,
                         .granularity = setup_granularity(sid),
                         .score = a->announced.score,
                         .aggregate_id = a->announced_id };
    char *line = service->family != 0 ? route_line_announce(&a->options.how, &route) : NULL;
    if (line != NULL)
        g_hash_table_insert(wanted, g_memdup2(service, sizeof *service), line);
}

static GHashTable *wanted_now(const announcer *a)
{
    GHashTable *wanted = g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, g_free);
    for (size_t i = 0; a->announced.available && i < a->topology->service_count; i++) {
        if (!setup_serves(a->topology, a->index, i))
            continue;
        add_wanted(a, &a->topology->services[i].ipv4, wanted);
        add_wanted(a, &a->topology->services[i].ipv6, wanted);
    }
    return wanted;
}

static void say_difference(announcer *a, GHashTable *wanted)
{
    GHashTableIter each;
    gpointer service, line;
    g_hash_table_iter_init(&each, a->said);
    while (g_hash_table_iter_next(&each, &service, &line))
        if (!g_hash_table_contains(wanted, service))
            withdraw(a, service);
    g_hash_table_iter_init(&each, wanted);
    while (g_hash_table_iter_next(&each, &service, &line))
        if (g_strcmp0(g_hash_table_lookup(a->said, service), line) != 0)
            say_line(a, line);
    g_hash_table_destroy(a->said);
    a->said = wanted;
}

bool announcer_say(announcer *a, int64_t now)
{
    if (damper_take(&a->damper, now, &a->merged)) {
        a->announced = a->merged;
        a->announced_id = a->hears ? a->aggregate_id : a->damper.generation;
    }
    say_difference(a, wanted_now(a));
    return !a->broken;
}

int64_t announcer_due(const announcer *a)
{
    return damper_due(&a->damper);
}

void announcer_answer(announcer *a, const char *line)
{
    bool refused = g_str_equal(line, "error");
    if (!refused && !g_str_equal(line, "done"))
        return;
    g_autofree char *command = g_queue_pop_head(a->unanswered);
    if (refused)
        fprintf(a->options.messages, "catshark announce: ExaBGP refused: %s\n",
                command != NULL ? command : "(nothing was said)");
}

bool announcer_withdraw(announcer *a)
{
    say_difference(a, g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, g_free));
    return !a->broken;
}
