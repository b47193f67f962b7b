/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers of the two protocols that no registry has assigned: our placeholders until IANA does.
 * What ends in DEFAULT, a preference, an option, a SID table or the topology file can change. */
#ifndef EPAN_CATS_NUMBERS_H
#define EPAN_CATS_NUMBERS_H

/* TCP Service Affinity (draft-wang-tcpm-tcp-service-affinity-option) */
#define AFFINITY_KIND_DEFAULT 200
#define AFFINITY_EXID_DEFAULT 0x5341u /* "SA", unregistered; RFC 6994 */
#define AFFINITY_SAF_OFFSET_DEFAULT 6 /* bit offset in octets 12-13 of the TCP header */
#define AFFINITY_SAF_OFFSET_MIN 4 /* free are the reserved bits but offset 7, which is Accurate ECN's AE */
#define AFFINITY_SAF_OFFSET_MAX 6
#define AFFINITY_RECONNECT_LIMIT_DEFAULT_MS 5000
#define AFFINITY_RECONNECT_LIMIT_MAX_MS 3600000

/* CATS over SRv6 (draft-du-cats-aggregated-metrics-on-egress) */
#define CATS_BEHAVIOR_END_CATS 0x80CA /* private use range 0x8000-0x87FF, RFC 8986 s10.2 */
#define CATS_FUNCTION_END_CATS_DEFAULT 0xCA75u
#define CATS_STRUCTURE_DEFAULT "32/16/16/32"
#define CATS_LOCATOR_BLOCK_DEFAULT "5f00::/16" /* RFC 9602 */

/* The path attribute of BGP that carries metrics and SID (docs/wire-formats.md s6) */
#define CATS_ROUTE_ATTRIBUTE_DEFAULT 255 /* reserved for development, RFC 2042 */
#define CATS_ROUTE_FLAGS_DEFAULT 0xC0u   /* optional, transitive */
#define CATS_ROUTE_TLV_AGGREGATE 1
#define CATS_ROUTE_TLV_SID 2
#define CATS_EDGE_METADATA_DEFAULT 42 /* temporary, draft-ietf-idr-5g-edge-service-metadata */

#endif
