/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the frames of a capture to BGP messages. Spec: RFC 4271 s4. */
#include "captured-updates.h"

#include "capture-tools/io/capture-reader.h"
#include "epan-cats/bgp-stream.h"

typedef struct reading {
    bgp_stream *stream;
    captured_message take;
    void *context;
} reading;

static void take_frame(const reading *r, const capture_frame *frame)
{
    packet p;
    bgp_direction of;
    bgp_segment segment;
    bgp_message message;
    packet_walk(frame->link_type, frame->data, frame->captured, frame->wire, &p);
    if (!bgp_segment_of(&p, &of, &segment))
        return;
    char source[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT];
    cats_address_format(&of.source, source);
    cats_address_format(&of.destination, destination);
    g_autofree char *sender = g_strdup_printf("%s to %s", source, destination);
    bgp_stream_take(r->stream, &segment);
    while (bgp_stream_next(r->stream, &message))
        r->take(r->context, sender, &message);
}

bool captured_updates_read(const char *path, captured_message take, void *context, GError **error)
{
    capture_reader *reader = capture_reader_open(path, NULL, error);
    if (reader == NULL)
        return false;
    const reading r = { bgp_stream_new(BGP_STREAM_DIRECTIONS_DEFAULT, BGP_STREAM_OCTETS_DEFAULT), take,
                        context };
    capture_frame frame;
    capture_status status;
    while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME)
        take_frame(&r, &frame);
    if (status == CAPTURE_BROKEN)
        g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, capture_reader_message(reader));
    bgp_stream_free(r.stream);
    capture_reader_close(reader);
    return status == CAPTURE_END;
}
