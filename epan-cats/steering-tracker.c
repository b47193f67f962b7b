/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads sights in the order of the capture: which flow, whether it begins, who asks for the service.
 * Spec: RFC 10053 (a flow stays with its instance); RFC 8986 s3.1; docs/rules.md. */
#include "steering-tracker-private.h"

#include "numbers.h"

const char *steering_verdict_name(steering_verdict verdict)
{
    static const char *const names[] = {
        [STEERING_STEERED] = "steered",
        [STEERING_DELIVERED] = "delivered",
        [STEERING_MOVED] = "moved",
    };
    return names[verdict];
}

void steering_verdict_raise(steering_tracker *t, tracked_flow *flow, steering_verdict verdict)
{
    if (flow->verdict >= verdict)
        return;
    t->count.verdicts[flow->verdict]--;
    t->count.verdicts[verdict]++;
    flow->verdict = verdict & 3;
    steering_flow_tell(t, flow);
}

bool steering_is_new_finding(tracked_flow *flow, unsigned from, enum direction_rule rule)
{
    bool is_new = (flow->direction[from].reported & rule) == 0;
    flow->direction[from].reported |= rule & 0xf;
    return is_new;
}

/* --- who asks --- */

void steering_asker_tell(const steering_tracker *t, tracked_flow *flow, service_sign sign, unsigned side)
{
    if (sign <= flow->asker_sign || steering_site_of(t, flow)->frame != 0)
        return;
    flow->asker_sign = sign & 7;
    flow->asker = side & 1;
}

static void read_addresses(const steering_tracker *t, tracked_flow *flow)
{
    const cats_topology *topology = t->settings.topology;
    if (topology == NULL)
        return;
    const cats_flow_key *key = &flow->entry.key;
    if (cats_topology_service_at(topology, &key->destination) != NULL)
        steering_asker_tell(t, flow, SIGN_CS_ID, 0);
    else if (cats_topology_service_at(topology, &key->source) != NULL)
        steering_asker_tell(t, flow, SIGN_CS_ID, 1);
}

static void read_steering(const steering_tracker *t, tracked_flow *flow, unsigned from,
                          const cats_steering *steering)
{
    if (steering->behavior == CATS_BEHAVIOR_END_CATS)
        steering_asker_tell(t, flow, SIGN_END_CATS, from);
    else if (cats_steering_owner_side(steering) != CATS_OWNER_NOT_KNOWN)
        steering_asker_tell(t, flow, SIGN_OWNER,
                            cats_steering_owner_side(steering) == CATS_OWNER_EGRESS ? from : 1 - from);
}

static void read_opening(const steering_tracker *t, tracked_flow *flow, unsigned from,
                         const steering_sight *sight)
{
    if (!sight->opens && !sight->answers)
        return;
    flow->opener_known = true;
    flow->opener = (sight->opens ? from : 1 - from) & 1;
    if (sight->opens) {
        flow->syn = true;
        flow->isn = sight->sequence;
    }
    steering_asker_tell(t, flow, SIGN_SYN, flow->opener);
}

/* --- which flow --- */

/* A SYN that is not the flow's. One whose answer alone was seen before is: captures of several places are not
 * always in order. */
static bool opens_another(const tracked_flow *flow, unsigned from, const steering_sight *sight)
{
    if (!sight->opens)
        return false;
    if (flow->syn)
        return flow->opener != from || flow->isn != sight->sequence;
    return !flow->opener_known || flow->opener != from;
}

/* A copy, on a later link, of the SYN of the flow before this one. */
static bool is_of_earlier(const tracked_earlier *earlier, unsigned from, const steering_sight *sight)
{
    return earlier != NULL && earlier->opener == from && earlier->isn == sight->sequence;
}

static bool give(steering_flow view, bool begins, steering_sighting *sighting)
{
    *sighting = (steering_sighting){ .in_flow = true, .begins = begins, .flow = view };
    return true;
}

/* A packet in no encapsulation, of a flow that is held. */
static bool see_plain(steering_tracker *t, tracked_flow *flow, unsigned from, const steering_sight *sight,
                      steering_sighting *sighting, cats_findings *findings)
{
    if (flow->passed || opens_another(flow, from, sight)) {
        flow->passed = 1;
        return false;
    }
    flow_table_touch(t->flows, &flow->entry, sight->time_ns);
    read_opening(t, flow, from, sight);
    steering_site_see(t, flow, from, sight, findings);
    return give(steering_flow_view(t, flow), false, sighting);
}

static bool see_encapsulated(steering_tracker *t, tracked_flow *flow, unsigned from, bool begins,
                             const steering_sight *sight, steering_sighting *sighting,
                             cats_findings *findings)
{
    read_opening(t, flow, from, sight);
    if (begins)
        read_addresses(t, flow);
    read_steering(t, flow, from, sight->steering);
    steering_direction_see(t, flow, from, sight, findings);
    if (begins)
        steering_aggregate_see(t, flow, sight, findings);
    return give(steering_flow_view(t, flow), begins, sighting);
}

bool steering_tracker_see(steering_tracker *t, const steering_sight *sight, steering_sighting *sighting,
                          cats_findings *findings)
{
    bool is_plain = sight->outer == NULL;
    sighting->in_flow = false;
    flow_table_expire(t->flows, sight->time_ns);
    if (is_plain && steering_tracker_is_empty(t))
        return false;
    uint32_t hash = flow_table_hash(t->flows, sight->key);
    bool reversed = false;
    tracked_flow *flow =
        (tracked_flow *)flow_table_find(t->flows, sight->key, hash, sight->time_ns, &reversed);
    unsigned from = reversed ? 1 : 0;
    const tracked_earlier *earlier = flow != NULL && sight->opens ? steering_earlier_of(t, flow) : NULL;
    if (is_of_earlier(earlier, from, sight))
        return give(earlier->view, false, sighting);
    if (is_plain)
        return flow != NULL && see_plain(t, flow, from, sight, sighting, findings);
    bool begins = flow == NULL || opens_another(flow, from, sight);
    if (flow == NULL) {
        flow = steering_flow_add(t, sight, hash);
    } else {
        if (begins)
            steering_flow_renew(t, flow, sight->frame);
        flow_table_touch(t->flows, &flow->entry, sight->time_ns);
    }
    return see_encapsulated(t, flow, from, begins, sight, sighting, findings);
}
