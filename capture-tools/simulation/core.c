/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A transit router for IPv6: longest prefix by a short list, End by lowering Segments Left.
 * Spec: RFC 8986 s4.1 (End), s4.16.1 (no penultimate pop); RFC 8754 s4.3; RFC 8200 s3. */
#include "core.h"
#include "epan-cats/packet.h"
#include "epan-cats/srh.h"
#include <string.h>

enum {
    IPV6_HEADER = 40,
    IPV6_NEXT_HEADER = 6,
    IPV6_HOP_LIMIT = 7,
    IPV6_DESTINATION = 24,
    SRH_SEGMENTS_LEFT = 3
};

typedef struct core_route {
    cats_address prefix;
    unsigned length, port;
} core_route;

struct core_router {
    station at; /* first: context of station_drop() */
    cats_address sid;
    GArray *routes; /* of core_route, longest prefix first */
    uint64_t forwarded;
};

typedef enum core_verdict {
    CORE_FORWARD,
    CORE_END,
    CORE_NO_ROUTE,
    CORE_HOP_LIMIT,
    CORE_MALFORMED
} core_verdict;

static const core_route *route_to(const core_router *core, const cats_address *destination)
{
    for (unsigned i = 0; i < core->routes->len; i++) {
        const core_route *route = &g_array_index(core->routes, core_route, i);
        if (cats_address_in_prefix(destination, &route->prefix, route->length))
            return route;
    }
    return NULL;
}

/* End: the next segment becomes the destination. */
static bool end_sid(uint8_t *octets, size_t length)
{
    srh_view srh;
    cats_defect defect;
    if (octets[IPV6_NEXT_HEADER] != PACKET_PROTOCOL_ROUTING ||
        !srh_parse(octets + IPV6_HEADER, length - IPV6_HEADER, &srh, &defect) || srh.segments_left == 0)
        return false;
    unsigned left = srh.segments_left - 1u;
    octets[IPV6_HEADER + SRH_SEGMENTS_LEFT] = (uint8_t)left;
    memcpy(octets + IPV6_DESTINATION, srh_segment(&srh, left), 16);
    return true;
}

/* Does to the octets what a router does to it; *port is valid unless the verdict is to drop it. */
static core_verdict process(const core_router *core, uint8_t *octets, size_t length, unsigned *port)
{
    core_verdict verdict = CORE_FORWARD;
    if (length < IPV6_HEADER || octets[0] >> 4 != 6)
        return CORE_NO_ROUTE;
    cats_address destination = cats_address_ipv6(octets + IPV6_DESTINATION);
    if (core->sid.family != 0 && cats_address_equal(&destination, &core->sid)) {
        if (!end_sid(octets, length))
            return CORE_MALFORMED;
        destination = cats_address_ipv6(octets + IPV6_DESTINATION);
        verdict = CORE_END;
    }
    if (octets[IPV6_HOP_LIMIT] <= 1)
        return CORE_HOP_LIMIT;
    octets[IPV6_HOP_LIMIT]--;
    const core_route *route = route_to(core, &destination);
    if (route == NULL)
        return CORE_NO_ROUTE;
    *port = route->port;
    return verdict;
}

static void forward(core_router *core, int64_t now, unsigned port, network_frame *frame, const char *comment)
{
    const simulation *sim = core->at.sim;
    core->forwarded++;
    if (port < sim->topology->ingress_count || !faults_at(sim->faults, FAULT_CORE_OUT)) {
        network_forward(sim->net, now, core->at.node, port, frame, comment);
        return;
    }
    fault_packet about = { .egress = port - (unsigned)sim->topology->ingress_count };
    station_send(&core->at, port, network_frame_packet(frame), frame->length, comment, FAULT_CORE_OUT,
                 &about);
    network_release(sim->net, frame);
}

static bool core_receive(void *context, int64_t now, unsigned port, network_frame *frame)
{
    static const char *const words[] = {
        [CORE_NO_ROUTE] = "no-route", [CORE_HOP_LIMIT] = "hop-limit", [CORE_MALFORMED] = "malformed"
    };
    core_router *core = context;
    (void)port;
    unsigned out = 0;
    core_verdict verdict = process(core, network_frame_packet(frame), frame->length, &out);
    if (verdict != CORE_FORWARD && verdict != CORE_END) {
        station_drop(core, words[verdict]);
        return false;
    }
    forward(core, now, out, frame, verdict == CORE_END ? "core: End, next segment" : "");
    return true;
}

core_router *core_new(const simulation *sim)
{
    core_router *core = g_new0(core_router, 1);
    core->at.sim = sim;
    core->at.name = "core";
    core->sid = sim->topology->core_sid;
    core->routes = g_array_new(FALSE, FALSE, sizeof(core_route));
    core->at.node = network_add_node(sim->net, core->at.name, core_receive, core);
    return core;
}

void core_free(core_router *core)
{
    if (core == NULL)
        return;
    g_array_free(core->routes, TRUE);
    g_free(core);
}

unsigned core_node(const core_router *core)
{
    return core->at.node;
}

void core_add_route(core_router *core, const cats_address *prefix, unsigned length, unsigned port)
{
    core_route added = { .prefix = *prefix, .length = length, .port = port };
    unsigned at = 0;
    while (at < core->routes->len && g_array_index(core->routes, core_route, at).length >= length)
        at++;
    g_array_insert_val(core->routes, at, added);
}

core_counts core_count(const core_router *core)
{
    return (core_counts){ .forwarded = core->forwarded, .dropped = core->at.dropped };
}
