/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steered flows and Wireshark's conversations: the packets of a conversation that came before its first
 * encapsulated one, such as the SYN on the client's link. */
#ifndef PLUGINS_FLOW_CONVERSATION_H
#define PLUGINS_FLOW_CONVERSATION_H

#include "compat.h"
#include "epan-cats/flow-key.h"

/* For every file, and every new dissection of it. */
void flow_conversations_begin(void);

/* First pass: the conversation of the key at that frame, if there is one by then, became the flow. */
void flow_conversation_mark(uint32_t frame, const cats_flow_key *key, uint32_t flow);
/* Later passes: the first flow that the conversation of the key at that frame became. */
bool flow_conversation_find(uint32_t frame, const cats_flow_key *key, uint32_t *flow);

#endif
