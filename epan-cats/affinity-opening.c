/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How connections open: SYNs, what they show of capability, which redirect they follow, and who answers.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.10.7; RFC 6994 s3.2; docs/rules.md. */
#include "affinity-tracker-private.h"

/* An open connection that is silent for so long may be replaced by a SYN. */
#define QUIET_NS INT64_C(60000000000)
#define TCP_OPTION_WINDOW_SCALE 3
#define WINDOW_SCALE_MAX 14

static void read_scale(tracked_side *side, const affinity_segment *segment)
{
    side->options = true;
    affinity_option_walk walk;
    affinity_option_walk_start(&walk, segment->options, segment->options_length);
    while (affinity_option_walk_next(&walk)) {
        if (walk.bad || walk.kind != TCP_OPTION_WINDOW_SCALE || walk.option_length != 3)
            continue;
        side->scales = true;
        side->scale = MIN(segment->options[walk.at + 2], WINDOW_SCALE_MAX);
    }
}

/* Of several SYNs (copies, retransmissions) what any of them shows: on some links a bit may not be set yet.
 */
static void read_capability(affinity_tracker *t, tracked_connection *c, const affinity_sight *sight)
{
    const affinity_seen *seen = sight->seen;
    bool permit = false;
    for (unsigned i = 0; sight->whole && i < seen->count && i < G_N_ELEMENTS(seen->option); i++) {
        permit |= seen->option[i].permit;
        if (seen->option[i].kind >= TCP_OPTION_EXPERIMENT_1) {
            c->experiment = true;
            affinity_member_made(t, c)->exid = seen->option[i].exid;
        }
    }
    c->saf |= seen->saf;
    if (seen->saf || permit)
        c->capability = CAPABILITY_SHOWN;
    else if (sight->whole && c->capability == CAPABILITY_UNKNOWN)
        c->capability = CAPABILITY_NONE;
}

bool affinity_syn_begins_anew(const affinity_tracker *t, const tracked_connection *c,
                              const affinity_sight *sight, unsigned from)
{
    const tracked_side *side = &c->side[from];
    bool is_answer = (sight->segment->flags & TCP_FLAG_ACK) != 0;
    if (is_answer || (side->isn_known && side->isn == sight->sequence))
        return false;
    if (session_of(t, c) == NULL)
        return true;
    bool closed = c->reset || (c->side[0].fin && c->side[1].fin);
    return !c->opener_known || closed || !c->answered ||
           capture_time_passed(c->flow.seen_ns, QUIET_NS, sight->time_ns);
}

static void elsewhere(passage *p, tracked_session *session, const cats_address *target, uint16_t port)
{
    char texts[2][CATS_ADDRESS_TEXT];
    cats_endpoint_format(target, port, texts[0]);
    cats_endpoint_format(&session->waiting->key.target, session->waiting->key.port, texts[1]);
    cats_findings_add(
        p->findings, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE,
        "session %u: connection to %s, expected %s (FIN in %s)", session->number, texts[0], texts[1],
        affinity_frame_name(p->tracker, member_of(p->tracker, session->from)->view.redirect_frame).text);
    affinity_connection_follow(p->tracker, session, p->connection);
    affinity_verdict_set(p->tracker, session, AFFINITY_ELSEWHERE);
}

/* The first sign of a connection whose opener is known: does it follow a redirect? */
static void place(passage *p)
{
    tracked_connection *c = p->connection;
    if (session_of(p->tracker, c) != NULL)
        return; /* redirected before its answer was seen */
    const affinity_segment *segment = p->segment;
    const cats_address *client = is_client(p) ? &segment->source : &segment->destination;
    const cats_address *target = is_client(p) ? &segment->destination : &segment->source;
    uint16_t port = is_client(p) ? segment->destination_port : segment->source_port;
    int64_t now = p->sight->time_ns;
    bool capable = c->capability == CAPABILITY_SHOWN;

    tracked_session *session = affinity_wait_find(p->tracker, client, target, port, now);
    if (session != NULL) {
        affinity_wait_for_answer(p->tracker, session, c);
        return;
    }
    session = affinity_wait_find_elsewhere(p->tracker, client, target, port, capable, now);
    if (session != NULL) {
        elsewhere(p, session, target, port);
    } else if (capable) {
        affinity_connection_join(p->tracker, c, NULL, AFFINITY_FIRST);
        affinity_early_add(p->tracker, c);
    }
}

/* The SYN says who opens the connection; its answer says so too, and what the SYN's number was. */
static void read_opener(passage *p, bool is_answer)
{
    tracked_connection *c = p->connection;
    c->opener_known = true;
    c->opener = (is_answer ? 1 - p->from : p->from) & 1;
    c->opened_frame = p->sight->frame;
    c->opened_ns = p->sight->time_ns;
    tracked_side *opener = &c->side[c->opener];
    if (is_answer) {
        opener->isn_known = opener->seen = true;
        opener->isn = opener->latest = p->sight->acknowledgment - 1;
    }
}

void affinity_syn_read(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_side *side = &c->side[p->from];
    bool is_answer = (p->segment->flags & TCP_FLAG_ACK) != 0;
    bool is_first = !c->opener_known;
    if (side->syn && side->isn != p->sight->sequence)
        return;
    if (!side->options && p->sight->whole)
        read_scale(side, p->segment);
    side->syn = side->isn_known = true;
    side->isn = p->sight->sequence;
    if (is_first)
        read_opener(p, is_answer);
    if (is_client(p))
        read_capability(p->tracker, c, p->sight);
    else
        c->saf_echoed |= p->sight->seen->saf;
    /* The answer alone: its flag says that the SYN had one. */
    if (!c->side[c->opener].syn && c->saf_echoed)
        c->capability = CAPABILITY_SHOWN;
    if (is_first || (session_of(p->tracker, c) == NULL && c->capability == CAPABILITY_SHOWN))
        place(p);
}

/* What a client that sent a SYN takes for an answer (RFC 9293 s3.10.7.3): it acknowledges that SYN. Late
 * segments of an earlier connection do not. A segment of the client that goes on behind its SYN shows that
 * there was an answer. */
static bool is_answer_to(const passage *p)
{
    const tracked_side *opener = &p->connection->side[p->connection->opener];
    if ((p->segment->flags & TCP_FLAG_ACK) == 0)
        return false;
    if (!opener->isn_known)
        return true;
    return after(is_client(p) ? p->sight->sequence : p->sight->acknowledgment, opener->isn);
}

void affinity_answer_read(passage *p)
{
    tracked_connection *c = p->connection;
    bool resets = (p->segment->flags & TCP_FLAG_RST) != 0;
    c->reset |= resets;
    if (c->answered || !is_answer_to(p) || (resets && is_client(p)))
        return;
    c->answered = !resets;
    tracked_session *session = session_of(p->tracker, c);
    if (session == NULL || session->waiting == NULL || session->waiting->to != c)
        return;
    if (!resets) {
        affinity_verdict_set(p->tracker, session, AFFINITY_RECONNECTED);
        return;
    }
    char text[CATS_ADDRESS_TEXT];
    cats_endpoint_format(&session->waiting->key.target, session->waiting->key.port, text);
    cats_findings_add(p->findings, CATS_RULE_AFFINITY_RECONNECT_REFUSED,
                      "session %u: %s answers the SYN in %s with RST (FIN in %s)", session->number, text,
                      affinity_frame_name(p->tracker, c->opened_frame).text,
                      affinity_frame_name(p->tracker, member_of(p->tracker, c)->view.cause_frame).text);
    affinity_verdict_set(p->tracker, session, AFFINITY_REFUSED);
}
