/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preferences affinity.* and cats.*: defaults decode what the drafts' placeholders produce with no
 * configuration. A value that cannot be used is reported, and what was in force before stays. */
#include "preferences.h"

#include "affinity-option-dissector.h"
#include "fields.h"
#include "sid-uat.h"

#include "epan-cats/numbers.h"

#define NS_PER_MS INT64_C(1000000)

/* What the user typed; Wireshark owns the strings. */
static struct {
    guint kind;
    guint exid;
    guint saf_bit;
    guint reconnect_limit; /* milliseconds */
    const char *structure;
    const char *topology;
    guint route_attribute;
    guint route_flags;
    guint edge_metadata;
    compat_preference_bool route_add_path;
} preferred = { .kind = AFFINITY_KIND_DEFAULT,
                .exid = AFFINITY_EXID_DEFAULT,
                .saf_bit = AFFINITY_SAF_OFFSET_DEFAULT,
                .reconnect_limit = AFFINITY_RECONNECT_LIMIT_DEFAULT_MS,
                .structure = CATS_STRUCTURE_DEFAULT,
                .topology = "",
                .route_attribute = CATS_ROUTE_ATTRIBUTE_DEFAULT,
                .route_flags = CATS_ROUTE_FLAGS_DEFAULT,
                .edge_metadata = CATS_EDGE_METADATA_DEFAULT };

/* What is in force. */
static affinity_numbers numbers;
static uint8_t kind_preferred; /* the last one that can be used */
static cats_context context;
static cats_route_codes route_codes;
static guint reconnect_limit_ms = AFFINITY_RECONNECT_LIMIT_DEFAULT_MS;
static cats_topology *topology;
static char *topology_path; /* of the last attempt to load, good or bad */
static cats_sid_table *user_sids;

/* Replaced, and still pointed to by what follows the capture. */
static GSList *old_topologies, *old_sids;

const affinity_numbers *affinity_settings(void)
{
    return &numbers;
}

const cats_context *cats_settings(void)
{
    return &context;
}

const cats_route_codes *route_settings(void)
{
    return &route_codes;
}

void preferences_set_routes(const cats_route_table *routes)
{
    context.routes = routes;
}

const cats_topology *topology_settings(void)
{
    return topology;
}

int64_t affinity_reconnect_limit_ns(void)
{
    return reconnect_limit_ms * NS_PER_MS;
}

bool affinity_is_enabled(void)
{
    static protocol_t *protocol;
    if (protocol == NULL)
        protocol = find_protocol_by_id(proto_affinity);
    return proto_is_protocol_enabled(protocol);
}

bool cats_is_enabled(void)
{
    static protocol_t *protocol;
    if (protocol == NULL)
        protocol = find_protocol_by_id(proto_cats);
    return proto_is_protocol_enabled(protocol);
}

void affinity_kind_decode_as(uint8_t kind)
{
    numbers.kind = kind != 0 ? kind : kind_preferred;
}

static bool kind_is_usable(guint kind)
{
    return kind > TCP_OPTION_NOP && kind < TCP_OPTION_EXPERIMENT_1;
}

static void apply_affinity(void)
{
    if (kind_is_usable(preferred.kind))
        kind_preferred = (uint8_t)preferred.kind;
    else
        report_failure("affinity.kind: %u, expected 2-252; %u stays in force", preferred.kind, numbers.kind);
    if (preferred.exid != 0)
        numbers.exid = preferred.exid;
    else
        report_failure("affinity.exid: 0, expected 0x1-0xffffffff; 0x%x stays in force", numbers.exid);
    if (preferred.saf_bit >= AFFINITY_SAF_OFFSET_MIN && preferred.saf_bit <= AFFINITY_SAF_OFFSET_MAX)
        numbers.saf_offset = (uint8_t)preferred.saf_bit;
    else
        report_failure("affinity.saf_bit: %u, expected %d-%d; %u stays in force", preferred.saf_bit,
                       AFFINITY_SAF_OFFSET_MIN, AFFINITY_SAF_OFFSET_MAX, numbers.saf_offset);
    if (preferred.reconnect_limit >= 1 && preferred.reconnect_limit <= AFFINITY_RECONNECT_LIMIT_MAX_MS)
        reconnect_limit_ms = preferred.reconnect_limit;
    else
        report_failure("affinity.reconnect_limit: %u, expected 1-%d; %u stays in force",
                       preferred.reconnect_limit, AFFINITY_RECONNECT_LIMIT_MAX_MS, reconnect_limit_ms);
    option_dissector_follow_preferences();
}

static void free_sids(gpointer table)
{
    cats_sid_table_free(table);
}

static void free_topology(gpointer old)
{
    cats_topology_free(old);
}

void preferences_free_replaced(void)
{
    g_slist_free_full(old_sids, free_sids);
    g_slist_free_full(old_topologies, free_topology);
    old_sids = old_topologies = NULL;
}

/* The user's rows come first, and what the topology adds to them. */
static void rebuild_sids(void)
{
    if (user_sids != NULL)
        old_sids = g_slist_prepend(old_sids, user_sids);
    user_sids = sid_uat_table(topology);
    context.topology = topology;
    context.sids = user_sids;
}

static void load_topology(const char *path)
{
    if (g_strcmp0(path, topology_path) == 0)
        return;
    g_free(topology_path);
    topology_path = g_strdup(path);
    cats_topology *loaded = NULL;
    if (path[0] != '\0') {
        GError *error = NULL;
        loaded = cats_topology_load(path, &error);
        if (loaded == NULL) {
            report_failure("cats.topology: %s", error->message);
            g_error_free(error);
        }
    }
    if (topology != NULL)
        old_topologies = g_slist_prepend(old_topologies, topology);
    topology = loaded;
    rebuild_sids();
}

static void apply_attribute(const char *name, guint wanted, uint8_t *code)
{
    if (wanted >= 1 && wanted <= 255)
        *code = (uint8_t)wanted;
    else
        report_failure("cats.%s: %u, expected 1-255; %u stays in force", name, wanted, *code);
}

static void apply_routes(void)
{
    apply_attribute("route_attribute", preferred.route_attribute, &route_codes.attribute);
    apply_attribute("edge_metadata", preferred.edge_metadata, &route_codes.edge_metadata);
    if ((preferred.route_flags & ~BGP_FLAGS_KIND) == 0)
        route_codes.flags = (uint8_t)preferred.route_flags;
    else
        report_failure(
            "cats.route_flags: 0x%x, expected the bits 80 (optional), 40 (transitive) and 20 (partial); "
            "0x%x stays in force",
            preferred.route_flags, route_codes.flags);
    route_codes.add_path = preferred.route_add_path;
}

static void apply_cats(void)
{
    apply_routes();
    cats_sid_structure structure;
    const char *reason;
    const char *text = preferred.structure == NULL ? "" : preferred.structure;
    if (cats_sid_structure_parse(text, &structure, &reason))
        context.structure = structure;
    else
        report_failure("cats.structure: \"%s\", %s", text, reason);
    load_topology(preferred.topology == NULL ? "" : preferred.topology);
}

static void register_affinity(void)
{
    module_t *module = prefs_register_protocol(proto_affinity, apply_affinity);
    prefs_register_uint_preference(module, "kind", "TCP option kind",
                                   "Kind of the service affinity option where it has one of its own, 2-252",
                                   10, &preferred.kind);
    prefs_register_uint_preference(
        module, "exid", "Experiment identifier",
        "ExID of the option under kinds 253 and 254, hexadecimal; above ffff it has 32 bits", 16,
        &preferred.exid);
    prefs_register_uint_preference(
        module, "saf_bit", "Position of SAF",
        "Bit offset of the Service Affinity Flag in octets 12-13 of the TCP header, 4-6", 10,
        &preferred.saf_bit);
    prefs_register_uint_preference(
        module, "reconnect_limit", "Time to reconnect (ms)",
        "Milliseconds after a redirect until a client that has not connected is said to ignore it, 1-3600000",
        10, &preferred.reconnect_limit);
}

static void register_cats(void)
{
    module_t *module = prefs_register_protocol(proto_cats, apply_cats);
    prefs_register_string_preference(
        module, "structure", "SID structure",
        "Bits of block/node/function/argument of SIDs in " CATS_LOCATOR_BLOCK_DEFAULT " that no table names",
        &preferred.structure);
    prefs_register_filename_preference(module, "topology", "Topology file",
                                       "Services, ingresses, egresses and SIDs of the network",
                                       &preferred.topology, FALSE);
    prefs_register_uint_preference(module, "route_attribute", "Path attribute of routes",
                                   "Type code of BGP's path attribute with metrics and SID, 1-255", 10,
                                   &preferred.route_attribute);
    prefs_register_uint_preference(
        module, "route_flags", "Flags of that path attribute",
        "Flags that it must have, hexadecimal; the partial bit (20) comes on the way", 16,
        &preferred.route_flags);
    prefs_register_uint_preference(module, "edge_metadata", "Path attribute of edge metadata",
                                   "Type code of BGP's path attribute that is shown as TLVs, 1-255", 10,
                                   &preferred.edge_metadata);
    prefs_register_bool_preference(
        module, "route_add_path", "Prefixes have path identifiers",
        "The BGP sessions of the capture agreed on several paths of a prefix (RFC 7911), for all families",
        &preferred.route_add_path);
    sid_uat_register(module, rebuild_sids);
}

void preferences_register(void)
{
    numbers = affinity_numbers_default;
    kind_preferred = numbers.kind;
    cats_context_init(&context);
    route_codes = cats_route_codes_default;
    register_affinity();
    register_cats();
}
