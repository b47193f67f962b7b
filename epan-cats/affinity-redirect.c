/* SPDX-License-Identifier: GPL-2.0-or-later */
/* FINs with the option: may the sender send it, can the client take it, is it the first or a repetition; and
 * what comes of it. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.10.7.4; docs/rules.md. */
#include "affinity-tracker-private.h"

/* So far behind what was acknowledged a segment may still be a repetition. */
#define REPETITION_SPAN (UINT32_C(1) << 30)

static bool is_new_finding(const passage *p, cats_rule_id rule)
{
    return affinity_connection_reports(p->tracker, p->connection, rule);
}

void affinity_redirect_judge_sender(passage *p)
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
        c->side[c->opener].syn && !(c->experiment && member_of(p->tracker, c)->exid == p->redirect->exid) &&
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
 * when the client's window and both SYNs with their options are known. */
static bool is_out_of_window(const passage *p)
{
    const tracked_connection *c = p->connection;
    const tracked_side *sender = &c->side[p->from], *receiver = &c->side[1 - p->from];
    if (!receiver->acks || !receiver->options || !sender->options)
        return false;
    uint32_t window =
        sender->scales && receiver->scales ? (uint32_t)receiver->window << receiver->scale : receiver->window;
    uint32_t from = receiver->far ? receiver->acknowledged - REPETITION_SPAN : sender->isn;
    uint32_t to = receiver->acknowledged + window;
    uint32_t sequence = p->sight->sequence;
    if (sequence - from <= to - from)
        return false;
    if (is_new_finding(p, CATS_RULE_AFFINITY_OUT_OF_WINDOW))
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_OUT_OF_WINDOW,
                          "FIN with sequence number %u, expected %u to %u", sequence, from, to);
    return true;
}

bool affinity_redirect_repeats(const tracked_member *of, const affinity_option *option)
{
    return of->target_port == option->port && cats_address_equal(&of->target, &option->address);
}

static void judge_repetition(passage *p)
{
    const tracked_member *member = member_of(p->tracker, p->connection);
    bool is_same = p->redirect != NULL && affinity_redirect_repeats(member, p->redirect);
    if (is_same || !p->sight->whole || p->sight->seen->defective ||
        !is_new_finding(p, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS))
        return;
    char expected[CATS_ADDRESS_TEXT], text[CATS_ADDRESS_TEXT] = "no option";
    cats_endpoint_format(&member->target, member->target_port, expected);
    if (p->redirect != NULL)
        cats_endpoint_format(&p->redirect->address, p->redirect->port, text);
    cats_findings_add(p->findings, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS,
                      "repeated FIN with %s, expected %s as in %s", text, expected,
                      affinity_frame_name(p->tracker, member->view.redirect_frame).text);
}

/* With links captured at different speeds the client's SYN may come before the FIN it answers. */
static void take_early(passage *p)
{
    affinity_tracker *t = p->tracker;
    tracked_session *session = session_of(t, p->connection);
    tracked_connection *to = affinity_early_find(t, &session->waiting->key, p->sight->time_ns);
    if (to == NULL || session_of(t, to) == session)
        return;
    affinity_wait_for_answer(t, session, to);
    if (to->answered)
        affinity_verdict_set(t, session, AFFINITY_RECONNECTED);
}

static void take_redirect(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_member *member = affinity_member_made(p->tracker, c);
    if (member->session == NULL)
        affinity_connection_join(p->tracker, c, NULL, AFFINITY_FIRST);
    c->redirected = true;
    member->target = p->redirect->address;
    member->target_port = p->redirect->port;
    member->view.redirect_frame = p->sight->frame;
    affinity_connection_tell(p->tracker, c);
    if (member->session->redirected && is_new_finding(p, CATS_RULE_AFFINITY_REDIRECT_LOOP)) {
        char text[CATS_ADDRESS_TEXT];
        cats_endpoint_format(&member->target, member->target_port, text);
        cats_findings_add(p->findings, CATS_RULE_AFFINITY_REDIRECT_LOOP,
                          "session %u: the re-established connection is redirected again, to %s (it came of "
                          "%s)",
                          member->session->number, text,
                          affinity_frame_name(p->tracker, member->view.cause_frame).text);
    }
    affinity_wait_for_syn(p->tracker, c, p->sight);
    take_early(p);
}

/* Only from the node, and only once the segment can be the node's. Where the opener is not known, the node is
 * who sent the first redirect. */
void affinity_fin_read(passage *p)
{
    tracked_connection *c = p->connection;
    tracked_side *side = &c->side[p->from];
    uint32_t end = p->sight->sequence + p->sight->payload;
    bool is_server = !is_client(p);
    if (p->redirect != NULL && is_server && is_out_of_window(p))
        return;
    tracked_member *member = affinity_member_made(p->tracker, c);
    if (is_server && c->redirected) {
        if (member->fin_at[p->from] == end)
            judge_repetition(p);
    } else if (is_server && p->redirect != NULL) {
        take_redirect(p);
    }
    side->fin = true;
    member->fin_at[p->from] = end;
}
