/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads pcap files of version 2.4, times in micro- or nanoseconds, either byte order. Spec:
 * draft-ietf-opsawg-pcap s4-5; what libpcap makes of damaged ones. */
#include "capture-reader-private.h"

#include "epan-cats/capture-time.h"

#include <string.h>

enum { FILE_HEADER = 24, VERSION_MAJOR_AT = 4, VERSION_MINOR_AT = 6, SNAPSHOT_AT = 16, LINK_TYPE_AT = 20 };
enum { HEADER = 16, FRACTION_AT = 4, CAPTURED_AT = 8, WIRE_AT = 12 };

static const uint32_t MICROSECONDS = 0xA1B2C3D4, NANOSECONDS = 0xA1B23C4D;
#define LINK_TYPE_BITS UINT32_C(0xffff) /* above them: length of the frame check sequence */

/* Signed where the machine's order is the file's, as libpcap has it. */
static int64_t time_part(const capture_reader *reader, const uint8_t *at)
{
    uint32_t value = capture_get32(reader, at);
    return reader->swapped ? (int64_t)value : (int64_t)(int32_t)value;
}

static capture_status next_frame(capture_reader *reader, capture_frame *frame)
{
    size_t available;
    const uint8_t *header = octet_source_look(&reader->octets, HEADER, &available);
    if (G_UNLIKELY(available < HEADER))
        return available == 0 && reader->octets.trouble == NULL
                   ? CAPTURE_END
                   : capture_reader_cut(reader, "header octets", HEADER, available);
    uint32_t captured = capture_get32(reader, header + CAPTURED_AT);
    if (G_UNLIKELY(captured > CAPTURE_OCTETS_MAX))
        return capture_reader_break(reader, "captured length %u, expected at most %d", captured,
                                    CAPTURE_OCTETS_MAX);
    if (G_UNLIKELY(available < HEADER + captured)) {
        header = octet_source_look(&reader->octets, HEADER + captured, &available);
        if (available < HEADER + captured)
            return capture_reader_cut(reader, "captured octets", captured, available - HEADER);
    }
    int64_t fraction = time_part(reader, header + FRACTION_AT);
    frame->time_ns =
        capture_time_of(time_part(reader, header), reader->nanoseconds ? fraction : fraction * 1000);
    frame->data = header + HEADER;
    frame->captured = MIN(captured, reader->snapshot);
    frame->wire = capture_get32(reader, header + WIRE_AT);
    frame->link_type = reader->link_type;
    frame->has_interface = false;
    octet_source_take(&reader->octets, HEADER + captured);
    return CAPTURE_FRAME;
}

static bool is_magic(uint32_t value)
{
    return value == MICROSECONDS || value == NANOSECONDS;
}

bool pcap_file_open(capture_reader *reader, char **reason)
{
    size_t available;
    const uint8_t *header = octet_source_look(&reader->octets, FILE_HEADER, &available);
    uint32_t magic;
    if (available < FILE_HEADER)
        return false;
    memcpy(&magic, header, sizeof magic);
    reader->swapped = !is_magic(magic);
    magic = capture_get32(reader, header);
    uint32_t link_type = capture_get32(reader, header + LINK_TYPE_AT);
    if (!is_magic(magic) || capture_get16(reader, header + VERSION_MAJOR_AT) != 2 ||
        capture_get16(reader, header + VERSION_MINOR_AT) != 4 || link_type > LINK_TYPE_BITS)
        return false;
    reader->nanoseconds = magic == NANOSECONDS;
    reader->link_type = capture_link_type(link_type);
    uint32_t snapshot = capture_get32(reader, header + SNAPSHOT_AT);
    reader->snapshot = snapshot == 0 || snapshot > INT32_MAX ? CAPTURE_OCTETS_MAX : snapshot;
    reader->next = next_frame;
    *reason = capture_link_type_refusal(reader->link_type);
    octet_source_take(&reader->octets, FILE_HEADER);
    return true;
}
