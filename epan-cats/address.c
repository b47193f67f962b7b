/* SPDX-License-Identifier: GPL-2.0-or-later */
/* IPv4 and IPv6 addresses: text, comparison, prefixes and kinds. Spec: RFC 5952 s4-5, RFC 4291 s2, RFC 1122
 * s3.2.1.3. */
#include "address.h"

#include "hash-mix.h"
#include <arpa/inet.h>
#include <string.h>

cats_address cats_address_ipv4(const uint8_t octets[4])
{
    cats_address address = { .family = 4 };
    memcpy(address.octets, octets, 4);
    return address;
}

cats_address cats_address_ipv6(const uint8_t octets[16])
{
    cats_address address = { .family = 6 };
    memcpy(address.octets, octets, 16);
    return address;
}

size_t cats_address_length(const cats_address *address)
{
    switch (address->family) {
    case 4:
        return 4;
    case 6:
        return 16;
    default:
        return 0;
    }
}

bool cats_address_equal(const cats_address *a, const cats_address *b)
{
    if (a->family != b->family)
        return false;
    if (a->family == 4)
        return memcmp(a->octets, b->octets, 4) == 0;
    return a->family != 6 || memcmp(a->octets, b->octets, 16) == 0;
}

unsigned cats_address_hash(const void *address)
{
    const cats_address *a = address;
    uint64_t halves[2];
    memcpy(halves, a->octets, sizeof halves);
    return (unsigned)hash_mix(halves[0] ^ hash_mix(halves[1] ^ a->family));
}

int cats_address_same(const void *a, const void *b)
{
    return cats_address_equal(a, b);
}

/* The writers below put text at `out` without a NUL and return the place behind it. */

static char *put_octet(char *out, unsigned value)
{
    if (value > 99) {
        *out++ = (char)('0' + value / 100);
        value %= 100;
        *out++ = (char)('0' + value / 10);
        value %= 10;
    } else if (value > 9) {
        *out++ = (char)('0' + value / 10);
        value %= 10;
    }
    *out++ = (char)('0' + value);
    return out;
}

static char *put_port(char *out, unsigned port)
{
    char digits[5];
    unsigned count = 0;
    do {
        digits[count++] = (char)('0' + port % 10);
        port /= 10;
    } while (port != 0);
    while (count > 0)
        *out++ = digits[--count];
    return out;
}

static char *put_hex16(char *out, unsigned value)
{
    static const char digits[] = "0123456789abcdef";
    if (value > 0xfff)
        *out++ = digits[value >> 12];
    if (value > 0xff)
        *out++ = digits[value >> 8 & 0xf];
    if (value > 0xf)
        *out++ = digits[value >> 4 & 0xf];
    *out++ = digits[value & 0xf];
    return out;
}

static char *put_ipv4(char *out, const uint8_t octets[4])
{
    out = put_octet(out, octets[0]);
    for (unsigned i = 1; i < 4; i++) {
        *out++ = '.';
        out = put_octet(out, octets[i]);
    }
    return out;
}

typedef struct zero_run {
    unsigned at, length;
} zero_run;

/* The run that "::" stands for: the longest, the first of equals, never a single group (RFC 5952 s4.2). */
static zero_run longest_zero_run(const unsigned groups[8])
{
    zero_run best = { 8, 1 };
    for (unsigned at = 0; at < 8; at++) {
        unsigned length = 0;
        while (at + length < 8 && groups[at + length] == 0)
            length++;
        if (length > best.length)
            best = (zero_run){ at, length };
        at += length;
    }
    return best;
}

static char *put_ipv6(char *out, const uint8_t octets[16])
{
    unsigned groups[8];
    for (unsigned i = 0; i < 8; i++)
        groups[i] = (unsigned)octets[2 * i] << 8 | octets[2 * i + 1];

    zero_run run = longest_zero_run(groups);
    /* ::a.b.c.d and ::ffff:a.b.c.d, as inet_ntop() and Wireshark have it (RFC 5952 s5). */
    bool embeds_ipv4 = run.at == 0 && (run.length == 6 || (run.length == 5 && groups[5] == 0xffff));
    unsigned groups_in_hex = embeds_ipv4 ? 6 : 8;

    for (unsigned i = 0; i < groups_in_hex;) {
        if (i == run.at) {
            *out++ = ':';
            *out++ = ':';
            i += run.length;
            continue;
        }
        if (i != 0 && i != run.at + run.length)
            *out++ = ':';
        out = put_hex16(out, groups[i++]);
    }
    if (embeds_ipv4) {
        if (run.length == 5)
            *out++ = ':';
        out = put_ipv4(out, octets + 12);
    }
    return out;
}

static char *put_address(char *out, const cats_address *address)
{
    switch (address->family) {
    case 4:
        return put_ipv4(out, address->octets);
    case 6:
        return put_ipv6(out, address->octets);
    default:
        memcpy(out, "none", 4);
        return out + 4;
    }
}

size_t cats_address_format(const cats_address *address, char *text)
{
    char *end = put_address(text, address);
    *end = '\0';
    return (size_t)(end - text);
}

size_t cats_endpoint_format(const cats_address *address, uint16_t port, char *text)
{
    char *out = text;
    if (address->family == 6)
        *out++ = '[';
    out = put_address(out, address);
    if (address->family == 6)
        *out++ = ']';
    *out++ = ':';
    out = put_port(out, port);
    *out = '\0';
    return (size_t)(out - text);
}

bool cats_address_parse(const char *text, cats_address *address)
{
    cats_address parsed = { .family = 4 };
    if (inet_pton(AF_INET, text, parsed.octets) != 1) {
        parsed = (cats_address){ .family = 6 };
        if (inet_pton(AF_INET6, text, parsed.octets) != 1)
            return false;
    }
    *address = parsed;
    return true;
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    return found != NULL ? (int)(found - digits) % 16 : -1;
}

bool cats_mac_parse(const char *text, uint8_t mac[CATS_MAC_LENGTH])
{
    if (strlen(text) != 3 * CATS_MAC_LENGTH - 1)
        return false;
    for (size_t i = 0; i < CATS_MAC_LENGTH; i++) {
        int high = hex_digit(text[3 * i]), low = hex_digit(text[3 * i + 1]);
        if (high < 0 || low < 0 || (i > 0 && text[3 * i - 1] != ':'))
            return false;
        mac[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

bool cats_address_in_prefix(const cats_address *address, const cats_address *prefix, unsigned bits)
{
    size_t length = cats_address_length(address);
    if (address->family != prefix->family || length == 0 || bits > 8 * length)
        return false;
    size_t whole = bits / 8;
    if (memcmp(address->octets, prefix->octets, whole) != 0)
        return false;
    unsigned rest = bits % 8;
    return rest == 0 || (address->octets[whole] ^ prefix->octets[whole]) >> (8 - rest) == 0;
}

static const char *ipv4_not_unicast(const uint8_t octets[4])
{
    static const uint8_t unspecified[4] = { 0 };
    static const uint8_t broadcast[4] = { 255, 255, 255, 255 };
    if (memcmp(octets, unspecified, 4) == 0)
        return "unspecified";
    if (octets[0] == 127)
        return "loopback";
    if (octets[0] == 169 && octets[1] == 254)
        return "link-local";
    if (octets[0] >> 4 == 0xe)
        return "multicast";
    if (memcmp(octets, broadcast, 4) == 0)
        return "broadcast";
    return NULL;
}

static const char *ipv6_not_unicast(const uint8_t octets[16])
{
    static const uint8_t unspecified[16] = { 0 };
    static const uint8_t loopback[16] = { [15] = 1 };
    static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
    if (octets[0] == 0xff)
        return "multicast";
    if (octets[0] == 0xfe && (octets[1] & 0xc0) == 0x80)
        return "link-local";
    if (memcmp(octets, unspecified, 16) == 0)
        return "unspecified";
    if (memcmp(octets, loopback, 16) == 0)
        return "loopback";
    if (memcmp(octets, mapped, 12) == 0) /* a host would connect to the IPv4 address within */
        return ipv4_not_unicast(octets + 12);
    return NULL;
}

const char *cats_address_not_unicast(const cats_address *address)
{
    switch (address->family) {
    case 4:
        return ipv4_not_unicast(address->octets);
    case 6:
        return ipv6_not_unicast(address->octets);
    default:
        return "no address";
    }
}
