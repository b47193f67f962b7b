/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes segments in the order of the capture: which connection each is of, and what it means once the parts
 * that read SYNs, answers and FINs have seen it.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.10.7; docs/rules.md. */
#include "affinity-tracker-private.h"

#include "packet.h"

/* A client that acknowledged so much can no longer be told from one that went round sequence space. */
#define FAR_SPAN (UINT32_C(1) << 30)
/* Of the connections that had the same addresses and ports one after the other, so many are looked at. */
#define DEPTH_MAX 4

const char *affinity_verdict_name(affinity_verdict verdict)
{
    static const char *const names[] = {
        [AFFINITY_PENDING] = "pending",     [AFFINITY_RECONNECTED] = "reconnected",
        [AFFINITY_ELSEWHERE] = "elsewhere", [AFFINITY_REFUSED] = "refused",
        [AFFINITY_IGNORED] = "ignored",     [AFFINITY_LOOPED] = "looped",
    };
    return names[verdict];
}

static const affinity_option *redirect_of(const affinity_seen *seen)
{
    for (unsigned i = 0; i < seen->count && i < G_N_ELEMENTS(seen->option); i++)
        if (!seen->option[i].permit)
            return &seen->option[i];
    return NULL;
}

cats_flow_key affinity_segment_key(const affinity_segment *segment)
{
    return (cats_flow_key){ .source = segment->source,
                            .destination = segment->destination,
                            .protocol = PACKET_PROTOCOL_TCP,
                            .ports_known = 1,
                            .source_port = segment->source_port,
                            .destination_port = segment->destination_port };
}

static uint32_t distance(uint32_t a, uint32_t b)
{
    return MIN(a - b, b - a);
}

/* The connection whose sequence numbers are nearest, of those that had these addresses and ports. A late
 * copy, from a slower link, may still be of an earlier one. */
static tracked_connection *nearest(const affinity_tracker *t, tracked_connection *newest,
                                   const affinity_sight *sight, unsigned from)
{
    bool syn = (sight->segment->flags & TCP_FLAG_SYN) != 0;
    tracked_connection *best = newest;
    uint32_t best_distance = UINT32_MAX;
    unsigned depth = 0;
    for (tracked_connection *c = newest; c != NULL && depth < DEPTH_MAX;
         c = member_of(t, c)->before, depth++) {
        const tracked_side *side = &c->side[from];
        if (syn ? !side->syn : !side->seen)
            continue;
        uint32_t away = distance(sight->sequence, syn ? side->isn : side->latest);
        if (syn ? away == 0 : away < best_distance) {
            best = c;
            best_distance = away;
        }
    }
    return best;
}

/* The connection that the segment belongs to, made when it is one to follow; NULL when it is none. Of a
 * connection that is in no session only SYNs and redirects matter: captures without any session cost next to
 * nothing. */
static tracked_connection *connection_of(passage *p)
{
    affinity_tracker *t = p->tracker;
    int64_t now = p->sight->time_ns;
    bool syn = (p->segment->flags & TCP_FLAG_SYN) != 0;
    bool redirects = p->redirect != NULL && (p->segment->flags & TCP_FLAG_FIN) != 0;
    bool matters = syn || p->redirect != NULL;
    if (!matters && t->sessions_held == 0)
        return NULL;
    cats_flow_key key = affinity_segment_key(p->segment);
    uint32_t hash = flow_table_hash(t->connections, &key);
    bool reversed = false;
    tracked_connection *c =
        (tracked_connection *)(void *)flow_table_find(t->connections, &key, hash, now, &reversed);
    if (c == NULL) {
        if (!syn && !redirects)
            return NULL;
        c = affinity_connection_add(t, &key, hash, now);
        c->opener = 1; /* of a redirect; a SYN says it itself */
        p->from = 0;
        return c;
    }
    p->from = reversed;
    const tracked_member *member = member_of(t, c);
    if (member->before != NULL) {
        c = nearest(t, c, p->sight, p->from);
        member = member_of(t, c);
    }
    if (!matters && member->session == NULL)
        return NULL;
    if (syn && member->after == NULL && affinity_syn_begins_anew(t, c, p->sight, p->from)) {
        p->from = 0;
        return affinity_connection_replace(t, c, &key, now);
    }
    flow_table_touch(t->connections, &c->flow, now);
    return c;
}

/* Of equal acknowledgments the larger window counts: a receiver does not take back what it gave. */
static void read_numbers(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_side *side = &c->side[p->from];
    const affinity_sight *sight = p->sight;
    side->seen = true;
    side->latest = sight->sequence;
    if ((p->segment->flags & TCP_FLAG_ACK) == 0 || (p->segment->flags & TCP_FLAG_RST) != 0)
        return;
    if (side->acks && sight->acknowledgment == side->acknowledged) {
        side->window = MAX(side->window, sight->window);
        return;
    }
    if (side->acks && !after(sight->acknowledgment, side->acknowledged))
        return;
    side->acks = true;
    side->acknowledged = sight->acknowledgment;
    side->window = sight->window;
    const tracked_side *other = &c->side[1 - p->from];
    side->far |= other->isn_known && side->acknowledged - other->isn >= FAR_SPAN;
}

static void report(const passage *p, affinity_sighting *sighting)
{
    const tracked_connection *c = p->connection;
    const tracked_member *member = member_of(p->tracker, c);
    sighting->in_session = member->session != NULL;
    if (!sighting->in_session)
        return;
    sighting->connection = member->view;
    sighting->redirects = p->redirect != NULL && c->redirected &&
                          affinity_redirect_repeats(member, p->redirect) &&
                          (p->segment->flags & TCP_FLAG_FIN) != 0;
    sighting->reconnects =
        (is_client(p) || !c->side[c->opener].syn) && (p->segment->flags & TCP_FLAG_SYN) != 0;
    sighting->has_verdict = member->session->redirected;
    sighting->verdict = member->session->verdict;
}

bool affinity_tracker_see(affinity_tracker *tracker, const affinity_sight *sight, affinity_sighting *sighting,
                          cats_findings *findings)
{
    passage p = { .tracker = tracker,
                  .sight = sight,
                  .segment = sight->segment,
                  .redirect = redirect_of(sight->seen),
                  .findings = findings };
    uint16_t flags = p.segment->flags;
    sighting->in_session = false;
    if (sight->time_ns > tracker->due_ns)
        affinity_waits_expire(tracker, sight->time_ns, findings);
    flow_table_expire(tracker->connections, sight->time_ns);
    p.connection = connection_of(&p);
    if (p.connection == NULL)
        return false;
    if ((flags & TCP_FLAG_SYN) != 0)
        affinity_syn_read(&p);
    if (!p.connection->answered || (flags & TCP_FLAG_RST) != 0)
        affinity_answer_read(&p);
    if (p.redirect != NULL)
        affinity_redirect_judge_sender(&p);
    if ((flags & (TCP_FLAG_FIN | TCP_FLAG_SYN)) == TCP_FLAG_FIN)
        affinity_fin_read(&p);
    read_numbers(&p);
    report(&p, sighting);
    return sighting->in_session;
}

bool affinity_tracker_is_empty(const affinity_tracker *tracker)
{
    return tracker->sessions_held == 0 && tracker->due_ns == INT64_MAX;
}
