/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the frame layer. Spec: tshark(1) -T json; README (Limits): what the tool walks. */
#include "tshark-layers.h"

#include <stdlib.h>
#include <string.h>

static bool is_one_of(const char *word, size_t length, const char *const *list)
{
    for (; *list != NULL; list++)
        if (strlen(*list) == length && memcmp(*list, word, length) == 0)
            return true;
    return false;
}

static bool is_walked(const char *layer, size_t length)
{
    static const char *const walked[] = { "eth",  "ethertype", "vlan",   "ieee8021ad", "sll",      "null",
                                          "loop", "raw",       "ip",     "ipv6",       "ah",       "tcp",
                                          "udp",  "icmp",      "icmpv6", "cats",       "affinity", NULL };
    return is_one_of(layer, length, walked) || (length > 5 && memcmp(layer, "ipv6.", 5) == 0);
}

bool tshark_layers_are_walked(const char *protocols)
{
    static const char *const ends[] = { "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", NULL };
    bool walked = true, so_far = true;
    for (const char *layer = protocols; *layer != '\0';) {
        size_t length = strcspn(layer, ":");
        so_far = so_far && is_walked(layer, length);
        if (is_one_of(layer, length, ends))
            walked = so_far;
        layer += length + (layer[length] == ':');
    }
    return walked;
}

static JsonObject *member(JsonObject *object, const char *name)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, name) : NULL;
    return node != NULL && JSON_NODE_HOLDS_OBJECT(node) ? json_node_get_object(node) : NULL;
}

static const char *text(JsonObject *object, const char *name)
{
    JsonNode *node = object != NULL ? json_object_get_member(object, name) : NULL;
    bool is_text =
        node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
    return is_text ? json_node_get_string(node) : NULL;
}

bool tshark_layers_read(JsonNode *frame, tshark_layers *layers)
{
    JsonObject *root = JSON_NODE_HOLDS_OBJECT(frame) ? json_node_get_object(frame) : NULL;
    JsonObject *own = member(member(member(root, "_source"), "layers"), "frame");
    const char *captured = text(own, "frame.cap_len"), *wire = text(own, "frame.len");
    const char *protocols = text(own, "frame.protocols");
    *layers = (tshark_layers){ .walked = false };
    if (captured == NULL || wire == NULL || protocols == NULL)
        return false;
    layers->captured = (uint32_t)strtoul(captured, NULL, 10);
    layers->wire = (uint32_t)strtoul(wire, NULL, 10);
    layers->walked = tshark_layers_are_walked(protocols);
    return true;
}
