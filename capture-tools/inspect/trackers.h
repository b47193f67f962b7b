/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives a decoder the trackers that follow sessions and flows over its frames. */
#ifndef CATSHARK_INSPECT_TRACKERS_H
#define CATSHARK_INSPECT_TRACKERS_H

#include "decode.h"

/* With the decoder's topology, which is set before. */
void decoder_follow_sessions(decoder *d, uint64_t reconnect_limit_ms);
/* The points are borrowed: they name sites. */
void decoder_follow_flows(decoder *d, capture_points *points);
/* Forgets and frees what was followed. */
void decoder_follow_none(decoder *d);

#endif
