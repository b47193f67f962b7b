/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The affinity tracker's memory: connections by flow, the least recently seen of which go when there are too
 * many or they are too old. A session lives as long as a connection refers to it. */
#include "affinity-tracker-private.h"
#include "numbers.h"

#include <string.h>

const affinity_tracker_settings affinity_tracker_settings_default = {
    .reconnect_limit_ns = AFFINITY_RECONNECT_LIMIT_DEFAULT_MS * INT64_C(1000000),
    .connections = AFFINITY_TRACKER_CONNECTIONS_DEFAULT,
    .age_ns = AFFINITY_TRACKER_AGE_NS_DEFAULT,
};

static guint hash_connection(gconstpointer connection)
{
    return (guint)cats_flow_key_hash(connection);
}

static gboolean same_connection(gconstpointer a, gconstpointer b)
{
    return cats_flow_key_equal(a, b);
}

affinity_tracker *affinity_tracker_new(const affinity_tracker_settings *settings)
{
    affinity_tracker *t = g_new0(affinity_tracker, 1);
    t->settings = *settings;
    t->settings.connections = MAX(settings->connections, 2);
    t->connections = g_hash_table_new(hash_connection, same_connection);
    affinity_waits_init(t);
    return t;
}

void affinity_tracker_free(affinity_tracker *t)
{
    if (t == NULL)
        return;
    while (t->recent.head != NULL)
        affinity_connection_drop(t, t->recent.head->data);
    affinity_waits_clear(t);
    g_hash_table_destroy(t->connections);
    g_free(t);
}

affinity_tracker_count affinity_tracker_count_get(const affinity_tracker *t)
{
    affinity_tracker_count count = t->count;
    count.sessions = t->sessions;
    count.connections_held = t->recent.length;
    return count;
}

tracked_connection *affinity_connection_find(const affinity_tracker *t, const cats_flow_key *undirected)
{
    return g_hash_table_lookup(t->connections, undirected);
}

static void leave_session(affinity_tracker *t, tracked_connection *c)
{
    tracked_session *session = c->session;
    if (session == NULL)
        return;
    if (session->from == c || session->to == c) {
        if (session->wait != WAIT_NOTHING)
            t->count.redirects_let_go++;
        affinity_wait_end(t, session);
        session->from = NULL;
    }
    c->session = NULL;
    if (--session->connections > 0)
        return;
    t->sessions_held--;
    g_free(session);
}

void affinity_connection_retire(affinity_tracker *t, tracked_connection *c)
{
    if (!c->retired)
        g_hash_table_remove(t->connections, &c->key);
    c->retired = true;
}

void affinity_connection_drop(affinity_tracker *t, tracked_connection *c)
{
    leave_session(t, c);
    affinity_connection_retire(t, c);
    g_queue_unlink(&t->recent, &c->recent);
    g_free(c);
}

static void let_go_oldest(affinity_tracker *t)
{
    affinity_connection_drop(t, t->recent.head->data);
    t->count.connections_let_go++;
}

tracked_connection *affinity_connection_add(affinity_tracker *t, const cats_flow_key *undirected, int64_t now)
{
    if (t->recent.length >= t->settings.connections)
        let_go_oldest(t);
    tracked_connection *c = g_new0(tracked_connection, 1);
    c->key = *undirected;
    c->recent.data = c;
    c->seen_ns = now;
    g_queue_push_tail_link(&t->recent, &c->recent);
    g_hash_table_add(t->connections, c);
    return c;
}

void affinity_connection_touch(affinity_tracker *t, tracked_connection *c, int64_t now)
{
    c->seen_ns = now;
    if (t->recent.tail == &c->recent)
        return;
    g_queue_unlink(&t->recent, &c->recent);
    g_queue_push_tail_link(&t->recent, &c->recent);
}

void affinity_connections_age(affinity_tracker *t, int64_t now)
{
    while (t->recent.head != NULL) {
        const tracked_connection *oldest = t->recent.head->data;
        if (now - oldest->seen_ns <= t->settings.age_ns)
            return;
        let_go_oldest(t);
    }
}

void affinity_connection_tell(const affinity_tracker *t, const tracked_connection *c)
{
    const affinity_listener *listener = &t->settings.listener;
    if (listener->connection != NULL)
        listener->connection(listener->context, &c->view);
}

void affinity_connection_join(affinity_tracker *t, tracked_connection *c, tracked_session *session,
                              affinity_role role)
{
    if (session == NULL) {
        session = g_new0(tracked_session, 1);
        session->number = t->sessions++;
        t->sessions_held++;
        session->in_queue.data = session->in_target.data = session->in_client.data = session;
    }
    leave_session(t, c);
    session->connections++;
    c->session = session;
    c->view =
        (affinity_connection){ .number = t->session_connections++, .session = session->number, .role = role };
    affinity_connection_tell(t, c);
}
