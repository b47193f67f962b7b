/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks behind the egress: the site that a flow's packets leave it to. Spec: RFC 8986 s4 and RFC 8200 s3 (the
 * egress forwards: one hop less); RFC 10053 (one site a flow). */
#include "steering-tracker-private.h"

#include "packet.h"

/* A copy of a packet on the next link is not later than that; a retransmission is (RFC 6298). */
#define COPY_NS INT64_C(200000000)

static bool is_behind_egress(const tracked_flow *flow, unsigned from, const steering_sight *sight)
{
    const tracked_direction *d = &flow->direction[from];
    return flow->asker_sign != SIGN_NONE && flow->asker == from && d->steering != 0 &&
           sight->hop_limit + 1 == d->hop_limit;
}

/* On the last link to it. */
static bool is_before_ingress(const tracked_flow *flow, unsigned from, const steering_sight *sight)
{
    const tracked_direction *d = &flow->direction[from];
    return flow->asker_sign != SIGN_NONE && flow->asker == from && d->steering != 0 &&
           (sight->hop_limit == d->hop_limit || sight->hop_limit == d->hop_limit + 1);
}

static bool has_sequence(const steering_sight *sight)
{
    return sight->key->protocol == PACKET_PROTOCOL_TCP && sight->key->ports_known;
}

/* Behind the last octet; the SYN counts one. */
static uint32_t sequence_end(const steering_sight *sight)
{
    return sight->sequence + sight->payload + (sight->opens ? 1 : 0);
}

static bool is_beyond(const tracked_site *site, const steering_sight *sight)
{
    return (int32_t)(sequence_end(sight) - site->sequence) > 0;
}

static void note(tracked_site *site, const steering_sight *sight)
{
    site->seen_ns = sight->time_ns;
    if (!has_sequence(sight) || (site->sequenced && !is_beyond(site, sight)))
        return;
    site->sequenced = true;
    site->sequence = sequence_end(sight);
}

/* What the first point showed a moment ago, or in a capture that was put in front of this one. */
static bool is_copy(const tracked_site *site, const steering_sight *sight)
{
    bool near = !capture_time_passed(site->seen_ns, COPY_NS, sight->time_ns);
    return near && (sight->opens || sight->payload > 0) && !is_beyond(site, sight);
}

static cats_point_name point_name(const steering_tracker *t, uint32_t point)
{
    return cats_point_name_of(t->settings.listener.point_name, t->settings.listener.context, point);
}

static void moved(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                  cats_findings *findings)
{
    steering_verdict_raise(t, flow, STEERING_MOVED);
    if (!steering_is_new_finding(flow, from, DIRECTION_SITE))
        return;
    const tracked_site *site = steering_site_of(t, flow);
    cats_findings_add(findings, CATS_RULE_CATS_FLOW_CHANGED_SITE, "flow %u: at %s, expected %s as in %s",
                      flow->number, point_name(t, sight->point).text,
                      point_name(t, POINT_TOLD(site->point)).text, steering_frame_name(t, site->frame).text);
}

static bool shows_no_site(const tracked_site *site, uint32_t point)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(site->elsewhere); i++) {
        if (site->elsewhere[i] == POINT_HELD(point))
            return true;
    }
    return false;
}

void steering_site_rule_out(steering_tracker *t, tracked_flow *flow, uint32_t point)
{
    if (point == STEERING_POINT_NONE || shows_no_site(steering_site_of(t, flow), point))
        return;
    tracked_site *site = steering_site_made(t, flow);
    site->elsewhere[site->elsewhere_next] = POINT_HELD(point);
    site->elsewhere_next = (uint8_t)((site->elsewhere_next + 1) % G_N_ELEMENTS(site->elsewhere));
    if (site->twin == POINT_HELD(point))
        site->twin = 0;
    if (site->point != POINT_HELD(point))
        return;
    site->point = 0;
    steering_flow_tell(t, flow);
}

static void name_site(steering_tracker *t, tracked_flow *flow, uint32_t point, const steering_sight *sight)
{
    tracked_site *site = steering_site_made(t, flow);
    site->frame = sight->frame;
    site->point = POINT_HELD(point);
    site->sequenced = false;
    note(site, sight);
    if (flow->verdict == STEERING_STEERED)
        steering_verdict_raise(t, flow, STEERING_DELIVERED);
    else
        steering_flow_tell(t, flow);
}

/* At another point than the site's. */
static void compare(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                    cats_findings *findings)
{
    tracked_site *site = steering_site_made(t, flow);
    if (!site->sequenced)
        moved(t, flow, from, sight, findings);
    else if (is_copy(site, sight))
        site->twin = POINT_HELD(sight->point);
    else if (is_beyond(site, sight))
        moved(t, flow, from, sight, findings);
}

void steering_site_see(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                       cats_findings *findings)
{
    if (is_before_ingress(flow, from, sight))
        steering_site_rule_out(t, flow, sight->point);
    if (!is_behind_egress(flow, from, sight))
        return;
    const tracked_site *site = steering_site_of(t, flow);
    bool shows_none = sight->point == STEERING_POINT_NONE || shows_no_site(site, sight->point);
    uint32_t point = shows_none ? STEERING_POINT_NONE : sight->point;
    if (site->frame == 0 || (site->point == 0 && point != STEERING_POINT_NONE))
        name_site(t, flow, point, sight);
    else if (site->point == POINT_HELD(point))
        note(steering_site_made(t, flow), sight);
    else if (site->twin != POINT_HELD(point) && point != STEERING_POINT_NONE)
        compare(t, flow, from, sight, findings);
}
