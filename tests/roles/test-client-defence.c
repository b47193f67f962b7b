/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the client does not obey: every reason, what it leads to, and that an honest redirect still works
 * where it should. docs/rules.md; draft-wang-tcpm-tcp-service-affinity-option. */
#include "redirect-scene.h"

#include "epan-cats/packet-build.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

/* Without timestamps the options of a segment are those that a test puts there. */
static scene *bare_scene(unsigned family)
{
    scene *s = scene_new(1, family);
    s->tcp.timestamps = false;
    s->node_config.anycast_response_length = 3000;
    return s;
}

static void run(scene *s)
{
    scene_start(s);
    g_assert_true(scene_open(s, 40000));
    scene_run(s, 600 * SECOND);
    g_assert_cmpuint(client_count(s->client).live, ==, 0);
}

static void assert_refused(const scene *s, const char *reason, unsigned times, bool reconnected)
{
    g_autofree char *text = g_strdup_printf("reason=%s", reason);
    const link_event *event = virtual_link_event(s->link, "redirect-refused", 0);
    g_assert_cmpuint(virtual_link_event_count(s->link, "redirect-refused"), ==, times);
    g_assert_nonnull(event);
    if (!strstr(event->text, text))
        g_error("'%s', expected %s", event->text, text);
    g_assert_cmpuint(client_count(s->client).redirects_refused, ==, times);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, reconnected);
    g_assert_cmpuint(client_count(s->client).redirects_accepted, ==, reconnected);
}

/* ---- the option of the node's FIN, replaced by the octets of the case ---- */

typedef struct fin_case {
    const char *reason;
    unsigned family;
    size_t length;
    uint8_t options[48];
} fin_case;

static const fin_case fin_cases[] = {
    { "option-length", 4, 12, { 200, 9, 10, 3, 2, 2, 0x1f, 0x90, 0, 0, 0, 0 } },
    { "option-length", 4, 4, { 200, 1, 0, 0 } },
    { "option-length", 6, 8, { 200, 20, 0x20, 0x01, 0x0d, 0xb8, 0, 3 } }, /* past the end */
    { "not-unicast", 4, 8, { 200, 8, 0, 0, 0, 0, 0x1f, 0x90 } },
    { "not-unicast", 4, 8, { 200, 8, 224, 0, 0, 1, 0x1f, 0x90 } },
    { "not-unicast", 4, 8, { 200, 8, 255, 255, 255, 255, 0x1f, 0x90 } },
    { "not-unicast", 4, 8, { 200, 8, 127, 0, 0, 1, 0x1f, 0x90 } },
    { "not-unicast", 4, 8, { 200, 8, 169, 254, 1, 1, 0x1f, 0x90 } },
    { "not-unicast", 6, 20, { 200, 20, 0xff, 0x02, [17] = 1, 0x1f, 0x90 } },
    { "not-unicast", 6, 20, { 200, 20, 0xfe, 0x80, [17] = 1, 0x1f, 0x90 } },
    { "not-unicast", 6, 20, { 200, 20, [17] = 1, 0x1f, 0x90 } },
    { "port-zero", 4, 8, { 200, 8, 10, 3, 2, 2, 0, 0 } },
    { "port-zero", 6, 20, { 200, 20, 0x20, 0x01, 0x0d, 0xb8, 0, 3, 0, 2, [17] = 2, 0, 0 } },
    { "is-anycast", 4, 8, { 200, 8, 192, 0, 2, 80, 0x1f, 0x90 } },
    { "is-anycast", 6, 20, { 200, 20, 0x20, 0x01, 0x0d, 0xb8, 0, 0x80, [17] = 0x80, 0x1f, 0x90 } },
    { "family-differs", 4, 20, { 200, 20, 0x20, 0x01, 0x0d, 0xb8, 0, 3, 0, 2, [17] = 2, 0x1f, 0x90 } },
    { "family-differs", 6, 8, { 200, 8, 10, 3, 2, 2, 0x1f, 0x90 } },
    { "duplicate", 4, 16, { 200, 8, 10, 3, 2, 2, 0x1f, 0x90, 200, 8, 10, 3, 2, 3, 0x1f, 0x90 } },
    { "exid-not-in-syn", 4, 12, { 253, 10, 0x53, 0x41, 10, 3, 2, 2, 0x1f, 0x90, 1, 1 } },
    { "exid-not-in-syn",
      6,
      24,
      { 254, 22, 0x53, 0x41, 0x20, 0x01, 0x0d, 0xb8, 0, 3, 0, 2, [19] = 2, 0x1f, 0x90 } },
};

/* What a tap needs to know. */
typedef struct edit {
    scene *s;
    const uint8_t *options; /* in the place of what the node's FIN had */
    size_t options_length;
    unsigned only; /* the n-th FIN only, from 1; 0: all */
    unsigned fins;
    bool drop_first_fin;
} edit;

static bool is_anycast_fin(const scene *s, unsigned from, const tcp_segment *seg)
{
    const cats_address anycast = scene_anycast(s->family);
    return from == 1 && (seg->flags & TCP_FLAG_FIN) && cats_address_equal(&seg->flow.source, &anycast);
}

static bool edit_fin(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    edit *e = link->tap_data;
    const tcp_segment seg = scene_read(e->s, octets, *length);
    uint8_t out[2048];
    (void)comment;
    if (!is_anycast_fin(e->s, from, &seg))
        return true;
    e->fins++;
    if (!e->only || e->fins == e->only) {
        *length = scene_with_options(octets, *length, e->options, e->options_length, true, out, sizeof out);
        memcpy(octets, out, *length);
    }
    return !(e->drop_first_fin && e->fins == 1);
}

static void test_fin_options(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(fin_cases); i++) {
        scene *s = bare_scene(fin_cases[i].family);
        edit e = { .s = s, .options = fin_cases[i].options, .options_length = fin_cases[i].length };
        s->link->tap = edit_fin;
        s->link->tap_data = &e;
        run(s);
        assert_refused(s, fin_cases[i].reason, 1, false);
        /* The first connection is closed in order all the same. */
        g_assert_cmpuint(client_count(s->client).finished, ==, 1);
        scene_free(s);
    }
}

/* Two options that agree are one; a foreign ExID and the permit on a FIN are none. */
static void test_harmless_options(void)
{
    static const struct {
        size_t length;
        uint8_t options[16];
        bool reconnected;
    } cases[] = {
        { 16, { 200, 8, 10, 3, 2, 2, 0x1f, 0x90, 200, 8, 10, 3, 2, 2, 0x1f, 0x90 }, true },
        { 12, { 253, 10, 0x12, 0x34, 10, 3, 2, 2, 0x1f, 0x90, 1, 1 }, false },
        { 4, { 200, 2, 1, 1 }, false },
        { 0, { 0 }, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scene *s = bare_scene(4);
        edit e = { .s = s, .options = cases[i].options, .options_length = cases[i].length };
        s->link->tap = edit_fin;
        s->link->tap_data = &e;
        run(s);
        g_assert_cmpuint(client_count(s->client).redirects_refused, ==, 0);
        g_assert_cmpuint(client_count(s->client).reconnected, ==, cases[i].reconnected);
        scene_free(s);
    }
}

static void test_allowed_prefixes(void)
{
    static const struct {
        const char *prefix;
        unsigned length, family;
        bool allowed;
    } cases[] = { { "10.3.0.0", 16, 4, true },     { "10.4.0.0", 16, 4, false },
                  { "2001:db8:3::", 48, 6, true }, { "2001:db8:4::", 48, 6, false },
                  { "10.3.0.0", 16, 6, false },    { "0.0.0.0", 0, 4, true } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_client_prefix allowed = { .length = cases[i].length };
        scene *s = bare_scene(cases[i].family);
        g_assert_true(cats_address_parse(cases[i].prefix, &allowed.prefix));
        s->client_config.allowed = &allowed;
        s->client_config.allowed_count = 1;
        run(s);
        if (cases[i].allowed)
            g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
        else
            assert_refused(s, "not-allowed", 1, false);
        scene_free(s);
    }
}

/* The option comes though the client announced nothing. */
static void test_no_capability(void)
{
    static const uint8_t option[8] = { 200, 8, 10, 3, 2, 2, 0x1f, 0x90 };
    scene *s = bare_scene(4);
    edit e = { .s = s, .options = option, .options_length = sizeof option };
    s->client_config.capability = CLIENT_INCAPABLE;
    s->link->tap = edit_fin;
    s->link->tap_data = &e;
    run(s);
    assert_refused(s, "no-capability", 1, false);
    scene_free(s);
}

/* The option on each data segment too, as segmentation offload copies it: refused there once, and the FIN's
 * obeyed. */
static bool copy_to_data(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                         const char *comment)
{
    static const uint8_t option[8] = { 200, 8, 10, 3, 2, 3, 0x1f, 0x90 };
    edit *e = link->tap_data;
    const tcp_segment seg = scene_read(e->s, octets, *length);
    uint8_t out[2048];
    (void)comment;
    if (from == 1 && seg.length && !(seg.flags & (TCP_FLAG_FIN | TCP_FLAG_SYN)) &&
        seg.flow.source_port == SCENE_ANYCAST_PORT) {
        *length = scene_with_options(octets, *length, option, sizeof option, false, out, sizeof out);
        memcpy(octets, out, *length);
    }
    return true;
}

static void test_not_on_fin(void)
{
    scene *s = bare_scene(4);
    edit e = { .s = s };
    s->link->tap = copy_to_data;
    s->link->tap_data = &e;
    run(s);
    assert_refused(s, "not-on-fin", 1, true);
    g_assert_nonnull(
        strstr(virtual_link_event(s->link, "redirect-refused", 0)->text, "affinity.ipv4=10.3.2.3"));
    g_assert_nonnull(
        strstr(virtual_link_event(s->link, "redirect-received", 0)->text, "affinity.ipv4=10.3.2.2"));
    scene_free(s);
}

/* The re-established connection is redirected again. */
static bool redirect_again(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                           const char *comment)
{
    static const uint8_t option[8] = { 200, 8, 10, 3, 3, 3, 0x1f, 0x90 };
    edit *e = link->tap_data;
    const tcp_segment seg = scene_read(e->s, octets, *length);
    uint8_t out[2048];
    (void)comment;
    if (from == 1 && (seg.flags & TCP_FLAG_FIN) && seg.flow.source_port == SCENE_OWN_PORT) {
        *length = scene_with_options(octets, *length, option, sizeof option, true, out, sizeof out);
        memcpy(octets, out, *length);
    }
    return true;
}

static void test_redirect_loop(void)
{
    scene *s = bare_scene(4);
    edit e = { .s = s };
    s->link->tap = redirect_again;
    s->link->tap_data = &e;
    run(s);
    assert_refused(s, "redirect-loop", 1, true);
    g_assert_nonnull(strstr(virtual_link_event(s->link, "redirect-refused", 0)->text, "reconnect=1"));
    g_assert_cmpuint(client_count(s->client).finished, ==, 2);
    scene_free(s);
}

/* A copy of the FIN with another address, once the first was obeyed, and while the first still waits for a
 * hole to be filled: in the one case it is only told, in the other the redirect as a whole is refused. */
static void test_retransmission_differs(void)
{
    static const uint8_t option[8] = { 200, 8, 10, 3, 2, 3, 0x1f, 0x90 };
    for (unsigned early = 0; early < 2; early++) {
        scene *s = bare_scene(4);
        scene_start(s);
        scene_open(s, 40000);
        scene_run(s, 25 * MS);
        const cats_flow_key flow = scene_flow(4, 40000);
        const tcp_endpoint *e = client_find(s->client, &flow);
        g_assert_nonnull(e);
        g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
        const packet_ip_spec ip = {
            .source = flow.source, .destination = flow.destination, .protocol = 6, .hop_limit = 64
        };
        packet_tcp_spec tcp = { .source_port = flow.source_port,
                                .destination_port = flow.destination_port,
                                .sequence = e->rcv_nxt + 3000,
                                .acknowledgment = e->snd_max,
                                .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                                .window = 1000,
                                .options = option,
                                .options_length = sizeof option };
        uint8_t octets[200];
        const size_t length = packet_tcp_build(&ip, &tcp, octets, sizeof octets);
        virtual_link_inject(s->link, 0, octets, length, early ? 0 : 30 * MS);
        scene_run(s, 600 * SECOND);
        assert_refused(s, "retransmission-differs", 1, !early);
        scene_free(s);
    }
}

/* Forged FINs with the option, outside the window or with an impossible acknowledgment, at any time: told
 * once, nothing else happens, the honest redirect is obeyed. */
static void test_forged_fin(void)
{
    static const uint8_t option_ipv4[8] = { 200, 8, 10, 66, 6, 6, 0x1f, 0x90 };
    static const uint8_t option_ipv6[20] = { 200, 20, 0x20, 0x01, 0x0d, 0xb8, 6, 6, [17] = 6, 0x1f, 0x90 };
    static const struct {
        int64_t sequence, acknowledgment; /* from what would be right */
    } cases[] = { { -1, 0 }, { -5000, 0 },  { 131073, 0 },     { 0x40000000, 0 },
                  { 0, 1 },  { 0, 100000 }, { 0, -0x10000000 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (unsigned f = 0; f < G_N_ELEMENTS(families); f++) {
            scene *s = bare_scene(families[f]);
            scene_start(s);
            scene_open(s, 40000);
            scene_run(s, 25 * MS);
            const cats_flow_key flow = scene_flow(families[f], 40000);
            const tcp_endpoint *e = client_find(s->client, &flow);
            const packet_ip_spec ip = {
                .source = flow.source, .destination = flow.destination, .protocol = 6, .hop_limit = 64
            };
            packet_tcp_spec tcp = { .source_port = flow.source_port,
                                    .destination_port = flow.destination_port,
                                    .sequence = e->rcv_nxt + (uint32_t)cases[i].sequence,
                                    .acknowledgment = e->snd_max + (uint32_t)cases[i].acknowledgment,
                                    .flags = TCP_FLAG_FIN | TCP_FLAG_ACK,
                                    .window = 1000,
                                    .options = families[f] == 4 ? option_ipv4 : option_ipv6,
                                    .options_length =
                                        families[f] == 4 ? sizeof option_ipv4 : sizeof option_ipv6 };
            uint8_t octets[200];
            const size_t length = packet_tcp_build(&ip, &tcp, octets, sizeof octets);
            for (unsigned copy = 0; copy < 20; copy++)
                virtual_link_inject(s->link, 0, octets, length, 0);
            scene_run(s, 0);
            g_assert_cmpint(e->state, ==, TCP_STATE_ESTABLISHED);
            scene_run(s, 600 * SECOND);
            assert_refused(s, "out-of-window", 1, true);
            scene_free(s);
        }
    }
}

/* A FIN with the option that comes before the payload it follows waits for it: in sequence, then obeyed. */
static bool delay_payload(virtual_link *link, unsigned from, uint8_t *octets, size_t *length,
                          const char *comment)
{
    edit *e = link->tap_data;
    const tcp_segment seg = scene_read(e->s, octets, *length);
    (void)comment;
    if (from == 1 && seg.length && seg.flow.source_port == SCENE_ANYCAST_PORT && e->fins++ == 0) {
        virtual_link_inject(link, 0, octets, *length, 150 * MS);
        return false;
    }
    return true;
}

static void test_fin_before_payload(void)
{
    scene *s = bare_scene(4);
    edit e = { .s = s };
    s->link->tap = delay_payload;
    s->link->tap_data = &e;
    run(s);
    g_assert_cmpuint(client_count(s->client).reconnected, ==, 1);
    g_assert_cmpuint(client_count(s->client).redirects_refused, ==, 0);
    const int64_t received = virtual_link_event(s->link, "redirect-received", 0)->time;
    const int64_t sent = virtual_link_event(s->link, "redirect-sent", 0)->time;
    g_assert_cmpint(received - sent, >=, 150 * MS);
    scene_free(s);
}

/* Segments of nobody's connection: one reset each, never to a reset. */
static void test_strays(void)
{
    static const struct {
        uint16_t flags;
        unsigned resets;
    } cases[] = { { TCP_FLAG_SYN, 1 },
                  { TCP_FLAG_ACK, 1 },
                  { TCP_FLAG_FIN | TCP_FLAG_ACK, 1 },
                  { 0, 1 },
                  { TCP_FLAG_RST, 0 },
                  { TCP_FLAG_RST | TCP_FLAG_ACK, 0 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        scene *s = bare_scene(4);
        scene_start(s);
        const cats_flow_key flow = scene_flow(4, 50000);
        const packet_ip_spec ip = {
            .source = flow.source, .destination = flow.destination, .protocol = 6, .hop_limit = 64
        };
        const packet_tcp_spec tcp = { .source_port = flow.source_port,
                                      .destination_port = flow.destination_port,
                                      .sequence = 1000,
                                      .acknowledgment = 2000,
                                      .flags = cases[i].flags,
                                      .window = 1000 };
        uint8_t octets[200];
        const size_t length = packet_tcp_build(&ip, &tcp, octets, sizeof octets);
        virtual_link_inject(s->link, 0, octets, length, 0);
        scene_run(s, 10 * SECOND);
        g_assert_cmpuint(s->link->sent[0], ==, cases[i].resets);
        g_assert_cmpuint(s->link->sent[1], ==, 0);
        scene_free(s);
    }
}

/* Every reason has a name of its own. */
static void test_names(void)
{
    for (unsigned i = 0; i < CLIENT_REFUSALS; i++) {
        for (unsigned j = 0; j < i; j++)
            g_assert_cmpstr(client_refusal_name((client_refusal)i), !=,
                            client_refusal_name((client_refusal)j));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client-defence/fin-options", test_fin_options);
    g_test_add_func("/client-defence/harmless-options", test_harmless_options);
    g_test_add_func("/client-defence/allowed-prefixes", test_allowed_prefixes);
    g_test_add_func("/client-defence/no-capability", test_no_capability);
    g_test_add_func("/client-defence/not-on-fin", test_not_on_fin);
    g_test_add_func("/client-defence/redirect-loop", test_redirect_loop);
    g_test_add_func("/client-defence/retransmission-differs", test_retransmission_differs);
    g_test_add_func("/client-defence/forged-fin", test_forged_fin);
    g_test_add_func("/client-defence/fin-before-payload", test_fin_before_payload);
    g_test_add_func("/client-defence/strays", test_strays);
    g_test_add_func("/client-defence/names", test_names);
    return g_test_run();
}
