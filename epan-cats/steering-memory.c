/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering tracker's memory: flows in a flow table, and what is told of them. */
#include "steering-tracker-private.h"

const steering_tracker_settings steering_tracker_settings_default = {
    .flows = STEERING_TRACKER_FLOWS_DEFAULT,
    .age_ns = STEERING_TRACKER_AGE_NS_DEFAULT,
    .stale_ns = STEERING_TRACKER_STALE_NS_DEFAULT,
};

steering_tracker *steering_tracker_new(const steering_tracker_settings *settings)
{
    steering_tracker *t = g_new0(steering_tracker, 1);
    t->settings = *settings;
    t->flows = flow_table_new(sizeof(tracked_flow), settings->flows, settings->age_ns, NULL, NULL);
    return t;
}

void steering_tracker_free(steering_tracker *t)
{
    if (t == NULL)
        return;
    flow_table_free(t->flows);
    g_free(t->aggregates);
    g_free(t);
}

bool steering_tracker_is_empty(const steering_tracker *t)
{
    return t->flows->held == 0;
}

steering_tracker_count steering_tracker_count_get(const steering_tracker *t)
{
    steering_tracker_count count = t->count;
    count.flows_held = t->flows->held;
    count.flows_let_go = t->flows->let_go;
    return count;
}

static void begin(steering_tracker *t, tracked_flow *flow, uint32_t frame)
{
    flow->view = (steering_flow){ .number = (uint32_t)t->count.flows++,
                                  .first_frame = frame,
                                  .site_point = STEERING_POINT_NONE,
                                  .verdict = STEERING_STEERED };
    flow->site.twin = STEERING_POINT_NONE;
    for (unsigned i = 0; i < G_N_ELEMENTS(flow->site.elsewhere); i++)
        flow->site.elsewhere[i] = STEERING_POINT_NONE;
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
    tracked_flow next = {
        .entry = flow->entry,
        .follows = flow->syn,
        .earlier_opener = flow->opener,
        .earlier_isn = flow->isn,
        .earlier = flow->view,
    };
    *flow = next;
    begin(t, flow, frame);
}

cats_frame_name steering_frame_name(const steering_tracker *t, uint32_t frame)
{
    return cats_frame_name_of(t->settings.listener.frame_name, t->settings.listener.context, frame);
}

void steering_flow_tell(const steering_tracker *t, const tracked_flow *flow)
{
    const steering_listener *listener = &t->settings.listener;
    if (listener->flow != NULL)
        listener->flow(listener->context, &flow->view);
}
