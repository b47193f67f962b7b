/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UPDATEs that forwarders of a topology send: what an egress offers, the nodes behind it, the clients
 * behind an ingress. The next hop is the forwarder's source address, of IPv4 prefixes too. Spec:
 * docs/wire-formats.md s6; RFC 4760, RFC 8950, RFC 9252. */
#ifndef CATSHARK_SIMULATION_BGP_UPDATES_H
#define CATSHARK_SIMULATION_BGP_UPDATES_H

#include "capture-tools/forwarders/setup.h"
#include "faults.h"
#include <glib.h>

/* A whole message, and what the comment on its packet says. */
typedef struct update_said {
    GByteArray *octets;
    char *comment;
} update_said;

/* Of update_said; to be freed (g_ptr_array_unref()). */
GPtrArray *update_list_new(void);

/* What the egress announces of the CS-IDs of its `offers` (of setup_offer): an UPDATE for each, with the
 * attribute of metrics and the SRv6 service; or their withdrawal. Faults change what they are about. */
void bgp_updates_add_offers(GPtrArray *to, const setup *s, const faults *f, size_t from, const GArray *offers,
                            const egress_announcement *announcement);
/* The own addresses of the nodes behind the egress, with the SID by which ingresses reach them. */
void bgp_updates_add_nodes(GPtrArray *to, const setup *s, size_t from);
/* The prefixes of the ingress's clients, with the SID of return traffic. */
void bgp_updates_add_clients(GPtrArray *to, const setup *s, size_t from);

#endif
