/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes of ours in the tree. Items hang below those that Wireshark makes of the same octets; where it made
 * none, because nobody asked for them, below the next around them. Spec: docs/wire-formats.md s6, RFC 9252.
 */
#include "route-view.h"

#include "capture-end.h"
#include "fields.h"
#include "findings.h"
#include "generated.h"
#include "preferences.h"
#include "taps.h"
#include "tree.h"

#include "epan-cats/numbers.h"

/* Where the octets of an UPDATE's body lie, and the tree of an attribute. */
typedef struct body_place {
    tvbuff_t *tvb;
    int at;           /* of the body's first octet */
    proto_tree *tree; /* of the message; may be NULL */
} body_place;

static proto_item *add(proto_tree *tree, int field, const body_place *body, size_t at, int length)
{
    return proto_tree_add_item(tree, field, body->tvb, body->at + (int)at, length, ENC_BIG_ENDIAN);
}

static proto_item *add_number(proto_tree *tree, int field, const body_place *body, size_t at, int length,
                              uint32_t number)
{
    return proto_tree_add_uint(tree, field, body->tvb, body->at + (int)at, length, number);
}

static proto_item *add_text(proto_tree *tree, int field, const body_place *body, size_t at, int length,
                            const char *text)
{
    return proto_tree_add_string(tree, field, body->tvb, body->at + (int)at, length, text);
}

/* Of the attribute, as Wireshark shows it, and what it shows of the value where it knows nothing of it. */
static proto_tree *attribute_tree(const body_place *body, const bgp_update *update,
                                  const bgp_attribute *attribute)
{
    proto_tree *list =
        tree_at(body->tree, native_bgp_attributes, body->tvb, body->at + (int)update->attributes_at);
    proto_tree *tree = tree_at(list == NULL ? body->tree : list, native_bgp_attribute, body->tvb,
                               body->at + (int)attribute->at);
    if (tree == NULL)
        return list == NULL ? body->tree : list;
    proto_node *unknown = tree_at(tree, native_bgp_unknown, body->tvb, body->at + (int)attribute->value_at);
    return unknown == NULL ? tree : proto_item_add_subtree(unknown, ett_cats_route);
}

static void show_metric(proto_tree *tree, const body_place *body, size_t at)
{
    cats_metric metric;
    cats_defect defect;
    cats_metric_unpack(tvb_get_ntohl(body->tvb, body->at + (int)at), &metric, &defect);
    proto_item *item = add(tree, hf_cats_route_metric, body, at, 4);
    proto_tree *subtree = proto_item_add_subtree(item, ett_cats_route_metric);
    const char *type = cats_metric_type_name(metric.type), *source = cats_metric_source_name(metric.source);
    proto_item_append_text(item, " (%s %u, %s)", type == NULL ? "unknown" : type, metric.value,
                           source == NULL ? "unknown source" : source);
    add_number(subtree, hf_cats_route_metric_type, body, at, 1, metric.type);
    add_number(subtree, hf_cats_route_metric_level, body, at + 1, 1, metric.level);
    add_number(subtree, hf_cats_route_metric_format, body, at + 1, 1, metric.format);
    add_number(subtree, hf_cats_route_metric_length, body, at + 1, 1, metric.length);
    add_number(subtree, hf_cats_route_metric_value, body, at + 1, 2, metric.value);
    add_number(subtree, hf_cats_route_metric_source, body, at + 2, 2, metric.source);
}

static void show_aggregate(proto_tree *tree, const body_place *body, size_t at, size_t length)
{
    if (length < CATS_ROUTE_AGGREGATE_METRICS_AT)
        return;
    cats_argument head = cats_argument_split(tvb_get_ntohl(body->tvb, body->at + (int)at));
    add_number(tree, hf_cats_route_granularity, body, at, 1, head.granularity);
    add_number(tree, hf_cats_route_level, body, at, 1, head.level);
    add_number(tree, hf_cats_route_aggregate_id, body, at + 1, 3, head.aggregate_id);
    for (size_t next = CATS_ROUTE_AGGREGATE_METRICS_AT; next + 4 <= length; next += 4)
        show_metric(tree, body, at + next);
}

/* The octets of a structure are four lengths. */
static void show_structure(proto_tree *tree, const body_place *body, size_t at)
{
    char text[CATS_SID_STRUCTURE_TEXT];
    const uint8_t *bits = tvb_get_ptr(body->tvb, body->at + (int)at, 4);
    const cats_sid_structure structure = { bits[0], bits[1], bits[2], bits[3] };
    cats_sid_structure_format(&structure, text);
    add_text(tree, hf_cats_route_structure, body, at, 4, text);
}

static void show_sid(proto_tree *tree, const body_place *body, size_t at, size_t length)
{
    if (length < CATS_ROUTE_SID_LENGTH)
        return;
    add(tree, hf_cats_route_sid, body, at, 16);
    add(tree, hf_cats_route_behavior, body, at + CATS_ROUTE_SID_BEHAVIOR_AT, 2);
    show_structure(tree, body, at + CATS_ROUTE_SID_STRUCTURE_AT);
}

/* A TLV with 16 bits each of type and length. */
static proto_tree *show_tlv(proto_tree *tree, const body_place *body, const tlv_walk *tlv, size_t value_at,
                            const char *name)
{
    size_t at = value_at + tlv->at;
    proto_item *item;
    proto_tree *subtree =
        proto_tree_add_subtree_format(tree, body->tvb, body->at + (int)at, (int)(tlv->next - tlv->at),
                                      ett_cats_route_tlv, &item, "TLV: %s", name == NULL ? "unknown" : name);
    add(subtree, hf_cats_route_tlv_type, body, at, 2);
    add(subtree, hf_cats_route_tlv_length, body, at + 2, 2);
    if (tlv->value_length > 0)
        proto_tree_add_item(subtree, hf_cats_route_tlv_value, body->tvb,
                            body->at + (int)(value_at + tlv->value_at), (int)tlv->value_length, ENC_NA);
    return subtree;
}

/* Of our attribute, or of the edge metadata, which nothing is known of; as far as there are whole TLVs. */
static void show_tlvs(const body_place *body, const bgp_update *update, const bgp_attribute *attribute,
                      bool is_ours)
{
    proto_tree *tree = attribute_tree(body, update, attribute);
    tlv_walk walk;
    cats_defect defect;
    cats_route_walk(&walk, bgp_attribute_value(update, attribute), attribute->length);
    while (tlv_walk_next(&walk, CATS_ROUTE_TLV_SUBJECT, &defect)) {
        size_t at = attribute->value_at + walk.value_at;
        proto_tree *subtree = show_tlv(tree, body, &walk, attribute->value_at,
                                       is_ours ? cats_route_tlv_name(walk.type) : "edge metadata");
        if (is_ours && walk.type == CATS_ROUTE_TLV_AGGREGATE)
            show_aggregate(subtree, body, at, walk.value_length);
        else if (is_ours && walk.type == CATS_ROUTE_TLV_SID)
            show_sid(subtree, body, at, walk.value_length);
    }
}

/* Wireshark shows the octets; ours are the same values under the names of our own attribute. */
static void show_service(const body_place *body, const cats_route_update *update)
{
    char text[CATS_SID_STRUCTURE_TEXT];
    const bgp_attribute *attribute = &update->service_at;
    const srv6_service *service = &update->service;
    if (!update->has_service)
        return;
    proto_tree *tree = attribute_tree(body, &update->update, attribute);
    ws_in6_addr sid;
    memcpy(sid.bytes, service->sid, sizeof sid.bytes);
    if (service->transposition_length == 0) /* else it is that of each prefix */
        proto_item_set_generated(
            proto_tree_add_ipv6(tree, hf_cats_route_sid, body->tvb, body->at + (int)attribute->at, 0, &sid));
    proto_item_set_generated(
        add_number(tree, hf_cats_route_behavior, body, attribute->at, 0, service->behavior));
    if (!service->has_structure)
        return;
    cats_sid_structure_format(&service->structure, text);
    proto_item_set_generated(add_text(tree, hf_cats_route_structure, body, attribute->at, 0, text));
}

/* The SID of one VPN route where bits of it stand in the label. */
static void show_transposed(proto_tree *tree, const body_place *body, const bgp_nlri_walk *nlri,
                            const cats_route_update *update)
{
    srv6_service sid;
    ws_in6_addr address;
    if (!cats_route_update_transposed(update, nlri, &sid))
        return;
    memcpy(address.bytes, sid.sid, sizeof address.bytes);
    proto_item *item = proto_tree_add_ipv6(tree, hf_cats_route_sid, body->tvb, body->at + (int)nlri->at,
                                           (int)nlri->octets, &address);
    proto_item_set_generated(item);
}

/* Every prefix that the UPDATE announces or withdraws, at its octets. */
static void show_prefixes(proto_item *item, proto_tree *tree, const body_place *body,
                          const cats_route_update *route)
{
    const bgp_update *update = &route->update;
    for (unsigned i = 0; i < update->count; i++) {
        const bgp_prefixes *prefixes = &update->prefixes[i];
        bgp_nlri_walk nlri;
        char text[BGP_PREFIX_TEXT], distinguisher[BGP_DISTINGUISHER_TEXT];
        bgp_nlri_walk_start(&nlri, update, prefixes, route_settings()->add_path);
        for (unsigned shown = 0; bgp_nlri_walk_next(&nlri); shown++) {
            bgp_prefix_format(&nlri.prefix, text);
            proto_item *prefix =
                add_text(tree, prefixes->withdrawn ? hf_cats_route_withdrawn : hf_cats_route_prefix, body,
                         nlri.at, (int)nlri.octets, text);
            if (shown == 0)
                proto_item_append_text(item, ", %s: %s", prefixes->withdrawn ? "Withdrawn" : "Prefix", text);
            if (nlri.prefix.safi != BGP_SAFI_VPN)
                continue;
            bgp_distinguisher_format(nlri.prefix.distinguisher, distinguisher);
            proto_tree *subtree = proto_item_add_subtree(prefix, ett_cats_route);
            add_text(subtree, hf_cats_route_rd, body, nlri.at, (int)nlri.octets, distinguisher);
            show_transposed(subtree, body, &nlri, route);
        }
    }
}

static const char *handling_of(const cats_route_update *update)
{
    return update->handling == BGP_ACCEPT ? NULL : bgp_handling_name(update->handling);
}

static void show_update(packet_info *pinfo, const body_place *body, const cats_route_update *update)
{
    proto_item *item = NULL;
    if (body->tree != NULL) {
        if (update->announcement_at.at != 0)
            show_tlvs(body, &update->update, &update->announcement_at, true);
        if (update->service_at.at != 0)
            show_service(body, update);
        item = proto_tree_add_item(body->tree, proto_cats, body->tvb, body->at, 0, ENC_NA);
        proto_tree *tree = proto_item_add_subtree(item, ett_cats);
        show_prefixes(item, tree, body, update);
        if (handling_of(update) != NULL)
            generated_text(tree, hf_cats_route_handling, body->tvb, handling_of(update));
    }
    cats_findings findings;
    cats_findings_clear(&findings);
    cats_route_update_judge(update, &findings);
    for (unsigned i = 0; i < findings.count; i++)
        finding_show(pinfo, item, proto_cats, &findings.list[i]);
}

void route_show(packet_info *pinfo, const bgp_place *place, const bgp_message *message,
                const cats_route_update *update, bool changed)
{
    proto_tree *tree = tree_at(place->tree, native_bgp, place->tvb, (int)message->at);
    const body_place body = { .tvb = place->tvb,
                              .at = (int)message->at + BGP_HEADER_LENGTH,
                              .tree = tree == NULL ? place->tree : tree };
    if (body.tree != NULL && update->metadata_at.at != 0)
        show_tlvs(&body, &update->update, &update->metadata_at, false);
    if (!changed && !cats_route_update_matters(update))
        return;
    show_update(pinfo, &body, update);
    cats_routes_tap_queue(pinfo, update);
}

void route_show_behind(proto_tree *tree, tvbuff_t *tvb, const packet_info *pinfo,
                       const cats_route_behind *behind)
{
    const cats_route *route = behind->route;
    proto_item_set_generated(
        proto_tree_add_uint(tree, hf_cats_route_announced_in, tvb, 0, 0, route->announced.frame));
    nstime_t announced = { .secs = (time_t)(route->announced.time_ns / CAPTURE_NS_PER_S),
                           .nsecs = (int)(route->announced.time_ns % CAPTURE_NS_PER_S) };
    nstime_t age;
    nstime_delta(&age, &pinfo->abs_ts, &announced);
    proto_item_set_generated(proto_tree_add_time(tree, hf_cats_route_age, tvb, 0, 0, &age));
    route_show_ended(tree, tvb, behind->was_in_force ? 0 : behind->ended.frame);
}

void route_show_ended(proto_tree *tree, tvbuff_t *tvb, uint32_t frame)
{
    if (frame != 0)
        proto_item_set_generated(proto_tree_add_uint(tree, hf_cats_route_replaced_in, tvb, 0, 0, frame));
}
