/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress as a live forwarder. Spec: man/catshark-egress.1; draft-du-cats-aggregated-metrics-on-egress
 * s2-3. */
#include "live-egress.h"
#include "capture-tools/cli.h"
#include "epan-cats/computing-table.h"
#include "live-report.h"
#include "reload.h"
#include <inttypes.h>
#include <string.h>

/* Flows remembered at most. */
#define FLOWS_MAX 1048576
/* Reports come by hand and hold until the next one. */
#define REPORT_MAX_AGE_NS (INT64_C(365) * 24 * 3600 * 1000000000)

static size_t find(const cats_topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->egress_count; i++)
        if (g_str_equal(topology->egresses[i].name, name))
            return i;
    return SIZE_MAX;
}

static const cats_site *site_of(const forwarder *f, size_t index)
{
    return &f->topology->sites[f->topology->egresses[f->index].first_site + index];
}

static size_t site_count(const forwarder *f)
{
    return f->topology->egresses[f->index].site_count;
}

/* ---- announcements ---- */

static void describe_announcement(const egress_announcement *announcement, JsonBuilder *builder)
{
    json_builder_set_member_name(builder, "announcement");
    json_builder_begin_object(builder);
    live_member(builder, "cats.aggregate_id", announcement->aggregate_id);
    live_member(builder, "score", announcement->merged.score);
    live_member(builder, "capacity", announcement->merged.capacity);
    live_member(builder, "load", announcement->merged.load);
    json_builder_set_member_name(builder, "withdrawn");
    json_builder_add_boolean_value(builder, !announcement->merged.available);
    json_builder_end_object(builder);
}

/* The egress's own announcement has changed: said as an event, and to those who follow. */
static void announce(const forwarder *f, const egress_announcement *announcement)
{
    role_field fields[EGRESS_ANNOUNCEMENT_FIELDS];
    egress_announcement_fields(announcement, fields);
    live_events_write(f->run.events, "announced", fields, G_N_ELEMENTS(fields));
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    describe_announcement(announcement, builder);
    json_builder_end_object(builder);
    control_tell(f->control, builder);
}

static int64_t due(void *context)
{
    return egress_due(((const forwarder *)context)->role);
}

static void review(void *context, int64_t now)
{
    const forwarder *f = context;
    egress_announcement announcement;
    if (egress_review(f->role, now, &announcement))
        announce(f, &announcement);
}

/* What the topology says of the sites holds until they are heard of. */
static void take_nominal_reports(const forwarder *f)
{
    int64_t now = live_loop_now();
    egress_announcement announcement;
    bool changed = false;
    for (unsigned i = 0; i < site_count(f); i++) {
        cats_report report = { .capacity = setup_site_capacity(f->topology, site_of(f, i)), .time_ns = now };
        changed = egress_report(f->role, now, i, &report, &announcement) || changed;
    }
    if (changed)
        announce(f, &announcement);
}

static bool create(forwarder *f, GError **error)
{
    egress_config config;
    (void)error;
    setup_egress_config(&f->setup, f->index, &config);
    config.name = f->run.name;
    config.flows_max = FLOWS_MAX;
    config.flow_idle_ns = f->flow_idle_ns;
    config.report_max_age_ns = REPORT_MAX_AGE_NS;
    f->role = egress_new(&config);
    setup_egress(&f->setup, f->index, f->role);
    setup_egress_domain(&f->setup, f->role);
    for (unsigned i = 0; i < f->ports->len; i++) {
        router_port port = forwarder_router_port(f, i);
        egress_set_port(f->role, i, &port);
    }
    take_nominal_reports(f);
    live_loop_timer(f->run.loop, due, review, f);
    return true;
}

static void destroy(void *role)
{
    egress_free(role);
}

static void take(void *role, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                 const role_sink *sink)
{
    egress_packet(role, now, port, octets, length, sink);
}

static void describe(const forwarder *f, JsonBuilder *builder)
{
    egress_counts counts = egress_count(f->role);
    int64_t now = live_loop_now();
    live_member(builder, "decapsulated", counts.decapsulated);
    live_member(builder, "encapsulated", counts.encapsulated);
    live_member(builder, "icmp_errors", counts.errors);
    egress_announcement announcement = egress_announced(f->role);
    describe_announcement(&announcement, builder);
    json_builder_set_member_name(builder, "sites");
    json_builder_begin_array(builder);
    for (unsigned i = 0; i < site_count(f); i++) {
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "site");
        json_builder_add_string_value(builder, site_of(f, i)->name);
        live_member(builder, "weight", egress_site_weight(f->role, i));
        live_member(builder, "flows", egress_site_flows(f->role, now, i));
        live_member(builder, "packets", egress_site_packets(f->role, i));
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void print(const forwarder *f, FILE *out)
{
    egress_counts counts = egress_count(f->role);
    int64_t now = live_loop_now();
    fprintf(out, "packets: %" PRIu64 " decapsulated, %" PRIu64 " encapsulated, %" PRIu64 " ICMP errors\n",
            counts.decapsulated, counts.encapsulated, counts.errors);
    for (unsigned i = 0; i < site_count(f); i++)
        fprintf(out, "  %-18s weight %u, %" PRIu64 " packets, %" PRIu64 " flows\n", site_of(f, i)->name,
                egress_site_weight(f->role, i), egress_site_packets(f->role, i),
                egress_site_flows(f->role, now, i));
}

/* ---- control ---- */

static bool find_site(const forwarder *f, const char *name, unsigned *site, GError **error)
{
    for (*site = 0; *site < site_count(f); (*site)++)
        if (g_str_equal(site_of(f, *site)->name, name))
            return true;
    GString *names = g_string_new(NULL);
    for (unsigned i = 0; i < site_count(f); i++)
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", site_of(f, i)->name);
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, "\"%s\", expected a site of %s: %s", name,
                f->run.name, names->str);
    g_string_free(names, TRUE);
    return false;
}

static bool take_number(const char *text, uint64_t high, uint64_t *value, GError **error)
{
    g_autofree char *message = NULL;
    if (cli_number(text, 0, high, value, &message))
        return true;
    g_set_error_literal(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, message);
    return false;
}

static void set_weight(forwarder *f, int64_t now, unsigned site, uint32_t weight)
{
    egress_set_weight(f->role, site, weight);
    const role_field fields[] = { ROLE_FIELD_TEXT("site", site_of(f, site)->name),
                                  ROLE_FIELD_NUMBER("weight", weight) };
    live_events_write(f->run.events, "weight-set", fields, G_N_ELEMENTS(fields));
    review(f, now);
}

static bool run_show(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                     GError **error)
{
    const forwarder *f = context;
    (void)now, (void)arguments, (void)error;
    json_builder_set_member_name(answer, "at");
    json_builder_add_string_value(answer, f->run.name);
    describe(f, answer);
    live_describe_links(f->run.driver, answer);
    return true;
}

/* The announcement in force, and each one from now on. */
static bool run_follow(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                       GError **error)
{
    const forwarder *f = context;
    egress_announcement announcement = egress_announced(f->role);
    (void)now, (void)arguments, (void)error;
    describe_announcement(&announcement, answer);
    control_follow(f->control);
    return true;
}

static bool run_weight(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                       GError **error)
{
    forwarder *f = context;
    unsigned site;
    uint64_t weight;
    if (!find_site(f, arguments[0], &site, error) ||
        !take_number(arguments[1], COMPUTING_TABLE_WEIGHT_MAX, &weight, error))
        return false;
    set_weight(f, now, site, (uint32_t)weight);
    live_member(answer, "weight", weight);
    return true;
}

static bool run_drain(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                      GError **error)
{
    forwarder *f = context;
    unsigned site;
    if (!find_site(f, arguments[0], &site, error))
        return false;
    set_weight(f, now, site, 0);
    live_member(answer, "weight", 0);
    live_member(answer, "flows", egress_site_flows(f->role, now, site));
    return true;
}

/* Back to what the topology says; 1 where that is nothing. */
static bool run_undrain(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                        GError **error)
{
    forwarder *f = context;
    unsigned site;
    if (!find_site(f, arguments[0], &site, error))
        return false;
    set_weight(f, now, site, MAX(site_of(f, site)->weight, 1));
    live_member(answer, "weight", egress_site_weight(f->role, site));
    return true;
}

static bool run_metric(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                       GError **error)
{
    const forwarder *f = context;
    unsigned site;
    uint64_t capacity, load;
    if (!find_site(f, arguments[0], &site, error) ||
        !take_number(arguments[1], UINT32_MAX, &capacity, error) ||
        !take_number(arguments[2], UINT32_MAX, &load, error))
        return false;
    cats_report report = { .capacity = (uint32_t)capacity, .load = (uint32_t)load, .time_ns = now };
    egress_announcement announcement;
    bool changed = egress_report(f->role, now, site, &report, &announcement);
    json_builder_set_member_name(answer, "announced");
    json_builder_add_boolean_value(answer, changed);
    if (changed) {
        announce(f, &announcement);
        live_member(answer, "score", announcement.merged.score);
        live_member(answer, "cats.aggregate_id", announcement.aggregate_id);
    } else if (egress_due(f->role) != DAMPING_NOTHING_DUE) {
        live_member(answer, "held_ms", (uint64_t)MAX(egress_due(f->role) - now, 0) / 1000000);
    }
    return true;
}

static bool same(const forwarder *f, const cats_topology *fresh, size_t index, GError **error)
{
    const cats_egress *e = &fresh->egresses[index], *old = &f->topology->egresses[f->index];
    bool sites = e->site_count == site_count(f);
    for (unsigned i = 0; sites && i < e->site_count; i++)
        sites = g_str_equal(fresh->sites[e->first_site + i].name, site_of(f, i)->name);
    return forwarder_same(f, sites, "sites", error) &&
           forwarder_same(f, memcmp(e->source, old->source, sizeof e->source) == 0, "source", error);
}

static unsigned reload(forwarder *f, const forwarder *before, int64_t now)
{
    unsigned changed = 0;
    (void)before;
    damping how = setup_damping(&f->topology->egresses[f->index]);
    egress_forget_routes(f->role);
    egress_set_damping(f->role, &how);
    setup_egress(&f->setup, f->index, f->role);
    setup_egress_domain(&f->setup, f->role);
    for (unsigned i = 0; i < site_count(f); i++) {
        uint32_t weight = site_of(f, i)->weight;
        if (weight == egress_site_weight(f->role, i))
            continue;
        set_weight(f, now, i, weight);
        changed++;
    }
    return changed;
}

static const control_command commands[] = {
    { "show", "", run_show },
    { "follow", "", run_follow },
    { "weight", "SITE WEIGHT", run_weight },
    { "drain", "SITE", run_drain },
    { "undrain", "SITE", run_undrain },
    { "metric", "SITE CAPACITY LOAD", run_metric },
    { "reload", "", forwarder_reload },
    { NULL, NULL, NULL },
};

const forwarder_kind live_egress = {
    .verb = "egress",
    .summary =
        "The egress CATS-Forwarder on real links: decapsulates, chooses the site, encapsulates what comes "
        "back.",
    .find = find,
    .ports = setup_egress_ports,
    .prefixes = setup_egress_prefixes,
    .create = create,
    .destroy = destroy,
    .same = same,
    .reload = reload,
    .take = take,
    .describe = describe,
    .print = print,
    .commands = commands,
};
