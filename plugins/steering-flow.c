/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steered flows in Wireshark. The tracker sees every packet once, on the first pass; which flow a packet is
 * of is kept with its frame, what the tracker says of flows in a table that later packets go on to fill. So
 * the second pass, and a click on a packet, show what only later packets could tell.
 * Spec: RFC 10053; docs/rules.md. */
#include "steering-flow.h"

#include "block-array.h"
#include "capture-end.h"
#include "capture-point.h"
#include "conversation-mark.h"
#include "fields.h"
#include "findings.h"
#include "frame-notes.h"
#include "kept-findings.h"
#include "preferences.h"
#include "route-store.h"

/* What a note's value says besides the number of the flow. */
enum { NOTE_BREAKS_RULES = 1, NOTE_BITS = 1 };

typedef struct known_flow {
    steering_flow flow;
    uint32_t delivered_frame; /* with which it was first seen behind the egress, or 0 */
    uint32_t moved_frame;     /* with which the verdict became "moved", or 0 */
} known_flow;

static steering_tracker *tracker;
static block_array *flows;  /* known_flow, by number */
static frame_notes *notes;  /* number of the flow, and the bits above */
static frame_notes *breaks; /* for NOTE_BREAKS_RULES: index in `findings` */
static kept_findings *findings;
static uint32_t frame_read; /* the one that the tracker is looking at */

/* Conversations some packets of which came before the first encapsulated one, such as the SYN on the client's
 * link. */
static conversation_marks foreseen = { .protocol = &proto_cats };

static known_flow *flow_at(uint32_t number)
{
    return block_array_at(flows, number);
}

static void flow_changed(void *context _U_, const steering_flow *flow)
{
    known_flow *known = block_array_need(flows, flow->number);
    known->flow = *flow;
    if (flow->site_frame != 0 && known->delivered_frame == 0)
        known->delivered_frame = frame_read;
    if (flow->verdict == STEERING_MOVED && known->moved_frame == 0)
        known->moved_frame = frame_read;
}

static const char *point_name(void *context _U_, uint32_t point)
{
    const char *name = capture_point_name(point);
    return name == NULL ? "an unnamed capture point" : name;
}

void steering_flow_end(void)
{
    steering_tracker_free(tracker);
    block_array_free(flows);
    frame_notes_free(notes);
    frame_notes_free(breaks);
    kept_findings_free(findings);
    tracker = NULL;
    flows = NULL;
    notes = breaks = NULL;
    findings = NULL;
    capture_points_end();
}

void steering_flow_begin(void)
{
    steering_flow_end();
    steering_tracker_settings settings = steering_tracker_settings_default;
    settings.topology = topology_settings();
    settings.routes = route_store_table();
    settings.listener = (steering_listener){ .flow = flow_changed, .point_name = point_name };
    flows = block_array_new(sizeof(known_flow));
    notes = frame_notes_new();
    breaks = frame_notes_new();
    findings = kept_findings_new();
    capture_points_begin();
    foreseen.last_frame = 0;
    tracker = steering_tracker_new(&settings);
}

bool steering_flow_any(void)
{
    return flows != NULL && block_array_count(flows) > 0;
}

static void keep(const packet_info *pinfo, uint32_t place, const steering_sighting *sighting,
                 const cats_findings *found, flow_note *note)
{
    *note = (flow_note){ .number = sighting->flow.number };
    uint32_t value = note->number << NOTE_BITS;
    if (found->count > 0) {
        note->findings = findings_copy(pinfo, found);
        frame_notes_add(breaks, pinfo->num, place, kept_findings_add(findings, found));
        value |= NOTE_BREAKS_RULES;
    }
    frame_notes_add(notes, pinfo->num, place, value);
}

static bool look(const packet_info *pinfo, uint32_t place, const inner_packet *packet,
                 const cats_packet *outer, const cats_steering *steering, flow_note *note)
{
    const steering_sight sight = {
        .frame = pinfo->num,
        .time_ns = packet_time_ns(pinfo),
        .point = capture_point_of(pinfo),
        .key = &packet->key,
        .hop_limit = packet->hop_limit,
        .opens = packet->opens,
        .answers = packet->answers,
        .sequence = packet->sequence,
        .payload = packet->payload,
        .outer = outer,
        .steering = steering,
    };
    steering_sighting sighting;
    cats_findings found;
    cats_findings_clear(&found);
    frame_read = pinfo->num;
    if (!steering_tracker_see(tracker, &sight, &sighting, &found))
        return false;
    keep(pinfo, place, &sighting, &found, note);
    if (sighting.begins)
        conversation_mark(&foreseen, pinfo->num, &packet->key, note->number);
    return true;
}

static bool recall(const packet_info *pinfo, uint32_t place, flow_note *note)
{
    uint32_t value, index;
    if (!frame_notes_get(notes, pinfo->num, place, &value))
        return false;
    *note = (flow_note){ .number = value >> NOTE_BITS };
    if ((value & NOTE_BREAKS_RULES) != 0 && frame_notes_get(breaks, pinfo->num, place, &index))
        note->findings = kept_findings_get(findings, index, pinfo);
    return true;
}

/* A packet in no encapsulation, seen before the first encapsulated one of its conversation. */
static bool foresee(const packet_info *pinfo, const inner_packet *packet, flow_note *note)
{
    uint32_t number;
    if (!conversation_mark_find(&foreseen, pinfo->num, &packet->key, &number))
        return false;
    *note = (flow_note){ .number = number, .is_foreseen = true };
    return true;
}

bool steering_flow_note(const packet_info *pinfo, uint32_t place, const inner_packet *packet,
                        const cats_packet *outer, const cats_steering *steering, flow_note *note)
{
    if (!PINFO_FD_VISITED(pinfo))
        return (outer != NULL || !steering_tracker_is_empty(tracker)) &&
               look(pinfo, place, packet, outer, steering, note);
    return steering_flow_any() &&
           (recall(pinfo, place, note) || (outer == NULL && foresee(pinfo, packet, note)));
}

const steering_flow *steering_flow_get(uint32_t number)
{
    return &flow_at(number)->flow;
}

steering_flow steering_flow_at(uint32_t number, uint32_t frame)
{
    const known_flow *known = flow_at(number);
    steering_flow then = known->flow;
    bool has_site = then.site_frame != 0 && then.site_frame <= frame;
    if (!has_site) {
        then.site_frame = 0;
        then.site_point = STEERING_POINT_NONE;
    }
    if (known->moved_frame == 0 || known->moved_frame > frame)
        then.verdict = known->delivered_frame != 0 && known->delivered_frame <= frame ? STEERING_DELIVERED
                                                                                      : STEERING_STEERED;
    return then;
}
