/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a capture is written: one pcapng, or one after another by size, time or number of packets, the oldest
 * removed where there is a limit. Spec: dumpcap(1) -b; man/catshark-capture.1 (FILES). */
#ifndef CATSHARK_CAPTURE_FILES_H
#define CATSHARK_CAPTURE_FILES_H

#include "capture-tools/io/pcapng-writer.h"

/* Each 0 where there is no such limit. */
typedef struct capture_files_limits {
    uint64_t octets;     /* a file that reached so many is the last packet's */
    uint64_t packets;    /* the same */
    int64_t duration_ns; /* from a file's first packet on */
    uint64_t files;      /* kept at most; the oldest goes */
} capture_files_limits;

/* Reads one "filesize:N" (kB), "duration:N" (a time), "packets:N" or "files:N" into *limits. On false
 * *message quotes the text and says what was expected. */
bool capture_files_limit(const char *text, capture_files_limits *limits, char **message);

#define CAPTURE_FILES_ERROR capture_files_error_quark()
GQuark capture_files_error_quark(void);
typedef enum capture_files_error {
    CAPTURE_FILES_ERROR_RING /* several files where there can be but one, or a ring without a reason to change
                                files */
} capture_files_error;

/* What an interface counted by now, for the end of each file. */
typedef void (*capture_files_ask)(void *context, uint32_t interface, pcapng_statistics *statistics);

/* Who is asked, with one context: what interfaces counted, and whether the capture is over, so that nobody
 * waits for the reader of a pipe who does not read. */
typedef struct capture_files_owner {
    void *context;
    capture_files_ask ask;
    output_file_over over;
} capture_files_owner;

typedef struct capture_files capture_files;

/* `path` is the file's, or with a limit what names are made of: "a.pcapng" gives
 * "a_00001_20260131235959.pcapng", by local time. "-" is standard output. Nothing is created before
 * capture_files_start(). */
capture_files *capture_files_new(const char *path, const capture_files_limits *limits,
                                 const char *application, const capture_files_owner *owner, GError **error);
/* Interfaces are numbered from 0; every file describes all of them. Texts are copied. */
void capture_files_add_interface(capture_files *files, const pcapng_interface *interface);
bool capture_files_start(capture_files *files, GError **error);
/* False from the first failure on, which *error of capture_files_close() tells. `now` is monotonic. */
bool capture_files_packet(capture_files *files, int64_t now, uint32_t interface, int64_t time_ns,
                          const uint8_t *data, uint32_t captured, uint32_t wire);
/* Writes out what is gathered, and begins the next file when its time has come. */
bool capture_files_tick(capture_files *files, int64_t now);
/* -1, or what is broken (poll(2)) once the reader of a pipe has gone; a pipe wants a tick after each batch.
 */
int capture_files_stream(const capture_files *files);
/* Nothing is written any more. */
void capture_files_lose_reader(capture_files *files);
/* That, or a write failed because the reader of the pipe has gone. */
bool capture_files_reader_gone(const capture_files *files);
/* Files begun so far; the name of the last one. */
uint64_t capture_files_count(const capture_files *files);
const char *capture_files_name(const capture_files *files);
/* Ends the last file with the statistics. *written (may be NULL): packets that are in the files, those of a
 * ring that are gone again too. False and *error when anything failed before. Frees. */
bool capture_files_close(capture_files *files, uint64_t *written, GError **error);

#endif
