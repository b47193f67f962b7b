/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering tracker's memory: flows by their undirected key, the least recently seen of which go when
 * there are too many or they are too old. */
#include "steering-tracker-private.h"

const steering_tracker_settings steering_tracker_settings_default = {
    .flows = STEERING_TRACKER_FLOWS_DEFAULT,
    .age_ns = STEERING_TRACKER_AGE_NS_DEFAULT,
};

static guint hash_flow(gconstpointer flow)
{
    return ((const flow_probe *)flow)->hash;
}

static gboolean same_flow(gconstpointer a, gconstpointer b)
{
    return cats_flow_key_equal(&((const flow_probe *)a)->key, &((const flow_probe *)b)->key);
}

steering_tracker *steering_tracker_new(const steering_tracker_settings *settings)
{
    steering_tracker *t = g_new0(steering_tracker, 1);
    t->settings = *settings;
    t->settings.flows = MAX(settings->flows, 1);
    t->flows = g_hash_table_new(hash_flow, same_flow);
    return t;
}

static void drop(steering_tracker *t, tracked_flow *flow)
{
    g_hash_table_remove(t->flows, &flow->probe);
    g_queue_unlink(&t->recent, &flow->recent);
    g_free(flow);
}

void steering_tracker_free(steering_tracker *t)
{
    if (t == NULL)
        return;
    while (t->recent.head != NULL)
        drop(t, t->recent.head->data);
    g_hash_table_destroy(t->flows);
    g_free(t);
}

bool steering_tracker_is_empty(const steering_tracker *t)
{
    return t->recent.length == 0;
}

steering_tracker_count steering_tracker_count_get(const steering_tracker *t)
{
    return (steering_tracker_count){ .flows_held = t->recent.length, .flows_let_go = t->let_go };
}

flow_probe steering_probe(const cats_flow_key *key)
{
    flow_probe probe = { .key = cats_flow_key_undirected(key) };
    probe.hash = (guint)cats_flow_key_hash(&probe.key);
    return probe;
}

/* Times come from captures: their difference need not fit. */
static bool is_older(const tracked_flow *flow, int64_t age, int64_t now)
{
    return now > flow->seen_ns && (uint64_t)now - (uint64_t)flow->seen_ns > (uint64_t)age;
}

static void let_go(steering_tracker *t, tracked_flow *flow)
{
    drop(t, flow);
    t->let_go++;
}

tracked_flow *steering_flow_find(steering_tracker *t, const flow_probe *probe, int64_t now)
{
    tracked_flow *flow = g_hash_table_lookup(t->flows, probe);
    if (flow == NULL || !is_older(flow, t->settings.age_ns, now))
        return flow;
    let_go(t, flow);
    return NULL;
}

static void begin(steering_tracker *t, tracked_flow *flow, uint32_t frame)
{
    flow->view = (steering_flow){ .number = t->numbers++,
                                  .first_frame = frame,
                                  .site_point = STEERING_POINT_NONE,
                                  .verdict = STEERING_STEERED };
    flow->site.twin = STEERING_POINT_NONE;
    steering_flow_tell(t, flow);
}

tracked_flow *steering_flow_add(steering_tracker *t, const flow_probe *probe, uint32_t frame, int64_t now)
{
    if (t->recent.length >= t->settings.flows)
        let_go(t, t->recent.head->data);
    tracked_flow *flow = g_new0(tracked_flow, 1);
    flow->probe = *probe;
    flow->recent.data = flow;
    flow->seen_ns = now;
    g_queue_push_tail_link(&t->recent, &flow->recent);
    g_hash_table_add(t->flows, flow);
    begin(t, flow, frame);
    return flow;
}

void steering_flow_renew(steering_tracker *t, tracked_flow *flow, uint32_t frame)
{
    tracked_flow next = {
        .probe = flow->probe,
        .recent = flow->recent,
        .seen_ns = flow->seen_ns,
        .follows = flow->syn,
        .earlier_opener = flow->opener,
        .earlier_isn = flow->isn,
        .earlier = flow->view,
    };
    *flow = next;
    begin(t, flow, frame);
}

void steering_flow_touch(steering_tracker *t, tracked_flow *flow, int64_t now)
{
    flow->seen_ns = MAX(flow->seen_ns, now);
    if (t->recent.tail == &flow->recent)
        return;
    g_queue_unlink(&t->recent, &flow->recent);
    g_queue_push_tail_link(&t->recent, &flow->recent);
}

void steering_flows_age(steering_tracker *t, int64_t now)
{
    while (t->recent.head != NULL && is_older(t->recent.head->data, t->settings.age_ns, now))
        let_go(t, t->recent.head->data);
}

void steering_flow_tell(const steering_tracker *t, const tracked_flow *flow)
{
    const steering_listener *listener = &t->settings.listener;
    if (listener->flow != NULL)
        listener->flow(listener->context, &flow->view);
}
