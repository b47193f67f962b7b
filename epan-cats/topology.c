/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The topology: made from a key file, asked by address. Spec: docs/topology.md. */
#include "topology.h"

#include "numbers.h"
#include "topology-private.h"

#include <string.h>

G_DEFINE_QUARK(cats_topology_error, cats_topology_error)

static guint address_hash(gconstpointer key)
{
    const cats_address *address = key;
    uint64_t high, low;
    memcpy(&high, address->octets, sizeof high);
    memcpy(&low, address->octets + sizeof high, sizeof low);
    uint64_t mixed = (high ^ address->family) * UINT64_C(0x9E3779B97F4A7C15) + low;
    mixed *= UINT64_C(0xD6E8FEB86659FD93);
    return (guint)(mixed >> 32);
}

static gboolean address_equal(gconstpointer a, gconstpointer b)
{
    return cats_address_equal(a, b);
}

static void free_array(gpointer array)
{
    g_array_free(array, TRUE);
}

static topology_reading *reading_new(void)
{
    topology_reading *reading = g_new0(topology_reading, 1);
    reading->topology.numbers = (affinity_numbers){ .kind = AFFINITY_KIND_DEFAULT,
                                                    .exid = AFFINITY_EXID_DEFAULT,
                                                    .saf_offset = AFFINITY_SAF_OFFSET_DEFAULT };
    reading->topology.reconnect_limit_ms = AFFINITY_RECONNECT_LIMIT_DEFAULT_MS;
    reading->texts = g_string_chunk_new(1024);
    reading->client_arrays = g_ptr_array_new_with_free_func(free_array);
    reading->sids = cats_sid_table_new();
    reading->services_at = g_hash_table_new(address_hash, address_equal);
    reading->nodes_at = g_hash_table_new(address_hash, address_equal);
    reading->claims = g_array_new(FALSE, FALSE, sizeof(topology_claim));
    return reading;
}

/* Ends what is needed during reading only. */
static void reading_finish(topology_reading *reading)
{
    g_clear_pointer(&reading->lines, topology_lines_free);
    g_clear_pointer(&reading->file, g_key_file_free);
    g_clear_pointer(&reading->claims, free_array);
}

void cats_topology_free(cats_topology *topology)
{
    if (topology == NULL)
        return;
    topology_reading *reading = (topology_reading *)topology;
    reading_finish(reading);
    for (size_t kind = 0; kind < TOPOLOGY_KINDS; kind++) {
        g_clear_pointer(&reading->records[kind], free_array);
        g_clear_pointer(&reading->indices[kind], g_hash_table_destroy);
    }
    g_hash_table_destroy(reading->nodes_at);
    g_hash_table_destroy(reading->services_at);
    cats_sid_table_free(reading->sids);
    g_ptr_array_free(reading->client_arrays, TRUE);
    g_string_chunk_free(reading->texts);
    g_free(reading);
}

static void add_row(topology_reading *reading, const cats_address *prefix, unsigned length, cats_sid_row row)
{
    memcpy(row.prefix, prefix->octets, sizeof row.prefix);
    row.prefix_length = (uint8_t)length;
    cats_sid_table_add(reading->sids, &row);
}

/* Locators, the SIDs in them, and the core's transit SID. */
static void fill_sid_table(topology_reading *reading)
{
    const cats_topology *topology = &reading->topology;
    for (size_t i = 0; i < topology->ingress_count; i++) {
        const cats_ingress *ingress = &topology->ingresses[i];
        add_row(reading, &ingress->locator, ingress->locator_length,
                (cats_sid_row){ .structure = ingress->structure, .owner = ingress->name });
    }
    for (size_t i = 0; i < topology->egress_count; i++) {
        const cats_egress *egress = &topology->egresses[i];
        add_row(
            reading, &egress->locator, egress->locator_length,
            (cats_sid_row){ .structure = egress->structure, .owner = egress->name, .owner_is_egress = true });
    }
    for (guint i = 0; i < reading->records[TOPOLOGY_SID]->len; i++) {
        const topology_sid *sid = &g_array_index(reading->records[TOPOLOGY_SID], topology_sid, i);
        bool is_egress = sid->egress != 0;
        add_row(reading, &sid->prefix, sid->length,
                (cats_sid_row){ .structure = sid->structure,
                                .behavior = sid->behavior,
                                .granularity = sid->granularity,
                                .owner = is_egress ? topology->egresses[sid->egress - 1].name
                                                   : topology->ingresses[sid->ingress - 1].name,
                                .owner_is_egress = is_egress });
    }
    if (topology->core_sid.family != 0) {
        uint16_t end = 0;
        cats_behavior_parse("End", &end);
        add_row(reading, &topology->core_sid, 128,
                (cats_sid_row){ .structure = cats_sid_structure_default, .behavior = end, .owner = "core" });
    }
}

static void index_address(GHashTable *table, const cats_address *address, const void *record)
{
    if (address->family != 0)
        g_hash_table_insert(table, (gpointer)address, (gpointer)record);
}

static void publish(topology_reading *reading)
{
    cats_topology *topology = &reading->topology;
    GArray *const *records = reading->records;
#define PUBLISH(kind, array, count) \
    topology->array = (const void *)records[kind]->data, topology->count = records[kind]->len
    PUBLISH(TOPOLOGY_SERVICE, services, service_count);
    PUBLISH(TOPOLOGY_INGRESS, ingresses, ingress_count);
    PUBLISH(TOPOLOGY_EGRESS, egresses, egress_count);
    PUBLISH(TOPOLOGY_SITE, sites, site_count);
    PUBLISH(TOPOLOGY_NODE, nodes, node_count);
    PUBLISH(TOPOLOGY_LINK, links, link_count);
#undef PUBLISH
    topology->sids = reading->sids;
    fill_sid_table(reading);
    for (size_t i = 0; i < topology->service_count; i++) {
        index_address(reading->services_at, &topology->services[i].ipv4, &topology->services[i]);
        index_address(reading->services_at, &topology->services[i].ipv6, &topology->services[i]);
    }
    for (size_t i = 0; i < topology->node_count; i++) {
        index_address(reading->nodes_at, &topology->nodes[i].ipv4, &topology->nodes[i]);
        index_address(reading->nodes_at, &topology->nodes[i].ipv6, &topology->nodes[i]);
    }
}

/* GKeyFile refuses nothing that the line scanner let pass; should it, its own reason is told. */
static bool load_values(topology_reading *reading, const char *text, size_t length, GError **error)
{
    g_autoptr(GError) reason = NULL;
    reading->file = g_key_file_new();
    if (g_key_file_load_from_data(reading->file, text, length, G_KEY_FILE_NONE, &reason))
        return true;
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_SYNTAX, "%s:1: %s, expected a key file",
                reading->lines->name, reason->message);
    return false;
}

cats_topology *cats_topology_parse(const char *text, size_t length, const char *name, GError **error)
{
    topology_reading *reading = reading_new();
    reading->lines = topology_lines_scan(text, length, name, error);
    if (reading->lines == NULL || !load_values(reading, text, length, error) ||
        !topology_read(reading, error) || !topology_check_claims(reading, error) ||
        !topology_check_records(reading, error)) {
        cats_topology_free(&reading->topology);
        return NULL;
    }
    publish(reading);
    reading_finish(reading);
    return &reading->topology;
}

/* GLib's "Failed to open file “net.conf”: REASON" in the form of all other messages, "net.conf: REASON". */
static void set_unread(GError **error, const char *path, const GError *unread)
{
    const char *named = strstr(unread->message, path);
    const char *reason = named != NULL ? strstr(named + strlen(path), ": ") : NULL;
    g_set_error(error, unread->domain, unread->code, "%s: %s", path,
                reason != NULL ? reason + 2 : unread->message);
}

cats_topology *cats_topology_load(const char *path, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) unread = NULL;
    gsize length;
    if (!g_file_get_contents(path, &text, &length, &unread)) {
        set_unread(error, path, unread);
        return NULL;
    }
    return cats_topology_parse(text, length, path, error);
}

cats_topology *cats_topology_builtin(void)
{
    const char *text = cats_topology_builtin_text();
    GError *error = NULL;
    cats_topology *topology = cats_topology_parse(text, strlen(text), "built-in scenario", &error);
    if (topology == NULL)
        g_error("%s", error->message);
    return topology;
}

const cats_service *cats_topology_service_at(const cats_topology *topology, const cats_address *address)
{
    return g_hash_table_lookup(((const topology_reading *)topology)->services_at, address);
}

const cats_node *cats_topology_node_at(const cats_topology *topology, const cats_address *address)
{
    return g_hash_table_lookup(((const topology_reading *)topology)->nodes_at, address);
}

const cats_ingress *cats_topology_ingress_of(const cats_topology *topology, const cats_address *client)
{
    for (size_t i = 0; i < topology->ingress_count; i++)
        for (size_t c = 0; c < topology->ingresses[i].client_count; c++) {
            const cats_client_prefix *prefix = &topology->ingresses[i].clients[c];
            if (cats_address_in_prefix(client, &prefix->prefix, prefix->length))
                return &topology->ingresses[i];
        }
    return NULL;
}
