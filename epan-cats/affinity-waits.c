/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Redirects that wait for the client's SYN, SYNs that wait for an answer, and what comes of them: the
 * verdicts. Spec: draft-wang-tcpm-tcp-service-affinity-option; docs/rules.md. */
#include "affinity-tracker-private.h"

#include "hash-mix.h"
#include <string.h>

#define NS_PER_MS INT64_C(1000000)

static uint64_t hash_address(uint64_t hash, const cats_address *address)
{
    uint64_t words[2];
    memcpy(words, address->octets, sizeof words);
    hash = hash_mix(hash ^ address->family ^ words[0]);
    return hash_mix(hash ^ words[1]);
}

static guint hash_client(gconstpointer client)
{
    return (guint)hash_address(0, client);
}

static gboolean same_client(gconstpointer a, gconstpointer b)
{
    return cats_address_equal(a, b);
}

static guint hash_wait(gconstpointer of)
{
    const wait_key *key = of;
    return (guint)hash_address(hash_address(key->port, &key->client), &key->target);
}

static gboolean same_wait(gconstpointer a, gconstpointer b)
{
    const wait_key *one = a, *other = b;
    return one->port == other->port && cats_address_equal(&one->client, &other->client) &&
           cats_address_equal(&one->target, &other->target);
}

static void free_queue(gpointer queue)
{
    g_free(queue);
}

void affinity_waits_init(affinity_tracker *t)
{
    t->due_ns = INT64_MAX;
    t->by_target = g_hash_table_new_full(hash_wait, same_wait, g_free, free_queue);
    t->by_client = g_hash_table_new_full(hash_client, same_client, g_free, free_queue);
}

void affinity_waits_clear(affinity_tracker *t)
{
    g_hash_table_destroy(t->by_target);
    g_hash_table_destroy(t->by_client);
}

static void table_push(GHashTable *table, const void *key, size_t size, GList *link)
{
    GQueue *queue = g_hash_table_lookup(table, key);
    if (queue == NULL) {
        queue = g_new0(GQueue, 1);
        g_hash_table_insert(table, g_memdup2(key, size), queue);
    }
    g_queue_push_tail_link(queue, link);
}

static void table_take(GHashTable *table, const void *key, GList *link)
{
    GQueue *queue = g_hash_table_lookup(table, key);
    g_queue_unlink(queue, link);
    if (queue->length == 0)
        g_hash_table_remove(table, key);
}

static bool is_late(const affinity_tracker *t, const tracked_session *session, int64_t now)
{
    return capture_time_passed(session->waiting->since_ns, t->settings.reconnect_limit_ns, now);
}

/* The oldest that is not too late. */
static tracked_session *first_in_time(const affinity_tracker *t, GHashTable *table, const void *key,
                                      int64_t now)
{
    const GQueue *queue = g_hash_table_lookup(table, key);
    for (const GList *link = queue == NULL ? NULL : queue->head; link != NULL; link = link->next)
        if (!is_late(t, link->data, now))
            return link->data;
    return NULL;
}

static void enter_queues(affinity_tracker *t, tracked_waiting *w, tracked_wait wait, int64_t now)
{
    w->wait = wait;
    w->since_ns = now;
    t->due_ns = MIN(t->due_ns, capture_time_after(now, t->settings.reconnect_limit_ns));
    g_queue_push_tail_link(&t->waits[wait], &w->in_queue);
    if (wait == WAIT_FOR_SYN) {
        table_push(t->by_target, &w->key, sizeof w->key, &w->in_target);
        table_push(t->by_client, &w->key.client, sizeof w->key.client, &w->in_client);
    }
}

static void leave_queues(affinity_tracker *t, tracked_waiting *w)
{
    g_queue_unlink(&t->waits[w->wait], &w->in_queue);
    if (w->wait == WAIT_FOR_SYN) {
        table_take(t->by_target, &w->key, &w->in_target);
        table_take(t->by_client, &w->key.client, &w->in_client);
    }
}

void affinity_wait_end(affinity_tracker *t, tracked_session *session)
{
    if (session->waiting == NULL)
        return;
    leave_queues(t, session->waiting);
    g_free(session->waiting);
    session->waiting = NULL;
}

void affinity_verdict_set(affinity_tracker *t, tracked_session *session, affinity_verdict verdict)
{
    affinity_wait_end(t, session);
    if (session->verdict == AFFINITY_LOOPED)
        return;
    if (session->redirected)
        t->count.verdicts[session->verdict]--;
    t->count.verdicts[verdict]++;
    session->redirected = true;
    session->verdict = verdict;
    const affinity_listener *listener = &t->settings.listener;
    if (listener->verdict != NULL)
        listener->verdict(listener->context, session->number, verdict);
}

/* An IPv4-mapped IPv6 address stands for the IPv4 address: on the wire the client uses that. */
static cats_address on_the_wire(const cats_address *address)
{
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    bool is_mapped = address->family == 6 && memcmp(address->octets, mapped, sizeof mapped) == 0;
    return is_mapped ? cats_address_ipv4(address->octets + sizeof mapped) : *address;
}

void affinity_wait_for_syn(affinity_tracker *t, tracked_connection *from, const affinity_sight *sight)
{
    tracked_member *member = affinity_member_made(t, from);
    tracked_session *session = member->session;
    const affinity_segment *segment = sight->segment;
    affinity_verdict_set(t, session, session->redirected ? AFFINITY_LOOPED : AFFINITY_PENDING);
    session->from = from;
    session->redirect_ns = sight->time_ns;
    tracked_waiting *w = session->waiting = g_new0(tracked_waiting, 1);
    w->in_queue.data = w->in_target.data = w->in_client.data = session;
    w->capable = from->capability == CAPABILITY_SHOWN;
    w->service = segment->source;
    w->key.target = on_the_wire(&member->target);
    if (w->key.target.family == segment->destination.family)
        w->key.client = segment->destination;
    w->key.port = member->target_port;
    enter_queues(t, w, WAIT_FOR_SYN, sight->time_ns);
}

tracked_session *affinity_wait_find(const affinity_tracker *t, const cats_address *client,
                                    const cats_address *target, uint16_t port, int64_t now)
{
    if (t->waits[WAIT_FOR_SYN].length == 0)
        return NULL;
    wait_key key = { .client = *client, .target = *target, .port = port };
    tracked_session *session = first_in_time(t, t->by_target, &key, now);
    if (session == NULL) {
        key.client = (cats_address){ .family = 0 };
        session = first_in_time(t, t->by_target, &key, now);
    }
    return session;
}

tracked_session *affinity_wait_find_elsewhere(const affinity_tracker *t, const cats_address *client,
                                              const cats_address *target, uint16_t port, bool capable,
                                              int64_t now)
{
    if (t->waits[WAIT_FOR_SYN].length == 0)
        return NULL;
    tracked_session *session = first_in_time(t, t->by_client, client, now);
    if (session == NULL || cats_address_equal(target, &session->waiting->service))
        return NULL;
    const cats_topology *topology = t->settings.topology;
    if (topology != NULL)
        return cats_topology_node_at(topology, target) != NULL ? session : NULL;
    return capable && port == session->waiting->key.port ? session : NULL;
}

void affinity_connection_follow(affinity_tracker *t, tracked_session *session, tracked_connection *to)
{
    tracked_connection *from = session->from;
    affinity_connection_join(t, to, session, AFFINITY_REESTABLISHED);
    affinity_connection *first = &affinity_member_made(t, from)->view;
    affinity_connection *second = &affinity_member_made(t, to)->view;
    first->reconnect_frame = to->opened_frame;
    first->reconnect_ns = to->side[to->opener].syn ? capture_time_between(session->redirect_ns, to->opened_ns)
                                                   : AFFINITY_NO_TIME;
    affinity_connection_tell(t, from);
    second->cause_frame = first->redirect_frame;
    second->cause_ns = first->reconnect_ns;
    affinity_connection_tell(t, to);
}

void affinity_wait_for_answer(affinity_tracker *t, tracked_session *session, tracked_connection *to)
{
    affinity_connection_follow(t, session, to);
    leave_queues(t, session->waiting);
    session->waiting->to = to;
    enter_queues(t, session->waiting, WAIT_FOR_ANSWER, to->opened_ns);
}

static void give_up(affinity_tracker *t, tracked_session *session, cats_findings *findings)
{
    char text[CATS_ADDRESS_TEXT];
    int limit = (int)(t->settings.reconnect_limit_ns / NS_PER_MS);
    const affinity_connection *from = &member_of(t, session->from)->view;
    cats_frame_name fin = affinity_frame_name(t, from->redirect_frame);
    const tracked_waiting *w = session->waiting;
    cats_endpoint_format(&w->key.target, w->key.port, text);
    if (w->wait == WAIT_FOR_ANSWER) {
        cats_findings_add(findings, CATS_RULE_AFFINITY_RECONNECT_REFUSED,
                          "session %u: no answer from %s within %d ms (FIN in %s, SYN in %s)",
                          session->number, text, limit, fin.text,
                          affinity_frame_name(t, from->reconnect_frame).text);
        affinity_verdict_set(t, session, AFFINITY_REFUSED);
        return;
    }
    if (w->capable)
        cats_findings_add(findings, CATS_RULE_AFFINITY_NO_RECONNECT,
                          "session %u: no connection to %s within %d ms of the FIN in %s", session->number,
                          text, limit, fin.text);
    affinity_verdict_set(t, session, AFFINITY_IGNORED);
}

void affinity_waits_expire(affinity_tracker *t, int64_t now, cats_findings *findings)
{
    t->due_ns = INT64_MAX;
    for (tracked_wait wait = WAIT_FOR_SYN; wait <= WAIT_FOR_ANSWER; wait++) {
        const GQueue *queue = &t->waits[wait];
        if (queue->head != NULL && is_late(t, queue->head->data, now))
            give_up(t, queue->head->data, findings);
        if (queue->head == NULL)
            continue;
        const tracked_session *next = queue->head->data;
        t->due_ns =
            MIN(t->due_ns, capture_time_after(next->waiting->since_ns, t->settings.reconnect_limit_ns));
    }
}
