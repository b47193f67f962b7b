/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering tracker's memory: flows in a flow table, and what is told of them. */
#include "steering-tracker-private.h"

const steering_tracker_settings steering_tracker_settings_default = {
    .flows = STEERING_TRACKER_FLOWS_DEFAULT,
    .age_ns = STEERING_TRACKER_AGE_NS_DEFAULT,
    .stale_ns = STEERING_TRACKER_STALE_NS_DEFAULT,
};

/* All that is kept of the flow outside of its record. */
static void forget(steering_tracker *t, tracked_flow *flow)
{
    for (unsigned from = 0; from < G_N_ELEMENTS(flow->direction); from++)
        steering_shared_leave(t, flow->direction[from].steering);
    if (flow->entry.more == 0)
        return;
    uint32_t earlier = steering_site_of(t, flow)->earlier;
    if (earlier != 0)
        record_pool_free(&t->earliers, earlier);
    record_pool_free(&t->sites, flow->entry.more);
    flow->entry.more = 0;
}

static void flow_leaves(void *tracker, flow_entry *entry)
{
    forget(tracker, (tracked_flow *)entry);
}

steering_tracker *steering_tracker_new(const steering_tracker_settings *settings)
{
    steering_tracker *t = g_new0(steering_tracker, 1);
    t->settings = *settings;
    t->flows = flow_table_new(sizeof(tracked_flow), settings->flows, settings->age_ns, flow_leaves, t);
    record_pool_init(&t->sites, sizeof(tracked_site));
    record_pool_init(&t->earliers, sizeof(tracked_earlier));
    steering_shared_init(t);
    return t;
}

void steering_tracker_free(steering_tracker *t)
{
    if (t == NULL)
        return;
    flow_table_free(t->flows);
    steering_shared_clear(t);
    record_pool_clear(&t->earliers);
    record_pool_clear(&t->sites);
    g_free(t->aggregates);
    g_free(t);
}

bool steering_tracker_is_empty(const steering_tracker *t)
{
    return t->flows->held == 0;
}

bool steering_tracker_is_wide(const steering_tracker *t)
{
    return flow_table_is_wide(t->flows);
}

void steering_tracker_fetch(const steering_tracker *t, const cats_flow_key *key)
{
    flow_table_fetch(t->flows, flow_table_hash(t->flows, key));
}

steering_tracker_count steering_tracker_count_get(const steering_tracker *t)
{
    steering_tracker_count count = t->count;
    count.flows_held = t->flows->held;
    count.flows_let_go = t->flows->let_go;
    return count;
}

steering_flow steering_flow_view(const steering_tracker *t, const tracked_flow *flow)
{
    const tracked_site *site = steering_site_of(t, flow);
    return (steering_flow){ .number = flow->number,
                            .first_frame = flow->first_frame,
                            .site_frame = site->frame,
                            .site_point = POINT_TOLD(site->point),
                            .verdict = (steering_verdict)flow->verdict };
}

tracked_site *steering_site_made(steering_tracker *t, tracked_flow *flow)
{
    if (flow->entry.more == 0)
        flow->entry.more = record_pool_add(&t->sites);
    return record_pool_at(&t->sites, flow->entry.more);
}

static void begin(steering_tracker *t, tracked_flow *flow, uint32_t frame)
{
    flow->number = (uint32_t)t->count.flows++;
    flow->first_frame = frame;
    flow->verdict = STEERING_STEERED;
    t->count.verdicts[STEERING_STEERED]++;
    steering_flow_tell(t, flow);
}

tracked_flow *steering_flow_add(steering_tracker *t, const steering_sight *sight, uint32_t hash)
{
    tracked_flow *flow = (tracked_flow *)flow_table_add(t->flows, sight->key, hash, sight->time_ns);
    begin(t, flow, sight->frame);
    return flow;
}

void steering_flow_renew(steering_tracker *t, tracked_flow *flow, uint32_t frame)
{
    tracked_earlier earlier = { .view = steering_flow_view(t, flow),
                                .isn = flow->isn,
                                .opener = flow->opener };
    bool follows = flow->syn;
    forget(t, flow);
    *flow = (tracked_flow){ .entry = flow->entry };
    if (follows) {
        uint32_t number = record_pool_add(&t->earliers);
        *(tracked_earlier *)record_pool_at(&t->earliers, number) = earlier;
        steering_site_made(t, flow)->earlier = number;
    }
    begin(t, flow, frame);
}

cats_frame_name steering_frame_name(const steering_tracker *t, uint32_t frame)
{
    return cats_frame_name_of(t->settings.listener.frame_name, t->settings.listener.context, frame);
}

void steering_flow_tell(const steering_tracker *t, const tracked_flow *flow)
{
    const steering_listener *listener = &t->settings.listener;
    if (listener->flow == NULL)
        return;
    steering_flow view = steering_flow_view(t, flow);
    listener->flow(listener->context, &view);
}
