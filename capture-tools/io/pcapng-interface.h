/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Interface description blocks of a pcapng. Spec: draft-ietf-opsawg-pcapng s4.2. */
#ifndef CATSHARK_IO_PCAPNG_INTERFACE_H
#define CATSHARK_IO_PCAPNG_INTERFACE_H

#include "capture-reader-private.h"

/* Reads the body of a block. The name is owned by the interface. NULL, or a static phrase that says what is
 * wrong. */
const char *pcapng_interface_read(const capture_reader *reader, const uint8_t *body, size_t length,
                                  capture_interface *interface);
void pcapng_interface_clear(capture_interface *interface);

/* Its clock's `units` since 1970, in nanoseconds: of a damaged file as libpcap has it. */
int64_t pcapng_interface_time(const capture_interface *interface, uint64_t units);

#endif
