/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP and UDP in no SRv6 encapsulation that are of a steered flow. Spec: docs/rules.md. */
#include "plain-packet.h"

#include "addresses.h"
#include "fields.h"
#include "flow-view.h"
#include "hooks.h"
#include "preferences.h"
#include "srv6.h"
#include "tree.h"

#define PORTS_LENGTH 4

static bool read_ipv4(const ws_ip4 *ip4, inner_packet *packet)
{
    if (ip4->ip_src.len != 4 || ip4->ip_dst.len != 4 || (ip4->ip_off & IPV4_FRAGMENT_MASK) != 0)
        return false;
    packet->key.source = address_read(&ip4->ip_src);
    packet->key.destination = address_read(&ip4->ip_dst);
    packet->hop_limit = ip4->ip_ttl;
    return true;
}

static bool read_ipv6(const ws_ip6 *ip6, inner_packet *packet)
{
    if (ip6->ip6_src.len != 16 || ip6->ip6_dst.len != 16 || srv6_is_fragment(ip6))
        return false;
    packet->key.source = address_read(&ip6->ip6_src);
    packet->key.destination = address_read(&ip6->ip6_dst);
    packet->hop_limit = ip6->ip6_hop;
    return true;
}

static bool read_ip(const void *data, inner_packet *packet)
{
    const ws_ip4 *ip4 = WS_IP4_PTR(data);
    const ws_ip6 *ip6 = WS_IP6_PTR(data);
    return ip4 != NULL ? read_ipv4(ip4, packet) : ip6 != NULL && read_ipv6(ip6, packet);
}

bool plain_packet_note(packet_info *pinfo, tvbuff_t *tvb, const void *data, uint8_t protocol, flow_note *note)
{
    if (pinfo->flags.in_error_pkt || srv6_is_encapsulated() || !cats_is_enabled())
        return false;
    inner_packet packet = { .is_ip = true, .key = { .protocol = protocol, .ports_known = 1 } };
    size_t captured = tvb_captured_length(tvb);
    if (captured < PORTS_LENGTH || !read_ip(data, &packet))
        return false;
    packet.key.source_port = tvb_get_ntohs(tvb, 0);
    packet.key.destination_port = tvb_get_ntohs(tvb, 2);
    if (protocol == IP_PROTO_TCP)
        inner_packet_read_tcp(tvb_get_ptr(tvb, 0, (int)captured), captured, tvb_reported_length(tvb),
                              &packet);
    return steering_flow_note(pinfo, frame_place(pinfo, tvb), &packet, NULL, NULL, note);
}

void plain_packet_show(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree, proto_node *mark, int transport,
                       const flow_note *note)
{
    proto_item *item = proto_tree_add_item(tree, proto_cats, tvb, 0, 0, ENC_NA);
    proto_node *header = tree_first_behind(tree, mark, transport);
    if (header != NULL)
        proto_tree_move_item(tree, header, item);
    flow_show(tvb, pinfo, item, note);
    flow_tap(pinfo, NULL, NULL, NULL, note);
}
