/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands the packets of a frame to the steering tracker. */
#ifndef CATSHARK_INSPECT_FLOWS_H
#define CATSHARK_INSPECT_FLOWS_H

#include "decode.h"

/* Has what follow_flows() will look at fetched, while something else is done. */
void fetch_flows(const decoder *d, const decoded *out);

/* Fills in the flows of what is encapsulated, outermost first, or that of a TCP or UDP packet that no SRv6
 * encapsulates; adds the rules that they break. Nothing for what an ICMP error quotes. */
void follow_flows(const decoder *d, const decoder_frame *frame, decoded *out);

#endif
