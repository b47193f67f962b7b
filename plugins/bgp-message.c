/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of BGP over TCP. Wireshark puts messages together and takes them apart; behind it every
 * whole message in the same octets is looked at again, for there need not be a tree. Spec: RFC 4271 s4. */
#include "bgp-message.h"

#include "frame-updates.h"
#include "hooks.h"
#include "preferences.h"

static dissector_handle_t bgp;
static int proto_wrapper = -1;

bool bgp_message_is_enabled(void)
{
    static dissector_table_t ports;
    static protocol_t *protocol;
    if (ports == NULL) {
        ports = find_dissector_table("tcp.port");
        protocol = find_protocol_by_id(proto_get_id_by_filter_name("bgp"));
    }
    dissector_handle_t at_port = dissector_get_uint_handle(ports, BGP_PORT);
    return at_port != NULL && dissector_handle_get_protocol_index(at_port) == proto_wrapper &&
           proto_is_protocol_enabled(protocol);
}

void bgp_message_show(packet_info *pinfo, const bgp_place *place, const bgp_message *message, bool changed)
{
    cats_route_update update;
    cats_defect defect;
    if (cats_route_update_read(route_settings(), message->body, message->length - BGP_HEADER_LENGTH, &update,
                               &defect))
        route_show(pinfo, place, message, &update, changed);
}

static void show_messages(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree)
{
    const bgp_place place = { .tree = tree, .tvb = tvb };
    size_t available = tvb_captured_length(tvb);
    const uint8_t *octets = tvb_get_ptr(tvb, 0, (int)available);
    bgp_message message;
    cats_defect defect;
    bool changed;
    /* Wireshark looks for a marker in the same way. */
    size_t next = bgp_message_first(octets, available);
    while (bgp_message_next(octets, available, &next, &message, &defect) == BGP_MESSAGE)
        if (message.type == BGP_UPDATE && frame_updates_claim(pinfo, &message, &changed))
            bgp_message_show(pinfo, &place, &message, changed);
}

static int dissect_bgp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!cats_is_enabled() || pinfo->flags.in_error_pkt || tvb_captured_length(tvb) == 0)
        return hook_pass_on(bgp, tvb, pinfo, tree, data);
    volatile int length = 0;
    TRY
    {
        length = hook_pass_on(bgp, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        show_messages(tvb, pinfo, tree);
    }
    ENDTRY;
    return length;
}

void bgp_message_register(void)
{
    proto_wrapper = hook_protocol("bgp", "BGP (CATS aware)", "cats.wrapper.bgp");
}

void bgp_message_handoff(void)
{
    bgp = hook_in_front("tcp.port", BGP_PORT, dissect_bgp, proto_wrapper);
}
