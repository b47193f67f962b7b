/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the peer says that it holds beyond what it has acknowledged: ranges of sequence numbers in order, none
 * touching the next. Spec: RFC 6675 s2-4 (IsLost, SetPipe); RFC 2018 s4. */
#ifndef CATSHARK_ROLES_TCP_SCOREBOARD_H
#define CATSHARK_ROLES_TCP_SCOREBOARD_H

#include "capture-tools/roles/tcp-options.h"

/* DupThresh. */
#define TCP_DUPLICATES_FOR_LOSS 3
/* A peer that scatters blocks is believed so many ranges; what more it holds is sent again. */
#define TCP_SCOREBOARD_RANGES_MAX 256

/* Zeroed memory is an empty one. All ranges lie within half the sequence space. */
typedef struct tcp_scoreboard {
    tcp_sack_block *ranges; /* owned; NULL while there are none */
    uint16_t count, room;
} tcp_scoreboard;

/* True when the block, which is not empty, held what was not known before. */
bool tcp_scoreboard_insert(tcp_scoreboard *s, tcp_sack_block block);
/* The peer acknowledges all before `acknowledged`: a range that begins there or before is forgotten, for a
 * peer that had kept it would acknowledge it. */
void tcp_scoreboard_advance(tcp_scoreboard *s, uint32_t acknowledged);
void tcp_scoreboard_clear(tcp_scoreboard *s);

/* The first sequence number from `from` on that the peer does not hold. */
uint32_t tcp_scoreboard_skip(const tcp_scoreboard *s, uint32_t from);
/* Where the range begins that ends the hole at `hole`, at most `end`. */
uint32_t tcp_scoreboard_hole_end(const tcp_scoreboard *s, uint32_t hole, uint32_t end);
/* True when the peer holds something behind `sequence`. */
bool tcp_scoreboard_reaches_beyond(const tcp_scoreboard *s, uint32_t sequence);
/* Sequence numbers held before `end`. */
uint32_t tcp_scoreboard_held(const tcp_scoreboard *s, uint32_t end);
/* IsLost(): the peer holds so much behind this number, which it does not hold, that it must be lost. */
bool tcp_scoreboard_is_lost(const tcp_scoreboard *s, uint32_t sequence, uint32_t mss);
/* SetPipe(): an estimate of what is on its way of [first, end), of which was sent again what lies before
 * `sent_again`. */
uint32_t tcp_scoreboard_pipe(const tcp_scoreboard *s, uint32_t first, uint32_t end, uint32_t sent_again,
                             uint32_t mss);

#endif
