/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An IPv4 or IPv6 address as it is carried: octets in network byte order. Spec: RFC 791, RFC 4291. */
#ifndef EPAN_CATS_ADDRESS_H
#define EPAN_CATS_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* family is 4, 6, or 0 for "no address"; an IPv4 address lies in octets[0..3] and the rest is zero. */
typedef struct cats_address {
    uint8_t family;
    uint8_t octets[16];
} cats_address;

/* Room for the longest text of an address and its terminating NUL ("[...]:65535" of an endpoint included). */
#define CATS_ADDRESS_TEXT 56

cats_address cats_address_ipv4(const uint8_t octets[4]);
cats_address cats_address_ipv6(const uint8_t octets[16]);

/* Number of octets on the wire: 4, 16, or 0. */
size_t cats_address_length(const cats_address *address);
bool cats_address_equal(const cats_address *a, const cats_address *b);
/* The hash and the comparison of a hash table whose keys are cats_address (GHashFunc, GEqualFunc). */
unsigned cats_address_hash(const void *address);
int cats_address_same(const void *a, const void *b);

/* Text per RFC 5952 (IPv6) or dotted decimal (IPv4), without any library call that allocates; returns its
 * length. `text` holds at least CATS_ADDRESS_TEXT octets. Family 0 gives "none". */
size_t cats_address_format(const cats_address *address, char *text);
/* "192.0.2.1:443" or "[2001:db8::1]:443". */
size_t cats_endpoint_format(const cats_address *address, uint16_t port, char *text);
/* True when the whole of `text` is an IPv4 or IPv6 address. */
bool cats_address_parse(const char *text, cats_address *address);

#define CATS_MAC_LENGTH 6
/* True when the whole of `text` is a link-layer address as 02:00:00:00:00:01. */
bool cats_mac_parse(const char *text, uint8_t mac[CATS_MAC_LENGTH]);

/* True when the first `bits` bits of both are equal (same family; bits beyond the address,
 * or family 0: false). */
bool cats_address_in_prefix(const cats_address *address, const cats_address *prefix, unsigned bits);

/* Why an address cannot be the unicast address of a host: a static word such as "multicast", or NULL when it
 * can. Unspecified, loopback, multicast, IPv4 limited broadcast, and link-local (169.254/16, fe80::/10); of
 * an IPv4-mapped IPv6 address the IPv4 address is judged. Family 0: "no address". */
const char *cats_address_not_unicast(const cats_address *address);

#endif
