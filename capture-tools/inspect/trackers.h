/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives a decoder what follows sessions, flows and routes over its frames. */
#ifndef CATSHARK_INSPECT_TRACKERS_H
#define CATSHARK_INSPECT_TRACKERS_H

#include "decode.h"

/* With the decoder's topology, which is set before. */
void decoder_follow_sessions(decoder *d, uint64_t reconnect_limit_ms);
/* The points are borrowed: they name sites. */
void decoder_follow_flows(decoder *d, capture_points *points);
/* Routes of BGP name SIDs from then on. Before decoder_follow_flows(), whose rules ask them. */
void decoder_follow_routes(decoder *d, const cats_route_codes *codes);
/* Forgets and frees what was followed. */
void decoder_follow_none(decoder *d);

#endif
