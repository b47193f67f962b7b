/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What arrived out of order, or before the reader wanted it: pieces sorted by sequence number, without
 * overlap. Spec: RFC 9293 s3.10.7.4 (seventh step); RFC 2018 s4 (which blocks to report). */
#ifndef CATSHARK_ROLES_TCP_REASSEMBLY_H
#define CATSHARK_ROLES_TCP_REASSEMBLY_H

#include "capture-tools/roles/tcp-options.h"

typedef struct tcp_piece tcp_piece;

#define TCP_RECENT_BLOCKS 3

/* Zeroed memory is an empty one. */
typedef struct tcp_reassembly {
    tcp_piece *first;
    uint32_t octets;
    uint16_t pieces;
    uint8_t recent_count;
    uint32_t recent[TCP_RECENT_BLOCKS]; /* a sequence number within the blocks grown last, latest first */
} tcp_reassembly;

/* Keeps what of [sequence, sequence + length) is not there yet, octets that are there stay as they are; no
 * more than `pieces_max` pieces. Returns how many octets found no room. The caller bounds sequence and length
 * by the window. */
uint32_t tcp_reassembly_insert(tcp_reassembly *r, uint32_t sequence, const uint8_t *octets, uint32_t length,
                               unsigned pieces_max);
/* The first sequence number from `next` on that is not there. */
uint32_t tcp_reassembly_reach(const tcp_reassembly *r, uint32_t next);
/* The next octets from `next` on, at most `limit` of them; NULL when they are not there. */
const uint8_t *tcp_reassembly_peek(const tcp_reassembly *r, uint32_t next, uint32_t limit, uint32_t *length);
/* Forgets all that lies before `next`. */
void tcp_reassembly_discard(tcp_reassembly *r, uint32_t next);
void tcp_reassembly_clear(tcp_reassembly *r);
/* SACK blocks of what lies beyond `next`, the one grown last first; returns their number, at most `max`. */
unsigned tcp_reassembly_blocks(const tcp_reassembly *r, uint32_t next, tcp_sack_block *blocks, unsigned max);

#endif
