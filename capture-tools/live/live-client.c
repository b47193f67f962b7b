/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Clients on a real link: flows start at a rate once the next hop is known, and it ends when they have ended.
 * Spec: man/catshark-client.1. */
#include "live-client.h"

#include "capture-tools/cli.h"
#include "client-options.h"
#include "client-report.h"

#define SECOND_NS INT64_C(1000000000)
/* The next hop has so long to answer before the first flow. */
#define NEXT_HOP_NS (6 * SECOND_NS)
/* Flows that are opened in one go before what arrives has its turn. */
#define BURST 64

/* The role as the driver sees it. */
typedef struct live_client {
    endpoint e;
    client_plan plan;
    flow_plan flows;
    client_tally tally;
    role_sink sink;         /* counts, then goes to `below` */
    const role_sink *below; /* the driver's */
    uint64_t started;
    bool resolved; /* the next hops are known: flows start */
    int64_t next_start, give_up_at;
    int64_t now; /* of the flow that starts */
    char *unresolved;
} live_client;

/* ---- the sink between ---- */

static void pass_packet(void *context, unsigned port, const uint8_t *octets, size_t length,
                        const char *comment)
{
    const live_client *c = context;
    c->below->packet(c->below->context, port, octets, length, comment);
}

static void pass_event(void *context, const char *name, const role_field *fields, size_t count)
{
    live_client *c = context;
    client_tally_event(&c->tally, name, fields, count);
    c->below->event(c->below->context, name, fields, count);
}

static void pass_drop(void *context, const char *reason)
{
    const live_client *c = context;
    c->below->drop(c->below->context, reason);
}

/* ---- flows ---- */

static bool open_flow(void *context, const planned_flow *flow)
{
    live_client *c = context;
    return !live_interface_owns(driver_interface(c->e.run.driver, 0), &flow->source) &&
           !cats_address_equal(&flow->source, &c->e.spec.peer[endpoint_family(&flow->source)]) &&
           client_open(c->tally.role, c->now, &flow->source, flow->source_port, &flow->service,
                       flow->service_port, &c->sink);
}

static bool all_started(const live_client *c)
{
    return c->started + c->tally.busy >= c->plan.flows;
}

static bool may_start(const live_client *c)
{
    if (all_started(c))
        return false;
    if (c->plan.parallel == CLIENT_UNLIMITED)
        return true;
    client_counts counts = client_count(c->tally.role);
    return client_busy(&counts) < c->plan.parallel;
}

static void start_flows(live_client *c, int64_t now)
{
    c->now = now;
    for (unsigned i = 0; i < BURST && c->next_start <= now && may_start(c); i++) {
        if (flow_plan_start(&c->flows, open_flow, c))
            c->started++;
        else
            c->tally.busy++;
        c->next_start += flow_plan_pause(&c->flows);
    }
    /* What had to wait for others to end is not made up for. */
    if (c->plan.parallel != CLIENT_UNLIMITED)
        c->next_start = MAX(c->next_start, now);
}

/* ---- what the driver calls ---- */

static void take(void *role, int64_t now, unsigned port, const uint8_t *octets, size_t length,
                 const role_sink *sink)
{
    live_client *c = role;
    (void)port;
    if (!endpoint_take_echo(octets, length, sink))
        client_packet(c->tally.role, now, octets, length, &c->sink);
}

static int64_t deadline(const void *role)
{
    const live_client *c = role;
    if (!c->resolved) {
        g_autofree char *missing = driver_unresolved(c->e.run.driver);
        return missing == NULL ? 0 : c->give_up_at;
    }
    int64_t due = client_deadline(c->tally.role);
    return may_start(c) ? MIN(due, c->next_start) : due;
}

static void expire(void *role, int64_t now, const role_sink *sink)
{
    live_client *c = role;
    (void)sink;
    if (!c->resolved) {
        g_clear_pointer(&c->unresolved, g_free);
        c->unresolved = driver_unresolved(c->e.run.driver);
        c->resolved = c->unresolved == NULL;
        c->next_start = now;
        if (!c->resolved) {
            live_loop_stop(c->e.run.loop);
            return;
        }
    }
    client_expire(c->tally.role, now, &c->sink);
    start_flows(c, now);
}

static void stop_when_done(void *context, int64_t now)
{
    const live_client *c = context;
    (void)now;
    if (all_started(c) && client_count(c->tally.role).live == 0)
        live_loop_stop(c->e.run.loop);
}

/* ---- start and end ---- */

/* Questions for all addresses that flows come from are answered, but for those of others: the host's and the
 * next hop's, from which none comes. */
static bool answer_for_clients(live_client *c, GError **error)
{
    for (guint i = 0; i < c->flows.populations->len; i++) {
        const flow_population *p = &g_array_index(c->flows.populations, flow_population, i);
        unsigned answered = 0;
        for (uint32_t host = 0; host < p->hosts; host++) {
            cats_address address = flow_plan_host(p, host);
            bool neighbor = cats_address_equal(&address, &c->e.spec.peer[endpoint_family(&address)]);
            g_clear_error(error);
            answered += !neighbor && endpoint_answer_for(&c->e, &address, error);
        }
        if (answered > 0) {
            g_clear_error(error);
            continue;
        }
        if (*error == NULL)
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--source: the next hop's own address, expected another one");
        return false;
    }
    return true;
}

/* An address of each family that questions come from. */
static void first_sources(const live_client *c, cats_address source[ENDPOINT_FAMILIES])
{
    for (guint i = 0; i < c->flows.populations->len; i++) {
        const flow_population *p = &g_array_index(c->flows.populations, flow_population, i);
        cats_address first = flow_plan_host(p, 0);
        if (source[endpoint_family(&first)].family == 0)
            source[endpoint_family(&first)] = first;
    }
}

static bool prepare(live_client *c, const client_options *o, GError **error)
{
    cats_address source[ENDPOINT_FAMILIES] = { { 0 } };
    size_t ingress = 0;
    if (!client_options_read(o, &c->plan, error) || !endpoint_begin(&c->e, error))
        return false;
    flow_plan_init(&c->flows, endpoint_seed(), c->plan.interval_ns);
    if (c->e.topology != NULL && (ingress = client_options_ingress(o, c->e.topology, error)) == SIZE_MAX)
        return false;
    const char *there = c->e.topology != NULL ? c->e.topology->ingresses[ingress].name : NULL;
    if (!client_options_populate(o, &c->e, ingress, &c->plan, &c->flows, error) ||
        !endpoint_find_link(&c->e, "clients", there, error))
        return false;
    first_sources(c, source);
    return endpoint_open(&c->e, c->plan.families, source, error) && answer_for_clients(c, error);
}

static int run(live_client *c)
{
    client_config config = c->plan.config;
    config.numbers = c->e.numbers;
    config.seed = endpoint_seed();
    config.mss_ipv4 = endpoint_mss(&c->e, 0);
    config.mss_ipv6 = endpoint_mss(&c->e, 1);
    c->tally.role = client_new(&config);
    c->tally.config = &c->plan.config;
    c->below = driver_sink(c->e.run.driver);
    c->sink = (role_sink){ .context = c, .packet = pass_packet, .event = pass_event, .drop = pass_drop };
    c->give_up_at = live_loop_now() + NEXT_HOP_NS;
    driver_set_timer(c->e.run.driver, deadline, expire);
    driver_start(c->e.run.driver, take, c);
    live_loop_after(c->e.run.loop, stop_when_done, c);
    int status = live_run_loop(&c->e.run);
    if (status == CLI_OK && c->unresolved != NULL)
        return cli_trouble("client", "%s", c->unresolved);
    return status == CLI_OK && !client_tally_all_finished(&c->tally) ? CLI_DIFFERS : status;
}

/* Connections that are not over end here, told to the other end. */
static void before_report(void *context)
{
    live_client *c = context;
    client_abort(c->tally.role, live_loop_now(), &c->sink);
}

int live_client_verb(int argc, char **argv)
{
    client_options o = { 0 };
    GError *error = NULL;
    int status;
    if (client_options_parse(&o, &argc, &argv, &status)) {
        live_client c = { .e = { .run = { .verb = "client",
                                          .name = "clients",
                                          .options = &o.place.live,
                                          .describe = client_tally_describe,
                                          .print = client_tally_print,
                                          .stopped = before_report },
                                 .options = &o.place } };
        c.e.run.context = &c.tally;
        c.e.run.stopped_context = &c;
        if (argc > 1)
            status = cli_usage_error("client", "\"%s\", expected options only", argv[1]);
        else
            status = prepare(&c, &o, &error) ? run(&c) : live_run_refused("client", error);
        g_clear_error(&error);
        client_free(c.tally.role);
        flow_plan_clear(&c.flows);
        g_free(c.unresolved);
        endpoint_end(&c.e);
    }
    client_options_clear(&o);
    return status;
}
