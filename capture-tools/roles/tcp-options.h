/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of a TCP header, read and written as a whole, with the rule of who gives way when 40 octets do
 * not hold all. Spec: RFC 9293 s3.2; RFC 7323 s2.2, s3.2; RFC 2018 s2-3;
 * draft-wang-tcpm-tcp-service-affinity-option. */
#ifndef CATSHARK_ROLES_TCP_OPTIONS_H
#define CATSHARK_ROLES_TCP_OPTIONS_H

#include "epan-cats/affinity-option.h"

#define TCP_OPTIONS_MAX 40
#define TCP_SACK_BLOCKS_MAX 4
#define TCP_SCALE_MAX 14

typedef struct tcp_sack_block {
    uint32_t left, right; /* first sequence number held, first not held */
} tcp_sack_block;

/* What a header said. Of an option that comes twice the first counts. */
typedef struct tcp_options {
    bool has_mss, has_scale, has_timestamps, sack_permitted;
    uint16_t mss;
    uint8_t scale; /* at most TCP_SCALE_MAX */
    uint8_t sack_count;
    uint32_t ts_value, ts_echo;
    tcp_sack_block sack[TCP_SACK_BLOCKS_MAX];
    bool permit_raw;         /* the permit of the own kind */
    uint8_t permit_exid;     /* kind (253 or 254) of the permit with our ExID, 0: none */
    bool has_affinity;       /* the option with an address: `affinity` is the first of them */
    bool affinity_differs;   /* a second one that says something else */
    bool affinity_defective; /* one of ours that cannot be read */
    affinity_option affinity;
} tcp_options;

/* Total: illegal lengths end the list, unknown options are passed over. */
void tcp_options_read(const affinity_numbers *numbers, const uint8_t *octets, size_t length,
                      tcp_options *options);

/* What to write. `mss` 0, `scale` -1 and NULL pointers leave an option out. */
typedef struct tcp_options_spec {
    uint16_t mss;
    bool sack_permitted;
    int scale;
    bool timestamps;
    uint32_t ts_value, ts_echo;
    const uint8_t *other; /* copied as it is */
    size_t other_length;
    const affinity_option *affinity;
    const tcp_sack_block *sack;
    unsigned sack_count;
} tcp_options_spec;

typedef struct tcp_options_written {
    size_t length;           /* a multiple of 4 */
    bool affinity;           /* written */
    unsigned sack_count;     /* written */
    unsigned sack_displaced; /* would have been, but for the affinity option */
} tcp_options_written;

/* MSS, SACK permitted, timestamps, scale and `other` come first; the affinity option has what is left if it
 * fits; SACK blocks have the rest, as many as fit. */
tcp_options_written tcp_options_build(const tcp_options_spec *spec, uint8_t octets[TCP_OPTIONS_MAX]);

#endif
