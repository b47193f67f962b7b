/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of BGP over TCP. Wireshark puts messages together and takes them apart; behind it every
 * whole message in the same octets is read for routes of ours, for there need not be a tree. Spec: RFC 4271
 * s4. */
#include "bgp-message.h"

#include "addresses.h"
#include "hooks.h"
#include "preferences.h"
#include "route-store.h"
#include "route-view.h"

#include <epan/conversation.h>
#include <epan/dissectors/packet-tcp.h>

static dissector_handle_t bgp;
static int proto_wrapper = -1;

/* How far each direction of a connection was read: what comes again, a retransmission or a copy on another
 * link, teaches nothing. */
typedef struct bgp_progress {
    uint32_t end;   /* sequence number behind the last segment read */
    uint32_t frame; /* its frame, which may bring several calls; 0: none yet */
} bgp_progress;

static bgp_progress *progress_of(packet_info *pinfo)
{
    conversation_t *conversation = find_or_create_conversation(pinfo);
    bgp_progress *both = conversation_get_proto_data(conversation, proto_wrapper);
    if (both == NULL) {
        both = wmem_alloc0_array(wmem_file_scope(), bgp_progress, 2);
        conversation_add_proto_data(conversation, proto_wrapper, both);
    }
    int order = cmp_address(&pinfo->src, &pinfo->dst);
    return &both[order != 0 ? order > 0 : pinfo->srcport > pinfo->destport];
}

static bool is_new(packet_info *pinfo, const struct tcpinfo *tcp)
{
    if (tcp == NULL)
        return true;
    bgp_progress *progress = progress_of(pinfo);
    bool behind = progress->frame == 0 || (int32_t)(tcp->nxtseq - progress->end) > 0;
    if (progress->frame != 0 && progress->frame != pinfo->num && (int32_t)(tcp->seq - progress->end) > 0)
        route_store_miss(pinfo);
    if (behind)
        *progress = (bgp_progress){ .end = tcp->nxtseq, .frame = pinfo->num };
    return behind || progress->frame == pinfo->num;
}

static void read_update(packet_info *pinfo, const bgp_place *place, const cats_route_peer *peer,
                        const bgp_message *message, bool learn)
{
    cats_route_update update;
    cats_defect defect;
    if (!cats_route_update_read(route_settings(), message->body, message->length - BGP_HEADER_LENGTH, &update,
                                &defect)) {
        if (learn)
            route_store_miss(pinfo); /* no UPDATE of any kind: Wireshark says so */
        return;
    }
    uint32_t in_frame = frame_place(pinfo, place->tvb) + (uint32_t)message->at;
    bool changed = (learn || PINFO_FD_VISITED(pinfo)) && route_store_update(pinfo, in_frame, peer, &update);
    if (changed || cats_route_update_matters(&update) || update.metadata_at.at != 0)
        route_show(pinfo, place, message, &update, changed);
}

static void read_messages(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const cats_route_peer *peer,
                          bool learn)
{
    const bgp_place place = { .tree = tree, .tvb = tvb };
    size_t available = tvb_captured_length(tvb);
    const uint8_t *octets = tvb_get_ptr(tvb, 0, (int)available);
    bgp_message message;
    bgp_message_result result;
    cats_defect defect;
    /* Wireshark looks for a marker in the same way. */
    size_t next = bgp_message_first(octets, available);
    while ((result = bgp_message_next(octets, available, &next, &message, &defect)) == BGP_MESSAGE) {
        if (message.type == BGP_UPDATE)
            read_update(pinfo, &place, peer, &message, learn);
        else if (learn)
            route_store_hear(pinfo, peer, message.type);
    }
    bool rest_comes = next == available || pinfo->can_desegment > 0;
    if (learn && (result == BGP_MESSAGE_BAD || !rest_comes || available < tvb_reported_length(tvb)))
        route_store_miss(pinfo);
}

static int dissect_bgp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!cats_is_enabled() || pinfo->flags.in_error_pkt || tvb_captured_length(tvb) == 0)
        return hook_pass_on(bgp, tvb, pinfo, tree, data);
    const cats_route_peer peer = { .speaker = address_read(&pinfo->src),
                                   .receiver = address_read(&pinfo->dst) };
    bool learn = !PINFO_FD_VISITED(pinfo) && is_new(pinfo, data);
    volatile int length = 0;
    TRY
    {
        length = hook_pass_on(bgp, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        read_messages(tvb, pinfo, tree, &peer, learn);
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
