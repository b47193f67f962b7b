/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From JSON to the octets of an UPDATE. Spec: ExaBGP 4, encoder json; RFC 4271 s4.3, RFC 4760 s3-4. */
#include "exabgp-update.h"
#include "epan-cats/bgp-build.h"
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>

/* No more fits the lengths of an UPDATE (RFC 8654). */
#define PART_MAX 65000
#define FLAGS_OPTIONAL 0x80u

/* ---- members ---- */

static JsonObject *object_at(JsonObject *object, const char *name)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, name) : NULL;
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static const char *text_of(JsonNode *node)
{
    bool is_text =
        node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
    return is_text ? json_node_get_string(node) : NULL;
}

static const char *text_at(JsonObject *object, const char *name)
{
    return object != NULL ? text_of(json_object_get_member(object, name)) : NULL;
}

/* Hexadecimal, with or without "0x". */
static bool append_hex(GByteArray *to, const char *text)
{
    const char *at = g_str_has_prefix(text, "0x") ? text + 2 : text;
    size_t length = strlen(at);
    if (length % 2 != 0 || length / 2 > PART_MAX || strspn(at, "0123456789abcdefABCDEF") != length)
        return false;
    for (; *at != '\0'; at += 2) {
        uint8_t octet = (uint8_t)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1]));
        g_byte_array_append(to, &octet, 1);
    }
    return true;
}

static void append16(GByteArray *to, size_t value)
{
    const uint8_t octets[] = { (uint8_t)(value >> 8), (uint8_t)value };
    g_byte_array_append(to, octets, sizeof octets);
}

/* ---- the parsed form ---- */

/* Octets of the parts of an UPDATE that is built. */
typedef struct parts {
    GByteArray *withdrawn, *attributes, *prefixes;
} parts;

static bool append_attribute(GByteArray *to, uint8_t flags, uint8_t code, const GByteArray *value)
{
    if (value->len > PART_MAX || to->len > PART_MAX)
        return false;
    bgp_build_attribute(to, flags & BGP_FLAGS_KIND, code, value->data, value->len);
    return true;
}

/* Attributes that ExaBGP does not know, "attribute-0xFF-0xE0": code and flags. */
static bool append_unknown(GByteArray *to, const char *name, JsonNode *node)
{
    unsigned code, flags;
    const char *text = text_of(node);
    if (sscanf(name, "attribute-0x%2X-0x%2X", &code, &flags) != 2)
        return true;
    g_autoptr(GByteArray) value = g_byte_array_new();
    return text != NULL && append_hex(value, text) &&
           append_attribute(to, (uint8_t)flags, (uint8_t)code, value);
}

/* "192.0.2.80/32", the family's. */
static bool append_prefix(GByteArray *to, const char *text, uint8_t family)
{
    cats_address address;
    uint64_t length;
    const char *slash = text != NULL ? strchr(text, '/') : NULL;
    if (slash == NULL)
        return false;
    g_autofree char *host = g_strndup(text, (gsize)(slash - text));
    if (!cats_address_parse(host, &address) || address.family != family ||
        !g_ascii_string_to_unsigned(slash + 1, 10, 0, 8 * cats_address_length(&address), &length, NULL))
        return false;
    const uint8_t bits = (uint8_t)length;
    g_byte_array_append(to, &bits, 1);
    g_byte_array_append(to, address.octets, (guint)((length + 7) / 8));
    return true;
}

/* ExaBGP's list: texts, or objects with "nlri". */
static bool append_prefixes(GByteArray *to, JsonNode *node, uint8_t family)
{
    if (node == NULL || !JSON_NODE_HOLDS_ARRAY(node))
        return false;
    JsonArray *list = json_node_get_array(node);
    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonNode *each = json_array_get_element(list, i);
        const char *text =
            JSON_NODE_HOLDS_OBJECT(each) ? text_at(json_node_get_object(each), "nlri") : text_of(each);
        if (!append_prefix(to, text, family) || to->len > PART_MAX)
            return false;
    }
    return true;
}

static bool append_next_hop(GByteArray *to, const char *text)
{
    cats_address hop;
    if (!cats_address_parse(text, &hop))
        return false;
    const uint8_t length = (uint8_t)cats_address_length(&hop);
    g_byte_array_append(to, &length, 1);
    g_byte_array_append(to, hop.octets, length);
    return true;
}

static const uint8_t ipv6_unicast[] = { 0, BGP_AFI_IPV6, BGP_SAFI_UNICAST };

/* One stretch of prefixes; of several next hops in an UPDATE, which no speaker sends, the first is taken. */
static bool append_announced(parts *to, JsonObject *hops, uint8_t family)
{
    g_autoptr(GByteArray) value = g_byte_array_new();
    const uint8_t reserved = 0;
    g_autoptr(GList) names = json_object_get_members(hops);
    if (names == NULL)
        return true;
    JsonNode *list = json_object_get_member(hops, names->data);
    if (family == 4) {
        cats_address hop;
        bool good = cats_address_parse(names->data, &hop) && hop.family == 4;
        g_byte_array_append(value, hop.octets, 4);
        return good && append_attribute(to->attributes, 0x40, BGP_ATTRIBUTE_NEXT_HOP, value) &&
               append_prefixes(to->prefixes, list, 4);
    }
    g_byte_array_append(value, ipv6_unicast, sizeof ipv6_unicast);
    if (!append_next_hop(value, names->data))
        return false;
    g_byte_array_append(value, &reserved, 1);
    return append_prefixes(value, list, 6) &&
           append_attribute(to->attributes, FLAGS_OPTIONAL, BGP_ATTRIBUTE_MP_REACH, value);
}

static bool append_withdrawn(parts *to, JsonNode *list, uint8_t family)
{
    if (family == 4)
        return append_prefixes(to->withdrawn, list, 4);
    g_autoptr(GByteArray) value = g_byte_array_new();
    g_byte_array_append(value, ipv6_unicast, sizeof ipv6_unicast);
    return append_prefixes(value, list, 6) &&
           append_attribute(to->attributes, FLAGS_OPTIONAL, BGP_ATTRIBUTE_MP_UNREACH, value);
}

static bool append_families(parts *to, JsonObject *update)
{
    static const struct {
        const char *name;
        uint8_t family;
    } families[] = { { "ipv4 unicast", 4 }, { "ipv6 unicast", 6 } };
    JsonObject *announced = object_at(update, "announce"), *gone = object_at(update, "withdraw");
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        JsonObject *hops = object_at(announced, families[i].name);
        JsonNode *list = gone != NULL ? json_object_get_member(gone, families[i].name) : NULL;
        if ((list != NULL && !append_withdrawn(to, list, families[i].family)) ||
            (hops != NULL && !append_announced(to, hops, families[i].family)))
            return false;
    }
    return true;
}

static bool append_attributes(parts *to, JsonObject *update)
{
    JsonObject *attributes = object_at(update, "attribute");
    JsonObjectIter each;
    const char *name;
    JsonNode *node;
    if (attributes == NULL)
        return true;
    json_object_iter_init(&each, attributes);
    while (json_object_iter_next(&each, &name, &node))
        if (!append_unknown(to->attributes, name, node))
            return false;
    return true;
}

static bool build_body(GByteArray *body, JsonObject *update)
{
    g_autoptr(GByteArray) withdrawn = g_byte_array_new();
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    g_autoptr(GByteArray) prefixes = g_byte_array_new();
    parts to = { withdrawn, attributes, prefixes };
    if (!append_attributes(&to, update) || !append_families(&to, update) || withdrawn->len > PART_MAX ||
        attributes->len > PART_MAX)
        return false;
    append16(body, withdrawn->len);
    g_byte_array_append(body, withdrawn->data, withdrawn->len);
    append16(body, attributes->len);
    g_byte_array_append(body, attributes->data, attributes->len);
    g_byte_array_append(body, prefixes->data, prefixes->len);
    return true;
}

/* ---- the line ---- */

/* The raw body where the line has it ("packets", "consolidate"), else what is parsed. */
static bool take_update(JsonObject *neighbor, exabgp_line *line)
{
    JsonObject *message = object_at(neighbor, "message");
    const char *raw = text_at(message, "body");
    JsonObject *update = object_at(message, "update");
    const char *direction = text_at(neighbor, "direction");
    if ((raw == NULL && update == NULL) || g_strcmp0(direction, "send") == 0)
        return true; /* an end-of-RIB marker, or what we sent ourselves */
    line->kind = EXABGP_UPDATE;
    line->raw = raw != NULL;
    return line->raw ? append_hex(line->body, raw) : build_body(line->body, update);
}

bool exabgp_read(const char *text, exabgp_line *line, char **message)
{
    *line = (exabgp_line){ .body = g_byte_array_new() };
    g_autoptr(JsonNode) root = json_from_string(text, NULL);
    JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    const char *type = text_at(object, "type");
    if (type == NULL) {
        *message = g_strdup_printf("\"%.64s\", expected ExaBGP's JSON", text);
        return false;
    }
    JsonObject *neighbor = object_at(object, "neighbor");
    const char *peer = text_at(object_at(neighbor, "address"), "peer");
    bool update = g_str_equal(type, "update"), state = g_str_equal(type, "state");
    if (!update && !state)
        return true;
    if (peer == NULL) {
        *message = g_strdup_printf("%s without neighbor.address.peer, expected the neighbor's address", type);
        return false;
    }
    line->peer = g_strdup(peer);
    if (state) {
        line->kind = g_strcmp0(text_at(neighbor, "state"), "down") == 0 ? EXABGP_DOWN : EXABGP_OTHER;
        return true;
    }
    if (take_update(neighbor, line))
        return true;
    *message = g_strdup_printf("update of %s, expected octets and prefixes as ExaBGP writes them", peer);
    return false;
}

void exabgp_clear(exabgp_line *line)
{
    g_free(line->peer);
    g_byte_array_unref(line->body);
}
