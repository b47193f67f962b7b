/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which SID of a topology does what for a forwarder. Spec: docs/topology.md ([sid NAME]); RFC 8986 s4. */
#ifndef CATSHARK_FORWARDERS_SIDS_H
#define CATSHARK_FORWARDERS_SIDS_H

#include "epan-cats/topology.h"

/* True when this forwarder announces the SID. */
bool setup_owned_by(const cats_sid_row *row, const char *owner);
/* The SID of the egress's second round; NULL: none. */
const cats_sid_row *setup_second_round(const cats_topology *topology, size_t egress);
/* The SID that sends decapsulated packets of this next header (4 or 41) on by a look-up of their destination;
 * NULL: none. */
const cats_sid_row *setup_lookup(const cats_topology *topology, const char *owner, uint8_t next_header);
/* True when some site of the egress has a node of the service. */
bool setup_serves(const cats_topology *topology, size_t egress, size_t service);

#endif
