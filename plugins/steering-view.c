/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering of one packet in the tree. Spec: RFC 8754 s2, RFC 8986 s3, docs/wire-formats.md s3-4. */
#include "steering-view.h"

#include "fields.h"
#include "findings.h"
#include "flow-view.h"
#include "generated.h"
#include "packet-filters.h"
#include "preferences.h"
#include "route-view.h"
#include "tree.h"

#define SID_LENGTH 16

/* Where a value lies in the frame; tvb is NULL when nowhere. */
typedef struct octets_at {
    tvbuff_t *tvb;
    int at;
} octets_at;

static ws_in6_addr in6_of(const uint8_t octets[SID_LENGTH])
{
    ws_in6_addr address;
    memcpy(address.bytes, octets, sizeof address.bytes);
    return address;
}

static proto_item *add_ipv6(proto_tree *tree, int field, octets_at where, int length, const uint8_t *octets)
{
    const ws_in6_addr address = in6_of(octets);
    proto_item *item =
        proto_tree_add_ipv6(tree, field, where.tvb, where.at, where.tvb == NULL ? 0 : length, &address);
    if (where.tvb == NULL)
        proto_item_set_generated(item);
    return item;
}

/* The octets that hold `bits` bits from bit `first` of the SID on. */
static octets_at bits_at(octets_at sid, unsigned first, unsigned bits, int *length)
{
    unsigned end = (first + bits + 7) / 8;
    sid.at += (int)(first / 8);
    *length = sid.tvb == NULL || bits == 0 ? 0 : (int)(end - first / 8);
    return sid;
}

static proto_item *add_bits(proto_tree *tree, int field, octets_at sid, unsigned first, unsigned bits,
                            uint64_t value)
{
    int length;
    octets_at where = bits_at(sid, first, bits, &length);
    proto_item *item;
    if (proto_registrar_get_ftype(field) == FT_UINT64)
        item = proto_tree_add_uint64_format_value(tree, field, where.tvb, where.at, length, value,
                                                  "0x%0*" PRIx64, (int)((bits + 3) / 4), value);
    else
        item = proto_tree_add_uint(tree, field, where.tvb, where.at, length, (guint32)value);
    if (where.tvb == NULL)
        proto_item_set_generated(item);
    return item;
}

static void show_argument(proto_tree *tree, octets_at sid, const cats_steering *steering)
{
    const cats_sid_structure *structure = &steering->structure;
    unsigned at = (unsigned)structure->block + structure->node + structure->function;
    proto_item *item =
        add_bits(tree, hf_cats_sid_argument, sid, at, structure->argument, steering->parts.argument);
    if (!steering->has_argument)
        return;
    proto_tree *subtree = proto_item_add_subtree(item, ett_cats_argument);
    const cats_argument *argument = &steering->argument;
    add_bits(subtree, hf_cats_granularity, sid, at, 4, argument->granularity);
    add_bits(subtree, hf_cats_level, sid, at + 4, 2, argument->level);
    add_bits(subtree, hf_cats_aggregate_id, sid, at + 8, 24, argument->aggregate_id);
}

static void show_parts(proto_tree *tree, octets_at sid, const cats_steering *steering)
{
    const cats_sid_structure *structure = &steering->structure;
    unsigned locator = (unsigned)structure->block + structure->node;
    int length;
    octets_at where = bits_at(sid, 0, locator, &length);
    add_ipv6(tree, hf_cats_sid_locator, where, length, steering->parts.locator.octets);
    add_bits(tree, hf_cats_sid_function, sid, locator, structure->function, steering->parts.function);
    show_argument(tree, sid, steering);
}

/* What the table knows beyond the octets. */
static void show_knowledge(proto_tree *tree, octets_at sid, const cats_steering *steering)
{
    char name[CATS_SID_NAME_TEXT];
    if (steering->behavior != 0) {
        proto_item *item =
            proto_tree_add_uint(tree, hf_cats_sid_behavior, sid.tvb, sid.at, 0, steering->behavior);
        proto_item_set_generated(item);
    }
    if (cats_steering_sid_name(steering, name) > 0) {
        proto_item_set_generated(proto_tree_add_string(tree, hf_cats_sid_name, sid.tvb, sid.at, 0, name));
        proto_item_append_text(proto_tree_get_parent(tree), " (%s)", name);
    }
    if (steering->has_granularity && !steering->has_argument)
        proto_item_set_generated(
            proto_tree_add_uint(tree, hf_cats_granularity, sid.tvb, sid.at, 0, steering->granularity));
}

/* Where IPv6's dissector showed the destination. */
static octets_at destination_octets(const proto_node *destination)
{
    const field_info *info = destination == NULL ? NULL : PNODE_FINFO(destination);
    if (info == NULL || info->length != SID_LENGTH)
        return (octets_at){ NULL, 0 };
    return (octets_at){ info->ds_tvb, info->start };
}

static octets_at segment_octets(const steering_place *place, unsigned index)
{
    return (octets_at){ place->srh, (int)(SRH_FIXED_LENGTH + SID_LENGTH * index) };
}

static proto_node *destination_item(const steering_place *place)
{
    return tree_first(tree_last(place->tree, native_ipv6), native_ipv6_dst);
}

/* Both ends of the tunnel under one name, as ip.addr has them: filters on a conversation want it. */
static void add_ends(proto_tree *tree, const cats_packet *packet, const cats_steering *steering)
{
    const octets_at nowhere = { NULL, 0 };
    proto_item_set_hidden(add_ipv6(tree, hf_cats_addr, nowhere, 0, packet->outer_source));
    proto_item_set_hidden(add_ipv6(tree, hf_cats_addr, nowhere, 0, steering->sid));
}

/* The SID below the address that it is, or that it was taken out of. */
static void show_sid(const steering_place *place, const cats_steering *steering)
{
    proto_node *holder, *fallback;
    octets_at sid;
    if (steering->sid_in_destination) {
        holder = destination_item(place);
        fallback = tree_last(place->tree, native_ipv6);
        sid = destination_octets(holder);
    } else {
        holder = tree_first(place->routing_tree, native_srh_address);
        fallback = place->routing_tree;
        sid = segment_octets(place, 0);
    }
    if (steering->in_container)
        sid = (octets_at){ NULL, 0 };
    proto_tree *parent = fallback == NULL ? place->tree : fallback;
    if (holder != NULL)
        parent = proto_item_add_subtree(holder, ett_cats_sid_holder);
    proto_item *item = add_ipv6(parent, hf_cats_sid, sid, SID_LENGTH, steering->sid);
    proto_tree *subtree = proto_item_add_subtree(item, ett_cats_sid);
    if (steering->structured)
        show_parts(subtree, sid, steering);
    show_knowledge(subtree, sid, steering);
}

static void show_hmac(proto_tree *tree, tvbuff_t *srh, int at, const srh_tlv *tlv)
{
    srh_hmac hmac;
    if (!srh_tlv_hmac(tlv, &hmac))
        return;
    if (hmac.d)
        proto_tree_add_boolean(tree, hf_cats_srh_tlv_hmac_d, srh, at, 2, TRUE);
    proto_tree_add_item(tree, hf_cats_srh_tlv_hmac_key_id, srh, at + 2, 4, ENC_BIG_ENDIAN);
    if (hmac.length > 0)
        proto_tree_add_item(tree, hf_cats_srh_tlv_hmac_value, srh, at + 6, (int)hmac.length, ENC_NA);
}

static void show_tlv(proto_tree *tree, tvbuff_t *srh, const srh_tlv *tlv)
{
    int at = (int)tlv->at;
    bool pad1 = tlv->type == SRH_TLV_PAD1;
    const char *name = srh_tlv_name(tlv->type);
    proto_tree *subtree =
        proto_tree_add_subtree_format(tree, srh, at, pad1 ? 1 : 2 + tlv->length, ett_cats_srh_tlv, NULL,
                                      "TLV: %s", name == NULL ? "unknown" : name);
    proto_tree_add_item(subtree, hf_cats_srh_tlv_type, srh, at, 1, ENC_BIG_ENDIAN);
    if (pad1)
        return;
    proto_tree_add_item(subtree, hf_cats_srh_tlv_length, srh, at + 1, 1, ENC_BIG_ENDIAN);
    if (tlv->length == 0)
        return;
    proto_tree_add_item(subtree, hf_cats_srh_tlv_value, srh, at + 2, tlv->length, ENC_NA);
    show_hmac(subtree, srh, at + 2, tlv);
}

static void show_flags(proto_tree *tree, tvbuff_t *tvb, const srh_view *srh)
{
    enum { FLAGS_AT = 5 };
    guint32 unused = srh->flags & ~(guint32)SRH_FLAG_OAM;
    if ((srh->flags & SRH_FLAG_OAM) != 0)
        proto_tree_add_boolean(tree, hf_cats_srh_flags_oam, tvb, FLAGS_AT, 1, srh->flags);
    if (unused != 0)
        proto_tree_add_uint(tree, hf_cats_srh_flags_unused, tvb, FLAGS_AT, 1, unused);
}

static void show_srh(const steering_place *place, const cats_packet *packet, const srh_view *srh)
{
    proto_tree *tree = place->routing_tree == NULL ? place->tree : place->routing_tree;
    const uint8_t *active = srh_active_segment(srh);
    if (active != NULL)
        add_ipv6(tree, hf_cats_segment_active, segment_octets(place, srh->segments_left), SID_LENGTH, active);
    else
        add_ipv6(tree, hf_cats_segment_active, destination_octets(destination_item(place)), SID_LENGTH,
                 packet->outer_destination);
    show_flags(tree, place->srh, srh);
    srh_tlv tlv;
    for (size_t next = 0; srh_tlv_next(srh, &next, &tlv);)
        show_tlv(tree, place->srh, &tlv);
}

/* Who steered what to where, as an item of its own behind IPv6. */
static proto_item *show_summary(const steering_place *place, const cats_packet *packet,
                                const cats_steering *steering)
{
    char text[CATS_SID_NAME_TEXT];
    proto_item *item = proto_tree_add_item(place->tree, proto_cats, place->near, 0, 0, ENC_NA);
    proto_tree *tree = proto_item_add_subtree(item, ett_cats);
    add_ends(tree, packet, steering);
    if (steering->from_ingress) {
        add_ipv6(tree, hf_cats_ingress, (octets_at){ NULL, 0 }, 0, packet->outer_source);
        if (cats_steering_egress(steering, text) > 0) {
            generated_text(tree, hf_cats_egress, place->near, text);
            proto_item_append_text(item, ", Egress: %s", text);
        }
    }
    if (steering->toward_service) {
        cats_address_format(&packet->inner_destination, text);
        generated_text(tree, hf_cats_service, place->near, text);
        proto_item_append_text(item, ", Service: %s", text);
    }
    return item;
}

/* Items first: rules hang on them. Without a tree nothing is built, and rules are counted all the same. */
static proto_item *show_items(const steering_place *place, const cats_packet *packet,
                              const cats_steering *steering)
{
    if (place->tree == NULL)
        return NULL;
    if (steering->has_srh)
        show_srh(place, packet, &steering->srh);
    if (!steering->encapsulated)
        return place->routing_tree == NULL ? place->tree : place->routing_tree;
    show_sid(place, steering);
    return show_summary(place, packet, steering);
}

/* Under the summary, for it is of what was learned, not of this packet's octets. */
static void show_behind(const packet_info *pinfo, const steering_place *place, const cats_packet *packet,
                        const cats_steering *steering, proto_item *item)
{
    cats_route_behind behind;
    if (place->tree == NULL || !steering->encapsulated)
        return;
    proto_tree *tree = proto_item_add_subtree(item, ett_cats);
    if (cats_steering_behind(cats_settings(), packet, steering, &behind))
        route_show_behind(tree, place->near, pinfo, &behind);
    else
        route_show_ended(tree, place->near, cats_steering_sid_ended(cats_settings(), packet, steering));
}

void steering_show(packet_info *pinfo, const steering_place *place, const cats_packet *packet,
                   const cats_steering *steering, const cats_findings *findings, const flow_note *note)
{
    proto_item *item = show_items(place, packet, steering);
    show_behind(pinfo, place, packet, steering, item);
    if (place->tree != NULL && steering->encapsulated)
        packet_filters_note_sid(pinfo, steering->sid);
    for (unsigned i = 0; i < findings->count; i++)
        finding_show(pinfo, item, proto_cats, &findings->list[i]);
    if (note != NULL)
        flow_show(place->near, pinfo, item, note);
}
