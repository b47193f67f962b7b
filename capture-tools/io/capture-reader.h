/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads captures: pcap and pcapng, also packed by gzip or zstd, a file or "-" for standard input, with a
 * filter expression. */
#ifndef CATSHARK_IO_CAPTURE_READER_H
#define CATSHARK_IO_CAPTURE_READER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct capture_reader capture_reader;

/* One frame; data is valid until the next call. `number` counts from 1 over the file as Wireshark counts when
 * there is no filter. */
typedef struct capture_frame {
    uint64_t number;
    int64_t time_ns; /* since 1970 */
    const uint8_t *data;
    uint32_t captured, wire;
    int link_type;      /* DLT; of a pcapng that of the frame's interface */
    bool has_interface; /* of a pcapng: interface is valid */
    uint32_t interface; /* counts from 0 over the file, whatever its sections */
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
/* The name of an interface that a frame told, else its description, else its hardware; NULL without these. */
const char *capture_reader_interface_name(const capture_reader *reader, uint32_t interface);
/* So many interfaces are known by now: [0, count). */
uint32_t capture_reader_interface_count(const capture_reader *reader);
/* Its number in its section of the file. */
uint32_t capture_reader_interface_index(const capture_reader *reader, uint32_t interface);
/* The path, or "standard input". */
const char *capture_reader_name(const capture_reader *reader);
capture_status capture_reader_next(capture_reader *reader, capture_frame *frame);
/* After CAPTURE_BROKEN: "x.pcap: truncated after frame 12: ...". */
const char *capture_reader_message(const capture_reader *reader);
void capture_reader_close(capture_reader *reader);

#endif
