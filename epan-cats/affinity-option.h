/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCP Service Affinity option, its permit, and the Service Affinity Flag (SAF).
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.1-3.2; RFC 6994 s3. */
#ifndef EPAN_CATS_AFFINITY_OPTION_H
#define EPAN_CATS_AFFINITY_OPTION_H

#include "address.h"
#include "defect.h"

#define TCP_OPTION_EOL 0
#define TCP_OPTION_NOP 1
#define TCP_OPTION_EXPERIMENT_1 253
#define TCP_OPTION_EXPERIMENT_2 254

/* Which octets on the wire mean the option. An ExID above 0xffff is the 32-bit form of RFC 6994. */
typedef struct affinity_numbers {
    uint8_t kind;       /* of the option's own kind; 253 and 254 always mean the experimental form */
    uint32_t exid;      /* host byte order */
    uint8_t saf_offset; /* bit offset of SAF in octets 12-13 of the TCP header: 4, 5 or 6 */
} affinity_numbers;

extern const affinity_numbers affinity_numbers_default;

/* One option. With `permit` set there is no address (address.family 0, port 0). */
typedef struct affinity_option {
    uint8_t kind;  /* as on the wire: the own kind, 253 or 254 */
    uint32_t exid; /* 0 with the own kind */
    bool permit;
    cats_address address;
    uint16_t port; /* host byte order */
} affinity_option;

/* The longest option: kind, length, 32-bit ExID, IPv6 address, port. */
#define AFFINITY_OPTION_MAX 24

typedef enum affinity_parse_result {
    AFFINITY_PARSED,  /* *option is valid */
    AFFINITY_FOREIGN, /* another kind, or an experimental option with another (or too short an) ExID; nothing
                         set */
    AFFINITY_DEFECT   /* ours, and *defect says what is wrong with it: rule affinity/option-length */
} affinity_parse_result;

/* Reads the one option that starts at octets[0] and has `available` octets in reach (the rest of the option
 * space). Octet 1, the length, is believed only as far as `available`. Total: any octets, any count. */
affinity_parse_result affinity_option_parse(const affinity_numbers *numbers, const uint8_t *octets,
                                            size_t available, affinity_option *option, cats_defect *defect);

/* Octets that affinity_option_build() writes for this option: 2, 4, 6, 8, 10, 12, 20, 22 or 24; 0 when it is
 * neither a permit nor has an address. */
size_t affinity_option_length(const affinity_option *option);
/* Writes the option, returns its length, or 0 when that is 0 or more than `size`. parse(build(x)) == x for
 * every x whose kind is numbers->kind (exid 0) or 253/254 with numbers->exid. */
size_t affinity_option_build(const affinity_option *option, uint8_t *octets, size_t size);
bool affinity_option_equal(const affinity_option *a, const affinity_option *b);

/* SAF's bit in the 16-bit word at octets 12-13 of the TCP header (0x0200 for offset 6), and the 12 bits of
 * Wireshark's tcp.flags share its position. 0 when the offset is none of 4, 5 and 6. */
uint16_t affinity_saf_mask(const affinity_numbers *numbers);

/* One step over a TCP option list: where the next option begins and how long it is. Survives illegal lengths
 * (RFC 9293 MUST-7): a length below 2 or past the end ends the walk with `bad` set. */
typedef struct affinity_option_walk {
    const uint8_t *octets;
    size_t length; /* of the option space */
    size_t next;   /* first octet not yet looked at */
    size_t at;     /* start of the option just found */
    uint8_t kind;
    size_t option_length; /* as claimed on the wire; 0 when the space ends behind the kind */
    bool bad;             /* the option at `at` claims a length below 2 or past the end */
} affinity_option_walk;

void affinity_option_walk_start(affinity_option_walk *walk, const uint8_t *octets, size_t length);
/* False at the end of the list (end of space, EOL, or after a bad option was returned). NOPs are skipped. */
bool affinity_option_walk_next(affinity_option_walk *walk);

#endif
