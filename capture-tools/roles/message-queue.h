/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one end of a connection sends, message by message: octets by their position in the stream, kept until
 * they are acknowledged, and for each message what the packet's comment says of it. */
#ifndef CATSHARK_ROLES_MESSAGE_QUEUE_H
#define CATSHARK_ROLES_MESSAGE_QUEUE_H

#include <glib.h>
#include <stdint.h>

typedef struct message_queue {
    GByteArray *octets; /* not yet acknowledged */
    uint64_t position;  /* of the first of them */
    GQueue marks;       /* of messages that begin there or behind */
} message_queue;

void message_queue_init(message_queue *q);
void message_queue_clear(message_queue *q);
/* Forgets all; the stream begins anew. */
void message_queue_reset(message_queue *q);

/* `comment` is copied. */
void message_queue_append(message_queue *q, const uint8_t *octets, size_t length, const char *comment);
/* Copies octets that are there. */
void message_queue_read(const message_queue *q, uint64_t position, uint8_t *octets, size_t length);
/* Writes the comments of the messages that begin in this stretch, "; " between them, cut where `size` ends.
 */
void message_queue_describe(const message_queue *q, uint64_t position, size_t length, char *text,
                            size_t size);
/* Octets before this position are no longer asked for. */
void message_queue_acknowledge(message_queue *q, uint64_t position);

#endif
