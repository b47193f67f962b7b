/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The answer to an ICMP echo request. Spec: RFC 792 (echo), RFC 1122 s3.2.2.6; RFC 4443 s4.1-4.2. */
#ifndef CATSHARK_ROLES_ICMP_ECHO_H
#define CATSHARK_ROLES_ICMP_ECHO_H

#include <stddef.h>
#include <stdint.h>

#define ICMP_ECHO_MAX 9216

/* Writes the reply to an echo request, an IP packet without link header, and returns its length; 0 for all
 * else, for a damaged request, one in fragments, one from or to no unicast address, and one longer than
 * ICMP_ECHO_MAX. Total. */
size_t icmp_echo_reply(const uint8_t *octets, size_t length, uint8_t reply[ICMP_ECHO_MAX]);

#endif
