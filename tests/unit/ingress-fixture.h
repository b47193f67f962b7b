/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An ingress with numbered egresses on offer, shared by its tests. */
#ifndef CATSHARK_TESTS_INGRESS_FIXTURE_H
#define CATSHARK_TESTS_INGRESS_FIXTURE_H

#include "capture-tools/roles/ingress.h"
#include "tests/flow-packets.h"
#include "tests/role-recorder.h"

#include <glib.h>
#include <string.h>

static const char *const services[] = { FLOW_SERVICE_IPV4, FLOW_SERVICE_IPV6 };

typedef struct fixture {
    ingress *in;
    role_recorder *recorder;
} fixture;

static inline ingress_config config_of(packet_encapsulation mode)
{
    ingress_config config = {
        .name = "in1", .locator_length = 48, .block_length = 16, .encapsulation = mode
    };
    test_sid(config.source, "5f00:0:1::100");
    test_sid(config.locator, "5f00:0:1::");
    test_sid(config.block, "5f00::");
    return config;
}

static inline fixture start(const ingress_config *config)
{
    return (fixture){ ingress_new(config), role_recorder_new() };
}

static inline void stop(fixture *f)
{
    ingress_free(f->in);
    role_recorder_free(f->recorder);
}

/* Egress number `e` with this score; its SID is End.CATS with the aggregate in the argument. */
static inline bool offer(fixture *f, const char *service, unsigned e, uint8_t score, uint32_t aggregate_id)
{
    char name[8], sid[40];
    g_snprintf(name, sizeof name, "e%u", e);
    g_snprintf(sid, sizeof sid, "5f00:0:e%u:ca75:3800:%x::", e, aggregate_id);
    ingress_offer made = { .egress = name,
                           .service = test_address(service),
                           .segment_count = 2,
                           .score = score,
                           .aggregate_id = aggregate_id };
    test_sid(made.segments[0], "5f00:0:c:1::");
    test_sid(made.segments[1], sid);
    return ingress_set_offer(f->in, 0, &made, &f->recorder->sink);
}

static inline void send_at(fixture *f, int64_t now, unsigned port, const flow_packet *sent)
{
    role_recorder_clear(f->recorder);
    ingress_packet(f->in, now, port, sent->octets, sent->length, &f->recorder->sink);
}

static inline void send(fixture *f, unsigned port, const flow_packet *sent)
{
    send_at(f, 0, port, sent);
}

static inline void assert_dropped(const fixture *f, const char *reason)
{
    g_assert_cmpstr(f->recorder->drop, ==, reason);
    g_assert_cmpuint(f->recorder->drops, ==, 1);
    g_assert_cmpuint(f->recorder->packets, ==, 0);
}

/* The last SID of what came out: Segment List[0] of the SRH that offers with two segments give. */
static inline const uint8_t *sid_of(const fixture *f)
{
    g_assert_cmpuint(f->recorder->packets, ==, 1);
    g_assert_cmpuint(f->recorder->port, ==, INGRESS_PORT_CORE);
    return f->recorder->octets + 40 + SRH_FIXED_LENGTH;
}

/* Number of the egress that the flow goes to now, by its SID. */
static inline unsigned egress_of(fixture *f, unsigned flow, const char *service)
{
    flow_packet sent = flow_packet_make(flow, service);
    send(f, INGRESS_PORT_CLIENTS, &sent);
    return sid_of(f)[5] & 0x0f;
}

#endif
