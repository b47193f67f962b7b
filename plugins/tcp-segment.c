/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stands in front of TCP. The segment is read before TCP sees it, while its addresses are those of this
 * packet; SAF, broken rules and the summary follow when TCP and all above it are done, for they hang on items
 * that TCP makes. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.1. */
#include "tcp-segment.h"

#include "addresses.h"
#include "affinity-option-dissector.h"
#include "affinity-session.h"
#include "affinity-session-view.h"
#include "bgp-segment.h"
#include "capture-end.h"
#include "fields.h"
#include "findings.h"
#include "hooks.h"
#include "plain-packet.h"
#include "preferences.h"
#include "tree.h"

#include "epan-cats/affinity-rules.h"

#define HEADER_MIN 20
#define AT_SEQUENCE 4
#define AT_ACKNOWLEDGMENT 8
#define AT_FLAGS 12
#define AT_WINDOW 14

static dissector_handle_t tcp;
static int proto_wrapper = -1;

/* A segment that carries SAF, reserved bits or an option of ours, or belongs to a session or a steered flow.
 */
typedef struct our_segment {
    bool whole; /* all of the header is captured: rules are judged */
    affinity_segment segment;
    affinity_seen seen;
    bool has_note; /* session is valid */
    session_note session;
    bool is_affine; /* any of the above is worth showing */
    bool has_flow;  /* flow is valid: the segment is in no SRv6 encapsulation, and of a steered flow */
    flow_note flow;
    bool has_updates; /* of BGP, to be shown */
    option_items items;
    proto_node *mark; /* TCP's items are behind it */
} our_segment;

/* Flags and options, as far as the capture has them: options that it cut are left to the option dissector. */
static bool read_header(tvbuff_t *tvb, our_segment *ours)
{
    affinity_segment *segment = &ours->segment;
    unsigned captured = tvb_captured_length(tvb);
    if (captured < AT_FLAGS + 2)
        return false;
    const uint8_t *octets = tvb_get_ptr(tvb, 0, (int)captured);
    unsigned length = (octets[AT_FLAGS] >> 4) * 4u;
    segment->flags = (uint16_t)((octets[AT_FLAGS] << 8 | octets[AT_FLAGS + 1]) & 0xfff);
    ours->whole = length >= HEADER_MIN && length <= captured;
    segment->options = octets + HEADER_MIN;
    segment->options_length = ours->whole ? length - HEADER_MIN : 0;
    segment->source_port = (uint16_t)(octets[0] << 8 | octets[1]);
    segment->destination_port = (uint16_t)(octets[2] << 8 | octets[3]);
    return true;
}

/* What the session says of the segment. Not of one that an ICMP error quotes, nor of a header that is cut. */
static bool follow_session(tvbuff_t *tvb, packet_info *pinfo, our_segment *ours)
{
    if (pinfo->flags.in_error_pkt || tvb_captured_length(tvb) < HEADER_MIN)
        return false;
    unsigned header = (unsigned)(tvb_get_ntohs(tvb, AT_FLAGS) >> 12) * 4;
    unsigned length = tvb_reported_length(tvb);
    affinity_sight sight = {
        .segment = &ours->segment,
        .seen = &ours->seen,
        .whole = ours->whole,
        .sequence = tvb_get_ntohl(tvb, AT_SEQUENCE),
        .acknowledgment = tvb_get_ntohl(tvb, AT_ACKNOWLEDGMENT),
        .window = tvb_get_ntohs(tvb, AT_WINDOW),
        .payload = length > header ? length - header : 0,
    };
    return affinity_session_note(pinfo, frame_place(pinfo, tvb), &sight, &ours->session);
}

/* False, at small cost, for a segment that has nothing of service affinity. */
static bool read_segment(tvbuff_t *tvb, packet_info *pinfo, our_segment *ours)
{
    if (!affinity_is_enabled() || !read_header(tvb, ours))
        return false;
    affinity_segment_read(affinity_settings(), NULL, &ours->segment, &ours->seen, NULL);
    bool is_ours =
        ours->seen.count > 0 || ours->seen.defective || (ours->segment.flags & TCP_FLAGS_RESERVED) != 0;
    bool matters = affinity_session_matters(pinfo, &ours->segment, &ours->seen);
    if (!is_ours && !matters)
        return false;
    ours->segment.source = address_read(&pinfo->src);
    ours->segment.destination = address_read(&pinfo->dst);
    ours->has_note = matters && follow_session(tvb, pinfo, ours);
    return is_ours || ours->has_note;
}

/* SAF beside the reserved bits of which it is one. */
static void show_saf(tvbuff_t *tvb, proto_tree *flags, const our_segment *ours)
{
    int field = hf_affinity_saf[affinity_settings()->saf_offset - AFFINITY_SAF_OFFSET_MIN];
    proto_item *item = proto_tree_add_boolean(flags, field, tvb, AT_FLAGS, 1, ours->segment.flags);
    proto_node *reserved = tree_first(flags, native_tcp_flags_res);
    if (reserved != NULL)
        proto_tree_move_item(flags, reserved, item);
}

/* The tree of TCP's flags; where Wireshark left it out, the one of TCP; where that is left out too, the one
 * around. */
static proto_tree *flags_tree(proto_tree *tree, const our_segment *ours)
{
    proto_node *header = tree_first_behind(tree, ours->mark, native_tcp);
    if (header == NULL) {
        proto_node *flags = tree_first_behind(tree, ours->mark, native_tcp_flags);
        return flags == NULL ? tree : flags;
    }
    proto_node *flags = tree_first(header, native_tcp_flags);
    return flags == NULL ? header : flags;
}

static proto_item *option_item(tvbuff_t *tvb, const our_segment *ours, size_t at)
{
    return option_items_at(&ours->items, tvb_raw_offset(tvb) + HEADER_MIN + (int)at);
}

/* TCP hands out no option whose length is below 2 or past the end: the finding then hangs on the flags. */
static void show_findings(tvbuff_t *tvb, packet_info *pinfo, const our_segment *ours, proto_item *flags,
                          const cats_findings *findings)
{
    proto_item *option = ours->seen.count > 0 ? option_item(tvb, ours, ours->seen.at[0]) : NULL;
    proto_item *defective = ours->seen.defective ? option_item(tvb, ours, ours->seen.defective_at) : NULL;
    for (unsigned i = 0; i < findings->count; i++) {
        const cats_finding *finding = &findings->list[i];
        proto_item *item = option;
        if (finding->rule == CATS_RULE_AFFINITY_RESERVED_BITS)
            item = flags;
        else if (finding->rule == CATS_RULE_AFFINITY_OPTION_LENGTH && defective != NULL)
            item = defective;
        finding_show(pinfo, item != NULL ? item : flags, proto_affinity, finding);
    }
}

static void summarise(packet_info *pinfo, const affinity_seen *seen)
{
    if (seen->saf)
        col_append_str(pinfo->cinfo, COL_INFO, " [SAF]");
    if (seen->count == 0)
        return;
    char text[CATS_ADDRESS_TEXT] = "permit";
    if (!seen->option[0].permit)
        cats_endpoint_format(&seen->option[0].address, seen->option[0].port, text);
    col_append_fstr(pinfo->cinfo, COL_INFO, " Affinity=%s", text);
}

static void show_segment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, const our_segment *ours)
{
    proto_tree *flags = flags_tree(tree, ours);
    if (ours->seen.saf) {
        show_saf(tvb, flags, ours);
        proto_item_append_text(flags, " [SAF]");
    }
    cats_findings findings;
    cats_findings_clear(&findings);
    if (ours->whole && !pinfo->flags.in_error_pkt) {
        affinity_segment_judge(affinity_settings(), topology_settings(), &ours->segment, &ours->seen,
                               &findings);
        show_findings(tvb, pinfo, ours, flags, &findings);
    }
    if (ours->has_note) {
        proto_node *header = tree_first_behind(tree, ours->mark, native_tcp);
        affinity_session_show(tvb, pinfo, header == NULL ? tree : header, &ours->session);
    }
    summarise(pinfo, &ours->seen);
    affinity_session_tap(pinfo, &ours->segment, &ours->seen, ours->has_note ? &ours->session : NULL,
                         &findings);
}

static int dissect_our_segment(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data,
                               our_segment *ours)
{
    volatile int length = 0;
    ours->items.count = 0;
    ours->mark = tree_mark(tree);
    option_items *before = option_items_direct(&ours->items);
    /* Payload dissectors throw where the snap length cut the frame. */
    TRY
    {
        length = hook_pass_on(tcp, tvb, pinfo, tree, data);
    }
    FINALLY
    {
        option_items_direct(before);
        if (ours->is_affine)
            show_segment(tvb, pinfo, tree, ours);
        if (ours->has_flow)
            plain_packet_show(pinfo, tvb, tree, ours->mark, native_tcp, &ours->flow);
        if (ours->has_updates)
            bgp_segment_show(pinfo, tvb, tree);
    }
    ENDTRY;
    return length;
}

static int dissect_tcp(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    capture_end_saw(pinfo);
    our_segment ours;
    ours.is_affine = read_segment(tvb, pinfo, &ours);
    ours.has_flow = plain_packet_matters() && plain_packet_note(pinfo, tvb, data, IP_PROTO_TCP, &ours.flow);
    ours.has_updates = bgp_segment_note(pinfo, tvb);
    if (!ours.is_affine && !ours.has_flow && !ours.has_updates)
        return hook_pass_on(tcp, tvb, pinfo, tree, data);
    return dissect_our_segment(tvb, pinfo, tree, data, &ours);
}

void tcp_segment_register(void)
{
    proto_wrapper = hook_protocol("tcp", "TCP (service affinity aware)", "affinity.wrapper.tcp");
}

void tcp_segment_handoff(void)
{
    tcp = hook_in_front("ip.proto", IP_PROTO_TCP, dissect_tcp, proto_wrapper);
}
