/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Aggregate IDs of new flows: one is stale whose announcement was replaced or withdrawn, where routes tell of
 * it; where they do not, one that another new flow showed to be replaced. Spec:
 * draft-du-cats-aggregated-metrics-on-egress s2; docs/wire-formats.md s4; RFC 1982 (serial numbers, of 24
 * bits). */
#include "steering-tracker-private.h"

#include <string.h>

#define ID_BITS UINT32_C(0xffffff)
#define ID_HALF UINT32_C(0x800000)

/* As many times the limit without a flow that uses the newest ID, and the egress may count anew. */
#define FORGET_LIMITS 6

/* RFC 1982 s3.2. */
static bool is_newer(uint32_t id, uint32_t than)
{
    uint32_t ahead = (id - than) & ID_BITS;
    return ahead != 0 && ahead < ID_HALF;
}

static aggregate_series *series_of(steering_tracker *t, const cats_address *locator,
                                   const cats_address *service)
{
    if (t->aggregates == NULL)
        t->aggregates = g_new0(aggregate_series, AGGREGATE_SERIES);
    aggregate_series *oldest = t->aggregates;
    for (unsigned i = 0; i < t->aggregate_count; i++) {
        aggregate_series *series = &t->aggregates[i];
        if (cats_address_equal(&series->service, service) && cats_address_equal(&series->locator, locator))
            return series;
        if (series->used_ns < oldest->used_ns)
            oldest = series;
    }
    if (t->aggregate_count < AGGREGATE_SERIES)
        oldest = &t->aggregates[t->aggregate_count++];
    *oldest = (aggregate_series){ .locator = *locator, .service = *service };
    return oldest;
}

static void take_off_first(aggregate_series *series)
{
    series->step_count--;
    memmove(series->steps, series->steps + 1, series->step_count * sizeof series->steps[0]);
}

/* Steps that are beyond the limit now are one: the newest of them. */
static void let_age(aggregate_series *series, int64_t limit_ns, int64_t now)
{
    if (capture_time_passed(series->newest_ns, limit_ns * FORGET_LIMITS, now)) {
        series->old.id = 0;
        series->step_count = 0;
    }
    while (series->step_count > 0 && capture_time_passed(series->steps[0].since_ns, limit_ns, now)) {
        series->old = series->steps[0];
        take_off_first(series);
    }
}

static const aggregate_step *newest_of(const aggregate_series *series)
{
    return series->step_count > 0 ? &series->steps[series->step_count - 1] : &series->old;
}

/* Whether the last step is so near to the one before it that a newer one takes its place: what it replaced
 * counts as replaced by that one, later. So there is room for all within the limit. */
static bool is_last_near(const steering_tracker *t, const aggregate_series *series)
{
    const aggregate_step *steps = series->steps;
    unsigned count = series->step_count;
    int64_t apart = t->settings.stale_ns / (AGGREGATE_STEPS - 2);
    return count > 1 && !capture_time_passed(steps[count - 2].since_ns, apart, steps[count - 1].since_ns);
}

static void note(const steering_tracker *t, aggregate_series *series, uint32_t id,
                 const steering_sight *sight)
{
    const aggregate_step *last = newest_of(series);
    if (last->id != 0 && is_newer(last->id, id))
        return;
    series->newest_ns = sight->time_ns;
    if (id == last->id)
        return;
    if (is_last_near(t, series))
        series->step_count--;
    else if (series->step_count == AGGREGATE_STEPS) /* times went back */
        take_off_first(series);
    series->steps[series->step_count++] =
        (aggregate_step){ .id = id, .frame = sight->frame, .since_ns = sight->time_ns };
}

/* By what flows show. */
static void judge_by_flows(steering_tracker *t, const tracked_flow *flow, const aggregate_series *series,
                           uint32_t id, cats_findings *findings)
{
    if (series->old.id == 0 || !is_newer(series->old.id, id))
        return;
    cats_findings_add(
        findings, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow %u: begins with aggregate ID 0x%06x, expected 0x%06x or a newer one, in use since %s",
        flow->number, id, series->old.id, steering_frame_name(t, series->old.frame).text);
}

/* By the announcement. */
static void judge_by_route(const steering_tracker *t, const tracked_flow *flow,
                           const cats_route_behind *behind, const steering_sight *sight,
                           cats_findings *findings)
{
    const cats_route *route = behind->route;
    if (behind->was_in_force ||
        !capture_time_passed(behind->ended.time_ns, t->settings.stale_ns, sight->time_ns))
        return;
    cats_findings_add(
        findings, CATS_RULE_CATS_STALE_AGGREGATE,
        "flow %u: begins with aggregate ID 0x%06x of %s, expected one in force: %s in %s, %.3f s before",
        flow->number, route->aggregate.aggregate_id, steering_frame_name(t, route->announced.frame).text,
        route->end == CATS_ROUTE_REPLACED ? "replaced" : "withdrawn",
        steering_frame_name(t, behind->ended.frame).text,
        (double)capture_time_between(behind->ended.time_ns, sight->time_ns) / CAPTURE_NS_PER_S);
}

/* The end of a session does not tell that the egress took back what it had announced. */
static bool find_route(const steering_tracker *t, const steering_sight *sight, uint32_t id,
                       cats_route_behind *behind)
{
    return cats_route_table_find_behind(t->settings.routes, sight->steering->sid, id,
                                        &sight->key->destination, sight->outer->outer_source, sight->frame,
                                        behind) &&
           (behind->was_in_force || behind->route->end != CATS_ROUTE_SESSION_ENDED);
}

/* Only a SYN shows that a flow is new: others may have been there before the capture. */
void steering_aggregate_see(steering_tracker *t, const tracked_flow *flow, const steering_sight *sight,
                            cats_findings *findings)
{
    const cats_steering *steering = sight->steering;
    uint32_t id = steering->has_argument ? steering->argument.aggregate_id : 0;
    cats_route_behind behind;
    if (id == 0 || !steering->from_ingress)
        return;
    aggregate_series *series = series_of(t, &steering->parts.locator, &sight->key->destination);
    series->used_ns = sight->time_ns;
    let_age(series, t->settings.stale_ns, sight->time_ns);
    note(t, series, id, sight);
    if (!sight->opens)
        return;
    if (find_route(t, sight, id, &behind))
        judge_by_route(t, flow, &behind, sight, findings);
    else
        judge_by_flows(t, flow, series, id, findings);
}
