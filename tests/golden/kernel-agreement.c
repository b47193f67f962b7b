/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Do the roles make what the kernel made? Packets of one link of samples/ go into the ingress or egress role,
 * and what comes out must be the packets of the next link, in order, octet by octet. Links that were not
 * captured are bridged by the core router's step, modelled here. Both families and both directions. Spec: RFC
 * 8986 s4-5; samples/README.md. */
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/roles/egress.h"
#include "capture-tools/roles/ingress.h"
#include "epan-cats/cats-behavior.h"
#include "tests/flow-packets.h"
#include "tests/role-recorder.h"

#include <stdlib.h>
#include <string.h>

#define SIDE_MAX 3 /* links on one side of a leg */
#define STEPS_MAX 3

typedef enum direction { TO_SERVICE, TO_CLIENT } direction;

/* What a packet passes between two captured links. */
typedef enum step { NO_STEP, AT_INGRESS, IN_CORE, AT_EGRESS } step;

typedef struct capture {
    const char *file;
    unsigned packets; /* that must be matched */
} capture;

typedef struct leg {
    const char *name;
    const char
        *end_cats; /* the egress SID for both families is End.CATS; NULL: End.DX4 and End.DX6 to site 2 */
    packet_encapsulation mode;
    bool by_core; /* the segment list begins with the core's End SID */
    direction direction;
    capture from[SIDE_MAX], to[SIDE_MAX];
    step steps[STEPS_MAX];
} leg;

#define CORE_END "5f00:0:c:1::"
#define INGRESS_SOURCE "5f00:0:1::100"
#define EGRESS_SOURCE "5f00:0:e::100"
#define CATS_SID "5f00:0:e:ca75:3800:102::"

/* clang-format off */
#define CATS_SITES { { "cats-encap-2sid-site1", 55 }, { "cats-encap-2sid-site2", 10 }, { "cats-encap-2sid-site3", 15 } }

static const leg legs[] = {
    /* SRH of two SIDs, every link captured. */
    { "encap/ingress", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "srv6-encap-2sid-cl-c0", 10 } }, { { "srv6-encap-2sid-in-i1", 10 } }, { AT_INGRESS } },
    { "encap/core", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "srv6-encap-2sid-in-i1", 10 } }, { { "srv6-encap-2sid-eg-e0", 10 } }, { IN_CORE } },
    { "encap/egress", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "srv6-encap-2sid-eg-e0", 10 } }, { { "srv6-encap-2sid-eg-e2", 10 } }, { AT_EGRESS } },
    { "encap/whole", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "srv6-encap-2sid-cl-c0", 10 } }, { { "srv6-encap-2sid-eg-e2", 10 } }, { AT_INGRESS, IN_CORE, AT_EGRESS } },
    { "encap/return-egress", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "srv6-encap-2sid-eg-e2", 10 } }, { { "srv6-encap-2sid-eg-e0", 10 } }, { AT_EGRESS } },
    { "encap/return-core", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "srv6-encap-2sid-eg-e0", 10 } }, { { "srv6-encap-2sid-in-i1", 10 } }, { IN_CORE } },
    { "encap/return-ingress", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "srv6-encap-2sid-in-i1", 10 } }, { { "srv6-encap-2sid-cl-c0", 10 } }, { AT_INGRESS } },
    { "encap/return-whole", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "srv6-encap-2sid-eg-e2", 10 } }, { { "srv6-encap-2sid-cl-c0", 10 } }, { AT_EGRESS, IN_CORE, AT_INGRESS } },
    /* One SID, reduced: no SRH at all. */
    { "reduced/ingress", NULL, PACKET_ENCAP_REDUCED, false, TO_SERVICE,
      { { "srv6-red-1sid-cl-c0", 10 } }, { { "srv6-red-1sid-in-i1", 10 } }, { AT_INGRESS } },
    { "reduced/core", NULL, PACKET_ENCAP_REDUCED, false, TO_SERVICE,
      { { "srv6-red-1sid-in-i1", 10 } }, { { "srv6-red-1sid-eg-e0", 10 } }, { IN_CORE } },
    { "reduced/egress", NULL, PACKET_ENCAP_REDUCED, false, TO_SERVICE,
      { { "srv6-red-1sid-eg-e0", 10 } }, { { "srv6-red-1sid-eg-e2", 10 } }, { AT_EGRESS } },
    { "reduced/whole", NULL, PACKET_ENCAP_REDUCED, false, TO_SERVICE,
      { { "srv6-red-1sid-cl-c0", 10 } }, { { "srv6-red-1sid-eg-e2", 10 } }, { AT_INGRESS, IN_CORE, AT_EGRESS } },
    { "reduced/return-egress", NULL, PACKET_ENCAP_REDUCED, false, TO_CLIENT,
      { { "srv6-red-1sid-eg-e2", 10 } }, { { "srv6-red-1sid-eg-e0", 10 } }, { AT_EGRESS } },
    { "reduced/return-core", NULL, PACKET_ENCAP_REDUCED, false, TO_CLIENT,
      { { "srv6-red-1sid-eg-e0", 10 } }, { { "srv6-red-1sid-in-i1", 10 } }, { IN_CORE } },
    { "reduced/return-ingress", NULL, PACKET_ENCAP_REDUCED, false, TO_CLIENT,
      { { "srv6-red-1sid-in-i1", 10 } }, { { "srv6-red-1sid-cl-c0", 10 } }, { AT_INGRESS } },
    { "reduced/return-whole", NULL, PACKET_ENCAP_REDUCED, false, TO_CLIENT,
      { { "srv6-red-1sid-eg-e2", 10 } }, { { "srv6-red-1sid-cl-c0", 10 } }, { AT_EGRESS, IN_CORE, AT_INGRESS } },
    /* Service Affinity: `pe` is the ingress's core link. Redirected connections go to a unicast address. */
    { "affinity/ingress", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "sa-200-100-client", 25 } }, { { "sa-200-100-pe", 25 } }, { AT_INGRESS } },
    { "affinity/egress", NULL, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "sa-200-100-pe", 25 } }, { { "sa-200-100-site", 25 } }, { IN_CORE, AT_EGRESS } },
    { "affinity/return-egress", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "sa-200-100-site", 25 } }, { { "sa-200-100-pe", 25 } }, { AT_EGRESS, IN_CORE } },
    { "affinity/return-ingress", NULL, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "sa-200-100-pe", 25 } }, { { "sa-200-100-client", 25 } }, { AT_INGRESS } },
    /* End.CATS: `pe` is the egress's core link. The kernel chose a site by a hash of its own, so any will do. */
    { "cats/ingress", CATS_SID, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "cats-encap-2sid-client", 80 } }, { { "cats-encap-2sid-pe", 80 } }, { AT_INGRESS, IN_CORE } },
    { "cats/egress", CATS_SID, PACKET_ENCAP_FULL, true, TO_SERVICE,
      { { "cats-encap-2sid-pe", 80 } }, CATS_SITES, { AT_EGRESS } },
    { "cats/return-egress", CATS_SID, PACKET_ENCAP_FULL, true, TO_CLIENT,
      CATS_SITES, { { "cats-encap-2sid-pe", 80 } }, { AT_EGRESS } },
    { "cats/return-ingress", CATS_SID, PACKET_ENCAP_FULL, true, TO_CLIENT,
      { { "cats-encap-2sid-pe", 80 } }, { { "cats-encap-2sid-client", 80 } }, { IN_CORE, AT_INGRESS } },
};
/* clang-format on */

static const char *samples;

/* The nodes below are those of samples/README.md. */

static unsigned put_path(const leg *l, uint8_t segments[][16], const char *last)
{
    unsigned count = 0;
    if (l->by_core) {
        test_sid(segments[count++], CORE_END);
    }
    test_sid(segments[count++], last);
    return count;
}

static ingress *ingress_of(const leg *l, const role_sink *sink)
{
    ingress_config config = { .name = "in", .locator_length = 48, .encapsulation = l->mode };
    test_sid(config.source, INGRESS_SOURCE);
    test_sid(config.locator, "5f00:0:1::");
    ingress *in = ingress_new(&config);

    const char *sid4 = l->end_cats != NULL ? l->end_cats : "5f00:0:e:42::";
    const char *sid6 = l->end_cats != NULL ? l->end_cats : "5f00:0:e:62::";
    ingress_offer offer4 = {
        .egress = "eg", .service = test_address("192.0.2.80"), .score = 7, .aggregate_id = 0x102
    };
    ingress_offer offer6 = {
        .egress = "eg", .service = test_address("2001:db8:80::80"), .score = 7, .aggregate_id = 0x102
    };
    offer4.segment_count = put_path(l, offer4.segments, sid4);
    offer6.segment_count = put_path(l, offer6.segments, sid6);
    g_assert_true(ingress_set_offer(in, 0, &offer4, sink));
    g_assert_true(ingress_set_offer(in, 0, &offer6, sink));

    ingress_route node4 = { .prefix = test_address("10.3.2.0"), .prefix_length = 24 };
    ingress_route node6 = { .prefix = test_address("2001:db8:3:2::"), .prefix_length = 64 };
    node4.segment_count = put_path(l, node4.segments, sid4);
    node6.segment_count = put_path(l, node6.segments, sid6);
    g_assert_true(ingress_set_route(in, &node4));
    g_assert_true(ingress_set_route(in, &node6));
    return in;
}

static void add_sid(egress *e, const char *prefix, unsigned length, egress_action action,
                    const char *behavior)
{
    egress_sid sid = { .prefix_length = length, .action = action, .site = 1 };
    test_sid(sid.prefix, prefix);
    g_assert_true(cats_behavior_parse(behavior, &sid.behavior));
    g_assert_true(egress_add_sid(e, &sid));
}

static egress *egress_of(const leg *l)
{
    egress_config config = { .name = "eg", .encapsulation = l->mode };
    test_sid(config.source, EGRESS_SOURCE);
    egress *e = egress_new(&config);
    egress_add_site(e, "site1", 2);
    egress_add_site(e, "site2", 1);
    egress_add_site(e, "site3", 1);
    add_sid(e, "5f00:0:e:42::", 128, EGRESS_TO_SITE, "End.DX4");
    add_sid(e, "5f00:0:e:62::", 128, EGRESS_TO_SITE, "End.DX6");
    add_sid(e, "5f00:0:e:ca75::", 64, EGRESS_SECOND_ROUND, "End.CATS");
    cats_address service = test_address("2001:db8:80::80");
    egress_add_service(e, &service);

    ingress_route back4 = { .prefix = test_address("10.1.0.0"), .prefix_length = 24, .segment_count = 1 };
    ingress_route back6 = { .prefix = test_address("2001:db8:1::"), .prefix_length = 64, .segment_count = 1 };
    test_sid(back4.segments[0], "5f00:0:1:4::");
    test_sid(back6.segments[0], "5f00:0:1:6::");
    g_assert_true(egress_add_return_route(e, &back4));
    g_assert_true(egress_add_return_route(e, &back6));
    return e;
}

/* The core router, IPv6 only: one hop, and the End behaviour (RFC 8986 s4.1) at its own SID. */
static GBytes *core_step(GBytes *ip)
{
    gsize length;
    uint8_t *octets = g_bytes_unref_to_data(ip, &length);
    cats_address end = test_address(CORE_END);
    g_assert_cmpuint(length, >, 40);
    octets[7]--; /* Hop Limit */
    if (memcmp(octets + 24, end.octets, 16) == 0) {
        uint8_t *routing = octets + 40;
        g_assert_cmpuint(octets[6], ==, PACKET_PROTOCOL_ROUTING);
        g_assert_cmpuint(routing[3], >, 0); /* Segments Left */
        routing[3]--;
        memcpy(octets + 24, routing + SRH_FIXED_LENGTH + 16 * routing[3], 16);
    }
    return g_bytes_new_take(octets, length);
}

/* TCP packets of one direction, tunnelled or not, each without its link header and the link's padding. */
static GPtrArray *packets_of(const char *name, direction wanted)
{
    char *file = g_strconcat(name, ".pcap", NULL);
    char *path = g_build_filename(samples, file, NULL);
    GError *error = NULL;
    capture_reader *reader = capture_reader_open(path, NULL, &error);
    g_assert_no_error(error);

    GPtrArray *packets = g_ptr_array_new_with_free_func((GDestroyNotify)(void (*)(void))g_bytes_unref);
    cats_address client4 = test_address("10.1.0.2"), client6 = test_address("2001:db8:1::2");
    capture_frame frame;
    capture_status status;
    while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME) {
        packet p;
        packet_walk(frame.link_type, frame.data, frame.captured, frame.wire, &p);
        const packet_ip *innermost = packet_innermost(&p);
        if (innermost == NULL || p.transport != PACKET_TCP) {
            continue;
        }
        cats_address source = packet_source(&p, innermost);
        bool from_client = cats_address_equal(&source, &client4) || cats_address_equal(&source, &client6);
        if (from_client == (wanted == TO_SERVICE)) {
            g_ptr_array_add(packets, g_bytes_new(frame.data + p.ip[0].offset, p.ip[0].end - p.ip[0].offset));
        }
    }
    g_assert_cmpint(status, ==, CAPTURE_END);
    capture_reader_close(reader);
    g_free(path);
    g_free(file);
    return packets;
}

typedef struct queue {
    GPtrArray *packets;
    unsigned next;
} queue;

static GBytes *head(const queue *q)
{
    return q->packets != NULL && q->next < q->packets->len ? g_ptr_array_index(q->packets, q->next) : NULL;
}

typedef struct nodes {
    ingress *in;
    egress *eg;
    role_recorder *recorder;
} nodes;

/* It left towards the next link of the leg: the SID's site, or any for End.CATS. */
static void assert_port(const leg *l, step at, unsigned port)
{
    if (at == AT_INGRESS) {
        g_assert_cmpuint(port, ==, l->direction == TO_SERVICE ? INGRESS_PORT_CORE : INGRESS_PORT_CLIENTS);
    } else if (l->direction == TO_CLIENT) {
        g_assert_cmpuint(port, ==, EGRESS_PORT_CORE);
    } else if (l->end_cats == NULL) {
        g_assert_cmpuint(port, ==, EGRESS_PORT_FIRST_SITE + 1);
    } else {
        g_assert_cmpuint(port, >=, EGRESS_PORT_FIRST_SITE);
    }
}

static GBytes *pass(const leg *l, const nodes *at, unsigned site, GBytes *ip)
{
    for (unsigned i = 0; i < STEPS_MAX && l->steps[i] != NO_STEP; i++) {
        if (l->steps[i] == IN_CORE) {
            ip = core_step(ip);
            continue;
        }
        role_recorder *recorder = at->recorder;
        gsize length;
        const uint8_t *octets = g_bytes_get_data(ip, &length);
        role_recorder_clear(recorder);
        if (l->steps[i] == AT_INGRESS) {
            unsigned port = l->direction == TO_SERVICE ? INGRESS_PORT_CLIENTS : INGRESS_PORT_CORE;
            ingress_packet(at->in, 0, port, octets, length, &recorder->sink);
        } else {
            unsigned port = l->direction == TO_SERVICE ? EGRESS_PORT_CORE : EGRESS_PORT_FIRST_SITE + site;
            egress_packet(at->eg, 0, port, octets, length, &recorder->sink);
        }
        g_assert_cmpstr(recorder->drop, ==, NULL);
        g_assert_cmpuint(recorder->packets, ==, 1);
        assert_port(l, l->steps[i], recorder->port);
        g_bytes_unref(ip);
        ip = g_bytes_new(recorder->octets, recorder->length);
    }
    return ip;
}

static void fail_unequal(GBytes *made, GBytes *captured)
{
    gsize made_length, captured_length;
    const uint8_t *a = g_bytes_get_data(made, &made_length);
    const uint8_t *b = g_bytes_get_data(captured, &captured_length);
    assert_octets(a, made_length, b, captured_length);
}

/* Moves past one packet that heads a queue on each side; false when both sides are used up. */
static bool match_next(queue from[SIDE_MAX], queue to[SIDE_MAX])
{
    GBytes *made = NULL, *captured = NULL;
    for (unsigned f = 0; f < SIDE_MAX; f++) {
        for (unsigned t = 0; t < SIDE_MAX; t++) {
            GBytes *a = head(&from[f]), *b = head(&to[t]);
            if (a != NULL && b != NULL && g_bytes_equal(a, b)) {
                from[f].next++;
                to[t].next++;
                return true;
            }
            made = a != NULL ? a : made;
            captured = b != NULL ? b : captured;
        }
    }
    if (made != NULL && captured != NULL) {
        fail_unequal(made, captured);
    }
    g_assert_true(made == NULL && captured == NULL);
    return false;
}

static void test_leg(gconstpointer data)
{
    const leg *l = data;
    role_recorder *recorder = role_recorder_new();
    nodes at = { ingress_of(l, &recorder->sink), egress_of(l), recorder };
    queue from[SIDE_MAX] = { { NULL, 0 } }, to[SIDE_MAX] = { { NULL, 0 } };

    for (unsigned i = 0; i < SIDE_MAX; i++) {
        if (l->from[i].file != NULL) {
            from[i].packets = packets_of(l->from[i].file, l->direction);
            for (unsigned k = 0; k < from[i].packets->len; k++) {
                GBytes **ip = (GBytes **)&from[i].packets->pdata[k];
                *ip = pass(l, &at, i, *ip);
            }
        }
        if (l->to[i].file != NULL) {
            to[i].packets = packets_of(l->to[i].file, l->direction);
        }
    }
    unsigned matched = 0;
    while (match_next(from, to)) {
        matched++;
    }
    g_test_message("%s: %u packets matched", l->name, matched);
    g_assert_cmpuint(matched, >, 0);
    for (unsigned i = 0; i < SIDE_MAX; i++) {
        g_assert_cmpuint(from[i].next, ==, l->from[i].packets);
        g_assert_cmpuint(to[i].next, ==, l->to[i].packets);
        g_clear_pointer(&from[i].packets, g_ptr_array_unref);
        g_clear_pointer(&to[i].packets, g_ptr_array_unref);
    }
    ingress_free(at.in);
    egress_free(at.eg);
    role_recorder_free(recorder);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    if (argc != 2) {
        g_printerr("usage: kernel-agreement [GLib test options] SAMPLES\n");
        return EXIT_FAILURE;
    }
    samples = argv[1];
    for (size_t i = 0; i < G_N_ELEMENTS(legs); i++) {
        char *path = g_strconcat("/kernel-agreement/", legs[i].name, NULL);
        g_test_add_data_func(path, &legs[i], test_leg);
        g_free(path);
    }
    return g_test_run();
}
