/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of counts. Spec: man/catshark-verify.1 (OUTPUT, JSON). */
#include "totals.h"

#include <stddef.h>

#define ENDS(end) offsetof(verification_totals, ends[end])
#define SESSIONS(member) offsetof(verification_totals, sessions.member)
#define PACKETS(member) offsetof(verification_totals, packets.member)
#define ROUTES(member) offsetof(verification_totals, routes.member)
#define FLOWS(member) offsetof(verification_totals, flows.member)

static const char not_read[] = "not_read";

const totals_row totals_rows[] = {
    { not_read, "cut", "cut by the capture", ENDS(PACKET_CUT) },
    { not_read, "malformed", "malformed", ENDS(PACKET_MALFORMED) },
    { not_read, "too_deep", "tunnels too deep", ENDS(PACKET_TOO_DEEP) },
    { "sessions", "followed", "sessions followed", SESSIONS(sessions) },
    { "sessions", "pending", "redirects pending", SESSIONS(verdicts[AFFINITY_PENDING]) },
    { "sessions", "reconnected", "reconnected", SESSIONS(verdicts[AFFINITY_RECONNECTED]) },
    { "sessions", "elsewhere", "elsewhere", SESSIONS(verdicts[AFFINITY_ELSEWHERE]) },
    { "sessions", "refused", "refused", SESSIONS(verdicts[AFFINITY_REFUSED]) },
    { "sessions", "ignored", "ignored", SESSIONS(verdicts[AFFINITY_IGNORED]) },
    { "sessions", "looped", "looped", SESSIONS(verdicts[AFFINITY_LOOPED]) },
    { "sessions", "redirects_let_go", "redirects let go", SESSIONS(redirects_let_go) },
    { "sessions", "connections_held", "connections held", SESSIONS(connections_held) },
    { "sessions", "connections_let_go", "connections let go", SESSIONS(connections_let_go) },
    { "flows", "followed", "flows followed", FLOWS(flows) },
    { "flows", "steered", "flows steered", FLOWS(verdicts[STEERING_STEERED]) },
    { "flows", "delivered", "flows delivered", FLOWS(verdicts[STEERING_DELIVERED]) },
    { "flows", "moved", "flows moved", FLOWS(verdicts[STEERING_MOVED]) },
    { "flows", "flows_held", "flows held", FLOWS(flows_held) },
    { "flows", "flows_let_go", "flows let go", FLOWS(flows_let_go) },
    { "routes", "updates", "BGP UPDATEs", ROUTES(updates) },
    { "routes", "learned", "routes learned", ROUTES(routes.learned) },
    { "routes", "withdrawn", "routes withdrawn", ROUTES(routes.withdrawn) },
    { "routes", "in_force", "routes in force", ROUTES(routes.in_force) },
    { "routes", "let_go", "routes let go", ROUTES(routes.let_go) },
    { "routes", "sessions_let_go", "BGP sessions let go", ROUTES(sessions_let_go) },
    { "packets", "encapsulated", "packets encapsulated", PACKETS(packets) },
    { "packets", "passed", "seen behind the hop", PACKETS(passed) },
    { "packets", "lost", "lost", PACKETS(lost) },
    { "packets", "unjudged", "not to be judged", PACKETS(unjudged) },
    { "packets", "packets_let_go", "packets let go", PACKETS(let_go) },
};
const size_t totals_row_count = sizeof totals_rows / sizeof totals_rows[0];

bool totals_is_shown(const verification_totals *totals, const totals_row *row)
{
    return row->group != not_read || totals_value(totals, row) != 0;
}

uint64_t totals_value(const verification_totals *totals, const totals_row *row)
{
    return *(const uint64_t *)(const void *)((const char *)totals + row->offset);
}
