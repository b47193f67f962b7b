/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of what tells SRv6 apart: the routing and fragment headers of IPv6, and the encapsulated
 * packet behind next header 4, 41 or 143. One IPv6 header is judged once: before the encapsulated packet is
 * dissected where there is one, else when its last extension header is done. Spec: RFC 8754, RFC 8986, RFC
 * 8200 s4. */
#include "srv6.h"

#include "capture-end.h"
#include "flow-view.h"
#include "hooks.h"
#include "inner-packet.h"
#include "preferences.h"
#include "steering-view.h"

#include "epan-cats/cats-rules.h"

/* Octets of extension headers. */
enum {
    AT_NEXT_HEADER = 0,
    AT_HDR_EXT_LEN = 1,
    AT_ROUTING_TYPE = 2,
    AT_FRAGMENT_OFFSET = 2,
    FRAGMENT_LENGTH = 8
};

/* An IPv6 header whose extension headers are being dissected, innermost first. Lives on the stack of the
 * wrapper that came first. */
typedef struct outer_header {
    struct outer_header *outer;
    const ws_ip6 *ip6;
    proto_tree *tree;
    proto_tree *routing_tree; /* NULL until the SRH's own dissector runs */
    tvbuff_t *srh;            /* NULL without an SRH */
    tvbuff_t *fragment;       /* NULL without a fragment header */
    bool judged;
} outer_header;

static outer_header *current;
static unsigned encapsulations; /* within which the current octets are */

typedef enum extension { ROUTING_HEADER, FRAGMENT_HEADER, EXTENSIONS } extension;

static dissector_handle_t extension_handles[EXTENSIONS];
static dissector_handle_t segment_routing;

/* What a SID's upper layer can be, and who stood there before. */
static struct {
    guint32 next_header;
    const char *wrapped, *name, *filter;
    int wrapper;
    dissector_handle_t handle;
} tunnels[] = {
    { CATS_INNER_IPV4, "ip", "IPv4 (SRv6 aware)", "cats.wrapper.ip", -1, NULL },
    { CATS_INNER_IPV6, "ipv6", "IPv6 (SRv6 aware)", "cats.wrapper.ipv6", -1, NULL },
    { CATS_INNER_ETHERNET, "eth", "Ethernet (SRv6 aware)", "cats.wrapper.eth", -1, NULL },
};

static const ws_ip6 *ip6_of(void *data)
{
    const ws_ip6 *ip6 = WS_IP6_PTR(data);
    return ip6 != NULL && ip6->ip6_src.len == 16 && ip6->ip6_dst.len == 16 ? ip6 : NULL;
}

static bool is_cut(tvbuff_t *tvb, unsigned octets)
{
    unsigned captured = tvb_captured_length(tvb);
    return captured < octets && captured < tvb_reported_length(tvb);
}

static void set_srh(cats_packet *packet, tvbuff_t *srh)
{
    unsigned captured = tvb_captured_length(srh);
    packet->srh = tvb_get_ptr(srh, 0, (int)captured);
    packet->srh_available = captured;
    unsigned claimed = SRH_FIXED_LENGTH;
    if (captured > AT_HDR_EXT_LEN)
        claimed += 8u * packet->srh[AT_HDR_EXT_LEN];
    packet->srh_captured = !is_cut(srh, claimed);
}

static bool is_extension(uint8_t next_header)
{
    switch (next_header) {
    case IP_PROTO_HOPOPTS:
    case IP_PROTO_ROUTING:
    case IP_PROTO_FRAGMENT:
    case IP_PROTO_AH:
    case IP_PROTO_DSTOPTS:
    case IP_PROTO_MIPV6:
    case IP_PROTO_SHIM6:
        return true;
    default:
        return false;
    }
}

/* Fills in what follows the extension headers of a header behind which no encapsulated packet was dissected.
 * IPv6's dissector leaves the upper layer in the header once it got there; a fragment it may have kept for
 * reassembly. */
static void find_upper_layer(const outer_header *header, cats_packet *packet)
{
    packet->next_header = header->ip6->ip6_nxt;
    if (!is_extension(packet->next_header))
        return;
    packet->fragment = true;
    if (header->fragment == NULL || tvb_captured_length(header->fragment) < FRAGMENT_LENGTH)
        return;
    const uint8_t *octets = tvb_get_ptr(header->fragment, 0, FRAGMENT_LENGTH);
    packet->next_header = octets[AT_NEXT_HEADER];
    packet->fragment = (octets[AT_FRAGMENT_OFFSET] << 8 | (octets[AT_FRAGMENT_OFFSET + 1] & 0xf8)) != 0;
    if (packet->fragment)
        return;
    inner_packet inner;
    inner_packet_read(header->fragment, FRAGMENT_LENGTH, packet->next_header, &inner);
    packet->inner_destination = inner.key.destination;
}

/* The flow of what is encapsulated. Not what an ICMP error quotes; nor a first fragment that waits for the
 * others: the whole packet is of the flow, in the frame in which it is put together. */
static bool note_flow(const packet_info *pinfo, const steering_place *place, const inner_packet *inner,
                      const cats_packet *packet, const cats_steering *steering, flow_note *note)
{
    return inner != NULL && inner->is_ip && steering->encapsulated && !pinfo->flags.in_error_pkt &&
           steering_flow_note(pinfo, frame_place(pinfo, place->near), inner, packet, steering, note);
}

/* True when the packet is SRv6. `inner` is NULL when nothing encapsulated is dissected. */
static bool judge(packet_info *pinfo, const ws_ip6 *ip6, const steering_place *place, cats_packet *packet,
                  const inner_packet *inner, cats_steering *steering)
{
    cats_findings findings;
    flow_note note;
    cats_findings_clear(&findings);
    packet->frame = pinfo->num;
    packet->outer_source = ip6->ip6_src.data;
    packet->outer_destination = ip6->ip6_dst.data;
    packet->flow_label = ip6->ip6_flw;
    if (place->srh != NULL)
        set_srh(packet, place->srh);
    cats_steering_read(cats_settings(), packet, steering, pinfo->flags.in_error_pkt ? NULL : &findings);
    if (!steering->is_srv6)
        return false;
    capture_end_saw(pinfo);
    const flow_note *found = note_flow(pinfo, place, inner, packet, steering, &note) ? &note : NULL;
    steering_show(pinfo, place, packet, steering, &findings, found);
    flow_tap(pinfo, packet, steering, &findings, found);
    return true;
}

static void judge_without_tunnel(packet_info *pinfo, const outer_header *header)
{
    cats_packet packet = { .srh = NULL };
    cats_steering steering;
    find_upper_layer(header, &packet);
    const steering_place place = { .tree = header->tree,
                                   .routing_tree = header->routing_tree,
                                   .srh = header->srh,
                                   .near = header->fragment != NULL ? header->fragment : header->srh };
    judge(pinfo, header->ip6, &place, &packet, NULL, &steering);
}

/* The header that the extension belongs to, or NULL when this is its first that matters. */
static outer_header *header_of(const ws_ip6 *ip6)
{
    return current != NULL && current->ip6 == ip6 ? current : NULL;
}

static void note_extension(outer_header *header, extension which, tvbuff_t *tvb)
{
    if (which == FRAGMENT_HEADER)
        header->fragment = tvb;
    else if (header->srh == NULL)
        header->srh = tvb;
}

static int dissect_first_extension(extension which, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                                   void *data, const ws_ip6 *ip6)
{
    outer_header header = { .outer = current, .ip6 = ip6, .tree = tree };
    volatile int length = 0;
    note_extension(&header, which, tvb);
    current = &header;
    TRY
    {
        length = hook_pass_on(extension_handles[which], tvb, pinfo, tree, data);
    }
    FINALLY
    {
        current = header.outer;
        if (!header.judged)
            judge_without_tunnel(pinfo, &header);
    }
    ENDTRY;
    return length;
}

static int dissect_extension(extension which, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    const ws_ip6 *ip6 = ip6_of(data);
    if (ip6 == NULL || !cats_is_enabled())
        return hook_pass_on(extension_handles[which], tvb, pinfo, tree, data);
    outer_header *header = header_of(ip6);
    if (header == NULL)
        return dissect_first_extension(which, tvb, pinfo, tree, data, ip6);
    note_extension(header, which, tvb);
    return hook_pass_on(extension_handles[which], tvb, pinfo, tree, data);
}

static int dissect_routing_header(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!tvb_bytes_exist(tvb, AT_ROUTING_TYPE, 1) ||
        *tvb_get_ptr(tvb, AT_ROUTING_TYPE, 1) != SRH_ROUTING_TYPE)
        return hook_pass_on(extension_handles[ROUTING_HEADER], tvb, pinfo, tree, data);
    return dissect_extension(ROUTING_HEADER, tvb, pinfo, tree, data);
}

static int dissect_fragment_header(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_extension(FRAGMENT_HEADER, tvb, pinfo, tree, data);
}

/* The one wrapper that is handed the tree of the routing header. */
static int dissect_segment_routing(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (current != NULL && current->routing_tree == NULL)
        current->routing_tree = tree;
    return hook_pass_on(segment_routing, tvb, pinfo, tree, data);
}

static void summarise(packet_info *pinfo, const cats_steering *steering)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address sid = cats_address_ipv6(steering->sid);
    cats_address_format(&sid, text);
    col_append_fstr(pinfo->cinfo, COL_INFO, " SID=%s", text);
}

static int dissect_steered(dissector_handle_t handle, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                           void *data, const cats_steering *steering)
{
    volatile int length = 0;
    encapsulations++;
    TRY
    {
        length = hook_pass_on(handle, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        encapsulations--;
        if (steering->encapsulated)
            summarise(pinfo, steering);
    }
    ENDTRY;
    return length;
}

static int dissect_tunnel(size_t which, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    dissector_handle_t handle = tunnels[which].handle;
    const ws_ip6 *ip6 = ip6_of(data);
    if (ip6 == NULL || !cats_is_enabled())
        return hook_pass_on(handle, tvb, pinfo, tree, data);

    cats_packet packet = { .next_header = (uint8_t)tunnels[which].next_header };
    cats_steering steering;
    steering_place place = { .tree = tree, .near = tvb };
    outer_header *header = header_of(ip6);
    if (header != NULL) {
        place.routing_tree = header->routing_tree;
        place.srh = header->srh;
        header->judged = true;
    }
    inner_packet inner;
    inner_packet_read(tvb, 0, packet.next_header, &inner);
    packet.inner_destination = inner.key.destination;
    if (!judge(pinfo, ip6, &place, &packet, &inner, &steering))
        return hook_pass_on(handle, tvb, pinfo, tree, data);
    return dissect_steered(handle, tvb, pinfo, tree, data, &steering);
}

static int dissect_ipv4(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_tunnel(0, tvb, pinfo, tree, data);
}

static int dissect_ipv6(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_tunnel(1, tvb, pinfo, tree, data);
}

static int dissect_ethernet(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    return dissect_tunnel(2, tvb, pinfo, tree, data);
}

bool srv6_is_encapsulated(void)
{
    return encapsulations > 0;
}

bool srv6_is_fragment(const ws_ip6 *ip6)
{
    const outer_header *header = header_of(ip6);
    return header != NULL && header->fragment != NULL &&
           tvb_bytes_exist(header->fragment, AT_FRAGMENT_OFFSET, 2) &&
           (tvb_get_ntohs(header->fragment, AT_FRAGMENT_OFFSET) & IPV6_FRAGMENT_MASK) != 0;
}

static int wrapper_routing = -1, wrapper_fragment = -1;

void srv6_register(void)
{
    wrapper_routing = hook_protocol("ipv6.routing", "IPv6 Routing (SRv6 aware)", "cats.wrapper.routing");
    wrapper_fragment = hook_protocol("ipv6.fraghdr", "IPv6 Fragment (SRv6 aware)", "cats.wrapper.fraghdr");
    for (size_t i = 0; i < array_length(tunnels); i++)
        tunnels[i].wrapper = hook_protocol(tunnels[i].wrapped, tunnels[i].name, tunnels[i].filter);
}

void srv6_handoff(void)
{
    static const dissector_t dissect[] = { dissect_ipv4, dissect_ipv6, dissect_ethernet };
    for (size_t i = 0; i < array_length(tunnels); i++)
        tunnels[i].handle = hook_in_front("ip.proto", tunnels[i].next_header, dissect[i], tunnels[i].wrapper);
    extension_handles[ROUTING_HEADER] =
        hook_in_front("ip.proto", IP_PROTO_ROUTING, dissect_routing_header, wrapper_routing);
    extension_handles[FRAGMENT_HEADER] =
        hook_in_front("ip.proto", IP_PROTO_FRAGMENT, dissect_fragment_header, wrapper_fragment);
    segment_routing =
        hook_in_front("ipv6.routing.type", SRH_ROUTING_TYPE, dissect_segment_routing, wrapper_routing);
}
