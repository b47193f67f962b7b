/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's table of SIDs: five columns of text, each judged by the core library. Spec: docs/wire-formats.md
 * s5. */
#include "sid-uat.h"

#include "epan-cats/cats-behavior.h"
#include "epan-cats/cats-sid.h"

typedef struct sid_entry {
    char *prefix;
    char *structure;
    char *behavior;
    char *granularity;
    char *egress;
    cats_sid_row row; /* what the texts say; owner is not set here */
} sid_entry;

static sid_entry *sids;
static guint sids_count;
static void (*table_changed)(void);

UAT_CSTRING_CB_DEF(sids, prefix, sid_entry)
UAT_CSTRING_CB_DEF(sids, structure, sid_entry)
UAT_CSTRING_CB_DEF(sids, behavior, sid_entry)
UAT_CSTRING_CB_DEF(sids, granularity, sid_entry)
UAT_CSTRING_CB_DEF(sids, egress, sid_entry)

static bool is_empty(const char *text)
{
    return text == NULL || text[0] == '\0';
}

/* Each reads one column into the row; on false *error is the reason, which the caller frees. */

static bool read_prefix(const char *text, cats_sid_row *row, char **error)
{
    cats_address prefix;
    unsigned length;
    const char *reason;
    if (!cats_prefix_parse(text == NULL ? "" : text, &prefix, &length, &reason)) {
        *error = g_strdup_printf("prefix \"%s\": %s", text == NULL ? "" : text, reason);
        return false;
    }
    if (prefix.family != 6) {
        *error = g_strdup_printf("prefix \"%s\": expected an IPv6 prefix such as 5f00:0:e::/48", text);
        return false;
    }
    memcpy(row->prefix, prefix.octets, sizeof row->prefix);
    row->prefix_length = (uint8_t)length;
    return true;
}

static bool read_structure(const char *text, cats_sid_row *row, char **error)
{
    const char *reason;
    row->structure = cats_sid_structure_default;
    if (is_empty(text) || cats_sid_structure_parse(text, &row->structure, &reason))
        return true;
    *error = g_strdup_printf("structure \"%s\": %s", text, reason);
    return false;
}

static bool read_behavior(const char *text, cats_sid_row *row, char **error)
{
    row->behavior = 0;
    if (is_empty(text) || cats_behavior_parse(text, &row->behavior))
        return true;
    *error = g_strdup_printf(
        "behavior \"%s\": expected a name such as End.DX4, a number from 1 to 65535, or nothing", text);
    return false;
}

static bool read_granularity(const char *text, cats_sid_row *row, char **error)
{
    row->granularity = CATS_GRANULARITY_NOT_STATED;
    if (is_empty(text) || cats_granularity_parse(text, &row->granularity))
        return true;
    *error =
        g_strdup_printf("granularity \"%s\": expected \"service point\", \"service site\", \"egress node\", "
                        "\"not stated\" or nothing",
                        text);
    return false;
}

static compat_bool entry_update(void *record, char **error)
{
    sid_entry *entry = record;
    return read_prefix(entry->prefix, &entry->row, error) &&
           read_structure(entry->structure, &entry->row, error) &&
           read_behavior(entry->behavior, &entry->row, error) &&
           read_granularity(entry->granularity, &entry->row, error);
}

static void *entry_copy(void *to, const void *from, size_t size _U_)
{
    const sid_entry *source = from;
    sid_entry *copy = to;
    *copy = *source;
    copy->prefix = g_strdup(source->prefix);
    copy->structure = g_strdup(source->structure);
    copy->behavior = g_strdup(source->behavior);
    copy->granularity = g_strdup(source->granularity);
    copy->egress = g_strdup(source->egress);
    return copy;
}

static void entry_free(void *record)
{
    sid_entry *entry = record;
    g_free(entry->prefix);
    g_free(entry->structure);
    g_free(entry->behavior);
    g_free(entry->granularity);
    g_free(entry->egress);
}

static void entries_changed(void)
{
    table_changed();
}

static bool is_ingress(const cats_topology *topology, const char *name)
{
    for (size_t i = 0; topology != NULL && i < topology->ingress_count; i++)
        if (strcmp(topology->ingresses[i].name, name) == 0)
            return true;
    return false;
}

cats_sid_table *sid_uat_table(const cats_topology *topology)
{
    if (sids_count == 0)
        return NULL;
    cats_sid_table *table = cats_sid_table_new();
    for (guint i = 0; i < sids_count; i++) {
        cats_sid_row row = sids[i].row;
        if (!is_empty(sids[i].egress)) {
            row.owner = sids[i].egress;
            row.owner_is_egress = !is_ingress(topology, row.owner);
        }
        if (!cats_sid_table_add(table, &row))
            report_failure("CATS SIDs: prefix %s is in the table twice, the first row is used",
                           sids[i].prefix);
    }
    size_t rows = topology == NULL ? 0 : cats_sid_table_size(topology->sids);
    for (size_t i = 0; i < rows; i++)
        cats_sid_table_add(table, cats_sid_table_row(topology->sids, i));
    return table;
}

void sid_uat_register(module_t *module, void (*changed)(void))
{
    static uat_field_t columns[] = {
        UAT_FLD_CSTRING(sids, prefix, "Prefix", "IPv6 prefix of the SID or of a locator: 5f00:0:e:ca75::/64"),
        UAT_FLD_CSTRING(sids, structure, "Structure", "Bits of block/node/function/argument: 32/16/16/32"),
        UAT_FLD_CSTRING(sids, behavior, "Behavior",
                        "Endpoint behavior, by name or number; nothing for a locator"),
        UAT_FLD_CSTRING(sids, granularity, "Granularity",
                        "service point, service site, egress node or nothing"),
        UAT_FLD_CSTRING(sids, egress, "Egress", "Name of the CATS-Forwarder that announces it"),
        UAT_END_FIELDS
    };
    table_changed = changed;
    uat_t *uat =
        uat_new("CATS SIDs", sizeof(sid_entry), "cats_sids", TRUE, &sids, &sids_count, UAT_AFFECTS_DISSECTION,
                NULL, entry_copy, entry_update, entry_free, entries_changed, NULL, columns);
    prefs_register_uat_preference(module, "sids", "SIDs", "SRv6 SIDs of CATS egresses and ingresses", uat);
}
