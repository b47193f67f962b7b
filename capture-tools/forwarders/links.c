/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links by the names of their ends. Spec: docs/topology.md ([link NAME]). */
#include "links.h"

bool setup_port_between(const cats_topology *topology, const char *here, const char *there, setup_port *port)
{
    for (size_t i = 0; i < topology->link_count; i++) {
        const cats_link *link = &topology->links[i];
        if (g_str_equal(link->from, here) && g_str_equal(link->to, there)) {
            *port = (setup_port){ link, &link->from_end, &link->to_end };
            return true;
        }
        if (g_str_equal(link->from, there) && g_str_equal(link->to, here)) {
            *port = (setup_port){ link, &link->to_end, &link->from_end };
            return true;
        }
    }
    return false;
}

static bool add_port(const cats_topology *topology, const char *here, const char *there, GArray *ports,
                     GError **error)
{
    setup_port port;
    if (!setup_port_between(topology, here, there, &port)) {
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "no link between %s and %s, expected a [link NAME] with from=%s and to=%s", here, there,
                    here, there);
        return false;
    }
    g_array_append_val(ports, port);
    return true;
}

static GArray *ports_or_none(GArray *ports, bool good)
{
    if (good)
        return ports;
    g_array_free(ports, TRUE);
    return NULL;
}

GArray *setup_ingress_ports(const cats_topology *topology, size_t index, GError **error)
{
    const char *name = topology->ingresses[index].name;
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(setup_port));
    return ports_or_none(ports, add_port(topology, name, "clients", ports, error) &&
                                    add_port(topology, name, "core", ports, error));
}

GArray *setup_egress_ports(const cats_topology *topology, size_t index, GError **error)
{
    const cats_egress *e = &topology->egresses[index];
    GArray *ports = g_array_new(FALSE, FALSE, sizeof(setup_port));
    bool good = add_port(topology, e->name, "core", ports, error);
    for (size_t i = 0; good && i < e->site_count; i++)
        good = add_port(topology, e->name, topology->sites[e->first_site + i].name, ports, error);
    return ports_or_none(ports, good);
}

static void add_prefix(GArray *prefixes, const cats_address *address, unsigned length)
{
    setup_prefix added = { *address, length };
    if (address->family != 0)
        g_array_append_val(prefixes, added);
}

static void add_host(GArray *prefixes, const cats_address *address)
{
    add_prefix(prefixes, address, 8 * (unsigned)cats_address_length(address));
}

GArray *setup_ingress_prefixes(const cats_topology *topology, size_t index)
{
    const cats_ingress *in = &topology->ingresses[index];
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    add_prefix(prefixes, &in->locator, in->locator_length);
    for (size_t i = 0; i < topology->service_count; i++) {
        add_host(prefixes, &topology->services[i].ipv4);
        add_host(prefixes, &topology->services[i].ipv6);
    }
    for (size_t i = 0; i < topology->node_count; i++) {
        add_host(prefixes, &topology->nodes[i].ipv4);
        add_host(prefixes, &topology->nodes[i].ipv6);
    }
    return prefixes;
}

GArray *setup_egress_prefixes(const cats_topology *topology, size_t index)
{
    const cats_egress *e = &topology->egresses[index];
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    add_prefix(prefixes, &e->locator, e->locator_length);
    for (size_t i = 0; i < topology->ingress_count; i++)
        for (size_t k = 0; k < topology->ingresses[i].client_count; k++)
            add_prefix(prefixes, &topology->ingresses[i].clients[k].prefix,
                       topology->ingresses[i].clients[k].length);
    return prefixes;
}
