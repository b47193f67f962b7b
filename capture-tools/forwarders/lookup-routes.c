/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses of a family whose owner has no SID that looks them up have no route. */
#include "lookup-routes.h"
#include "epan-cats/packet.h"

static void give(const cats_topology *t, const char *owner, const cats_address *prefix, unsigned length,
                 lookup_route each, void *context)
{
    const cats_sid_row *sid =
        setup_lookup(t, owner, prefix->family == 4 ? PACKET_PROTOCOL_IPV4 : PACKET_PROTOCOL_IPV6);
    if (sid != NULL)
        each(context, prefix, length, sid);
}

void lookup_routes_to_nodes(const cats_topology *topology, size_t egress, lookup_route each, void *context)
{
    for (size_t i = 0; i < topology->node_count; i++) {
        const cats_node *node = &topology->nodes[i];
        const cats_address *own[] = { &node->ipv4, &node->ipv6 };
        for (size_t k = 0; k < G_N_ELEMENTS(own); k++)
            if (own[k]->family != 0 && topology->sites[node->site].egress == egress)
                give(topology, topology->egresses[egress].name, own[k],
                     8 * (unsigned)cats_address_length(own[k]), each, context);
    }
}

void lookup_routes_to_clients(const cats_topology *topology, size_t ingress, lookup_route each, void *context)
{
    const cats_ingress *in = &topology->ingresses[ingress];
    for (size_t i = 0; i < in->client_count; i++)
        give(topology, in->name, &in->clients[i].prefix, in->clients[i].length, each, context);
}
