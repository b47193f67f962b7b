/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The client and the service node together: redirect in all its forms, plain service, bad links.
 * draft-wang-tcpm-tcp-service-affinity-option. */
#include "redirect-scene.h"

#include "capture-tools/roles/tcp-payload.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

/* What went over the link, seen from outside. */
typedef struct tally {
    scene *s;
    unsigned syns, syns_with_saf, syn_acks_with_saf, permits;
    unsigned fins_from_anycast, redirects, others_with_option, resets;
    unsigned lose_fins;
    affinity_option option;
    uint32_t base[2][2]; /* first payload sequence number, by sender and connection (anycast, own) */
} tally;

static void check_payload(tally *t, unsigned from, const tcp_segment *seg, bool anycast)
{
    uint32_t *base = &t->base[from][!anycast];
    if (seg->flags & TCP_FLAG_SYN)
        *base = seg->sequence + 1;
    if (seg->length)
        g_assert_cmpuint(
            tcp_payload_check(tcp_payload_seed(&seg->flow), seg->sequence - *base, seg->payload, seg->length),
            ==, seg->length);
}

static bool watch(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    tally *t = link->tap_data;
    const tcp_segment seg = scene_read(t->s, octets, *length);
    const cats_address anycast_address = scene_anycast(t->s->family);
    const cats_address *server = from == 0 ? &seg.flow.destination : &seg.flow.source;
    const bool anycast = cats_address_equal(server, &anycast_address);
    (void)comment;
    check_payload(t, from, &seg, anycast);
    t->resets += (seg.flags & TCP_FLAG_RST) != 0;
    if ((seg.flags & (TCP_FLAG_SYN | TCP_FLAG_ACK)) == TCP_FLAG_SYN) {
        t->syns++;
        t->syns_with_saf += seg.saf;
        t->permits += seg.options.permit_raw || seg.options.permit_exid;
    } else if (seg.flags & TCP_FLAG_SYN) {
        t->syn_acks_with_saf += seg.saf;
    } else {
        g_assert_false(seg.saf);
    }
    if (from == 1 && anycast && (seg.flags & TCP_FLAG_FIN)) {
        t->fins_from_anycast++;
        t->redirects += seg.options.has_affinity;
        t->option = seg.options.affinity;
        return t->fins_from_anycast > t->lose_fins;
    }
    t->others_with_option += seg.options.has_affinity;
    return true;
}

static scene *watched(uint32_t seed, unsigned family, tally *t)
{
    scene *s = scene_new(seed, family);
    *t = (tally){ .s = s };
    s->link->tap = watch;
    s->link->tap_data = t;
    return s;
}

static void assert_events(const virtual_link *link, const char *const *names)
{
    unsigned at = 0;
    for (unsigned i = 0; i < link->events->len; i++) {
        const link_event *event = &g_array_index(link->events, link_event, i);
        if (event->from != 0)
            continue;
        g_assert_cmpstr(event->name, ==, names[at]);
        at++;
    }
    g_assert_cmpstr(names[at], ==, NULL);
}

/* The story as the draft tells it: events in their order with their keys, both families. */
static void test_story(void)
{
    static const char *const client_events[] = { "connection-opened", "established", "redirect-received",
                                                 "connection-opened", "finished",    "established",
                                                 "reconnected",       "finished",    NULL };
    static const char *const redirected[] = {
        "client=10.1.0.2 client_port=40000 server=192.0.2.80 server_port=80 node=n1 affinity.ipv4=10.3.2.2 "
        "affinity.port=8080",
        "client=10.1.0.2 client_port=40000 server=192.0.2.80 server_port=80 reconnect=0 "
        "affinity.ipv4=10.3.2.2 affinity.port=8080",
        "client=10.1.0.2 client_port=40001 server=10.3.2.2 server_port=8080 reconnect=1 anycast=192.0.2.80 "
        "anycast_port=80",
    };
    for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
        tally t;
        scene *s = watched(1, families[f], &t);
        scene_start(s);
        g_assert_true(scene_open(s, 40000));
        g_assert_false(scene_open(s, 40000));
        scene_run(s, 60 * SECOND);
        const client_counts c = client_count(s->client);
        const service_node_counts n = service_node_count(s->node);
        g_assert_cmpuint(c.opened, ==, 1);
        g_assert_cmpuint(c.established, ==, 2);
        g_assert_cmpuint(c.redirects_accepted, ==, 1);
        g_assert_cmpuint(c.redirects_refused, ==, 0);
        g_assert_cmpuint(c.reconnected, ==, 1);
        g_assert_cmpuint(c.finished, ==, 2);
        g_assert_cmpuint(c.failed + c.retransmissions + c.live, ==, 0);
        g_assert_cmpuint(n.accepted, ==, 2);
        g_assert_cmpuint(n.redirected, ==, 1);
        g_assert_cmpuint(n.served, ==, 1);
        g_assert_cmpuint(n.served_incapable + n.option_did_not_fit + n.resets + n.retransmissions + n.live,
                         ==, 0);
        g_assert_cmpuint(t.syns_with_saf, ==, 2);
        g_assert_cmpuint(t.syn_acks_with_saf, ==, 2);
        g_assert_cmpuint(t.redirects, ==, 1);
        g_assert_cmpuint(t.others_with_option, ==, 0);
        assert_events(s->link, client_events);
        if (families[f] == 4) {
            g_assert_cmpstr(virtual_link_event(s->link, "redirect-sent", 0)->text, ==, redirected[0]);
            g_assert_cmpstr(virtual_link_event(s->link, "redirect-received", 0)->text, ==, redirected[1]);
            g_assert_cmpstr(virtual_link_event(s->link, "reconnected", 0)->text, ==, redirected[2]);
        } else {
            g_assert_nonnull(strstr(virtual_link_event(s->link, "redirect-received", 0)->text,
                                    "affinity.ipv6=2001:db8:3:2::2 affinity.port=8080"));
        }
        scene_free(s);
    }
}

/* What the client announces and what the node does about it: which form goes out, or plain service. */
static void test_forms(void)
{
    static const struct {
        client_capability capability;
        bool experimental;
        uint32_t exid;
        uint8_t kind; /* of the redirect; 0: served on the anycast address */
        unsigned saf, permits;
    } cases[] = {
        { CLIENT_INCAPABLE, false, 0x5341, 0, 0, 0 },    { CLIENT_INCAPABLE, true, 0x5341, 0, 0, 0 },
        { CLIENT_SAF, false, 0x5341, 200, 2, 0 },        { CLIENT_SAF, true, 0x5341, 200, 2, 0 },
        { CLIENT_PERMIT_RAW, false, 0x5341, 200, 0, 2 }, { CLIENT_PERMIT_RAW, true, 0x5341, 200, 0, 2 },
        { CLIENT_PERMIT_EXID, true, 0x5341, 253, 0, 2 }, { CLIENT_PERMIT_EXID, true, 0x53410001, 253, 0, 2 },
        { CLIENT_PERMIT_EXID, false, 0x5341, 0, 0, 1 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            tally t;
            scene *s = watched(1, families[f], &t);
            s->client_config.capability = cases[i].capability;
            s->client_config.numbers.exid = s->node_config.numbers.exid = cases[i].exid;
            s->node_config.experimental = cases[i].experimental;
            t.lose_fins = 2;
            scene_start(s);
            scene_open(s, 40000);
            scene_run(s, 60 * SECOND);
            const client_counts c = client_count(s->client);
            const service_node_counts n = service_node_count(s->node);
            const bool redirected = cases[i].kind != 0;
            g_assert_cmpuint(c.reconnected, ==, redirected);
            g_assert_cmpuint(c.finished, ==, 1u + redirected);
            g_assert_cmpuint(c.failed + c.redirects_refused, ==, 0);
            g_assert_cmpuint(n.redirected, ==, redirected);
            g_assert_cmpuint(n.served, ==, redirected);
            g_assert_cmpuint(n.served_incapable, ==, !redirected);
            g_assert_cmpuint(t.fins_from_anycast, ==, 3);
            g_assert_cmpuint(t.redirects, ==, redirected ? 3 : 0);
            g_assert_cmpuint(t.syns_with_saf, ==, MIN(cases[i].saf, t.syns));
            g_assert_cmpuint(t.permits, ==, cases[i].permits ? t.syns : 0);
            g_assert_cmpuint(t.others_with_option, ==, 0);
            if (redirected) {
                g_assert_cmpuint(t.option.kind, ==, cases[i].kind);
                g_assert_cmphex(t.option.exid, ==, cases[i].kind == 253 ? cases[i].exid : 0);
            } else {
                const link_event *finished = virtual_link_event(s->link, "finished", 0);
                g_assert_nonnull(
                    strstr(finished->text, finished->from == 0 ? "octets=20000" : "octets=3000"));
            }
            scene_free(s);
        }
    }
}

/* Every SAF position of the header, both sides agreeing. */
static void test_saf_positions(void)
{
    for (uint8_t offset = 4; offset <= 6; offset++) {
        tally t;
        scene *s = watched(1, 4, &t);
        s->client_config.numbers.saf_offset = s->node_config.numbers.saf_offset = offset;
        scene_start(s);
        scene_open(s, 40000);
        scene_run(s, 60 * SECOND);
        g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
        scene_free(s);
    }
}

/* Loss up to 30 %, duplicates, reordering: every session ends re-established and answered, each FIN with the
 * option. */
static void test_lossy(gconstpointer data)
{
    const double loss = GPOINTER_TO_INT(data) / 100.0;
    for (uint32_t seed = 0; seed < 150; seed++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            tally t;
            scene *s = watched(seed, families[f], &t);
            s->link->loss = loss;
            s->link->duplication = loss / 3;
            s->link->jitter = 30 * MS;
            s->client_config.close_after_request = seed % 3 == 1;
            s->client_config.close_after = seed % 3 == 2 ? 100 : 0;
            s->node_config.anycast_response_length = seed % 2 ? 100 : 4000;
            scene_start(s);
            scene_open(s, 40000);
            scene_run(s, 100000 * SECOND);
            const client_counts c = client_count(s->client);
            const service_node_counts n = service_node_count(s->node);
            g_assert_cmpuint(c.reconnected, ==, 1);
            g_assert_cmpuint(c.finished, ==, 2);
            g_assert_cmpuint(c.failed + c.redirects_refused + c.live, ==, 0);
            g_assert_cmpuint(n.redirected, ==, 1);
            g_assert_cmpuint(n.live, ==, 0);
            g_assert_cmpuint(t.redirects, ==, t.fins_from_anycast);
            g_assert_cmpuint(t.others_with_option, ==, 0);
            scene_free(s);
        }
    }
}

/* Who closes first, on either connection: all orders end well, and the redirect is on the node's FIN in each.
 */
static void test_close_orders(void)
{
    for (unsigned mask = 0; mask < 8; mask++) {
        tally t;
        scene *s = watched(mask, families[mask % 2], &t);
        s->node_config.client_closes = mask & 1;
        s->client_config.close_after_request = (mask & 2) != 0;
        s->client_config.close_after = mask & 4 || mask & 1 ? 100 : 0;
        scene_start(s);
        scene_open(s, 40000);
        scene_run(s, 60 * SECOND);
        g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
        g_assert_cmpuint(client_count(s->client).finished, ==, 2);
        g_assert_cmpuint(service_node_count(s->node).served, ==, 1);
        g_assert_cmpuint(t.redirects, ==, 1);
        scene_free(s);
    }
}

/* A request shorter than the node waits for ends with the FIN of the client. */
static void test_short_request(void)
{
    tally t;
    scene *s = watched(1, 4, &t);
    s->client_config.request_length = 10;
    s->client_config.close_after_request = true;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
    g_assert_cmpuint(client_count(s->client).finished, ==, 2);
    scene_free(s);
}

/* A client that only announces, and one whose node has no address of that family. */
static void test_not_followed(void)
{
    tally t;
    scene *s = watched(1, 4, &t);
    s->client_config.ignore_redirect = true;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_cmpuint(virtual_link_event_count(s->link, "redirect-ignored"), ==, 1);
    g_assert_cmpuint(client_count(s->client).opened, ==, 1);
    g_assert_cmpuint(client_count(s->client).finished, ==, 1);
    g_assert_cmpuint(client_count(s->client).redirects_accepted, ==, 0);
    g_assert_cmpuint(t.redirects, ==, 1);
    scene_free(s);

    s = watched(1, 6, &t);
    s->node_config.own_ipv6.family = 0;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_cmpuint(service_node_count(s->node).served_incapable, ==, 1);
    g_assert_cmpuint(t.redirects, ==, 0);
    g_assert_cmpuint(t.syn_acks_with_saf, ==, 1);
    scene_free(s);
}

/* An option that must be on every segment leaves no room for the IPv6 redirect: counted, told, and served no
 * further. */
static void test_did_not_fit(void)
{
    static const uint8_t other[16] = { 29, 16 };
    tally t;
    scene *s = watched(1, 6, &t);
    tcp_settings crowded = s->tcp;
    crowded.header_options = other;
    crowded.header_options_length = sizeof other;
    s->node_config.tcp = &crowded;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_cmpuint(service_node_count(s->node).option_did_not_fit, ==, 1);
    g_assert_cmpuint(service_node_count(s->node).redirected, ==, 0);
    g_assert_cmpuint(virtual_link_event_count(s->link, "option-did-not-fit"), ==, 1);
    g_assert_cmpuint(virtual_link_event_count(s->link, "redirect-sent"), ==, 0);
    g_assert_cmpuint(client_count(s->client).finished, ==, 1);
    scene_free(s);
}

/* Source port 65535 wraps to 1024; a port that is taken is not. */
static void test_source_ports(void)
{
    tally t;
    scene *s = watched(1, 4, &t);
    scene_start(s);
    scene_open(s, 65535);
    scene_run(s, 60 * SECOND);
    g_assert_nonnull(strstr(virtual_link_event(s->link, "reconnected", 0)->text, "client_port=1024 "));

    /* Another connection already runs from port 40001 to the node's own address. */
    const cats_address source = scene_client(4), own = scene_own(4);
    g_assert_true(
        client_open(s->client, s->link->now, &source, 40001, &own, SCENE_OWN_PORT, &s->link->sinks[0]));
    scene_open(s, 40000);
    scene_run(s, 60 * SECOND);
    g_assert_nonnull(strstr(virtual_link_event(s->link, "redirect-refused", 0)->text, "reason=port-in-use"));
    scene_free(s);
}

/* The node's limits: no more connections than allowed; a SYN from an address that cannot be a client's gets
 * nothing. */
static void test_node_limits(void)
{
    scene *s = scene_new(1, 4);
    s->node_config.connections_max = 3;
    scene_start(s);
    for (uint16_t i = 0; i < 10; i++)
        scene_open(s, (uint16_t)(40000 + 2 * i));
    scene_run(s, 15 * MS);
    g_assert_cmpuint(service_node_count(s->node).live, ==, 3);
    g_assert_cmpstr(s->link->last_drop, ==, "connections-max");
    scene_run(s, 600 * SECOND);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 10);
    scene_free(s);

    s = scene_new(1, 4);
    scene_start(s);
    const cats_address sources[] = { scene_own(4), scene_anycast(4) }, service = scene_anycast(4);
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++)
        client_open(s->client, s->link->now, &sources[i], 80, &service, SCENE_ANYCAST_PORT,
                    &s->link->sinks[0]);
    scene_run(s, SECOND / 2);
    g_assert_cmpuint(s->link->sent[1], ==, 0);
    g_assert_cmpuint(s->link->drops[1], ==, 2);
    scene_free(s);
}

/* The same ports again while the node still waits in TIME-WAIT: the new SYN takes over (RFC 6191). */
static void test_time_wait_reuse(void)
{
    tally t;
    scene *s = watched(1, 4, &t);
    tcp_settings waits = s->tcp;
    waits.time_wait = 600 * SECOND;
    s->node_config.tcp = &waits;
    scene_start(s);
    for (unsigned i = 0; i < 3; i++) {
        g_assert_true(scene_open(s, 40000));
        scene_run(s, 20 * SECOND);
    }
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 3);
    g_assert_cmpuint(service_node_count(s->node).live, ==, 2);
    scene_free(s);
}

static void test_repeats_itself(void)
{
    uint64_t digests[2];
    for (unsigned run = 0; run < 2; run++) {
        tally t;
        scene *s = watched(5, 6, &t);
        s->link->keep_digest = true;
        s->link->loss = 0.1;
        scene_start(s);
        for (uint16_t i = 0; i < 20; i++)
            scene_open(s, (uint16_t)(40000 + 2 * i));
        s->link->tap = NULL;
        scene_run(s, 1000 * SECOND);
        digests[run] = s->link->digest;
        scene_free(s);
    }
    g_assert_cmphex(digests[0], ==, digests[1]);
}

int main(int argc, char **argv)
{
    static const int losses[] = { 0, 2, 10, 20, 30 };
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client-and-node/story", test_story);
    g_test_add_func("/client-and-node/forms", test_forms);
    g_test_add_func("/client-and-node/saf-positions", test_saf_positions);
    for (unsigned i = 0; i < G_N_ELEMENTS(losses); i++) {
        g_autofree char *name = g_strdup_printf("/client-and-node/loss-%d-percent", losses[i]);
        g_test_add_data_func(name, GINT_TO_POINTER(losses[i]), test_lossy);
    }
    g_test_add_func("/client-and-node/close-orders", test_close_orders);
    g_test_add_func("/client-and-node/short-request", test_short_request);
    g_test_add_func("/client-and-node/not-followed", test_not_followed);
    g_test_add_func("/client-and-node/did-not-fit", test_did_not_fit);
    g_test_add_func("/client-and-node/source-ports", test_source_ports);
    g_test_add_func("/client-and-node/node-limits", test_node_limits);
    g_test_add_func("/client-and-node/time-wait-reuse", test_time_wait_reuse);
    g_test_add_func("/client-and-node/repeats-itself", test_repeats_itself);
    return g_test_run();
}
