/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no single key of a topology file can tell: addresses that meet, SIDs outside their locator, and
 * defaults that other groups decide. Spec: docs/topology.md. */
#include "topology-private.h"

#include <string.h>

/* ---- addresses that meet ---- */

void topology_claim_add(topology_value *value, topology_space space, const cats_address *address,
                        unsigned bits)
{
    topology_claim claim = { space, *address, bits, value->group, value->key->name };
    g_array_append_val(value->reading->claims, claim);
}

/* By space and address, the shorter prefix first: then a prefix stands right before what it holds. */
static gint claim_order(gconstpointer a, gconstpointer b)
{
    const topology_claim *x = a, *y = b;
    if (x->space != y->space)
        return x->space < y->space ? -1 : 1;
    if (x->address.family != y->address.family)
        return x->address.family < y->address.family ? -1 : 1;
    int order = memcmp(x->address.octets, y->address.octets, sizeof x->address.octets);
    if (order != 0)
        return order;
    return (x->bits > y->bits) - (x->bits < y->bits);
}

static char *claim_text(const topology_claim *claim)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(&claim->address, text);
    if (claim->bits == cats_address_length(&claim->address) * 8)
        return g_strdup(text);
    return g_strdup_printf("%s/%u", text, claim->bits);
}

/* The later line is the one to blame. */
static void claims_meet(const topology_reading *reading, const topology_claim *a, const topology_claim *b,
                        GError **error)
{
    unsigned line_a = topology_group_line(a->group, a->key), line_b = topology_group_line(b->group, b->key);
    const topology_claim *first = line_a <= line_b ? a : b, *second = line_a <= line_b ? b : a;
    g_autofree char *first_text = claim_text(first);
    g_autofree char *second_text = claim_text(second);
    g_autofree char *expected =
        g_strdup_printf("no overlap with %s of [%s] %s (line %u)", first_text, first->group->header,
                        first->key, topology_group_line(first->group, first->key));
    topology_fail(error, CATS_TOPOLOGY_ERROR_OVERLAP, reading->lines, second->group, second->key, second_text,
                  expected);
}

bool topology_check_claims(const topology_reading *reading, GError **error)
{
    GArray *claims = reading->claims;
    g_array_sort(claims, claim_order);
    for (guint i = 1; i < claims->len; i++) {
        const topology_claim *before = &g_array_index(claims, topology_claim, i - 1);
        const topology_claim *claim = &g_array_index(claims, topology_claim, i);
        if (before->space == claim->space && before->bits <= claim->bits &&
            cats_address_in_prefix(&claim->address, &before->address, before->bits)) {
            claims_meet(reading, before, claim, error);
            return false;
        }
    }
    return true;
}

/* ---- records ---- */

static const topology_group *group_of(const topology_reading *reading, topology_kind kind, const char *name)
{
    g_autofree char *header = g_strdup_printf("%s %s", topology_kind_name(kind), name);
    return g_hash_table_lookup(reading->lines->by_header, header);
}

static bool fail_record(const topology_reading *reading, topology_kind kind, const char *name,
                        const char *key, const char *found, const char *expected, GError **error)
{
    const topology_group *group = group_of(reading, kind, name);
    topology_fail(error, CATS_TOPOLOGY_ERROR_VALUE, reading->lines, group, key, found, expected);
    return false;
}

static bool check_services(const topology_reading *reading, GError **error)
{
    for (guint i = 0; i < reading->records[TOPOLOGY_SERVICE]->len; i++) {
        const cats_service *service = &g_array_index(reading->records[TOPOLOGY_SERVICE], cats_service, i);
        if (service->ipv4.family == 0 && service->ipv6.family == 0)
            return fail_record(reading, TOPOLOGY_SERVICE, service->name, NULL, "no address",
                               "ipv4 or ipv6 or both: the CS-ID", error);
    }
    return true;
}

static bool check_nodes(const topology_reading *reading, GError **error)
{
    GArray *services = reading->records[TOPOLOGY_SERVICE];
    for (guint i = 0; i < reading->records[TOPOLOGY_NODE]->len; i++) {
        cats_node *node = &g_array_index(reading->records[TOPOLOGY_NODE], cats_node, i);
        const topology_group *group = group_of(reading, TOPOLOGY_NODE, node->name);
        bool names_service = topology_group_line(group, "service") != group->line;
        if (node->ipv4.family == 0 && node->ipv6.family == 0)
            return fail_record(reading, TOPOLOGY_NODE, node->name, NULL, "no address",
                               "ipv4 or ipv6 or both: the node's own", error);
        if (!names_service && services->len != 1)
            return fail_record(reading, TOPOLOGY_NODE, node->name, NULL, "no key service",
                               services->len == 0 ? "a [service NAME] in this file"
                                                  : "one, as there are several services",
                               error);
        if (node->port == 0)
            node->port = g_array_index(services, cats_service, node->service).port;
    }
    return true;
}

static bool check_locator(const topology_reading *reading, topology_kind kind, const char *name,
                          unsigned length, const cats_sid_structure *structure, GError **error)
{
    if (length == (unsigned)structure->block + structure->node)
        return true;
    char text[CATS_SID_STRUCTURE_TEXT];
    cats_sid_structure_format(structure, text);
    g_autofree char *found = g_strdup_printf("prefix length %u", length);
    g_autofree char *expected =
        g_strdup_printf("%u, block and node of structure %s", structure->block + structure->node, text);
    return fail_record(reading, kind, name, "locator", found, expected, error);
}

static bool check_locators(const topology_reading *reading, GError **error)
{
    for (guint i = 0; i < reading->records[TOPOLOGY_INGRESS]->len; i++) {
        const cats_ingress *ingress = &g_array_index(reading->records[TOPOLOGY_INGRESS], cats_ingress, i);
        if (!check_locator(reading, TOPOLOGY_INGRESS, ingress->name, ingress->locator_length,
                           &ingress->structure, error))
            return false;
    }
    for (guint i = 0; i < reading->records[TOPOLOGY_EGRESS]->len; i++) {
        const cats_egress *egress = &g_array_index(reading->records[TOPOLOGY_EGRESS], cats_egress, i);
        if (!check_locator(reading, TOPOLOGY_EGRESS, egress->name, egress->locator_length, &egress->structure,
                           error))
            return false;
    }
    return true;
}

typedef struct sid_owner {
    const char *name;
    cats_address locator;
    unsigned locator_length;
    cats_sid_structure structure;
} sid_owner;

static sid_owner owner_of(const topology_reading *reading, const topology_sid *sid)
{
    if (sid->egress != 0) {
        const cats_egress *egress =
            &g_array_index(reading->records[TOPOLOGY_EGRESS], cats_egress, sid->egress - 1);
        return (sid_owner){ egress->name, egress->locator, egress->locator_length, egress->structure };
    }
    const cats_ingress *ingress =
        &g_array_index(reading->records[TOPOLOGY_INGRESS], cats_ingress, sid->ingress - 1);
    return (sid_owner){ ingress->name, ingress->locator, ingress->locator_length, ingress->structure };
}

/* One owner, inside its locator, and its structure where the SID has none of its own. */
static bool check_sids(const topology_reading *reading, GError **error)
{
    for (guint i = 0; i < reading->records[TOPOLOGY_SID]->len; i++) {
        topology_sid *sid = &g_array_index(reading->records[TOPOLOGY_SID], topology_sid, i);
        if ((sid->egress != 0) == (sid->ingress != 0))
            return fail_record(reading, TOPOLOGY_SID, sid->name, sid->egress != 0 ? "ingress" : NULL,
                               sid->egress != 0 ? "a second owner" : "no owner", "either egress or ingress",
                               error);
        sid_owner owner = owner_of(reading, sid);
        if (sid->length <= owner.locator_length ||
            !cats_address_in_prefix(&sid->prefix, &owner.locator, owner.locator_length)) {
            char prefix[CATS_ADDRESS_TEXT], locator[CATS_ADDRESS_TEXT];
            cats_address_format(&sid->prefix, prefix);
            cats_address_format(&owner.locator, locator);
            g_autofree char *found = g_strdup_printf("%s/%u", prefix, sid->length);
            g_autofree char *expected = g_strdup_printf("a longer prefix inside %s/%u, the locator of %s",
                                                        locator, owner.locator_length, owner.name);
            return fail_record(reading, TOPOLOGY_SID, sid->name, "prefix", found, expected, error);
        }
        if (sid->structure.block + sid->structure.node + sid->structure.function + sid->structure.argument ==
            0)
            sid->structure = owner.structure;
    }
    return true;
}

#define MTU_ACCESS 1500
#define MTU_CORE 9000

static bool is_core(const cats_link *link)
{
    return strcmp(link->from, "core") == 0 || strcmp(link->to, "core") == 0;
}

/* Two routers, not one; the link's own name where no interface is given. */
static bool check_live(const topology_reading *reading, cats_link *link, GError **error)
{
    const cats_address *from[] = { &link->from_end.ipv4, &link->from_end.ipv6 };
    const cats_address *to[] = { &link->to_end.ipv4, &link->to_end.ipv6 };
    if (link->interface == NULL)
        link->interface = link->name;
    for (size_t i = 0; i < G_N_ELEMENTS(from); i++) {
        if (from[i]->family == 0 || !cats_address_equal(from[i], to[i]))
            continue;
        char text[CATS_ADDRESS_TEXT];
        cats_address_format(to[i], text);
        return fail_record(reading, TOPOLOGY_LINK, link->name, "to_address", text,
                           "another address than from_address", error);
    }
    return true;
}

/* Two ends, each pair once; the MTU and interface that were not given. */
static bool check_links(const topology_reading *reading, GError **error)
{
    g_autoptr(GHashTable) pairs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < reading->records[TOPOLOGY_LINK]->len; i++) {
        cats_link *link = &g_array_index(reading->records[TOPOLOGY_LINK], cats_link, i);
        int order = strcmp(link->from, link->to);
        if (order == 0)
            return fail_record(reading, TOPOLOGY_LINK, link->name, "to", link->to, "another end than from",
                               error);
        char *pair =
            g_strdup_printf("%s %s", order < 0 ? link->from : link->to, order < 0 ? link->to : link->from);
        const cats_link *first = g_hash_table_lookup(pairs, pair);
        if (first != NULL) {
            g_free(pair);
            const topology_group *group = group_of(reading, TOPOLOGY_LINK, first->name);
            g_autofree char *expected =
                g_strdup_printf("ends that [%s] (line %u) does not join already", group->header, group->line);
            topology_fail(error, CATS_TOPOLOGY_ERROR_OVERLAP, reading->lines,
                          group_of(reading, TOPOLOGY_LINK, link->name), "to", link->to, expected);
            return false;
        }
        g_hash_table_insert(pairs, pair, link);
        if (link->mtu == 0)
            link->mtu = is_core(link) ? MTU_CORE : MTU_ACCESS;
        if (!check_live(reading, link, error))
            return false;
    }
    return true;
}

bool topology_check_records(topology_reading *reading, GError **error)
{
    return check_services(reading, error) && check_nodes(reading, error) && check_locators(reading, error) &&
           check_sids(reading, error) && check_links(reading, error);
}
