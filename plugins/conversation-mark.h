/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Wireshark's conversations that became known to be ours only after some of their packets: the number of the
 * session's connection, or of the flow, kept with the conversation. It tells connections apart that use the
 * same ports one after the other. */
#ifndef PLUGINS_CONVERSATION_MARK_H
#define PLUGINS_CONVERSATION_MARK_H

#include "compat.h"
#include "epan-cats/flow-key.h"

/* One kind of marks. With every file, and every new dissection of it, last_frame is 0 again. */
typedef struct conversation_marks {
    const int *protocol; /* whose they are: affinity or CATS */
    uint32_t last_frame; /* marked with; packets behind it need no look */
} conversation_marks;

/* First pass: the conversation of the key at that frame, if there is one by then, is `number` from there on.
 * The first mark stays. Not with a TCP connection's SYN: Wireshark makes its conversation when TCP reads it.
 */
void conversation_mark(conversation_marks *marks, uint32_t frame, const cats_flow_key *key, uint32_t number);

/* Later passes: whether the packet is of a conversation that was marked after it, and with what. */
bool conversation_mark_find(const conversation_marks *marks, uint32_t frame, const cats_flow_key *key,
                            uint32_t *number);

/* Whether any packet at that frame or before it can be one: asked before a key is made. */
static inline bool conversation_marks_behind(const conversation_marks *marks, uint32_t frame)
{
    return frame < marks->last_frame;
}

#endif
