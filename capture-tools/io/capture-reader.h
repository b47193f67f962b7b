/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads captures through libpcap: pcap and pcapng, a file or "-" for standard input, with a filter
 * expression. */
#ifndef CATSHARK_IO_CAPTURE_READER_H
#define CATSHARK_IO_CAPTURE_READER_H

#include <glib.h>
#include <stdint.h>

typedef struct capture_reader capture_reader;

/* One frame; data is valid until the next call. `number` counts from 1 over the file as Wireshark counts when
 * there is no filter. */
typedef struct capture_frame {
    uint64_t number;
    int64_t time_ns; /* since 1970 */
    const uint8_t *data;
    uint32_t captured, wire;
} capture_frame;

typedef enum capture_status { CAPTURE_FRAME, CAPTURE_END, CAPTURE_BROKEN } capture_status;

#define CAPTURE_ERROR capture_error_quark()
GQuark capture_error_quark(void);
typedef enum capture_error {
    CAPTURE_ERROR_OPEN,
    CAPTURE_ERROR_LINK_TYPE,
    CAPTURE_ERROR_FILTER
} capture_error;

/* `filter` may be NULL. Messages carry the path and what was expected. */
capture_reader *capture_reader_open(const char *path, const char *filter, GError **error);
/* The path, or "standard input". */
const char *capture_reader_name(const capture_reader *reader);
int capture_reader_link_type(const capture_reader *reader);
capture_status capture_reader_next(capture_reader *reader, capture_frame *frame);
/* After CAPTURE_BROKEN: "x.pcap: truncated after frame 12: ...". */
const char *capture_reader_message(const capture_reader *reader);
void capture_reader_close(capture_reader *reader);

#endif
