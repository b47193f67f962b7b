/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was said of each prefix, and what is to be said: the lines that differ. Spec: man/catshark-announce.1.
 */
#include "announcer.h"
#include "capture-tools/forwarders/lookup-routes.h"
#include "capture-tools/live/live-egress.h"
#include "capture-tools/live/live-ingress.h"
#include <glib/gstdio.h>
#include <string.h>

/* Commands whose answers are awaited at most: without ExaBGP's acknowledgements none come. */
#define UNANSWERED_MAX 1024

/* In the topology: `index` is that of an egress, or of an ingress. */
typedef struct place {
    bool is_ingress;
    size_t index;
} place;

struct announcer {
    announcer_options options;
    cats_topology *topology;
    place at;
    GStatBuf file; /* of the topology as it was read, or refused */
    bool there; /* the egress that is followed, which merged and aggregate_id are of; without one, always */
    cats_merged merged;
    uint32_t aggregate_id;
    damper damper;
    cats_merged announced; /* by the damper's leave */
    uint32_t announced_id;
    GHashTable *said;   /* line that withdraws -> line that announces, both owned */
    GQueue *unanswered; /* of lines, owned */
    bool broken;        /* nobody reads */
};

/* ---- the topology ---- */

/* NULL, or what is wrong with it. */
static char *find_place(const announcer_options *o, const cats_topology *topology, place *at)
{
    at->index = live_egress.find(topology, o->name);
    at->is_ingress = at->index == SIZE_MAX;
    if (!at->is_ingress)
        return setup_second_round(topology, at->index) != NULL
                   ? NULL
                   : g_strdup_printf("no SID of %s with behavior End.CATS, expected one to announce",
                                     o->name);
    at->index = live_ingress.find(topology, o->name);
    if (at->index == SIZE_MAX)
        return g_strdup_printf("no [egress %s] and no [ingress %s], expected one: see --name", o->name,
                               o->name);
    return o->follows || o->nodes ? g_strdup_printf("%s is an ingress, expected an egress with %s", o->name,
                                                    o->follows ? "--control" : "--nodes")
                                  : NULL;
}

static cats_topology *load(const announcer_options *o, place *at, GError **error)
{
    cats_topology *topology = cats_topology_load(o->topology, error);
    if (topology == NULL)
        return NULL;
    g_autofree char *wrong = find_place(o, topology, at);
    if (wrong == NULL)
        return topology;
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE, "%s: %s", o->topology, wrong);
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

static void take_topology(announcer *a, cats_topology *topology, place at)
{
    cats_topology_free(a->topology);
    a->topology = topology;
    a->at = at;
    if (at.is_ingress)
        return;
    a->damper.how =
        a->options.topology_damps ? setup_damping(&topology->egresses[at.index]) : a->options.damping;
    if (!a->options.follows)
        a->merged = nominal(topology, at.index);
}

static GHashTable *lines_new(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

announcer *announcer_new(const announcer_options *options, GError **error)
{
    place at;
    GStatBuf file = { 0 };
    g_stat(options->topology, &file);
    cats_topology *topology = load(options, &at, error);
    if (topology == NULL)
        return NULL;
    announcer *a = g_new0(announcer, 1);
    a->options = *options;
    a->file = file;
    a->there = !options->follows;
    a->said = lines_new();
    a->unanswered = g_queue_new();
    take_topology(a, topology, at);
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
    place at;
    g_stat(a->options.topology, &file);
    if (same_file(&file, &a->file))
        return;
    a->file = file;
    cats_topology *topology = load(&a->options, &at, &error);
    if (topology != NULL)
        take_topology(a, topology, at);
    else
        fprintf(a->options.messages, "catshark announce: %s\n", error->message);
}

/* ---- what is merged ---- */

void announcer_hear(announcer *a, const cats_merged *merged, uint32_t aggregate_id)
{
    a->there = merged != NULL;
    a->merged = a->there ? *merged : (cats_merged){ 0 };
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

/* What is to be said, as `said` has it. */
typedef struct wanted {
    const announcer *by;
    GHashTable *lines;
} wanted;

static void add_route(wanted *to, const route_said *route)
{
    const route_how *how = &to->by->options.how;
    char *line = route_line_announce(how, route);
    if (line != NULL)
        g_hash_table_insert(to->lines, route_line_withdraw(how, route), line);
}

static void add_service(wanted *to, const cats_address *service)
{
    const announcer *a = to->by;
    const cats_sid_row *sid = setup_second_round(a->topology, a->at.index);
    route_said route = { .prefix = *service,
                         .prefix_length = 8 * (unsigned)cats_address_length(service),
                         .sid = sid,
                         .has_aggregate = true,
                         .granularity = setup_granularity(sid),
                         .score = a->announced.score,
                         .aggregate_id = a->announced_id };
    if (service->family != 0)
        add_route(to, &route);
}

static void add_lookup(void *context, const cats_address *prefix, unsigned length, const cats_sid_row *sid)
{
    const route_said route = { .prefix = *prefix, .prefix_length = length, .sid = sid };
    add_route(context, &route);
}

static void add_services(wanted *to)
{
    const announcer *a = to->by;
    for (size_t i = 0; a->announced.available && i < a->topology->service_count; i++) {
        if (!setup_serves(a->topology, a->at.index, i))
            continue;
        add_service(to, &a->topology->services[i].ipv4);
        add_service(to, &a->topology->services[i].ipv6);
    }
}

/* Who is redirected to a node stays there when its site is drained: nodes are there as long as the egress is.
 */
static GHashTable *wanted_now(const announcer *a)
{
    wanted to = { a, lines_new() };
    if (a->at.is_ingress) {
        lookup_routes_to_clients(a->topology, a->at.index, add_lookup, &to);
        return to.lines;
    }
    add_services(&to);
    if (a->options.nodes && a->there)
        lookup_routes_to_nodes(a->topology, a->at.index, add_lookup, &to);
    return to.lines;
}

static void say_difference(announcer *a, GHashTable *lines)
{
    GHashTableIter each;
    gpointer withdrawal, line;
    g_hash_table_iter_init(&each, a->said);
    while (g_hash_table_iter_next(&each, &withdrawal, &line))
        if (!g_hash_table_contains(lines, withdrawal))
            say_line(a, withdrawal);
    g_hash_table_iter_init(&each, lines);
    while (g_hash_table_iter_next(&each, &withdrawal, &line))
        if (g_strcmp0(g_hash_table_lookup(a->said, withdrawal), line) != 0)
            say_line(a, line);
    g_hash_table_destroy(a->said);
    a->said = lines;
}

bool announcer_say(announcer *a, int64_t now)
{
    if (damper_take(&a->damper, now, &a->merged)) {
        a->announced = a->merged;
        a->announced_id = a->options.follows ? a->aggregate_id : a->damper.generation;
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
    say_difference(a, lines_new());
    return !a->broken;
}
