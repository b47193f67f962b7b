/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacks gzip and zstd. Spec: RFC 1952 (several members follow each other), RFC 8878 (so do frames). */
#ifndef CATSHARK_IO_OCTET_UNPACKER_H
#define CATSHARK_IO_OCTET_UNPACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct octet_unpacker octet_unpacker;

/* The first octets tell what packed them; NULL: nothing that is known. */
octet_unpacker *octet_unpacker_new(const uint8_t *first, size_t length);
void octet_unpacker_free(octet_unpacker *unpacker); /* NULL is allowed */

/* Unpacks as much as there is room for: the octets that were made; *taken, how many of `packed` were used.
 * With `last` there are no others. SIZE_MAX and a static sentence in *trouble when they are damaged, or end
 * too early. */
size_t octet_unpack(octet_unpacker *unpacker, const uint8_t *packed, size_t length, bool last, size_t *taken,
                    uint8_t *out, size_t room, const char **trouble);

#endif
