/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steered flows: followed on the first pass over a capture, shown on every pass. */
#ifndef PLUGINS_STEERING_FLOW_H
#define PLUGINS_STEERING_FLOW_H

#include "compat.h"
#include "epan-cats/steering-tracker.h"
#include "inner-packet.h"

/* What is kept of one packet of a flow. */
typedef struct flow_note {
    uint32_t number;               /* of the flow */
    bool is_foreseen;              /* it comes before the first encapsulated packet: known since the first
                                      pass ended */
    const cats_findings *findings; /* or NULL; valid as long as the packet */
} flow_note;

/* With every file, and every new dissection of it, the tracker starts anew. */
void steering_flow_begin(void);
void steering_flow_end(void);

/* False as long as no packet of any flow was seen. */
bool steering_flow_any(void);

/* First pass: hands the packet to the tracker; later passes read what was kept then. False when it is of no
 * flow. `place` as frame_place() gives it. `outer` and `steering` are its encapsulation, or NULL for a packet
 * in none; of that one, packets before the flow's first encapsulated one are known on later passes only. */
bool steering_flow_note(const packet_info *pinfo, uint32_t place, const inner_packet *packet,
                        const cats_packet *outer, const cats_steering *steering, flow_note *note);

/* What is known of the flow by now. */
const steering_flow *steering_flow_get(uint32_t number);
/* What was known of it when the capture had been read up to the frame, that one included. */
steering_flow steering_flow_at(uint32_t number, uint32_t frame);

#endif
