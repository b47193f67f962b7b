/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the encapsulated packets of one direction of a flow with the first one: egress, argument, flow
 * label. Spec: RFC 10053 (one egress a flow); RFC 8986 s3.1 (the argument), s7 (the flow label). */
#include "steering-tracker-private.h"

#include <inttypes.h>
#include <string.h>

#define FLOW_LABEL_BITS UINT32_C(0xfffff) /* RFC 8200 s3 */

static void begin(steering_tracker *t, tracked_direction *d, const steering_sight *sight)
{
    d->steering = steering_shared_take(t, sight->steering);
    d->frame = sight->frame;
    d->flow_label = sight->outer->flow_label & FLOW_LABEL_BITS;
}

/* As much of the first packet's steering as cats_steering_egress() needs, in the structure that was learned
 * since: the default may be another. */
static cats_steering first_steering(const tracked_steering *known, const cats_steering *now)
{
    cats_steering first = { .structured = true,
                            .from_ingress = known->from_ingress,
                            .structure = now->learned && !known->learned ? now->structure : known->structure,
                            .owner_row = known->owner_row,
                            .owner_learned = known->owner_learned };
    cats_sid_split(&first.structure, known->sid, &first.parts);
    first.egress_locator = first.parts.locator;
    return first;
}

static const char *owner_of(const cats_steering *steering)
{
    return steering->owner_row != NULL ? steering->owner_row->owner : NULL;
}

/* By name where the table has names: an egress may have several locators. Names that were learned are next
 * hops, of which an egress may have several too. */
static bool same_egress(const cats_steering *a, const cats_steering *b)
{
    if (owner_of(a) != NULL && owner_of(b) != NULL) {
        bool same = strcmp(owner_of(a), owner_of(b)) == 0;
        if (same || !(a->owner_learned || b->owner_learned))
            return same;
    }
    return cats_address_equal(&a->parts.locator, &b->parts.locator);
}

static void judge_egress(steering_tracker *t, tracked_flow *flow, unsigned from, const cats_steering *first,
                         const steering_sight *sight, cats_findings *findings)
{
    bool returns = flow->asker_sign != SIGN_NONE && flow->asker != from;
    if (!sight->steering->from_ingress || !first->from_ingress || returns)
        return;
    steering_verdict_raise(t, flow, STEERING_MOVED);
    if (!steering_is_new_finding(flow, from, DIRECTION_EGRESS))
        return;
    char now[CATS_SID_NAME_TEXT], expected[CATS_SID_NAME_TEXT];
    cats_steering_egress(sight->steering, now);
    cats_steering_egress(first, expected);
    cats_findings_add(findings, CATS_RULE_CATS_FLOW_CHANGED_EGRESS, "flow %u: to %s, expected %s as in %s",
                      flow->number, now, expected, steering_frame_name(t, flow->direction[from].frame).text);
}

static void judge_argument(const steering_tracker *t, tracked_flow *flow, unsigned from,
                           const cats_steering *first, const steering_sight *sight, cats_findings *findings)
{
    const cats_sid_parts *now = &sight->steering->parts, *expected = &first->parts;
    if (now->argument == expected->argument || now->function != expected->function ||
        sight->steering->structure.argument != first->structure.argument ||
        !cats_address_equal(&now->locator, &expected->locator) ||
        !steering_is_new_finding(flow, from, DIRECTION_ARGUMENT))
        return;
    cats_findings_add(findings, CATS_RULE_CATS_ARGUMENT_CHANGED,
                      "flow %u: argument 0x%" PRIx64 ", expected 0x%" PRIx64 " as in %s", flow->number,
                      now->argument, expected->argument,
                      steering_frame_name(t, flow->direction[from].frame).text);
}

/* A label that is zero now is a finding of the packet alone. A flow without ports may hold several with
 * labels of their own. */
static void judge_label(const steering_tracker *t, tracked_flow *flow, unsigned from,
                        const steering_sight *sight, cats_findings *findings)
{
    const tracked_direction *d = &flow->direction[from];
    uint32_t label = sight->outer->flow_label;
    if (label == d->flow_label || label == 0 || !sight->key->ports_known ||
        !steering_is_new_finding(flow, from, DIRECTION_LABEL))
        return;
    cats_findings_add(findings, CATS_RULE_CATS_FLOW_LABEL,
                      "flow %u: outer flow label 0x%05x, expected 0x%05x as in %s", flow->number, label,
                      d->flow_label, steering_frame_name(t, d->frame).text);
}

void steering_direction_see(steering_tracker *t, tracked_flow *flow, unsigned from,
                            const steering_sight *sight, cats_findings *findings)
{
    tracked_direction *d = &flow->direction[from];
    const cats_steering *steering = sight->steering;
    d->hop_limit = sight->hop_limit;
    steering_site_rule_out(t, flow, sight->point);
    if (d->steering == 0) {
        begin(t, d, sight);
        return;
    }
    judge_label(t, flow, from, sight, findings);
    const tracked_steering *known = record_pool_at(&t->steerings, d->steering);
    if (!known->structured || !steering->structured ||
        memcmp(known->sid, steering->sid, sizeof known->sid) == 0)
        return;
    cats_steering first = first_steering(known, steering);
    if (!same_egress(&first, steering))
        judge_egress(t, flow, from, &first, sight, findings);
    else
        judge_argument(t, flow, from, &first, sight, findings);
}
