/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pieces that arrived out of order, in a list sorted by sequence number. */
#include "capture-tools/roles/tcp-reassembly.h"

#include "capture-tools/roles/tcp-sequence.h"
#include <glib.h>
#include <string.h>

struct tcp_piece {
    tcp_piece *next;
    uint32_t sequence, length;
    uint8_t octets[];
};

static uint32_t piece_end(const tcp_piece *piece)
{
    return piece->sequence + piece->length;
}

static void note_recent(tcp_reassembly *r, uint32_t sequence)
{
    if (r->recent_count < TCP_RECENT_BLOCKS)
        r->recent_count++;
    for (unsigned i = r->recent_count - 1u; i > 0; i--)
        r->recent[i] = r->recent[i - 1];
    r->recent[0] = sequence;
}

uint32_t tcp_reassembly_insert(tcp_reassembly *r, uint32_t sequence, const uint8_t *octets, uint32_t length,
                               unsigned pieces_max)
{
    const uint32_t first = sequence;
    bool kept = false;
    tcp_piece **link = &r->first;
    while (length > 0) {
        while (*link && !seq_after(piece_end(*link), sequence))
            link = &(*link)->next;
        /* Now *link is the first piece that ends behind `sequence`: skip what it has, then fill up to the
         * next. */
        if (*link && !seq_after((*link)->sequence, sequence)) {
            const uint32_t known = MIN(length, piece_end(*link) - sequence);
            sequence += known;
            octets += known;
            length -= known;
            continue;
        }
        const uint32_t missing = *link ? MIN(length, (*link)->sequence - sequence) : length;
        if (r->pieces >= pieces_max)
            break;
        tcp_piece *piece = g_malloc(sizeof *piece + missing);
        piece->next = *link;
        piece->sequence = sequence;
        piece->length = missing;
        memcpy(piece->octets, octets, missing);
        *link = piece;
        r->pieces++;
        r->octets += missing;
        sequence += missing;
        octets += missing;
        length -= missing;
        kept = true;
    }
    if (kept)
        note_recent(r, first);
    return length;
}

uint32_t tcp_reassembly_reach(const tcp_reassembly *r, uint32_t next)
{
    for (const tcp_piece *piece = r->first; piece && !seq_after(piece->sequence, next); piece = piece->next)
        next = seq_later(next, piece_end(piece));
    return next;
}

const uint8_t *tcp_reassembly_peek(const tcp_reassembly *r, uint32_t next, uint32_t limit, uint32_t *length)
{
    for (const tcp_piece *piece = r->first; piece && !seq_after(piece->sequence, next); piece = piece->next) {
        if (seq_after(piece_end(piece), next)) {
            *length = MIN(limit, piece_end(piece) - next);
            return piece->octets + (next - piece->sequence);
        }
    }
    return NULL;
}

void tcp_reassembly_discard(tcp_reassembly *r, uint32_t next)
{
    while (r->first && !seq_after(piece_end(r->first), next)) {
        tcp_piece *gone = r->first;
        r->first = gone->next;
        r->octets -= gone->length;
        r->pieces--;
        g_free(gone);
    }
    if (!r->first)
        r->recent_count = 0;
}

void tcp_reassembly_clear(tcp_reassembly *r)
{
    while (r->first) {
        tcp_piece *gone = r->first;
        r->first = gone->next;
        g_free(gone);
    }
    *r = (tcp_reassembly){ 0 };
}

/* The run of pieces without a gap that begins at `piece`; *next is the piece behind it. */
static tcp_sack_block run_of(const tcp_piece *piece, const tcp_piece **next)
{
    tcp_sack_block block = { .left = piece->sequence, .right = piece_end(piece) };
    for (piece = piece->next; piece && piece->sequence == block.right; piece = piece->next)
        block.right = piece_end(piece);
    *next = piece;
    return block;
}

static bool listed(const tcp_sack_block *blocks, unsigned count, uint32_t left)
{
    for (unsigned i = 0; i < count; i++) {
        if (blocks[i].left == left)
            return true;
    }
    return false;
}

unsigned tcp_reassembly_blocks(const tcp_reassembly *r, uint32_t next, tcp_sack_block *blocks, unsigned max)
{
    unsigned count = 0;
    /* One pass per recent sequence number, then one that fills up in order. */
    for (unsigned pass = 0; pass <= r->recent_count && count < max; pass++) {
        const tcp_piece *piece = r->first;
        while (piece && count < max) {
            const tcp_sack_block block = run_of(piece, &piece);
            if (!seq_after(block.left, next) || listed(blocks, count, block.left))
                continue;
            if (pass == r->recent_count ||
                (!seq_after(block.left, r->recent[pass]) && seq_after(block.right, r->recent[pass])))
                blocks[count++] = block;
        }
    }
    return count;
}
