/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes pcapng: section header, interfaces with names, enhanced packets with comments, statistics of
 * interfaces. Spec: draft-ietf-opsawg-pcapng (SHB, IDB, EPB, ISB; options if_name, if_description, if_filter,
 * if_tsresol, opt_comment, isb_starttime, isb_endtime, isb_ifrecv, isb_ifdrop, isb_usrdeliv). */
#ifndef CATSHARK_IO_PCAPNG_WRITER_H
#define CATSHARK_IO_PCAPNG_WRITER_H

#include "output-file.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct pcapng_writer pcapng_writer;

/* "-" is standard output. A file is written beside its place under a temporary name and takes its place at
 * pcapng_writer_close(): nothing half-written is left behind. `application` goes into shb_userappl. */
pcapng_writer *pcapng_writer_open(const char *path, const char *application, GError **error);
/* A capture that goes on: the file is in its place at once, grows with each flush, and keeps what was
 * flushed, in whole blocks, whatever happens. */
pcapng_writer *pcapng_writer_open_growing(const char *path, const char *application, GError **error);
/* Returns the interface id, from 0. link_type is a DLT/LINKTYPE value; timestamps are nanoseconds. */
uint32_t pcapng_writer_add_interface(pcapng_writer *writer, const char *name, uint16_t link_type,
                                     uint32_t snap_length);
/* The same with what captures know of theirs; each text may be NULL. `filter` is an expression of libpcap. */
typedef struct pcapng_interface {
    const char *name, *description, *filter;
    uint16_t link_type;
    uint32_t snap_length;
} pcapng_interface;
uint32_t pcapng_writer_describe_interface(pcapng_writer *writer, const pcapng_interface *interface);
/* `comment` may be NULL or "". False on a write error: see pcapng_writer_close(). */
bool pcapng_writer_packet(pcapng_writer *writer, uint32_t interface, int64_t time_ns, const uint8_t *data,
                          uint32_t captured, uint32_t wire, const char *comment);
/* What an interface counted since the capture began at start_ns, as at end_ns. */
typedef struct pcapng_statistics {
    int64_t start_ns, end_ns;
    uint64_t received;  /* by the interface, past the filter */
    uint64_t dropped;   /* of these, for want of room */
    uint64_t delivered; /* of these, to us */
} pcapng_statistics;
bool pcapng_writer_statistics(pcapng_writer *writer, uint32_t interface, const pcapng_statistics *statistics);
/* Writes out what is gathered, in whole blocks. False on a write error. */
bool pcapng_writer_flush(pcapng_writer *writer);
/* Octets so far, gathered ones too. */
uint64_t pcapng_writer_octets(const pcapng_writer *writer);
/* Packets that were flushed and arrived whole. */
uint64_t pcapng_writer_written(const pcapng_writer *writer);
/* As output_file_wait_unless() has it. */
void pcapng_writer_wait_unless(pcapng_writer *writer, output_file_over over, void *context);
/* Where it goes; it stays the writer's. */
const output_file *pcapng_writer_file(const pcapng_writer *writer);
/* Flushes and puts the file in its place; false and *error when any write failed (the file is removed). */
bool pcapng_writer_close(pcapng_writer *writer, GError **error);
/* Gives up: removes what was written. */
void pcapng_writer_abandon(pcapng_writer *writer);

#endif
