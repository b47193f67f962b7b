/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An egress with every kind of SID and three sites of weights 2, 1 and 1, shared by its tests. */
#ifndef CATSHARK_TESTS_EGRESS_FIXTURE_H
#define CATSHARK_TESTS_EGRESS_FIXTURE_H

#include "capture-tools/roles/egress.h"
#include "epan-cats/cats-behavior.h"
#include "tests/flow-packets.h"
#include "tests/role-recorder.h"

#include <glib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define SID_CATS "5f00:0:e:ca75:3800:102::"
#define SID_DX4 "5f00:0:e:42::"
#define SID_DX6 "5f00:0:e:62::"
#define SID_DT4 "5f00:0:e:d4::"
#define SID_DT6 "5f00:0:e:d6::"
#define SID_DT46 "5f00:0:e:d46::"

static const char *const services[] = { FLOW_SERVICE_IPV4, FLOW_SERVICE_IPV6 };
static const char *const three_names[] = { "site1", "site2", "site3" };

typedef struct fixture {
    egress *e;
    role_recorder *recorder;
} fixture;

static inline void add_sid(egress *e, const char *prefix, unsigned length, egress_action action,
                           const char *behavior, unsigned site)
{
    egress_sid sid = { .prefix_length = length, .action = action, .site = site };
    test_sid(sid.prefix, prefix);
    g_assert_true(cats_behavior_parse(behavior, &sid.behavior));
    g_assert_true(egress_add_sid(e, &sid));
}

static inline void add_return_route(egress *e, const char *prefix, unsigned length, const char *sid)
{
    ingress_route route = { .prefix = test_address(prefix), .prefix_length = length, .segment_count = 1 };
    test_sid(route.segments[0], sid);
    g_assert_true(egress_add_return_route(e, &route));
}

static inline void add_site_route(egress *e, const char *prefix, unsigned length, unsigned site)
{
    cats_address parsed = test_address(prefix);
    g_assert_true(egress_add_site_route(e, &parsed, length, site));
}

/* An egress with these sites and every kind of SID. */
static inline fixture start_with(unsigned sites, const char *const *names, const uint32_t *weights)
{
    egress_config config = { .name = "eg1",
                             .encapsulation = PACKET_ENCAP_FULL,
                             .report_max_age_ns = 10 * SECOND };
    test_sid(config.source, "5f00:0:e::100");
    fixture f = { egress_new(&config), role_recorder_new() };
    for (unsigned i = 0; i < sites; i++) {
        g_assert_cmpuint(egress_add_site(f.e, names[i], weights[i]), ==, i);
    }
    add_sid(f.e, "5f00:0:e:ca75::", 64, EGRESS_SECOND_ROUND, "End.CATS", 0);
    add_sid(f.e, SID_DX4, 128, EGRESS_TO_SITE, "End.DX4", 1);
    add_sid(f.e, SID_DX6, 128, EGRESS_TO_SITE, "End.DX6", 1);
    add_sid(f.e, SID_DT4, 128, EGRESS_LOOKUP, "End.DT4", 0);
    add_sid(f.e, SID_DT6, 128, EGRESS_LOOKUP, "End.DT6", 0);
    add_sid(f.e, SID_DT46, 128, EGRESS_LOOKUP, "End.DT46", 0);
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        cats_address service = test_address(services[i]);
        egress_add_service(f.e, &service);
    }
    add_site_route(f.e, "10.3.1.0", 24, 0);
    add_site_route(f.e, "10.3.2.0", 24, 1);
    add_site_route(f.e, "2001:db8:3:1::", 64, 0);
    add_site_route(f.e, "2001:db8:3:2::", 64, 1);
    add_return_route(f.e, "10.1.0.0", 16, "5f00:0:1:d46::");
    add_return_route(f.e, "2001:db8:1::", 48, "5f00:0:1:d46::");
    return f;
}

static inline fixture start(void)
{
    static const uint32_t weights[] = { 2, 1, 1 };
    return start_with(3, three_names, weights);
}

static inline void stop(fixture *f)
{
    egress_free(f->e);
    role_recorder_free(f->recorder);
}

static inline void send(fixture *f, unsigned port, const flow_packet *sent)
{
    role_recorder_clear(f->recorder);
    egress_packet(f->e, 0, port, sent->octets, sent->length, &f->recorder->sink);
}

static inline void assert_dropped(const fixture *f, const char *reason)
{
    g_assert_cmpstr(f->recorder->drop, ==, reason);
    g_assert_cmpuint(f->recorder->drops, ==, 1);
    g_assert_cmpuint(f->recorder->packets, ==, 0);
}

/* The site that the packet went to; it left with one hop less and nothing else changed. */
static inline unsigned site_of(fixture *f, const flow_packet *inner, const char *sid)
{
    flow_packet sent = flow_packet_in(inner, sid), expected = *inner;
    flow_packet_set_hop_limit(&expected, 63);
    send(f, EGRESS_PORT_CORE, &sent);
    g_assert_cmpuint(f->recorder->packets, ==, 1);
    g_assert_cmpuint(f->recorder->port, >=, EGRESS_PORT_FIRST_SITE);
    assert_octets(f->recorder->octets, f->recorder->length, expected.octets, expected.length);
    return f->recorder->port - EGRESS_PORT_FIRST_SITE;
}

static inline unsigned site_of_flow(fixture *f, unsigned flow, const char *service)
{
    flow_packet inner = flow_packet_make(flow, service);
    return site_of(f, &inner, SID_CATS);
}

#endif
