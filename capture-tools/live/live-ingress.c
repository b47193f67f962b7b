/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress as a live forwarder. What egresses offer comes from routes, or from the topology, with the
 * highest score until the control socket says another. Spec: man/catshark-ingress.1;
 * draft-du-cats-aggregated-metrics-on-egress s3. */
#include "live-ingress.h"
#include "capture-tools/cli.h"
#include "ingress-routes.h"
#include "live-egress.h"
#include "live-report.h"
#include "reload.h"
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
    size_t egress_count;    /* with routes there are none here */
    ingress_routes *routes; /* NULL: the topology says who offers what */
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

/* The egresses of f->topology as they are before anything is heard of them. */
static void learn_egresses(const forwarder *f, ingress_state *state)
{
    state->egress_count = f->routes == NULL ? f->topology->egress_count : 0;
    state->egresses = g_new0(egress_state, state->egress_count);
    for (size_t i = 0; i < state->egress_count; i++)
        state->egresses[i] = (egress_state){ .offers = setup_offers(&f->setup, i),
                                             .score = CATS_SCORE_MAX,
                                             .aggregate_id = AGGREGATE_ID_FIRST };
}

static void forget_egresses(egress_state *egresses, size_t count)
{
    for (size_t i = 0; i < count; i++)
        g_array_free(egresses[i].offers, TRUE);
    g_free(egresses);
}

static bool create(forwarder *f, GError **error)
{
    const cats_topology *t = f->topology;
    const cats_ingress *spec = &t->ingresses[f->index];
    ingress_state *state = g_new0(ingress_state, 1);
    ingress_config config;
    setup_ingress_config(&f->setup, f->index, &config);
    config.name = f->run.name;
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
    f->role = state;
    learn_egresses(f, state);
    for (size_t i = 0; i < state->egress_count; i++)
        offer(state, i, live_loop_now(), driver_sink(f->run.driver));
    return f->routes == NULL || (state->routes = ingress_routes_open(f, state->role, error)) != NULL;
}

static void destroy(void *role)
{
    ingress_state *state = role;
    ingress_routes_close(state->routes);
    forget_egresses(state->egresses, state->egress_count);
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
    live_member(builder, "encapsulated", counts.encapsulated);
    live_member(builder, "decapsulated", counts.decapsulated);
    live_member(builder, "icmp_errors", counts.errors);
    live_member(builder, "flows", counts.flows);
    live_member(builder, "pinned", counts.pinned);
    if (state->routes != NULL)
        ingress_routes_describe(state->routes, builder);
    json_builder_set_member_name(builder, "egresses");
    json_builder_begin_array(builder);
    for (size_t i = 0; i < state->egress_count; i++) {
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "egress");
        json_builder_add_string_value(builder, f->topology->egresses[i].name);
        json_builder_set_member_name(builder, "withdrawn");
        json_builder_add_boolean_value(builder, state->egresses[i].withdrawn);
        live_member(builder, "score", state->egresses[i].score);
        live_member(builder, "cats.aggregate_id", state->egresses[i].aggregate_id);
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
    if (state->routes != NULL)
        fprintf(out, "routes: %zu\n", ingress_routes_count(state->routes));
    for (size_t i = 0; i < state->egress_count; i++)
        fprintf(out, "  %-18s score %u, aggregate 0x%06x%s\n", f->topology->egresses[i].name,
                state->egresses[i].score, state->egresses[i].aggregate_id,
                state->egresses[i].withdrawn ? ", withdrawn" : "");
}

/* ---- control ---- */

static bool find_egress(const forwarder *f, const char *name, size_t *index, GError **error)
{
    if (f->routes != NULL) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                    "\"%s\": offers come from --routes, expected a command that changes none", name);
        return false;
    }
    *index = live_egress.find(f->topology, name);
    if (*index != SIZE_MAX)
        return true;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                "\"%s\", expected the NAME of one [egress NAME] of %s", name, f->topology_path);
    return false;
}

/* A new announcement has the next identifier. */
static void offer_anew(const forwarder *f, const ingress_state *state, size_t index, int64_t now)
{
    egress_state *e = &state->egresses[index];
    if (!e->withdrawn)
        e->aggregate_id = e->aggregate_id % AGGREGATE_ID_MAX + 1;
    offer(state, index, now, driver_sink(f->run.driver));
}

static void announce(const forwarder *f, int64_t now, size_t index, JsonBuilder *answer)
{
    const ingress_state *state = f->role;
    offer_anew(f, state, index, now);
    live_member(answer, "score", state->egresses[index].score);
    live_member(answer, "cats.aggregate_id", state->egresses[index].aggregate_id);
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

static bool same(const forwarder *f, const cats_topology *fresh, size_t index, GError **error)
{
    const cats_ingress *in = &fresh->ingresses[index], *old = &f->topology->ingresses[f->index];
    return forwarder_same(f, memcmp(in->source, old->source, sizeof in->source) == 0, "source", error) &&
           forwarder_same(f,
                          in->locator_length == old->locator_length &&
                              cats_address_equal(&in->locator, &old->locator),
                          "locator", error) &&
           forwarder_same(f, memcmp(&in->structure, &old->structure, sizeof in->structure) == 0, "structure",
                          error) &&
           forwarder_same(f, g_strcmp0(in->encapsulation, old->encapsulation) == 0, "encapsulation", error);
}

static bool same_offer(const setup_offer *a, const setup_offer *b)
{
    return cats_address_equal(&a->offer.service, &b->offer.service) && a->granularity == b->granularity &&
           memcmp(&a->structure, &b->structure, sizeof a->structure) == 0 &&
           a->offer.segment_count == b->offer.segment_count &&
           memcmp(a->offer.segments, b->offer.segments, sizeof a->offer.segments) == 0;
}

static bool same_offers(const GArray *a, const GArray *b)
{
    bool equal = a->len == b->len;
    for (guint i = 0; equal && i < a->len; i++)
        equal = same_offer(&g_array_index(a, setup_offer, i), &g_array_index(b, setup_offer, i));
    return equal;
}

static void take_back(const ingress_state *state, const GArray *offers, int64_t now, const role_sink *sink)
{
    for (guint i = 0; i < offers->len; i++) {
        const ingress_offer *each = &g_array_index(offers, setup_offer, i).offer;
        ingress_withdraw(state->role, now, each->egress, &each->service, sink);
    }
}

/* What the control socket said of an egress holds on. True when it offers something else than it did. */
static bool carry_over(const forwarder *f, const ingress_state *state, const egress_state *was, size_t index,
                       int64_t now)
{
    egress_state *e = index != SIZE_MAX ? &state->egresses[index] : NULL;
    if (e != NULL) {
        e->score = was->score;
        e->aggregate_id = was->aggregate_id;
        e->withdrawn = was->withdrawn;
        if (same_offers(e->offers, was->offers))
            return false;
    }
    take_back(state, was->offers, now, driver_sink(f->run.driver));
    if (e != NULL)
        offer_anew(f, state, index, now);
    return e != NULL || was->offers->len > 0;
}

static unsigned reload(forwarder *f, const forwarder *before, int64_t now)
{
    ingress_state *state = f->role;
    egress_state *old = state->egresses;
    size_t old_count = state->egress_count;
    unsigned changed = 0;
    ingress_forget_routes(state->role);
    setup_ingress(&f->setup, f->index, state->role);
    setup_ingress_domain(&f->setup, state->role);
    learn_egresses(f, state);
    if (state->routes != NULL)
        ingress_routes_repeat(state->routes);
    for (size_t i = 0; i < old_count; i++)
        changed += carry_over(f, state, &old[i],
                              live_egress.find(f->topology, before->topology->egresses[i].name), now);
    for (size_t i = 0; i < state->egress_count; i++) {
        if (live_egress.find(before->topology, f->topology->egresses[i].name) != SIZE_MAX)
            continue;
        offer(state, i, now, driver_sink(f->run.driver));
        changed += state->egresses[i].offers->len > 0;
    }
    forget_egresses(old, old_count);
    return changed;
}

static const control_command commands[] = {
    { "show", "", run_show },
    { "metric", "EGRESS SCORE", run_metric },
    { "withdraw", "EGRESS", run_withdraw },
    { "reload", "", forwarder_reload },
    { NULL, NULL, NULL },
};

const forwarder_kind live_ingress = {
    .verb = "ingress",
    .takes_routes = true,
    .summary =
        "The ingress CATS-Forwarder on real links: steers flows to an egress, encapsulates, decapsulates "
        "what comes back.",
    .find = find,
    .ports = setup_ingress_ports,
    .prefixes = setup_ingress_prefixes,
    .create = create,
    .destroy = destroy,
    .same = same,
    .reload = reload,
    .take = take,
    .describe = describe,
    .print = print,
    .commands = commands,
};
