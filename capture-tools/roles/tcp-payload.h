/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Payload by position: octet n of a stream follows from the stream's seed and n, so nobody has to store it.
 */
#ifndef CATSHARK_ROLES_TCP_PAYLOAD_H
#define CATSHARK_ROLES_TCP_PAYLOAD_H

#include "epan-cats/flow-key.h"

/* The seed of what is sent in this direction: whoever sees the packets can know the payload. */
uint64_t tcp_payload_seed(const cats_flow_key *flow);
/* Printable octets [position, position + length) of the stream. */
void tcp_payload_fill(uint64_t seed, uint64_t position, uint8_t *octets, size_t length);
/* The position of the first octet that is not the stream's, or `length`. */
size_t tcp_payload_check(uint64_t seed, uint64_t position, const uint8_t *octets, size_t length);

/* 64 bits that depend on all 64 bits of `value` (a step of SplitMix64). */
uint64_t tcp_mix(uint64_t value);

#endif
