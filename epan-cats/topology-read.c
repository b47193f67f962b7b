/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Turns the groups of a topology file into records, kind by kind. Spec: docs/topology.md. */
#include "topology-private.h"

#include <string.h>

/* Groups of these kinds are [KIND NAME] with a record each; without a size [KIND], whose keys are the
 * topology's own. */
static const struct {
    const char *name;
    guint record_size;
} kinds[TOPOLOGY_KINDS] = {
    [TOPOLOGY_SERVICE] = { "service", sizeof(cats_service) },
    [TOPOLOGY_INGRESS] = { "ingress", sizeof(cats_ingress) },
    [TOPOLOGY_EGRESS] = { "egress", sizeof(cats_egress) },
    [TOPOLOGY_SITE] = { "site", sizeof(cats_site) },
    [TOPOLOGY_NODE] = { "node", sizeof(cats_node) },
    [TOPOLOGY_SID] = { "sid", sizeof(topology_sid) },
    [TOPOLOGY_LINK] = { "link", sizeof(cats_link) },
    [TOPOLOGY_CORE] = { "core", 0 },
    [TOPOLOGY_AFFINITY] = { "affinity", 0 },
};

/* Every record but the topology begins with its name. */
G_STATIC_ASSERT(offsetof(cats_service, name) == 0 && offsetof(cats_ingress, name) == 0);
G_STATIC_ASSERT(offsetof(cats_egress, name) == 0 && offsetof(cats_site, name) == 0);
G_STATIC_ASSERT(offsetof(cats_node, name) == 0 && offsetof(cats_link, name) == 0);
G_STATIC_ASSERT(offsetof(topology_sid, name) == 0);

/* These are ends of links or turn up in one column of events: a name must say which one. */
static const topology_kind places[] = { TOPOLOGY_INGRESS, TOPOLOGY_EGRESS, TOPOLOGY_SITE, TOPOLOGY_NODE };
static const char *const reserved_names[] = { "clients", "core" };

const char *topology_kind_name(topology_kind kind)
{
    return kinds[kind].name;
}

size_t topology_index(const topology_reading *reading, topology_kind kind, const char *name)
{
    return GPOINTER_TO_SIZE(g_hash_table_lookup(reading->indices[kind], name)) - 1;
}

/* The kind of the group and where its name begins ("" when it has none); TOPOLOGY_KINDS when there is no such
 * kind. */
static topology_kind kind_of(const topology_group *group, const char **name)
{
    size_t length = strcspn(group->header, " ");
    *name = group->header + length + (group->header[length] == ' ');
    topology_kind kind = 0;
    while (kind < TOPOLOGY_KINDS &&
           (strlen(kinds[kind].name) != length || strncmp(kinds[kind].name, group->header, length) != 0))
        kind++;
    return kind;
}

static char *group_names(void)
{
    GString *names = g_string_new(NULL);
    for (topology_kind kind = 0; kind < TOPOLOGY_KINDS; kind++)
        g_string_append_printf(names, "%s[%s%s]",
                               kind == 0                    ? ""
                               : kind + 1 == TOPOLOGY_KINDS ? " or "
                                                            : ", ",
                               kinds[kind].name, kinds[kind].record_size != 0 ? " NAME" : "");
    return g_string_free(names, FALSE);
}

#define NAME_MAX_LENGTH 63
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"

static bool check_header(const topology_reading *reading, const topology_group *group, GError **error)
{
    const topology_lines *lines = reading->lines;
    const char *name;
    topology_kind kind = kind_of(group, &name);
    if (kind == TOPOLOGY_KINDS || (kinds[kind].record_size == 0) != (*name == '\0')) {
        g_autofree char *expected = group_names();
        topology_fail(error, CATS_TOPOLOGY_ERROR_SYNTAX, lines, group, NULL, "no such group", expected);
        return false;
    }
    if (strspn(name, NAME_LETTERS) != strlen(name) || strlen(name) > NAME_MAX_LENGTH) {
        topology_fail(error, CATS_TOPOLOGY_ERROR_SYNTAX, lines, group, NULL, name,
                      "a name of 1 to 63 letters, digits, '.', '_' and '-'");
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(reserved_names); i++)
        if (strcmp(name, reserved_names[i]) == 0) {
            topology_fail(error, CATS_TOPOLOGY_ERROR_SYNTAX, lines, group, NULL, name,
                          "a name other than clients and core, which links use for those");
            return false;
        }
    for (guint i = 0; i < group->keys->len; i++) {
        const char *key = g_array_index(group->keys, topology_key_line, i).key;
        if (topology_key_find(kind, key) == NULL) {
            g_autofree char *expected = topology_key_names(kind);
            topology_fail(error, CATS_TOPOLOGY_ERROR_SYNTAX, lines, group, key, "no such key", expected);
            return false;
        }
    }
    return true;
}

/* One name for one place, whatever its kind. */
static bool check_place_names(const topology_reading *reading, GError **error)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    for (guint i = 0; i < reading->lines->groups->len; i++) {
        topology_group *group = g_ptr_array_index(reading->lines->groups, i);
        const char *name;
        topology_kind kind = kind_of(group, &name);
        bool place = false;
        for (size_t p = 0; p < G_N_ELEMENTS(places); p++)
            place = place || places[p] == kind;
        if (!place)
            continue;
        const topology_group *first = g_hash_table_lookup(seen, name);
        if (first != NULL) {
            g_autofree char *expected =
                g_strdup_printf("a name that is not [%s]'s (line %u)", first->header, first->line);
            topology_fail(error, CATS_TOPOLOGY_ERROR_OVERLAP, reading->lines, group, NULL, name, expected);
            return false;
        }
        g_hash_table_insert(seen, (gpointer)name, group);
    }
    return true;
}

static bool read_key(topology_reading *reading, const topology_group *group, const topology_key *key,
                     void *record, GError **error)
{
    g_autofree char *text = g_key_file_get_value(reading->file, group->header, key->name, NULL);
    bool given = text != NULL;
    if (!given && key->required) {
        g_autofree char *found = g_strdup_printf("no key %s", key->name);
        g_autofree char *names = topology_key_names(key->kind);
        g_autofree char *expected = g_strdup_printf("one (keys of this group: %s)", names);
        topology_fail(error, CATS_TOPOLOGY_ERROR_SYNTAX, reading->lines, group, NULL, found, expected);
        return false;
    }
    if (!given && key->fallback == NULL)
        return true;

    topology_value value = { .key = key,
                             .text = given ? g_strstrip(text) : key->fallback,
                             .reading = reading,
                             .group = group,
                             .record = record,
                             .code = CATS_TOPOLOGY_ERROR_VALUE };
    g_autofree char *expected = key->parse(&value);
    if (expected != NULL)
        topology_fail(error, value.code, reading->lines, group, key->name, value.text, expected);
    return expected == NULL;
}

static bool read_group(topology_reading *reading, topology_kind kind, const topology_group *group,
                       const char *name, GError **error)
{
    void *record = &reading->topology;
    guint size = kinds[kind].record_size;
    if (size != 0) {
        GArray *records = reading->records[kind];
        g_array_set_size(records, records->len + 1);
        record = records->data + (size_t)(records->len - 1) * size;
        const char *kept = g_string_chunk_insert_const(reading->texts, name);
        memcpy(record, &kept, sizeof kept);
    }
    for (size_t i = 0; i < topology_key_count; i++)
        if (topology_keys[i].kind == kind && !read_key(reading, group, &topology_keys[i], record, error))
            return false;
    return true;
}

static gint site_by_egress(gconstpointer a, gconstpointer b)
{
    size_t x = ((const cats_site *)a)->egress, y = ((const cats_site *)b)->egress;
    return (x > y) - (x < y);
}

static gint node_by_site(gconstpointer a, gconstpointer b)
{
    size_t x = ((const cats_node *)a)->site, y = ((const cats_node *)b)->site;
    return (x > y) - (x < y);
}

/* Sites lie together by egress and nodes by site, in file order within. */
static void group_by_parent(topology_reading *reading, topology_kind kind)
{
    GArray *records = reading->records[kind];
    if (kind == TOPOLOGY_SITE) {
        g_array_sort(records, site_by_egress);
        for (guint i = records->len; i-- > 0;) {
            cats_egress *egress = &g_array_index(reading->records[TOPOLOGY_EGRESS], cats_egress,
                                                 g_array_index(records, cats_site, i).egress);
            egress->first_site = i;
            egress->site_count++;
        }
    } else if (kind == TOPOLOGY_NODE) {
        g_array_sort(records, node_by_site);
        for (guint i = records->len; i-- > 0;) {
            cats_site *site = &g_array_index(reading->records[TOPOLOGY_SITE], cats_site,
                                             g_array_index(records, cats_node, i).site);
            site->first_node = i;
            site->node_count++;
        }
    }
}

static bool read_kind(topology_reading *reading, topology_kind kind, GError **error)
{
    for (guint i = 0; i < reading->lines->groups->len; i++) {
        const topology_group *group = g_ptr_array_index(reading->lines->groups, i);
        const char *name;
        if (kind_of(group, &name) == kind && !read_group(reading, kind, group, name, error))
            return false;
    }
    if (reading->records[kind] == NULL)
        return true;
    group_by_parent(reading, kind);
    for (guint i = 0; i < reading->records[kind]->len; i++) {
        const char *name;
        memcpy(&name, reading->records[kind]->data + (size_t)i * kinds[kind].record_size, sizeof name);
        g_hash_table_insert(reading->indices[kind], (gpointer)name, GSIZE_TO_POINTER((size_t)i + 1));
    }
    return true;
}

bool topology_read(topology_reading *reading, GError **error)
{
    for (topology_kind kind = 0; kind < TOPOLOGY_KINDS; kind++)
        if (kinds[kind].record_size != 0) {
            reading->records[kind] = g_array_new(FALSE, TRUE, kinds[kind].record_size);
            reading->indices[kind] = g_hash_table_new(g_str_hash, g_str_equal);
        }
    for (guint i = 0; i < reading->lines->groups->len; i++)
        if (!check_header(reading, g_ptr_array_index(reading->lines->groups, i), error))
            return false;
    if (!check_place_names(reading, error))
        return false;
    for (topology_kind kind = 0; kind < TOPOLOGY_KINDS; kind++)
        if (!read_kind(reading, kind, error))
            return false;
    return true;
}
