/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes pcapng: section header, interfaces with names, enhanced packets with comments.
 * Spec: draft-ietf-opsawg-pcapng (SHB, IDB, EPB; options if_name, if_tsresol, opt_comment). */
#ifndef CATSHARK_IO_PCAPNG_WRITER_H
#define CATSHARK_IO_PCAPNG_WRITER_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct pcapng_writer pcapng_writer;

/* "-" is standard output. A file is written beside its place under a temporary name and takes its place at
 * pcapng_writer_close(): nothing half-written is left behind. `application` goes into shb_userappl. */
pcapng_writer *pcapng_writer_open(const char *path, const char *application, GError **error);
/* Returns the interface id, from 0. link_type is a DLT/LINKTYPE value; timestamps are nanoseconds. */
uint32_t pcapng_writer_add_interface(pcapng_writer *writer, const char *name, uint16_t link_type,
                                     uint32_t snap_length);
/* `comment` may be NULL or "". False on a write error: see pcapng_writer_close(). */
bool pcapng_writer_packet(pcapng_writer *writer, uint32_t interface, int64_t time_ns, const uint8_t *data,
                          uint32_t captured, uint32_t wire, const char *comment);
/* Flushes and puts the file in its place; false and *error when any write failed (the file is removed). */
bool pcapng_writer_close(pcapng_writer *writer, GError **error);
/* Gives up: removes what was written. */
void pcapng_writer_abandon(pcapng_writer *writer);

#endif
