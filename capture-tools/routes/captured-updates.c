/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the frames of a capture to BGP messages. Spec: RFC 4271 s4. */
#include "captured-updates.h"

#include "capture-tools/io/capture-reader.h"
#include "epan-cats/bgp-stream.h"

typedef struct reading {
    captured_message take;
    void *context;
} reading;

static void take_message(void *context, const bgp_direction *of, const bgp_message *message)
{
    const reading *r = context;
    char source[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT];
    cats_address_format(&of->source, source);
    cats_address_format(&of->destination, destination);
    g_autofree char *sender = g_strdup_printf("%s to %s", source, destination);
    r->take(r->context, sender, message);
}

bool captured_updates_read(const char *path, captured_message take, void *context, uint64_t *missed,
                           GError **error)
{
    *missed = 0;
    capture_reader *reader = capture_reader_open(path, NULL, error);
    if (reader == NULL)
        return false;
    bgp_stream *stream = bgp_stream_new(BGP_STREAM_DIRECTIONS_DEFAULT, BGP_STREAM_OCTETS_DEFAULT);
    reading r = { take, context };
    capture_frame frame;
    capture_status status;
    packet p;
    while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME) {
        packet_walk(frame.link_type, frame.data, frame.captured, frame.wire, &p);
        *missed += bgp_stream_frame(stream, &p, take_message, &r) != BGP_STREAM_WHOLE;
    }
    if (status == CAPTURE_BROKEN)
        g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, capture_reader_message(reader));
    bgp_stream_free(stream);
    capture_reader_close(reader);
    return status == CAPTURE_END;
}
