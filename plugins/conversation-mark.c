/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Marks on Wireshark's conversations. Most captures have none, and their packets need no look. */
#include "conversation-mark.h"

#include "addresses.h"

#include <epan/conversation.h>

typedef struct mark {
    uint32_t number;
    uint32_t frame; /* it was made with this one */
} mark;

static conversation_t *conversation_at(uint32_t frame, const cats_flow_key *key)
{
    if (!key->ports_known)
        return NULL;
    address source = address_from(&key->source), destination = address_from(&key->destination);
    return find_conversation(frame, &source, &destination,
                             key->protocol == IP_PROTO_TCP ? CONVERSATION_TCP : CONVERSATION_UDP,
                             key->source_port, key->destination_port, 0);
}

void conversation_mark(conversation_marks *marks, uint32_t frame, const cats_flow_key *key, uint32_t number)
{
    conversation_t *conversation = conversation_at(frame, key);
    if (conversation == NULL || conversation_get_proto_data(conversation, *marks->protocol) != NULL)
        return;
    mark *made = wmem_new(wmem_file_scope(), mark);
    *made = (mark){ .number = number, .frame = frame };
    conversation_add_proto_data(conversation, *marks->protocol, made);
    marks->last_frame = frame;
}

bool conversation_mark_find(const conversation_marks *marks, uint32_t frame, const cats_flow_key *key,
                            uint32_t *number)
{
    if (!conversation_marks_behind(marks, frame))
        return false;
    conversation_t *conversation = conversation_at(frame, key);
    const mark *found =
        conversation == NULL ? NULL : conversation_get_proto_data(conversation, *marks->protocol);
    if (found == NULL || frame >= found->frame)
        return false;
    *number = found->number;
    return true;
}
