/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that were seen to be of a session only after some of their packets. */
#include "late-connection.h"

#include "fields.h"

#include <epan/conversation.h>

/* Kept with the conversation. */
typedef struct late_connection {
    uint32_t number;
    uint32_t known_frame; /* packets before it have no note */
} late_connection;

static uint32_t last_known_frame; /* of all: most captures have none, and packets need no look */

void late_connection_begin(void)
{
    last_known_frame = 0;
}

static conversation_t *conversation_of(packet_info *pinfo, const affinity_segment *segment)
{
    return find_conversation(pinfo->num, &pinfo->src, &pinfo->dst, CONVERSATION_TCP, segment->source_port,
                             segment->destination_port, 0);
}

void late_connection_add(packet_info *pinfo, const affinity_segment *segment, uint32_t number)
{
    conversation_t *conversation = conversation_of(pinfo, segment);
    if (conversation == NULL || conversation_get_proto_data(conversation, proto_affinity) != NULL)
        return;
    late_connection *late = wmem_new(wmem_file_scope(), late_connection);
    *late = (late_connection){ .number = number, .known_frame = pinfo->num };
    conversation_add_proto_data(conversation, proto_affinity, late);
    last_known_frame = pinfo->num;
}

bool late_connection_find(packet_info *pinfo, const affinity_segment *segment, uint32_t *number)
{
    if (pinfo->num >= last_known_frame)
        return false;
    conversation_t *conversation = conversation_of(pinfo, segment);
    const late_connection *late =
        conversation == NULL ? NULL : conversation_get_proto_data(conversation, proto_affinity);
    if (late == NULL || pinfo->num >= late->known_frame)
        return false;
    *number = late->number;
    return true;
}
