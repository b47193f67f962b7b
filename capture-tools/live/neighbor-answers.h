/* SPDX-License-Identifier: GPL-2.0-or-later */
/* ARP and neighbour discovery answered for addresses that no host owns: frame in, frame out, nothing kept but
 * the addresses. Spec: RFC 826, RFC 5227 (probes), RFC 4861 s4.3-4.4, s7.2, RFC 4862 s5.4 (duplicate
 * detection). */
#ifndef CATSHARK_LIVE_NEIGHBOR_ANSWERS_H
#define CATSHARK_LIVE_NEIGHBOR_ANSWERS_H

#include "epan-cats/address.h"
#include "frame.h"

typedef struct neighbor_answers neighbor_answers;

neighbor_answers *neighbor_answers_new(const uint8_t mac[FRAME_ADDRESS]);
void neighbor_answers_free(neighbor_answers *answers);
/* An address, or a whole prefix, to answer for. */
void neighbor_answers_add(neighbor_answers *answers, const cats_address *prefix, unsigned length);
/* Whether it answers for the address. */
bool neighbor_answers_own(const neighbor_answers *answers, const cats_address *address);

/* The longest answer or question: Ethernet, tag, IPv6, message with link-layer address. */
#define NEIGHBOR_ANSWER_MAX (FRAME_HEADER_MAX + 40 + 32)
/* Octets written to `answer` when the frame asks for one of the addresses, in the VLAN of the frame; 0 when
 * it does not, is malformed (hop limit below 255, wrong checksum, wrong length), goes to another host's MAC,
 * or is stacked in VLANs. Total. */
size_t neighbor_answers_to(const neighbor_answers *answers, const uint8_t *frame, size_t length,
                           uint8_t *answer);

/* A question of the tool's own, where the kernel cannot ask: an ARP request or neighbour solicitation for
 * `target` from `source` (family 0: an ARP probe; IPv6 needs one). Returns the frame's octets, at most
 * NEIGHBOR_ANSWER_MAX. */
size_t neighbor_question(const uint8_t mac[FRAME_ADDRESS], uint16_t vlan, const cats_address *source,
                         const cats_address *target, uint8_t *frame);
/* Whether the frame answers for `target`; gives its link-layer address. Total. */
bool neighbor_answered(const uint8_t *frame, size_t length, const cats_address *target,
                       uint8_t mac[FRAME_ADDRESS]);

#endif
