/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads segments in the order of the capture: which connection, what it changes, which session.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.10.7.4; docs/rules.md. */
#include "affinity-tracker-private.h"
#include "packet.h"

#include <string.h>

/* An open connection that is silent for so long may be replaced by a SYN. */
#define QUIET_NS INT64_C(60000000000)
#define TCP_OPTION_WINDOW_SCALE 3
#define WINDOW_SCALE_MAX 14

const char *affinity_verdict_name(affinity_verdict verdict)
{
    static const char *const names[] = {
        [AFFINITY_PENDING] = "pending",     [AFFINITY_RECONNECTED] = "reconnected",
        [AFFINITY_ELSEWHERE] = "elsewhere", [AFFINITY_REFUSED] = "refused",
        [AFFINITY_IGNORED] = "ignored",     [AFFINITY_LOOPED] = "looped",
    };
    return names[verdict];
}

/* One segment on its way through the tracker. */
typedef struct passage {
    affinity_tracker *tracker;
    const affinity_sight *sight;
    const affinity_segment *segment;
    const affinity_option *redirect; /* the first option with an address, or NULL */
    tracked_connection *connection;
    unsigned from; /* side that sent it */
    cats_findings *findings;
} passage;

static bool after(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) > 0;
}

static bool is_client(const passage *p)
{
    return p->from == p->connection->opener;
}

static const affinity_option *redirect_of(const affinity_seen *seen)
{
    for (unsigned i = 0; i < seen->count && i < G_N_ELEMENTS(seen->option); i++)
        if (!seen->option[i].permit)
            return &seen->option[i];
    return NULL;
}

static cats_flow_key key_of(const affinity_segment *segment)
{
    cats_flow_key key;
    memset(&key, 0, sizeof key);
    key.source = segment->source;
    key.destination = segment->destination;
    key.protocol = PACKET_PROTOCOL_TCP;
    key.ports_known = 1;
    key.source_port = segment->source_port;
    key.destination_port = segment->destination_port;
    return cats_flow_key_undirected(&key);
}

/* Gives the rule back once a connection. */
static bool is_new_finding(passage *p, cats_rule_id rule)
{
    _Static_assert(CATS_RULE_COUNT <= 64, "a bit for every rule");
    uint64_t bit = UINT64_C(1) << rule;
    bool is_new = (p->connection->reported & bit) == 0;
    p->connection->reported |= bit;
    return is_new;
}

/* --- SYN --- */

static void read_scale(tracked_side *side, const affinity_segment *segment)
{
    affinity_option_walk walk;
    affinity_option_walk_start(&walk, segment->options, segment->options_length);
    while (affinity_option_walk_next(&walk)) {
        if (walk.bad || walk.kind != TCP_OPTION_WINDOW_SCALE || walk.option_length != 3)
            continue;
        side->scales = true;
        side->scale = MIN(segment->options[walk.at + 2], WINDOW_SCALE_MAX);
    }
}

static void read_capability(tracked_connection *c, const affinity_sight *sight)
{
    const affinity_seen *seen = sight->seen;
    bool permit = false;
    for (unsigned i = 0; sight->whole && i < seen->count && i < G_N_ELEMENTS(seen->option); i++) {
        permit |= seen->option[i].permit;
        if (seen->option[i].kind >= TCP_OPTION_EXPERIMENT_1) {
            c->experiment = true;
            c->exid = seen->option[i].exid;
        }
    }
    c->saf = seen->saf;
    if (seen->saf || permit)
        c->capability = CAPABILITY_SHOWN;
    else if (sight->whole)
        c->capability = CAPABILITY_NONE;
}

static bool begins_anew(const tracked_connection *c, const affinity_sight *sight, unsigned from)
{
    bool is_answer = (sight->segment->flags & TCP_FLAG_ACK) != 0;
    const tracked_side *side = &c->side[from];
    if (is_answer || (side->syn && side->isn == sight->sequence))
        return false;
    if (c->session == NULL)
        return true;
    bool closed = c->reset || (c->side[0].fin && c->side[1].fin);
    return !c->opener_known || closed || !c->answered || sight->time_ns - c->seen_ns > QUIET_NS;
}

static void elsewhere(passage *p, tracked_session *session, const cats_address *target, uint16_t port)
{
    char texts[2][CATS_ADDRESS_TEXT];
    cats_endpoint_format(target, port, texts[0]);
    cats_endpoint_format(&session->key.target, session->key.port, texts[1]);
    cats_findings_add(p->findings, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE,
                      "session %u: connection to %s, expected %s (FIN in frame %u)", session->number,
                      texts[0], texts[1], session->from->view.redirect_frame);
    affinity_connection_follow(p->tracker, session, p->connection, p->sight);
    affinity_verdict_set(p->tracker, session, AFFINITY_ELSEWHERE);
}

/* The first sign of a connection whose opener is known: does it follow a redirect? */
static void place(passage *p)
{
    tracked_connection *c = p->connection;
    if (c->session != NULL)
        return; /* redirected before its answer was seen */
    const affinity_segment *segment = p->segment;
    const cats_address *client = is_client(p) ? &segment->source : &segment->destination;
    const cats_address *target = is_client(p) ? &segment->destination : &segment->source;
    uint16_t port = is_client(p) ? segment->destination_port : segment->source_port;
    int64_t now = p->sight->time_ns;
    bool capable = c->capability == CAPABILITY_SHOWN;

    tracked_session *session = affinity_wait_find(p->tracker, client, target, port, now);
    if (session != NULL) {
        affinity_wait_for_answer(p->tracker, session, c, p->sight);
        return;
    }
    session = affinity_wait_find_elsewhere(p->tracker, client, target, port, capable, now);
    if (session != NULL)
        elsewhere(p, session, target, port);
    else if (capable)
        affinity_connection_join(p->tracker, c, NULL, AFFINITY_FIRST);
}

static void read_syn(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_side *side = &c->side[p->from];
    if (side->syn)
        return;
    side->syn = true;
    side->isn = p->sight->sequence;
    if (p->sight->whole)
        read_scale(side, p->segment);
    bool is_answer = (p->segment->flags & TCP_FLAG_ACK) != 0;
    bool is_first = !c->opener_known;
    if (is_first) {
        c->opener_known = true;
        c->opener = (uint8_t)(is_answer ? 1 - p->from : p->from);
    }
    if (is_client(p))
        read_capability(c, p->sight);
    else
        c->saf_echoed = p->sight->seen->saf;
    /* The answer alone: its flag says that the SYN had one. */
    if (is_first && c->saf_echoed)
        c->capability = CAPABILITY_SHOWN;
    if (is_first)
        place(p);
}

/* --- redirect --- */

static void judge_sender(passage *p)
{
    const tracked_connection *c = p->connection;
    if (!c->opener_known)
        return;
    if (is_client(p)) {
        if (is_new_finding(p, CATS_RULE_AFFINITY_FROM_CLIENT))
            cats_findings_add(p->findings, CATS_RULE_AFFINITY_FROM_CLIENT,
                              "option from the side that sent the SYN, expected from the other");
        return;
    }
    if (c->capability == CAPABILITY_NONE && is_new_finding(p, CATS_RULE_AFFINITY_NO_CAPABILITY))
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_NO_CAPABILITY,
                          "option to a client whose SYN had neither SAF nor permit");
    if (p->redirect->kind >= TCP_OPTION_EXPERIMENT_1 && c->capability != CAPABILITY_UNKNOWN &&
        c->side[c->opener].syn && !(c->experiment && c->exid == p->redirect->exid) &&
        is_new_finding(p, CATS_RULE_AFFINITY_EXID_NOT_IN_SYN))
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_EXID_NOT_IN_SYN,
                          "experimental option with ExID 0x%x, expected the ExID in the client's SYN",
                          p->redirect->exid);
    if (c->saf && c->side[p->from].syn && !c->saf_echoed &&
        is_new_finding(p, CATS_RULE_AFFINITY_SAF_NOT_ECHOED))
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_SAF_NOT_ECHOED,
                          "SAF on the SYN, none on the SYN-ACK, yet the option came");
}

/* What the client would take: from the sender's first octet (a repetition) to the end of the window. Judged
 * when the client's window and the sender's SYN are known. */
static bool is_out_of_window(passage *p)
{
    const tracked_connection *c = p->connection;
    const tracked_side *sender = &c->side[p->from], *receiver = &c->side[1 - p->from];
    if (!receiver->acks || !receiver->syn || !sender->syn)
        return false;
    uint32_t window =
        sender->scales && receiver->scales ? receiver->window << receiver->scale : receiver->window;
    uint32_t from = sender->isn, to = receiver->acknowledged + window;
    uint32_t sequence = p->sight->sequence;
    if (!after(from, sequence) && !after(sequence, to))
        return false;
    if (is_new_finding(p, CATS_RULE_AFFINITY_OUT_OF_WINDOW))
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_OUT_OF_WINDOW,
                          "FIN with sequence number %u, expected %u to %u", sequence, receiver->acknowledged,
                          to);
    return true;
}

static bool repeats(const tracked_connection *c, const affinity_option *option)
{
    return c->target_port == option->port && cats_address_equal(&c->target, &option->address);
}

static void judge_repetition(passage *p)
{
    tracked_connection *c = p->connection;
    bool is_same = p->redirect != NULL && repeats(c, p->redirect);
    if (is_same || !p->sight->whole || p->sight->seen->defective ||
        !is_new_finding(p, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS))
        return;
    char expected[CATS_ADDRESS_TEXT], text[CATS_ADDRESS_TEXT] = "no option";
    cats_endpoint_format(&c->target, c->target_port, expected);
    if (p->redirect != NULL)
        cats_endpoint_format(&p->redirect->address, p->redirect->port, text);
    cats_findings_add(p->findings, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS,
                      "repeated FIN with %s, expected %s as in frame %u", text, expected,
                      c->view.redirect_frame);
}

static void take_redirect(passage *p)
{
    tracked_connection *c = p->connection;
    if (c->session == NULL)
        affinity_connection_join(p->tracker, c, NULL, AFFINITY_FIRST);
    c->redirected = true;
    c->target = p->redirect->address;
    c->target_port = p->redirect->port;
    c->view.redirect_frame = p->sight->frame;
    affinity_connection_tell(p->tracker, c);
    if (c->session->redirected && is_new_finding(p, CATS_RULE_AFFINITY_REDIRECT_LOOP)) {
        char text[CATS_ADDRESS_TEXT];
        cats_endpoint_format(&c->target, c->target_port, text);
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_REDIRECT_LOOP,
                          "session %u: the re-established connection is redirected again, to %s (it came of "
                          "frame %u)",
                          c->session->number, text, c->view.cause_frame);
    }
    affinity_wait_for_syn(p->tracker, c, p->sight);
}

/* Only from the node, and only once the segment can be the node's. */
static void read_fin(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_side *side = &c->side[p->from];
    uint32_t end = p->sight->sequence + p->sight->payload;
    bool is_server = !c->opener_known || !is_client(p);
    if (p->redirect != NULL && is_server && is_out_of_window(p))
        return;
    if (is_server && c->redirected) {
        if (side->fin_at == end)
            judge_repetition(p);
    } else if (is_server && p->redirect != NULL) {
        take_redirect(p);
    }
    side->fin = true;
    side->fin_at = end;
}

/* --- every segment --- */

static void read_answer(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_session *session = c->session;
    bool waits = session != NULL && session->wait == WAIT_FOR_ANSWER && session->to == c;
    uint16_t flags = p->segment->flags;
    if ((flags & TCP_FLAG_RST) != 0) {
        c->reset = true;
        if (!waits || is_client(p))
            return;
        char text[CATS_ADDRESS_TEXT];
        cats_endpoint_format(&session->key.target, session->key.port, text);
        cats_findings_add(
            p->findings, CATS_RULE_AFFINITY_RECONNECT_REFUSED,
            "session %u: %s answers the SYN in frame %u with RST (FIN in frame %u)", session->number, text,
            c->view.cause_frame == 0 ? 0 : session->from->view.reconnect_frame, c->view.cause_frame);
        affinity_verdict_set(p->tracker, session, AFFINITY_REFUSED);
        return;
    }
    if ((flags & TCP_FLAG_ACK) == 0)
        return;
    c->answered = true;
    if (waits)
        affinity_verdict_set(p->tracker, session, AFFINITY_RECONNECTED);
}

static void read_acknowledgment(passage *p)
{
    tracked_side *side = &p->connection->side[p->from];
    const affinity_sight *sight = p->sight;
    if ((p->segment->flags & TCP_FLAG_ACK) == 0 || (p->segment->flags & TCP_FLAG_RST) != 0 ||
        (side->acks && after(side->acknowledged, sight->acknowledgment)))
        return;
    side->acks = true;
    side->acknowledged = sight->acknowledgment;
    side->window = sight->window;
}

/* The connection that the segment belongs to, made when it is one to follow; NULL when it is none. Of a
 * connection that is in no session only SYNs and redirects matter: captures without any session cost next to
 * nothing. */
static tracked_connection *connection_of(passage *p)
{
    affinity_tracker *t = p->tracker;
    bool syn = (p->segment->flags & TCP_FLAG_SYN) != 0;
    bool redirects = p->redirect != NULL && (p->segment->flags & TCP_FLAG_FIN) != 0;
    bool matters = syn || p->redirect != NULL;
    if (!matters && t->sessions_held == 0)
        return NULL;
    cats_flow_key key = key_of(p->segment);
    tracked_connection *c = affinity_connection_find(t, &key);
    if (c == NULL ? !syn && !redirects : !matters && c->session == NULL)
        return NULL;
    p->from =
        p->segment->source_port == key.source_port && cats_address_equal(&p->segment->source, &key.source)
            ? 0
            : 1;
    if (c != NULL && syn && begins_anew(c, p->sight, p->from)) {
        affinity_connection_retire(t, c);
        c = NULL;
    }
    if (c == NULL) {
        c = affinity_connection_add(t, &key, p->sight->time_ns);
        c->opener = (uint8_t)(1 - p->from); /* of a redirect; a SYN says it itself */
    } else {
        affinity_connection_touch(t, c, p->sight->time_ns);
    }
    return c;
}

static void report(const passage *p, affinity_sighting *sighting)
{
    const tracked_connection *c = p->connection;
    sighting->in_session = c->session != NULL;
    if (!sighting->in_session)
        return;
    sighting->connection = c->view;
    sighting->redirects = p->redirect != NULL && c->redirected && repeats(c, p->redirect) &&
                          (p->segment->flags & TCP_FLAG_FIN) != 0;
    sighting->reconnects =
        c->view.role == AFFINITY_REESTABLISHED && is_client(p) && (p->segment->flags & TCP_FLAG_SYN) != 0;
    sighting->has_verdict = c->session->redirected;
    sighting->verdict = c->session->verdict;
}

bool affinity_tracker_see(affinity_tracker *tracker, const affinity_sight *sight, affinity_sighting *sighting,
                          cats_findings *findings)
{
    passage p = { .tracker = tracker,
                  .sight = sight,
                  .segment = sight->segment,
                  .redirect = redirect_of(sight->seen),
                  .findings = findings };
    sighting->in_session = false;
    affinity_waits_expire(tracker, sight->time_ns, findings);
    affinity_connections_age(tracker, sight->time_ns);
    p.connection = connection_of(&p);
    if (p.connection == NULL)
        return false;
    if ((p.segment->flags & TCP_FLAG_SYN) != 0)
        read_syn(&p);
    read_answer(&p);
    if (p.redirect != NULL)
        judge_sender(&p);
    if ((p.segment->flags & TCP_FLAG_FIN) != 0 && (p.segment->flags & TCP_FLAG_SYN) == 0)
        read_fin(&p);
    read_acknowledgment(&p);
    report(&p, sighting);
    return sighting->in_session;
}
