/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What faults do to packets: find and change TCP flags, options, addresses and SIDs, with lengths and
 * checksums mended. Spec: RFC 9293 s3.1; RFC 8754 s2. */
#ifndef CATSHARK_SIMULATION_FAULT_PACKET_H
#define CATSHARK_SIMULATION_FAULT_PACKET_H

#include "epan-cats/affinity-rules.h"
#include "faults.h"

/* The TCP header of the innermost packet; pointers into fault_packet.octets. */
typedef struct fault_tcp {
    uint8_t *header;
    size_t header_length;
    uint8_t *options;
    size_t options_length;
    uint8_t *payload;
    size_t payload_length;
    uint16_t flags; /* 12 bits */
} fault_tcp;

bool fault_tcp_read(const fault_packet *p, fault_tcp *tcp);
/* True for a segment with all of `set` and none of `clear` among its flags. */
bool fault_tcp_is(const fault_tcp *tcp, unsigned set, unsigned clear);
void fault_tcp_set_flags(fault_tcp *tcp, uint16_t flags);
/* The first affinity option with an address and its offset in the options; false: none. */
bool fault_tcp_option(const affinity_numbers *numbers, const fault_tcp *tcp, affinity_option *option,
                      size_t *at);

/* The packet must not be encapsulated. Puts these options in the place of all affinity options, behind the
 * others. False, and nothing is changed, when there is no room. */
bool fault_put_options(fault_packet *p, const affinity_numbers *numbers, const affinity_option *options,
                       unsigned count);

/* The packet must not be encapsulated. */
void fault_set_source(fault_packet *p, const cats_address *address);
void fault_set_destination(fault_packet *p, const cats_address *address);
/* Writes all checksums of packet and extra packet. Returns FAULT_CHANGED. */
fault_verdict fault_mend(fault_packet *p);

/* ---- encapsulated packets ---- */

/* The SRH behind the outer header, or NULL. */
uint8_t *fault_srh(const fault_packet *p);
enum {
    FAULT_SRH_NEXT_HEADER = 0,
    FAULT_SRH_SEGMENTS_LEFT = 3,
    FAULT_SRH_LAST_ENTRY = 4,
    FAULT_SRH_SEGMENT_0 = 8
};
enum { FAULT_IPV6_NEXT_HEADER = 6, FAULT_IPV6_DESTINATION = 24 };
/* The egress SID of the packet. */
void fault_get_sid(const fault_packet *p, uint8_t sid[16]);
/* Writes it wherever it stands: the last segment of the list, and the destination when it is in force.
 * Returns FAULT_CHANGED. */
fault_verdict fault_replace_sid(fault_packet *p, const uint8_t sid[16]);

#endif
