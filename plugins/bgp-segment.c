/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a segment's header, hands its octets to the store of routes. */
#include "bgp-segment.h"

#include "addresses.h"
#include "bgp-message.h"
#include "fields.h"
#include "frame-updates.h"
#include "hooks.h"
#include "preferences.h"
#include "route-store.h"

#include "epan-cats/affinity-rules.h"
#include "epan-cats/bgp-stream.h"

enum { PORTS_LENGTH = 4, SEQUENCE_AT = 4, FLAGS_AT = 12, HEADER_MIN = 20 };

static bool has_port(tvbuff_t *tvb)
{
    if (tvb_captured_length(tvb) < PORTS_LENGTH)
        return false;
    uint32_t ports = tvb_get_ntohl(tvb, 0);
    return ports >> 16 == BGP_PORT || (ports & 0xffff) == BGP_PORT;
}

/* As bgp_segment_of reads it of a walked frame. */
static bool read_segment(packet_info *pinfo, tvbuff_t *tvb, bgp_direction *of, bgp_segment *segment)
{
    uint32_t captured = tvb_captured_length(tvb), length = tvb_reported_length(tvb);
    if (captured < HEADER_MIN)
        return false;
    uint16_t flags = tvb_get_ntohs(tvb, FLAGS_AT);
    uint32_t header = (flags >> 12) * 4u;
    if (header < HEADER_MIN || header > captured)
        return false;
    bool opens = (flags & TCP_FLAG_SYN) != 0;
    uint32_t there = captured - header;
    if (!opens && (length == header || (flags & TCP_FLAG_RST) != 0))
        return false;
    *of = (bgp_direction){ address_read(&pinfo->src), address_read(&pinfo->dst), tvb_get_ntohs(tvb, 0),
                           tvb_get_ntohs(tvb, 2) };
    *segment = (bgp_segment){ .of = of,
                              .sequence = tvb_get_ntohl(tvb, SEQUENCE_AT),
                              .opens = opens,
                              .octets = there > 0 ? tvb_get_ptr(tvb, (int)header, (int)there) : NULL,
                              .length = there,
                              .missing = MAX(length - captured, pinfo->fragmented ? 1u : 0u) };
    return true;
}

bool bgp_segment_note(packet_info *pinfo, tvbuff_t *tvb)
{
    if (!has_port(tvb) || pinfo->flags.in_error_pkt || !cats_is_enabled() || !bgp_message_is_enabled())
        return false;
    bgp_direction of;
    bgp_segment segment;
    if (frame_updates_start(pinfo, frame_place(pinfo, tvb)))
        return true;
    return !PINFO_FD_VISITED(pinfo) && read_segment(pinfo, tvb, &of, &segment) &&
           route_store_take(pinfo, &segment);
}

/* The UPDATE's octets may be of several segments, so they have a tab of their own. */
static void show_left(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree, const bgp_message *message,
                      bool changed)
{
    int length = (int)message->length;
    const uint8_t *octets = wmem_memdup(pinfo->pool, message->body - BGP_HEADER_LENGTH, message->length);
    tvbuff_t *own = tvb_new_child_real_data(tvb, octets, (guint)length, length);
    add_new_data_source(pinfo, own, "BGP UPDATE");
    proto_tree *subtree = proto_tree_add_subtree(tree, own, 0, length, ett_cats_route, NULL,
                                                 "BGP UPDATE that Wireshark leaves out");
    const bgp_place place = { .tree = subtree, .tvb = own };
    const bgp_message whole = { .length = message->length,
                                .type = message->type,
                                .body = octets + BGP_HEADER_LENGTH };
    bgp_message_show(pinfo, &place, &whole, changed);
}

void bgp_segment_show(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree)
{
    uint32_t next = 0;
    bgp_message message;
    bool changed;
    while (frame_updates_left(pinfo, &next, &message, &changed))
        show_left(pinfo, tvb, tree, &message, changed);
}
