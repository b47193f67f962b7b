/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which interface captured each packet of a pcapng, and what it is called: libpcap reads the file and does
 * not tell, so this looks at the same octets as they pass. Spec: draft-ietf-opsawg-pcapng s3.1, s4.1-4.4. */
#ifndef CATSHARK_IO_PCAPNG_INTERFACES_H
#define CATSHARK_IO_PCAPNG_INTERFACES_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct pcapng_interfaces pcapng_interfaces;

pcapng_interfaces *pcapng_interfaces_new(void);
void pcapng_interfaces_free(pcapng_interfaces *interfaces); /* NULL is allowed */

/* The next octets of the file, cut anywhere. Total: behind a block that cannot be one, and in a file that is
 * no pcapng, nothing is learnt. */
void pcapng_interfaces_feed(pcapng_interfaces *interfaces, const uint8_t *octets, size_t length);

/* The interface of the next packet that went by; false when none is known. Interfaces are numbered from 0
 * over the whole file, whatever its sections. */
bool pcapng_interfaces_next(pcapng_interfaces *interfaces, uint32_t *interface);
/* Its name, else its description, else its hardware; NULL without these. */
const char *pcapng_interfaces_name(const pcapng_interfaces *interfaces, uint32_t interface);
/* So many passed by. */
uint32_t pcapng_interfaces_count(const pcapng_interfaces *interfaces);
/* Its number in its section. */
uint32_t pcapng_interfaces_index(const pcapng_interfaces *interfaces, uint32_t interface);

#endif
