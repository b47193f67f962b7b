/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A walk over BGP messages, and over what an UPDATE withdraws and announces: IPv4 and IPv6, unicast and VPN.
 * Views: pointers lie in the octets given and live as long as they do. All of it is total.
 * Spec: RFC 4271 s4, RFC 4760 s3-4, RFC 4364 s4.3, RFC 4659 s3, RFC 7911 s3, RFC 8277 s2, RFC 8950 s3. */
#ifndef EPAN_CATS_BGP_UPDATE_H
#define EPAN_CATS_BGP_UPDATE_H

#include "address.h"
#include "defect.h"

#define BGP_PORT 179
#define BGP_HEADER_LENGTH 19

enum { BGP_OPEN = 1, BGP_UPDATE = 2, BGP_NOTIFICATION = 3, BGP_KEEPALIVE = 4 };
enum { BGP_AFI_IPV4 = 1, BGP_AFI_IPV6 = 2, BGP_SAFI_UNICAST = 1, BGP_SAFI_VPN = 128 };
enum {
    BGP_ATTRIBUTE_NEXT_HOP = 3,
    BGP_ATTRIBUTE_MP_REACH = 14,
    BGP_ATTRIBUTE_MP_UNREACH = 15,
    BGP_ATTRIBUTE_PREFIX_SID = 40
};
#define BGP_FLAG_PARTIAL 0x20u
#define BGP_FLAG_EXTENDED_LENGTH 0x10u
/* Optional, transitive and partial: what RFC 4271 s4.3 defines besides the length's size. */
#define BGP_FLAGS_KIND 0xE0u

typedef struct bgp_message {
    size_t at, length; /* in the octets given, header included */
    uint8_t type;
    const uint8_t *body; /* length - BGP_HEADER_LENGTH octets */
} bgp_message;

typedef enum bgp_message_result {
    BGP_MESSAGE,     /* *message is valid, *next behind it */
    BGP_MESSAGE_END, /* nothing left, or the beginning of a message whose rest is not here */
    BGP_MESSAGE_BAD  /* no message: *defect says why */
} bgp_message_result;

/* *next starts at 0. Lengths up to 65535 are taken (RFC 8654). */
bgp_message_result bgp_message_next(const uint8_t *octets, size_t available, size_t *next,
                                    bgp_message *message, cats_defect *defect);
/* Where the first marker begins, whole or cut by the end, or `available`: a capture may begin within a
 * message. */
size_t bgp_message_first(const uint8_t *octets, size_t available);

typedef struct bgp_attribute {
    size_t at; /* its flags, counted from the body's first octet */
    uint8_t flags, code;
    size_t value_at, length; /* of the value */
} bgp_attribute;

/* One stretch of NLRI: all of its prefixes are withdrawn, or announced with one next hop. */
typedef struct bgp_prefixes {
    bool withdrawn;
    uint16_t afi;
    uint8_t safi;
    size_t at, length;
    cats_address next_hop; /* family 0: withdrawn, or none told */
} bgp_prefixes;

/* At most: withdrawn routes, MP_UNREACH_NLRI, MP_REACH_NLRI, NLRI, in this order. */
#define BGP_PREFIXES_MAX 4

typedef struct bgp_update {
    const uint8_t *body;
    size_t length;
    size_t attributes_at, attributes_length;
    unsigned count;
    bgp_prefixes prefixes[BGP_PREFIXES_MAX];
} bgp_update;

/* Reads the body of an UPDATE: every length in it, and what stands before the NLRI of MP attributes. False:
 * *defect says what is wrong, *update is not to be used. Address families other than those above have no
 * prefixes. Of an MP attribute that is there twice the first is taken (RFC 7606 s3g says more). */
bool bgp_update_parse(const uint8_t *body, size_t length, bgp_update *update, cats_defect *defect);

/* Iterates over the attributes of a parsed UPDATE: *next starts at 0; false at the end. */
bool bgp_attribute_next(const bgp_update *update, size_t *next, bgp_attribute *attribute);

static inline const uint8_t *bgp_attribute_value(const bgp_update *update, const bgp_attribute *attribute)
{
    return update->body + attribute->value_at;
}

/* What a route is for, and comparable octet by octet: unused octets are zero. */
typedef struct bgp_prefix {
    cats_address address; /* no bits behind the length */
    uint8_t length;
    uint8_t safi;
    uint8_t distinguisher[8]; /* as on the wire; zero in unicast */
    uint32_t path_id;         /* RFC 7911, or 0 */
} bgp_prefix;

/* Room for "192.0.2.0/24". */
#define BGP_PREFIX_TEXT (CATS_ADDRESS_TEXT + 4)
size_t bgp_prefix_format(const bgp_prefix *prefix, char *text);
/* The distinguisher as "65000:1" or "192.0.2.1:7" (RFC 4364 s4.2); other types as hexadecimal. */
#define BGP_DISTINGUISHER_TEXT 32
size_t bgp_distinguisher_format(const uint8_t distinguisher[8], char *text);

typedef struct bgp_nlri_walk {
    const uint8_t *body;
    size_t next, end;
    uint16_t afi;
    uint8_t safi;
    bool withdrawn, add_path;
    bool bad; /* what stands at `at` is no prefix: the rest is lost */
    cats_defect defect;
    /* Of the prefix just found: */
    size_t at, octets;
    bgp_prefix prefix;
    uint32_t label; /* 20 bits, of the first label in VPN; else 0 */
} bgp_nlri_walk;

/* `add_path`: the peers agreed on RFC 7911 for this family, so that every prefix has an identifier. Nothing
 * in an UPDATE tells. */
void bgp_nlri_walk_start(bgp_nlri_walk *walk, const bgp_update *update, const bgp_prefixes *prefixes,
                         bool add_path);
bool bgp_nlri_walk_next(bgp_nlri_walk *walk);

#endif
