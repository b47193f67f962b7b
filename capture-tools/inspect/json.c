/* SPDX-License-Identifier: GPL-2.0-or-later */
/* NDJSON of frames, through json-glib. */
#include "json.h"

#include "capture-tools/io/ndjson.h"
#include "fields.h"

#include <inttypes.h>

static JsonNode *value_node(const field_value *value)
{
    if (value->type == FIELD_NUMBER)
        return json_node_init_int(json_node_alloc(), (gint64)value->number);
    if (value->type == FIELD_TRUE)
        return json_node_init_boolean(json_node_alloc(), TRUE);
    char *text = field_value_text(value);
    JsonNode *node = json_node_init_string(json_node_alloc(), text);
    g_free(text);
    return node;
}

/* Adds the node, making an array of the member when it is there already. Takes the node. */
static void add_member(JsonObject *object, const char *key, JsonNode *node)
{
    JsonNode *there = json_object_get_member(object, key);

    if (!there) {
        json_object_set_member(object, key, node);
    } else if (JSON_NODE_HOLDS_ARRAY(there)) {
        json_array_add_element(json_node_get_array(there), node);
    } else {
        JsonArray *array = json_array_new();
        json_array_add_element(array, json_node_copy(there));
        json_array_add_element(array, node);
        json_object_set_array_member(object, key, array);
    }
}

static void add_field(void *context, const char *key, const field_value *value)
{
    add_member(context, key, value_node(value));
}

static void add_number(JsonObject *object, const char *key, uint64_t number)
{
    add_field(object, key, &(field_value){ .type = FIELD_NUMBER, .number = number });
}

static void add_address(JsonObject *object, const char *key, cats_address address)
{
    add_field(object, key, &(field_value){ .type = FIELD_ADDRESS, .address = address });
}

static void add_headers(JsonObject *object, const packet *p)
{
    for (unsigned i = 0; i < p->ip_count; i++) {
        const packet_ip *ip = &p->ip[i];
        add_address(object, ip->version == 4 ? "ip.src" : "ipv6.src", packet_source(p, ip));
        add_address(object, ip->version == 4 ? "ip.dst" : "ipv6.dst", packet_destination(p, ip));
    }
    if (p->transport != PACKET_TCP && p->transport != PACKET_UDP)
        return;
    bool tcp = p->transport == PACKET_TCP;
    add_number(object, tcp ? "tcp.srcport" : "udp.srcport", p->source_port);
    add_number(object, tcp ? "tcp.dstport" : "udp.dstport", p->destination_port);
}

bool json_write_frame(FILE *out, const decoder *d, const capture_frame *capture, const decoded *frame)
{
    JsonObject *object = json_object_new();
    char time[48];

    g_snprintf(time, sizeof time, "%" PRId64 ".%09" PRId64, capture->time_ns / 1000000000,
               capture->time_ns % 1000000000);
    add_number(object, "frame.number", capture->number);
    json_object_set_string_member(object, "frame.time_epoch", time);
    add_number(object, "frame.len", capture->wire);
    add_headers(object, &frame->packet);
    fields_visit(d, frame, add_field, object);

    JsonNode *root = json_node_init_object(json_node_alloc(), object);
    json_object_unref(object);
    bool written = ndjson_write_node(out, root);
    json_node_unref(root);
    return written;
}
