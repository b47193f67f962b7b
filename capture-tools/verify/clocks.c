/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A look at the beginning of what captures have in common. Spec: docs/rules.md (clocks). */
#include "clocks.h"

#include "capture-tools/inspect/decode.h"
#include "epan-cats/packet-digest.h"
#include "passing-packet.h"

#include <string.h>

/* The files of one source, up to so many frames from a time on. */
typedef struct look {
    clock_offsets *offsets;
    unsigned clock;
    decoder decoder;
    int64_t from_ns;
    unsigned left;
} look;

static void look_at(look *l, const capture_frame *capture)
{
    decoded frame;
    const decoded_steering *around;
    packet_digest digest;
    const decoder_frame octets = { .number = 1,
                                   .time_ns = capture->time_ns,
                                   .point = STEERING_POINT_NONE,
                                   .link_type = capture->link_type,
                                   .data = capture->data,
                                   .captured = capture->captured,
                                   .wire = capture->wire };
    decode_frame(&l->decoder, &octets, &frame);
    const packet_ip *ip = passing_packet(&frame, &around);
    if (ip == NULL || !packet_digest_read(&frame.packet, ip, &digest))
        return;
    clock_progress progress =
        clock_progress_of(ip->hop_limit, around != NULL, around != NULL ? around->ip->hop_limit : 0);
    clock_offsets_see(l->offsets, l->clock, capture->time_ns, digest.head, progress);
}

static void look_at_file(look *l, const char *path)
{
    capture_frame frame;
    capture_reader *reader = capture_reader_open(path, NULL, NULL);
    while (reader != NULL && l->left > 0 && capture_reader_next(reader, &frame) == CAPTURE_FRAME) {
        if (frame.time_ns < l->from_ns)
            continue;
        look_at(l, &frame);
        l->left--;
    }
    capture_reader_close(reader);
}

static bool is_read_once(const capture_sources *sources, unsigned source)
{
    const GPtrArray *files = capture_sources_files(sources, source);
    return files->len == 1 && !g_file_test(g_ptr_array_index(files, 0), G_FILE_TEST_IS_REGULAR);
}

/* When the last of them begins, less what clocks may be apart. */
static int64_t common_start(const capture_sources *sources)
{
    int64_t start = INT64_MIN;
    for (unsigned i = 0; i < capture_sources_count(sources); i++) {
        if (is_read_once(sources, i))
            continue;
        capture_frame frame;
        capture_reader *reader =
            capture_reader_open(g_ptr_array_index(capture_sources_files(sources, i), 0), NULL, NULL);
        if (reader != NULL && capture_reader_next(reader, &frame) == CAPTURE_FRAME)
            start = MAX(start, frame.time_ns);
        capture_reader_close(reader);
    }
    return start > INT64_MIN + CLOCKS_APART_NS ? start - CLOCKS_APART_NS : INT64_MIN;
}

void clocks_compare(capture_sources *sources, const cats_context *cats)
{
    unsigned count = capture_sources_count(sources);
    if (count < 2)
        return;
    look l = { .offsets = clock_offsets_new(count), .from_ns = common_start(sources) };
    l.decoder.cats = *cats;
    for (l.clock = 0; l.clock < count; l.clock++) {
        const GPtrArray *files = capture_sources_files(sources, l.clock);
        l.left = is_read_once(sources, l.clock) ? 0 : CLOCKS_FRAMES;
        for (guint i = 0; i < files->len; i++)
            look_at_file(&l, g_ptr_array_index(files, i));
    }
    g_autofree clock_estimate *estimates = g_new(clock_estimate, count);
    clock_offsets_solve(l.offsets, estimates);
    for (unsigned i = 0; i < count; i++)
        capture_sources_set_clock(sources, i, &estimates[i]);
    clock_offsets_free(l.offsets);
}
