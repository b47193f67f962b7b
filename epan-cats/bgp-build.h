/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds BGP messages and path attributes: the inverse of bgp-update and bgp-open. Everything is appended to
 * the array given. Spec: RFC 4271 s4 and s5, RFC 4760 s3-4, RFC 8950 s3. */
#ifndef EPAN_CATS_BGP_BUILD_H
#define EPAN_CATS_BGP_BUILD_H

#include "bgp-open.h"
#include "bgp-update.h"
#include <glib.h>

#define BGP_MESSAGE_MAX 4096

void bgp_build_open(GByteArray *to, const bgp_open *open);
void bgp_build_keepalive(GByteArray *to);
void bgp_build_notification(GByteArray *to, uint8_t code, uint8_t subcode);
/* An UPDATE of these attributes, which MP_REACH_NLRI and MP_UNREACH_NLRI are among. False, and nothing is
 * appended, when that is more than BGP_MESSAGE_MAX. */
bool bgp_build_update(GByteArray *to, const GByteArray *attributes);

/* One attribute; those of an UPDATE are to stand in the order of their codes. The extended length is set
 * where it is needed. At most 65535 octets. */
void bgp_build_attribute(GByteArray *to, uint8_t flags, uint8_t code, const void *value, size_t length);
/* ORIGIN IGP, an empty AS_PATH and LOCAL_PREF 100: of a route that an internal peer announces first. */
void bgp_build_internal_path(GByteArray *to);
/* Unicast prefixes of one family, at least one, without path identifiers. The next hop's family may be
 * another. */
void bgp_build_reach(GByteArray *to, const cats_address *next_hop, const bgp_prefix *prefixes, size_t count);
void bgp_build_unreach(GByteArray *to, const bgp_prefix *prefixes, size_t count);

#endif
