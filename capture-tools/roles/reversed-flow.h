/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The flow of the packets that go the other way. */
#ifndef CATSHARK_ROLES_REVERSED_FLOW_H
#define CATSHARK_ROLES_REVERSED_FLOW_H

#include "epan-cats/flow-key.h"

static inline cats_flow_key reversed_flow(const cats_flow_key *flow)
{
    cats_flow_key back = *flow;
    back.source = flow->destination;
    back.destination = flow->source;
    back.source_port = flow->destination_port;
    back.destination_port = flow->source_port;
    return back;
}

#endif
