/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The keys of the topology file, as a table: group, name, form, range, where the value goes. Spec:
 * docs/topology.md. */
#include "computing-table.h"
#include "numbers.h"
#include "topology-private.h"

#include <string.h>

/* clang-format off */
#define AT(type, field) .offset = offsetof(type, field)
#define NUMBER(type, field, from, to) \
    .parse = topology_parse_number, AT(type, field), .size = sizeof(((type *)0)->field), .low = (from), .high = (to)
#define STRUCTURE_FALLBACK .fallback = CATS_STRUCTURE_DEFAULT

const topology_key topology_keys[] = {
    { TOPOLOGY_SERVICE, "ipv4", .parse = topology_parse_ipv4, AT(cats_service, ipv4) },
    { TOPOLOGY_SERVICE, "ipv6", .parse = topology_parse_ipv6, AT(cats_service, ipv6) },
    { TOPOLOGY_SERVICE, "port", NUMBER(cats_service, port, 1, 65535), .required = true },

    { TOPOLOGY_INGRESS, "source", .parse = topology_parse_source, AT(cats_ingress, source), .required = true },
    { TOPOLOGY_INGRESS, "locator", .parse = topology_parse_ipv6_prefix, AT(cats_ingress, locator), .required = true },
    { TOPOLOGY_INGRESS, "structure", .parse = topology_parse_structure, AT(cats_ingress, structure), STRUCTURE_FALLBACK },
    { TOPOLOGY_INGRESS, "clients", .parse = topology_parse_clients, .required = true },
    { TOPOLOGY_INGRESS, "encapsulation", .parse = topology_parse_encapsulation, AT(cats_ingress, encapsulation),
      .fallback = "full" },

    { TOPOLOGY_EGRESS, "source", .parse = topology_parse_source, AT(cats_egress, source), .required = true },
    { TOPOLOGY_EGRESS, "locator", .parse = topology_parse_ipv6_prefix, AT(cats_egress, locator), .required = true },
    { TOPOLOGY_EGRESS, "structure", .parse = topology_parse_structure, AT(cats_egress, structure), STRUCTURE_FALLBACK },
    { TOPOLOGY_EGRESS, "announce_interval", NUMBER(cats_egress, interval_ms, 0, 3600000), .fallback = "1000" },
    { TOPOLOGY_EGRESS, "announce_hysteresis", NUMBER(cats_egress, hysteresis, 0, 50), .fallback = "2" },

    { TOPOLOGY_SITE, "egress", .parse = topology_parse_reference, AT(cats_site, egress), .low = TOPOLOGY_EGRESS,
      .required = true },
    { TOPOLOGY_SITE, "weight", NUMBER(cats_site, weight, 0, COMPUTING_TABLE_WEIGHT_MAX), .fallback = "1" },

    { TOPOLOGY_NODE, "site", .parse = topology_parse_reference, AT(cats_node, site), .low = TOPOLOGY_SITE, .required = true },
    { TOPOLOGY_NODE, "service", .parse = topology_parse_reference, AT(cats_node, service), .low = TOPOLOGY_SERVICE },
    { TOPOLOGY_NODE, "ipv4", .parse = topology_parse_ipv4, AT(cats_node, ipv4) },
    { TOPOLOGY_NODE, "ipv6", .parse = topology_parse_ipv6, AT(cats_node, ipv6) },
    { TOPOLOGY_NODE, "port", NUMBER(cats_node, port, 1, 65535) },
    { TOPOLOGY_NODE, "capacity", NUMBER(cats_node, capacity, 0, 1000000000), .fallback = "100" },

    { TOPOLOGY_SID, "prefix", .parse = topology_parse_ipv6_prefix, AT(topology_sid, prefix), .required = true },
    { TOPOLOGY_SID, "structure", .parse = topology_parse_structure, AT(topology_sid, structure) },
    { TOPOLOGY_SID, "behavior", .parse = topology_parse_behavior, AT(topology_sid, behavior), .required = true },
    { TOPOLOGY_SID, "granularity", .parse = topology_parse_granularity, AT(topology_sid, granularity) },
    { TOPOLOGY_SID, "egress", .parse = topology_parse_reference, AT(topology_sid, egress), .low = TOPOLOGY_EGRESS, .high = 1 },
    { TOPOLOGY_SID, "ingress", .parse = topology_parse_reference, AT(topology_sid, ingress), .low = TOPOLOGY_INGRESS,
      .high = 1 },

    { TOPOLOGY_LINK, "from", .parse = topology_parse_link_end, AT(cats_link, from), .required = true },
    { TOPOLOGY_LINK, "to", .parse = topology_parse_link_end, AT(cats_link, to), .required = true },
    { TOPOLOGY_LINK, "delay", NUMBER(cats_link, delay_us, 0, 10000000), .fallback = "0" },
    { TOPOLOGY_LINK, "loss", .parse = topology_parse_loss, AT(cats_link, loss), .fallback = "0" },
    { TOPOLOGY_LINK, "mtu", NUMBER(cats_link, mtu, 1280, 65535) },
    { TOPOLOGY_LINK, "interface", .parse = topology_parse_interface, AT(cats_link, interface) },
    { TOPOLOGY_LINK, "vlan", NUMBER(cats_link, vlan, 1, 4094) },
    { TOPOLOGY_LINK, "from_address", .parse = topology_parse_routers, AT(cats_link, from_end) },
    { TOPOLOGY_LINK, "to_address", .parse = topology_parse_routers, AT(cats_link, to_end) },
    { TOPOLOGY_LINK, "from_mac", .parse = topology_parse_mac, AT(cats_link, from_end) },
    { TOPOLOGY_LINK, "to_mac", .parse = topology_parse_mac, AT(cats_link, to_end) },

    { TOPOLOGY_CORE, "sid", .parse = topology_parse_sid, AT(cats_topology, core_sid), .required = true },

    { TOPOLOGY_AFFINITY, "kind", .parse = topology_parse_kind, AT(cats_topology, numbers.kind) },
    { TOPOLOGY_AFFINITY, "exid", NUMBER(cats_topology, numbers.exid, 1, UINT32_MAX) },
    { TOPOLOGY_AFFINITY, "saf_bit", NUMBER(cats_topology, numbers.saf_offset, AFFINITY_SAF_OFFSET_MIN,
                                           AFFINITY_SAF_OFFSET_MAX) },
    { TOPOLOGY_AFFINITY, "reconnect_limit", NUMBER(cats_topology, reconnect_limit_ms, 1, AFFINITY_RECONNECT_LIMIT_MAX_MS) },
};
/* clang-format on */
const size_t topology_key_count = G_N_ELEMENTS(topology_keys);

const topology_key *topology_key_find(topology_kind kind, const char *name)
{
    for (size_t i = 0; i < topology_key_count; i++)
        if (topology_keys[i].kind == kind && strcmp(topology_keys[i].name, name) == 0)
            return &topology_keys[i];
    return NULL;
}

char *topology_key_names(topology_kind kind)
{
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < topology_key_count; i++) {
        if (topology_keys[i].kind != kind)
            continue;
        bool last = i + 1 == topology_key_count || topology_keys[i + 1].kind != kind;
        g_string_append_printf(names, "%s%s",
                               names->len == 0 ? ""
                               : last          ? " or "
                                               : ", ",
                               topology_keys[i].name);
    }
    return g_string_free(names, FALSE);
}
