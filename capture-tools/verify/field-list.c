/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields as sorted pairs of texts. Spec: docs/fields.md. */
#include "field-list.h"

#include <inttypes.h>
#include <string.h>

typedef struct field_text {
    char *key, *value; /* owned */
} field_text;

struct field_list {
    GArray *fields; /* of field_text */
};

static void clear_field(gpointer data)
{
    g_free(((field_text *)data)->key);
    g_free(((field_text *)data)->value);
}

field_list *field_list_new(void)
{
    field_list *list = g_new0(field_list, 1);
    list->fields = g_array_new(FALSE, FALSE, sizeof(field_text));
    g_array_set_clear_func(list->fields, clear_field);
    return list;
}

void field_list_free(field_list *list)
{
    if (list == NULL)
        return;
    g_array_free(list->fields, TRUE);
    g_free(list);
}

void field_list_clear(field_list *list)
{
    g_array_set_size(list->fields, 0);
}

unsigned field_list_count(const field_list *list)
{
    return list->fields->len;
}

static const field_text *field_at(const field_list *list, unsigned index)
{
    return &g_array_index(list->fields, field_text, index);
}

/* ---- taking in ---- */

/* cats.addr is there to filter by: both ends of the tunnel, which other fields have. */
static bool is_ours(const char *key)
{
    return strcmp(key, "cats.addr") != 0 &&
           (g_str_has_prefix(key, "affinity.") || g_str_has_prefix(key, "cats."));
}

/* One text for one meaning: numbers in decimal, truth as 1. */
static char *normal_text(const char *text)
{
    char *end;
    if (g_ascii_strcasecmp(text, "true") == 0)
        return g_strdup("1");
    guint64 number = g_ascii_strtoull(text, &end, g_str_has_prefix(text, "0x") ? 16 : 10);
    if (g_ascii_isdigit(*text) && *end == '\0')
        return g_strdup_printf("%" PRIu64, number);
    return g_strdup(text);
}

static void add_field(field_list *list, const char *key, const char *text)
{
    const field_text field = { g_strdup(key), normal_text(text) };
    g_array_append_val(list->fields, field);
}

static void add_decoded(void *context, const char *key, const field_value *value)
{
    g_autofree char *text = field_value_text(value);
    add_field(context, key, text);
}

void field_list_take_decoded(field_list *list, const decoder *d, const decoded *frame)
{
    fields_visit(d, frame, add_decoded, list);
}

static void add_node(field_list *list, const char *key, JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            add_node(list, key, json_array_get_element(array, i));
    } else if (JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING) {
        add_field(list, key, json_node_get_string(node));
    } else if (JSON_NODE_HOLDS_VALUE(node)) {
        g_autofree char *number = g_strdup_printf("%" PRId64, json_node_get_int(node));
        add_field(list, key, number);
    }
}

static void take_object(field_list *list, JsonObject *object)
{
    const char *message = json_object_get_string_member_with_default(object, "_ws.expert.message", NULL);
    JsonObjectIter each;
    const char *key;
    JsonNode *member;
    json_object_iter_init(&each, object);
    while (json_object_iter_next(&each, &key, &member)) {
        if (is_ours(key) && message != NULL)
            add_field(list, key, message);
        else if (is_ours(key))
            add_node(list, key, member);
        field_list_take_json(list, member);
    }
}

void field_list_take_json(field_list *list, JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);
        for (guint i = 0; i < json_array_get_length(array); i++)
            field_list_take_json(list, json_array_get_element(array, i));
    } else if (JSON_NODE_HOLDS_OBJECT(node)) {
        take_object(list, json_node_get_object(node));
    }
}

/* ---- what is followed ---- */

bool field_is_followed(const char *key)
{
    static const char *const names[] = {
        "affinity.session",        "affinity.verdict", "affinity.reconnect_in", "affinity.redirect_in",
        "affinity.reconnect_time", "cats.flow",        "cats.verdict",          "cats.site",
        "cats.route.announced_in", "cats.route.age",   "cats.route.replaced_in"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (strcmp(names[i], key) == 0)
            return true;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        if (strcmp(cats_rule_get(id)->filter, key) == 0)
            return cats_rule_get(id)->scope != CATS_SCOPE_PACKET;
    return false;
}

static void drop(field_list *list, bool (*is_dropped)(const char *key))
{
    for (guint i = list->fields->len; i > 0; i--)
        if (is_dropped(field_at(list, i - 1)->key))
            g_array_remove_index_fast(list->fields, i - 1);
}

void field_list_drop_followed(field_list *list)
{
    drop(list, field_is_followed);
}

bool field_list_has_routes(const field_list *list)
{
    for (guint i = 0; i < list->fields->len; i++)
        if (g_str_has_prefix(field_at(list, i)->key, "cats.route."))
            return true;
    return false;
}

static bool is_learned(const char *key)
{
    return g_str_has_prefix(key, "cats.");
}

void field_list_drop_learned(field_list *list)
{
    drop(list, is_learned);
}

/* ---- comparing ---- */

static int by_key_and_value(gconstpointer a, gconstpointer b)
{
    const field_text *one = a, *other = b;
    int order = strcmp(one->key, other->key);
    return order != 0 ? order : strcmp(one->value, other->value);
}

/* The fields of one list that have no equal in the other, in order. */
static GPtrArray *without_equals(const field_list *list, const field_list *other)
{
    GPtrArray *rest = g_ptr_array_new();
    unsigned j = 0;
    for (unsigned i = 0; i < list->fields->len; i++) {
        const field_text *field = field_at(list, i);
        int order = 1;
        while (j < other->fields->len && (order = by_key_and_value(field_at(other, j), field)) < 0)
            j++;
        if (j < other->fields->len && order == 0)
            j++;
        else
            g_ptr_array_add(rest, (gpointer)field);
    }
    return rest;
}

static const field_text *rest_at(const GPtrArray *rest, guint index)
{
    return index < rest->len ? rest->pdata[index] : NULL;
}

unsigned field_lists_compare(field_list *ours, field_list *theirs, field_difference tell, void *context)
{
    unsigned differ = 0;
    g_array_sort(ours->fields, by_key_and_value);
    g_array_sort(theirs->fields, by_key_and_value);
    g_autoptr(GPtrArray) only_ours = without_equals(ours, theirs);
    g_autoptr(GPtrArray) only_theirs = without_equals(theirs, ours);
    for (guint i = 0, j = 0; i < only_ours->len || j < only_theirs->len; differ++) {
        const field_text *one = rest_at(only_ours, i), *other = rest_at(only_theirs, j);
        int order = one == NULL ? 1 : other == NULL ? -1 : strcmp(one->key, other->key);
        i += order <= 0;
        j += order >= 0;
        tell(context, order <= 0 ? one->key : other->key, order <= 0 ? one->value : NULL,
             order >= 0 ? other->value : NULL);
    }
    return differ;
}
