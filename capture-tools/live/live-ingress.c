/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress as a live forwarder. What egresses offer comes from the topology, with the highest score until
 * the control socket says another. Spec: man/catshark-ingress.1; draft-du-cats-aggregated-metrics-on-egress
 * s3. */
#include "live-ingress.h"
#include "capture-tools/cli.h"
#include "forwarder-report.h"
#include <inttypes.h>
#include <string.h>

/* Of the first announcement of an egress; each new one has the next. */
#define AGGREGATE_ID_FIRST 1
#define AGGREGATE_ID_MAX 0xffffffu

/* What is known of an egress. */
typedef struct egress_state {
    GArray *offers; /* of setup_offer */
    uint8_t score;
    uint32_t aggregate_id;
    bool withdrawn;
} egress_state;

typedef struct ingress_state {
    ingress *role;
    egress_state *egresses; /* by index in the topology */
    size_t egress_count;
} ingress_state;

static size_t find(const cats_topology *topology, const char *name)
{
    for (size_t i = 0; i < topology->ingress_count; i++)
        if (g_str_equal(topology->ingresses[i].name, name))
            return i;
    return SIZE_MAX;
}

/* Tells the role what the state says of this egress. */
static void offer(const ingress_state *state, size_t index, int64_t now, const role_sink *sink)
{
    const egress_state *e = &state->egresses[index];
    for (guint i = 0; i < e->offers->len; i++) {
        const setup_offer *from = &g_array_index(e->offers, setup_offer, i);
        if (e->withdrawn) {
            ingress_withdraw(state->role, now, from->offer.egress, &from->offer.service, sink);
            continue;
        }
        ingress_offer announced = setup_offer_announced(from, e->score, e->aggregate_id);
        ingress_set_offer(state->role, now, &announced, sink);
    }
}

static void create(forwarder *f)
{
    const cats_topology *t = f->topology;
    const cats_ingress *spec = &t->ingresses[f->index];
    ingress_state *state = g_new0(ingress_state, 1);
    ingress_config config;
    setup_ingress_config(&f->setup, f->index, &config);
    config.flow_idle_ns = f->flow_idle_ns;
    memcpy(config.block, spec->locator.octets, sizeof config.block);
    config.block_length = spec->structure.block;
    state->role = ingress_new(&config);
    setup_ingress(&f->setup, f->index, state->role);
    setup_ingress_domain(&f->setup, state->role);
    for (unsigned i = 0; i < f->ports->len; i++) {
        router_port port = forwarder_router_port(f, i);
        ingress_set_port(state->role, i, &port);
    }
    state->egress_count = t->egress_count;
    state->egresses = g_new0(egress_state, t->egress_count);
    f->role = state;
    for (size_t i = 0; i < t->egress_count; i++) {
        state->egresses[i] = (egress_state){ .offers = setup_offers(&f->setup, i),
                                             .score = CATS_SCORE_MAX,
                                             .aggregate_id = AGGREGATE_ID_FIRST };
        offer(state, i, live_loop_now(), driver_sink(f->driver));
    }
}

static void destroy(void *role)
{
    ingress_state *state = role;
    for (size_t i = 0; i < state->egress_count; i++)
        g_array_free(state->egresses[i].offers, TRUE);
    g_free(state->egresses);
    ingress_free(state->role);
    g_free(state);
}

static void take(void *role, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                 const role_sink *sink)
{
    ingress_packet(((ingress_state *)role)->role, now, port, octets, length, sink);
}

static void describe(const forwarder *f, JsonBuilder *builder)
{
    const ingress_state *state = f->role;
    ingress_counts counts = ingress_count(state->role);
    forwarder_member(builder, "encapsulated", counts.encapsulated);
    forwarder_member(builder, "decapsulated", counts.decapsulated);
    forwarder_member(builder, "icmp_errors", counts.errors);
    forwarder_member(builder, "flows", counts.flows);
    forwarder_member(builder, "pinned", counts.pinned);
    json_builder_set_member_name(builder, "egresses");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < state->egress_count; i++) {
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "egress");
        json_builder_add_string_value(builder, f->topology->egresses[i].name);
        json_builder_set_member_name(builder, "withdrawn");
        json_builder_add_boolean_value(builder, state->egresses[i].withdrawn);
        forwarder_member(builder, "score", state->egresses[i].score);
        forwarder_member(builder, "cats.aggregate_id", state->egresses[i].aggregate_id);
        json_builder_end_object(builder);
    }
    json_builder_end_array(builder);
}

static void print(const forwarder *f, FILE *out)
{
    const ingress_state *state = f->role;
    ingress_counts counts = ingress_count(state->role);
    fprintf(out, "packets: %" PRIu64 " encapsulated, %" PRIu64 " decapsulated, %" PRIu64 " ICMP errors\n",
            counts.encapsulated, counts.decapsulated, counts.errors);
    fprintf(out, "flows: %" PRIu64 " steered, %" PRIu64 " pinned now\n", counts.flows, counts.pinned);
    for (size_t i = 0; i < state->egress_count; i++)
        fprintf(out, "  %-18s score %u, aggregate 0x%06x%s\n", f->topology->egresses[i].name,
                state->egresses[i].score, state->egresses[i].aggregate_id,
                state->egresses[i].withdrawn ? ", withdrawn" : "");
}

/* ---- control ---- */

static bool find_egress(const forwarder *f, const char *name, size_t *index, GError **error)
{
    for (*index = 0; *index < f->topology->egress_count; (*index)++)
        if (g_str_equal(f->topology->egresses[*index].name, name))
            return true;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                "\"%s\", expected the NAME of one [egress NAME] of %s", name, f->topology_path);
    return false;
}

static void announce(const forwarder *f, int64_t now, size_t index, JsonBuilder *answer)
{
    const ingress_state *state = f->role;
    egress_state *e = &state->egresses[index];
    if (!e->withdrawn)
        e->aggregate_id = e->aggregate_id % AGGREGATE_ID_MAX + 1;
    offer(state, index, now, driver_sink(f->driver));
    forwarder_member(answer, "score", e->score);
    forwarder_member(answer, "cats.aggregate_id", e->aggregate_id);
}

static bool run_show(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                     GError **error)
{
    const forwarder *f = context;
    (void)now, (void)arguments, (void)error;
    json_builder_set_member_name(answer, "at");
    json_builder_add_string_value(answer, f->name);
    describe(f, answer);
    forwarder_describe_links(f, answer);
    return true;
}

static bool run_metric(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                       GError **error)
{
    const forwarder *f = context;
    const ingress_state *state = f->role;
    size_t index;
    uint64_t score;
    g_autofree char *message = NULL;
    if (!find_egress(f, arguments[0], &index, error))
        return false;
    if (!cli_number(arguments[1], 0, CATS_SCORE_MAX, &score, &message)) {
        g_set_error_literal(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, message);
        return false;
    }
    state->egresses[index].score = (uint8_t)score;
    state->egresses[index].withdrawn = false;
    announce(f, now, index, answer);
    return true;
}

static bool run_withdraw(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                         GError **error)
{
    const forwarder *f = context;
    const ingress_state *state = f->role;
    size_t index;
    if (!find_egress(f, arguments[0], &index, error))
        return false;
    state->egresses[index].withdrawn = true;
    announce(f, now, index, answer);
    return true;
}

static const control_command commands[] = {
    { "show", "", run_show },
    { "metric", "EGRESS SCORE", run_metric },
    { "withdraw", "EGRESS", run_withdraw },
    { NULL, NULL, NULL },
};

const forwarder_kind live_ingress = {
    .verb = "ingress",
    .summary =
        "The ingress CATS-Forwarder on real links: steers flows to an egress, encapsulates, decapsulates "
        "what comes back.",
    .find = find,
    .ports = setup_ingress_ports,
    .prefixes = setup_ingress_prefixes,
    .create = create,
    .destroy = destroy,
    .take = take,
    .describe = describe,
    .print = print,
    .commands = commands,
};
