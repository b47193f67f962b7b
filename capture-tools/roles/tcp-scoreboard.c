/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The peer's SACK blocks, gathered. Spec: RFC 6675 s4. */
#include "capture-tools/roles/tcp-scoreboard.h"

#include "capture-tools/roles/tcp-sequence.h"
#include <glib.h>
#include <string.h>

enum { ROOM_AT_FIRST = 8 };

static uint32_t size_of(tcp_sack_block range)
{
    return range.right - range.left;
}

/* `with` takes the place of the ranges [first, last). */
static void replace(tcp_scoreboard *s, unsigned first, unsigned last, tcp_sack_block with)
{
    const unsigned count = s->count + 1 - (last - first);
    if (count > s->room) {
        s->room = s->room ? (uint16_t)(2 * s->room) : ROOM_AT_FIRST;
        s->ranges = g_renew(tcp_sack_block, s->ranges, s->room);
    }
    memmove(s->ranges + first + 1, s->ranges + last, (s->count - last) * sizeof with);
    s->ranges[first] = with;
    s->count = (uint16_t)count;
}

bool tcp_scoreboard_insert(tcp_scoreboard *s, tcp_sack_block block)
{
    unsigned first = 0;
    while (first < s->count && seq_before(s->ranges[first].right, block.left))
        first++;
    unsigned last = first;
    while (last < s->count && !seq_after(s->ranges[last].left, block.right))
        last++;
    if (first == last) {
        if (s->count == TCP_SCOREBOARD_RANGES_MAX)
            return false;
    } else {
        const tcp_sack_block left = s->ranges[first], right = s->ranges[last - 1];
        if (last - first == 1 && !seq_before(block.left, left.left) && !seq_after(block.right, left.right))
            return false;
        block.left = seq_before(left.left, block.left) ? left.left : block.left;
        block.right = seq_later(right.right, block.right);
    }
    replace(s, first, last, block);
    return true;
}

void tcp_scoreboard_advance(tcp_scoreboard *s, uint32_t acknowledged)
{
    unsigned gone = 0;
    while (gone < s->count && !seq_after(s->ranges[gone].left, acknowledged))
        gone++;
    s->count = (uint16_t)(s->count - gone);
    if (s->count == 0)
        tcp_scoreboard_clear(s);
    else
        memmove(s->ranges, s->ranges + gone, s->count * sizeof *s->ranges);
}

void tcp_scoreboard_clear(tcp_scoreboard *s)
{
    g_free(s->ranges);
    *s = (tcp_scoreboard){ 0 };
}

uint32_t tcp_scoreboard_skip(const tcp_scoreboard *s, uint32_t from)
{
    for (unsigned i = 0; i < s->count && !seq_after(s->ranges[i].left, from); i++)
        from = seq_later(from, s->ranges[i].right);
    return from;
}

uint32_t tcp_scoreboard_hole_end(const tcp_scoreboard *s, uint32_t hole, uint32_t end)
{
    for (unsigned i = 0; i < s->count; i++) {
        if (seq_after(s->ranges[i].left, hole))
            return seq_before(s->ranges[i].left, end) ? s->ranges[i].left : end;
    }
    return end;
}

bool tcp_scoreboard_reaches_beyond(const tcp_scoreboard *s, uint32_t sequence)
{
    return s->count > 0 && seq_after(s->ranges[s->count - 1].right, sequence);
}

uint32_t tcp_scoreboard_held(const tcp_scoreboard *s, uint32_t end)
{
    uint32_t held = 0;
    for (unsigned i = 0; i < s->count && seq_before(s->ranges[i].left, end); i++)
        held += MIN(size_of(s->ranges[i]), end - s->ranges[i].left);
    return held;
}

static bool enough_for_loss(unsigned ranges, uint32_t held, uint32_t mss)
{
    return ranges >= TCP_DUPLICATES_FOR_LOSS || held > (TCP_DUPLICATES_FOR_LOSS - 1) * mss;
}

bool tcp_scoreboard_is_lost(const tcp_scoreboard *s, uint32_t sequence, uint32_t mss)
{
    unsigned ranges = 0;
    uint32_t held = 0;
    for (unsigned i = s->count; i > 0 && seq_after(s->ranges[i - 1].left, sequence); i--) {
        ranges++;
        held += size_of(s->ranges[i - 1]);
    }
    return enough_for_loss(ranges, held, mss);
}

uint32_t tcp_scoreboard_pipe(const tcp_scoreboard *s, uint32_t first, uint32_t end, uint32_t sent_again,
                             uint32_t mss)
{
    uint32_t pipe = 0, held = tcp_scoreboard_held(s, end);
    for (unsigned i = 0;; i++) {
        const uint32_t hole = (i < s->count ? s->ranges[i].left : end) - first;
        if (!enough_for_loss(s->count - i, held, mss))
            pipe += hole;
        if (seq_after(sent_again, first))
            pipe += MIN(hole, sent_again - first);
        if (i == s->count)
            return pipe;
        held -= size_of(s->ranges[i]);
        first = s->ranges[i].right;
    }
}
