/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Packets that wait for the link-layer address of a next hop: few, and not for long. Spec: RFC 1122 s2.3.2.2
 * (save at least one), RFC 4861 s7.2.2. */
#ifndef CATSHARK_LIVE_WAITING_H
#define CATSHARK_LIVE_WAITING_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct waiting waiting;

waiting *waiting_new(unsigned limit, int64_t patience_ns);
void waiting_free(waiting *queue);
/* Copies the packet; false when the queue is full. */
bool waiting_add(waiting *queue, int64_t now, const uint8_t *octets, size_t length);
/* The oldest one, to be freed (g_bytes_unref()); NULL when none waits. */
GBytes *waiting_take(waiting *queue);
/* Forgets those that have waited too long; returns how many. */
unsigned waiting_expire(waiting *queue, int64_t now);
/* When the oldest one has waited too long; INT64_MAX when none waits. */
int64_t waiting_deadline(const waiting *queue);
unsigned waiting_count(const waiting *queue);

#endif
