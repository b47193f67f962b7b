/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The number of the flow is kept with the conversation, which tells connections that use the same ports one
 * after the other apart. */
#include "flow-conversation.h"

#include "fields.h"

#include <epan/conversation.h>

static uint32_t last_marked_frame; /* of all: packets behind it need no look */

void flow_conversations_begin(void)
{
    last_marked_frame = 0;
}

static void set_ip(address *to, const cats_address *from)
{
    set_address(to, from->family == 4 ? AT_IPv4 : AT_IPv6, (int)cats_address_length(from), from->octets);
}

static conversation_t *conversation_at(uint32_t frame, const cats_flow_key *key)
{
    address source, destination;
    if (!key->ports_known)
        return NULL;
    set_ip(&source, &key->source);
    set_ip(&destination, &key->destination);
    return find_conversation(frame, &source, &destination,
                             key->protocol == IP_PROTO_TCP ? CONVERSATION_TCP : CONVERSATION_UDP,
                             key->source_port, key->destination_port, 0);
}

void flow_conversation_mark(uint32_t frame, const cats_flow_key *key, uint32_t flow)
{
    conversation_t *conversation = conversation_at(frame, key);
    if (conversation == NULL || conversation_get_proto_data(conversation, proto_cats) != NULL)
        return;
    conversation_add_proto_data(conversation, proto_cats, GUINT_TO_POINTER(flow + 1));
    last_marked_frame = frame;
}

bool flow_conversation_find(uint32_t frame, const cats_flow_key *key, uint32_t *flow)
{
    if (frame >= last_marked_frame)
        return false;
    conversation_t *conversation = conversation_at(frame, key);
    void *kept = conversation == NULL ? NULL : conversation_get_proto_data(conversation, proto_cats);
    if (kept == NULL)
        return false;
    *flow = GPOINTER_TO_UINT(kept) - 1;
    return true;
}
