/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP segments of BGP as the network carries them. Routes are learned from these, not from what Wireshark
 * puts together: what its analysis of TCP takes for old, or for new, is no matter. Spec: RFC 4271 s4, RFC
 * 9293 s3.4. */
#ifndef PLUGINS_BGP_SEGMENT_H
#define PLUGINS_BGP_SEGMENT_H

#include "compat.h"

/* In front of TCP: the first pass learns from the segment. True when UPDATEs are of it, which are to be
 * shown. At small cost false for a segment that is none of BGP's. */
bool bgp_segment_note(packet_info *pinfo, tvbuff_t *tvb);
/* Behind TCP, when the former was true: those UPDATEs that Wireshark left out. */
void bgp_segment_show(packet_info *pinfo, tvbuff_t *tvb, proto_tree *tree);

#endif
