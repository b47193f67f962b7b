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
    return flow->asker_sign != SIGN_NONE && flow->asker == from && d->steered &&
           sight->hop_limit + 1 == d->hop_limit;
}

/* On the last link to it. */
static bool is_before_ingress(const tracked_flow *flow, unsigned from, const steering_sight *sight)
{
    const tracked_direction *d = &flow->direction[from];
    return flow->asker_sign != SIGN_NONE && flow->asker == from && d->steered &&
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
    cats_findings_add(findings, CATS_RULE_CATS_FLOW_CHANGED_SITE, "flow %u: at %s, expected %s as in %s",
                      flow->view.number, point_name(t, sight->point).text,
                      point_name(t, flow->view.site_point).text,
                      steering_frame_name(t, flow->view.site_frame).text);
}

static bool shows_no_site(const tracked_site *site, uint32_t point)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(site->elsewhere); i++) {
        if (site->elsewhere[i] == point)
            return true;
    }
    return false;
}

void steering_site_rule_out(steering_tracker *t, tracked_flow *flow, uint32_t point)
{
    tracked_site *site = &flow->site;
    if (point == STEERING_POINT_NONE || shows_no_site(site, point))
        return;
    site->elsewhere[site->elsewhere_next] = point;
    site->elsewhere_next = (uint8_t)((site->elsewhere_next + 1) % G_N_ELEMENTS(site->elsewhere));
    if (site->twin == point)
        site->twin = STEERING_POINT_NONE;
    if (flow->view.site_point != point)
        return;
    flow->view.site_point = STEERING_POINT_NONE;
    steering_flow_tell(t, flow);
}

static void name_site(steering_tracker *t, tracked_flow *flow, uint32_t point, const steering_sight *sight)
{
    flow->view.site_frame = sight->frame;
    flow->view.site_point = point;
    flow->site.sequenced = false;
    note(&flow->site, sight);
    if (flow->view.verdict == STEERING_STEERED)
        steering_verdict_raise(t, flow, STEERING_DELIVERED);
    else
        steering_flow_tell(t, flow);
}

/* At another point than the site's. */
static void compare(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                    cats_findings *findings)
{
    tracked_site *site = &flow->site;
    if (!site->sequenced)
        moved(t, flow, from, sight, findings);
    else if (is_copy(site, sight))
        site->twin = sight->point;
    else if (is_beyond(site, sight))
        moved(t, flow, from, sight, findings);
}

void steering_site_see(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                       cats_findings *findings)
{
    tracked_site *site = &flow->site;
    if (is_before_ingress(flow, from, sight))
        steering_site_rule_out(t, flow, sight->point);
    if (!is_behind_egress(flow, from, sight))
        return;
    uint32_t point = shows_no_site(site, sight->point) ? STEERING_POINT_NONE : sight->point;
    bool is_named = flow->view.site_point != STEERING_POINT_NONE;
    if (flow->view.site_frame == 0 || (!is_named && point != STEERING_POINT_NONE))
        name_site(t, flow, point, sight);
    else if (point == flow->view.site_point)
        note(site, sight);
    else if (point != site->twin && point != STEERING_POINT_NONE)
        compare(t, flow, from, sight, findings);
}
