/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steered flow of a packet in the tree. What is known by now is shown: the second pass knows all. */
#include "flow-view.h"

#include "capture-point.h"
#include "fields.h"
#include "findings.h"
#include "generated.h"
#include "packet-filters.h"
#include "taps.h"

#include <epan/tap.h>

static void show_fields(tvbuff_t *tvb, proto_item *cats_item, const steering_flow *flow)
{
    proto_tree *tree = proto_item_add_subtree(cats_item, ett_cats);
    proto_item *item = generated_number(tree, hf_cats_flow, tvb, flow->number);
    proto_item_append_text(cats_item, ", Flow: %u", flow->number);
    proto_tree *subtree = proto_item_add_subtree(item, ett_cats_flow);
    const char *verdict = steering_verdict_name(flow->verdict);
    const char *site = capture_point_name(flow->site_point);
    generated_text(subtree, hf_cats_verdict, tvb, verdict);
    proto_item_append_text(item, " (%s", verdict);
    if (site != NULL) {
        generated_text(subtree, hf_cats_site, tvb, site);
        proto_item_append_text(item, ", %s", site);
        proto_item_append_text(cats_item, ", Site: %s", site);
    }
    proto_item_append_text(item, ")");
}

void flow_show(tvbuff_t *tvb, packet_info *pinfo, proto_item *cats_item, const flow_note *note)
{
    packet_filters_note_flow(pinfo, note->number);
    if (cats_item != NULL)
        show_fields(tvb, cats_item, steering_flow_get(note->number));
    const cats_findings *findings = note->findings;
    for (unsigned i = 0; findings != NULL && i < findings->count; i++)
        finding_show(pinfo, cats_item, proto_cats, &findings->list[i]);
}

static void tell_flow(const packet_info *pinfo, const flow_note *note, cats_tap *tap)
{
    tap->in_flow = true;
    tap->flow = steering_flow_at(note->number, pinfo->num);
    tap->site = capture_point_name(tap->flow.site_point);
    tap->flow_findings = note->findings;
}

/* A packet that is known to be of a flow only since the first pass ended is told on no pass. */
void flow_tap(packet_info *pinfo, const cats_packet *outer, const cats_steering *steering,
              const cats_findings *packet_findings, const flow_note *note)
{
    bool was_known = note != NULL && !note->is_foreseen;
    if (pinfo->flags.in_error_pkt || (outer == NULL && !was_known) || !have_tap_listener(cats_tap_id))
        return;
    cats_tap tap = { .outer = outer, .steering = steering, .packet_findings = packet_findings };
    if (was_known)
        tell_flow(pinfo, note, &tap);
    cats_tap_queue(pinfo, &tap);
}
