/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The affinity tracker's memory: connections, of which those go that were seen longest ago when there are too
 * many or they are too old, and sessions, each of which lives as long as a connection refers to it. */
#include "affinity-tracker-private.h"
#include "numbers.h"

const affinity_tracker_settings affinity_tracker_settings_default = {
    .reconnect_limit_ns = AFFINITY_RECONNECT_LIMIT_DEFAULT_MS * INT64_C(1000000),
    .connections = AFFINITY_TRACKER_CONNECTIONS_DEFAULT,
    .age_ns = AFFINITY_TRACKER_AGE_NS_DEFAULT,
};

tracked_member *affinity_member_made(affinity_tracker *t, tracked_connection *c)
{
    if (c->flow.more == 0)
        c->flow.more = record_pool_add(&t->members);
    return record_pool_at(&t->members, c->flow.more);
}

static void leave_session(affinity_tracker *t, const tracked_connection *c, tracked_member *member)
{
    tracked_session *session = member->session;
    if (session == NULL)
        return;
    if (session->from == c || (session->waiting != NULL && session->waiting->to == c)) {
        if (session->waiting != NULL && session->verdict == AFFINITY_PENDING)
            t->count.redirects_let_go++;
        affinity_wait_end(t, session);
        session->from = NULL;
    }
    member->session = NULL;
    if (--session->connections > 0)
        return;
    t->sessions_held--;
    g_free(session);
}

/* A table of flows calls it before it frees the connection. */
static void connection_leaves(void *tracker, flow_entry *entry)
{
    affinity_tracker *t = tracker;
    tracked_connection *c = (tracked_connection *)(void *)entry;
    if (entry->more == 0)
        return;
    tracked_member *member = affinity_member_made(t, c);
    leave_session(t, c, member);
    if (member->before != NULL)
        affinity_member_made(t, member->before)->after = member->after;
    if (member->after != NULL)
        affinity_member_made(t, member->after)->before = member->before;
    if (member->early_at != 0)
        t->early[member->early_at - 1] = NULL;
    record_pool_free(&t->members, entry->more);
}

affinity_tracker *affinity_tracker_new(const affinity_tracker_settings *settings)
{
    affinity_tracker *t = g_new0(affinity_tracker, 1);
    t->settings = *settings;
    t->connections = flow_table_new(sizeof(tracked_connection), MAX(settings->connections, 2),
                                    settings->age_ns, connection_leaves, t);
    record_pool_init(&t->members, sizeof(tracked_member));
    affinity_waits_init(t);
    return t;
}

void affinity_tracker_free(affinity_tracker *t)
{
    if (t == NULL)
        return;
    flow_table_free(t->connections);
    record_pool_clear(&t->members);
    affinity_waits_clear(t);
    g_free(t);
}

affinity_tracker_count affinity_tracker_count_get(const affinity_tracker *t)
{
    affinity_tracker_count count = t->count;
    count.connections_held = t->connections->held;
    count.connections_let_go = t->connections->let_go;
    return count;
}

bool affinity_connection_reports(affinity_tracker *t, tracked_connection *c, cats_rule_id rule)
{
    _Static_assert(CATS_RULE_COUNT <= 64, "a bit for every rule");
    tracked_member *member = affinity_member_made(t, c);
    uint64_t bit = UINT64_C(1) << rule;
    bool is_new = (member->reported & bit) == 0;
    member->reported |= bit;
    return is_new;
}

tracked_connection *affinity_connection_add(affinity_tracker *t, const cats_flow_key *key, uint32_t hash,
                                            int64_t now)
{
    return (tracked_connection *)(void *)flow_table_add(t->connections, key, hash, now);
}

tracked_connection *affinity_connection_replace(affinity_tracker *t, tracked_connection *old,
                                                const cats_flow_key *key, int64_t now)
{
    uint32_t hash = flow_table_hash(t->connections, key);
    flow_table_retire(t->connections, &old->flow);
    flow_table_touch(t->connections, &old->flow, now); /* it is not the one that makes room */
    tracked_connection *c = affinity_connection_add(t, key, hash, now);
    affinity_member_made(t, c)->before = old;
    affinity_member_made(t, old)->after = c;
    return c;
}

cats_frame_name affinity_frame_name(const affinity_tracker *t, uint32_t frame)
{
    return cats_frame_name_of(t->settings.listener.frame_name, t->settings.listener.context, frame);
}

void affinity_connection_tell(const affinity_tracker *t, const tracked_connection *c)
{
    const affinity_listener *listener = &t->settings.listener;
    if (listener->connection != NULL)
        listener->connection(listener->context, &member_of(t, c)->view);
}

void affinity_connection_join(affinity_tracker *t, tracked_connection *c, tracked_session *session,
                              affinity_role role)
{
    tracked_member *member = affinity_member_made(t, c);
    uint32_t number = member->session != NULL ? member->view.number : t->session_connections++;
    if (session == NULL) {
        session = g_new0(tracked_session, 1);
        session->number = t->sessions++;
        t->sessions_held++;
        t->count.sessions++;
    }
    if (member->session != NULL && member->session->connections == 1)
        t->count.sessions--; /* it is of another session, as is found now */
    leave_session(t, c, member);
    session->connections++;
    member->session = session;
    member->view = (affinity_connection){ .number = number, .session = session->number, .role = role };
    affinity_connection_tell(t, c);
}

void affinity_early_add(affinity_tracker *t, tracked_connection *c)
{
    unsigned at = t->early_next++ % AFFINITY_TRACKER_EARLY;
    if (t->early[at] != NULL)
        affinity_member_made(t, t->early[at])->early_at = 0;
    t->early[at] = c;
    affinity_member_made(t, c)->early_at = (uint8_t)(at + 1);
}

static bool is_early(const affinity_tracker *t, const tracked_connection *c, const wait_key *key)
{
    bool is_first = c->opener == 0;
    const cats_flow_key *flow = &c->flow.key;
    const cats_address *client = is_first ? &flow->source : &flow->destination;
    const cats_address *target = is_first ? &flow->destination : &flow->source;
    uint16_t port = is_first ? flow->destination_port : flow->source_port;
    const tracked_session *session = session_of(t, c);
    return port == key->port && cats_address_equal(target, &key->target) &&
           (key->client.family == 0 || cats_address_equal(client, &key->client)) && session != NULL &&
           session->connections == 1 && !session->redirected && !c->reset;
}

tracked_connection *affinity_early_find(const affinity_tracker *t, const wait_key *key, int64_t now)
{
    tracked_connection *oldest = NULL;
    for (unsigned i = 1; i <= AFFINITY_TRACKER_EARLY; i++) {
        tracked_connection *c = t->early[(t->early_next - i) % AFFINITY_TRACKER_EARLY];
        if (c == NULL)
            continue;
        if (capture_time_passed(c->opened_ns, AFFINITY_TRACKER_EARLY_NS, now))
            break;
        if (is_early(t, c, key))
            oldest = c;
    }
    return oldest;
}
