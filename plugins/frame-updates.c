/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An UPDATE is known again by a digest of its octets among those of the frame: they are few. */
#include "frame-updates.h"

#include "frame-notes.h"
#include "epan-cats/octet-digest.h"

/* A note's value: the digest, and this bit. */
#define NOTE_CHANGED 1u

/* An UPDATE of the segment at hand. */
typedef struct expected_update {
    uint32_t value; /* of its note */
    bool claimed;
    uint32_t at, length; /* of `octets`; only on the first pass */
} expected_update;

/* One that Wireshark left out. */
typedef struct left_update {
    uint32_t frame, place;
    uint32_t at, length; /* of `left_octets` */
} left_update;

static frame_notes *notes; /* by the number of the UPDATE in its frame */
static uint32_t noted_frame, noted_count;
static GArray *expected;    /* expected_update */
static GByteArray *octets;  /* of them */
static uint32_t here_frame; /* of the segment at hand */
static uint32_t here_place;
static GArray *left; /* left_update, in the order of their frames */
static GByteArray *left_octets;

void frame_updates_end(void)
{
    if (notes == NULL)
        return;
    frame_notes_free(notes);
    g_array_free(expected, TRUE);
    g_byte_array_free(octets, TRUE);
    g_array_free(left, TRUE);
    g_byte_array_free(left_octets, TRUE);
    notes = NULL;
}

void frame_updates_begin(void)
{
    frame_updates_end();
    notes = frame_notes_new();
    noted_frame = noted_count = here_frame = 0;
    expected = g_array_new(FALSE, FALSE, sizeof(expected_update));
    octets = g_byte_array_new();
    left = g_array_new(FALSE, FALSE, sizeof(left_update));
    left_octets = g_byte_array_new();
}

static uint32_t value_of(const bgp_message *message, bool changed)
{
    uint64_t digest = octet_digest(message->length, message->body, message->length - BGP_HEADER_LENGTH);
    return ((uint32_t)digest & ~NOTE_CHANGED) | (changed ? NOTE_CHANGED : 0);
}

static const uint8_t *message_octets(const bgp_message *message)
{
    return message->body - BGP_HEADER_LENGTH;
}

bool frame_updates_start(const packet_info *pinfo, uint32_t place)
{
    expected_update update = { .claimed = false };
    here_frame = pinfo->num;
    here_place = place;
    g_array_set_size(expected, 0);
    g_byte_array_set_size(octets, 0);
    if (!PINFO_FD_VISITED(pinfo))
        return false;
    for (uint32_t i = 0; frame_notes_get(notes, pinfo->num, i, &update.value); i++)
        g_array_append_val(expected, update);
    return expected->len > 0;
}

void frame_updates_add(const packet_info *pinfo, const bgp_message *message, bool changed)
{
    const expected_update update = { .value = value_of(message, changed),
                                     .at = octets->len,
                                     .length = (uint32_t)message->length };
    if (noted_frame != pinfo->num)
        noted_count = 0;
    noted_frame = pinfo->num;
    frame_notes_add(notes, pinfo->num, noted_count++, update.value);
    g_array_append_val(expected, update);
    g_byte_array_append(octets, message_octets(message), update.length);
}

bool frame_updates_claim(const packet_info *pinfo, const bgp_message *message, bool *changed)
{
    if (pinfo->num != here_frame || expected->len == 0)
        return false;
    uint32_t value = value_of(message, false);
    for (guint i = 0; i < expected->len; i++) {
        expected_update *update = &g_array_index(expected, expected_update, i);
        if (update->claimed || (update->value & ~NOTE_CHANGED) != value)
            continue;
        update->claimed = true;
        *changed = (update->value & NOTE_CHANGED) != 0;
        return true;
    }
    return false;
}

/* The first pass. */
static void keep_unclaimed(void)
{
    for (guint i = 0; i < expected->len; i++) {
        expected_update *update = &g_array_index(expected, expected_update, i);
        const left_update kept = { here_frame, here_place, left_octets->len, update->length };
        if (update->claimed || left_octets->len + update->length > FRAME_UPDATES_OCTETS_MAX)
            continue;
        g_byte_array_append(left_octets, octets->data + update->at, update->length);
        g_array_append_val(left, kept);
    }
}

static guint first_left_of(uint32_t frame)
{
    guint low = 0, high = left->len;
    while (low < high) {
        guint middle = low + (high - low) / 2;
        if (g_array_index(left, left_update, middle).frame < frame)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool frame_updates_left(const packet_info *pinfo, uint32_t *next, bgp_message *message, bool *changed)
{
    if (pinfo->num != here_frame)
        return false;
    if (*next == 0 && !PINFO_FD_VISITED(pinfo))
        keep_unclaimed();
    guint i = first_left_of(pinfo->num) + *next;
    for (; i < left->len && g_array_index(left, left_update, i).frame == pinfo->num; i++) {
        const left_update *kept = &g_array_index(left, left_update, i);
        (*next)++;
        *message = (bgp_message){ .length = kept->length,
                                  .type = BGP_UPDATE,
                                  .body = left_octets->data + kept->at + BGP_HEADER_LENGTH };
        if (kept->place == here_place && frame_updates_claim(pinfo, message, changed))
            return true;
    }
    return false;
}
