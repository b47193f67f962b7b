/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and values of what is announced. Spec: docs/wire-formats.md s6, RFC 9252. */
#include "route-fields.h"

#include "epan-cats/numbers.h"
#include "epan-cats/wire.h"

static void visit_structure(const visit *v, const cats_sid_structure *structure)
{
    char text[CATS_SID_STRUCTURE_TEXT];
    cats_sid_structure_format(structure, text);
    give_text(v, "cats.route.structure", text);
}

static void visit_metric(const visit *v, const uint8_t *octets)
{
    cats_metric metric;
    cats_defect defect;
    uint32_t packed = wire_get(octets, 4);
    cats_metric_unpack(packed, &metric, &defect);
    give_hex_of(v, "cats.route.metric", 32, packed);
    give_number(v, "cats.route.metric.type", metric.type);
    give_number(v, "cats.route.metric.level", metric.level);
    give_number(v, "cats.route.metric.format", metric.format);
    give_number(v, "cats.route.metric.length", metric.length);
    give_number(v, "cats.route.metric.value", metric.value);
    give_number(v, "cats.route.metric.source", metric.source);
}

static void visit_aggregate(const visit *v, const uint8_t *octets, size_t length)
{
    if (length < CATS_ROUTE_AGGREGATE_METRICS_AT)
        return;
    cats_argument head = cats_argument_split(wire_get(octets, 4));
    give_number(v, "cats.route.granularity", head.granularity);
    give_number(v, "cats.route.level", head.level);
    give_hex_of(v, "cats.route.aggregate_id", 24, head.aggregate_id);
    for (size_t next = CATS_ROUTE_AGGREGATE_METRICS_AT; next + 4 <= length; next += 4)
        visit_metric(v, octets + next);
}

static void visit_sid(const visit *v, const uint8_t *octets, size_t length)
{
    if (length < CATS_ROUTE_SID_LENGTH)
        return;
    const uint8_t *bits = octets + CATS_ROUTE_SID_STRUCTURE_AT;
    const cats_sid_structure structure = { bits[0], bits[1], bits[2], bits[3] };
    give_ipv6(v, "cats.route.sid", octets);
    give_hex_of(v, "cats.route.behavior", 16, wire_get(octets + CATS_ROUTE_SID_BEHAVIOR_AT, 2));
    visit_structure(v, &structure);
}

/* As far as there are whole TLVs. */
static void visit_tlvs(const visit *v, const bgp_update *update, const bgp_attribute *attribute, bool is_ours)
{
    const uint8_t *octets = bgp_attribute_value(update, attribute);
    tlv_walk walk;
    cats_defect defect;
    cats_route_walk(&walk, octets, attribute->length);
    while (tlv_walk_next(&walk, CATS_ROUTE_TLV_SUBJECT, &defect)) {
        const uint8_t *value = octets + walk.value_at;
        give_number(v, "cats.route.tlv.type", walk.type);
        give_number(v, "cats.route.tlv.length", walk.value_length);
        if (walk.value_length > 0)
            give_bytes(v, "cats.route.tlv.value", value, walk.value_length);
        if (is_ours && walk.type == CATS_ROUTE_TLV_AGGREGATE)
            visit_aggregate(v, value, walk.value_length);
        else if (is_ours && walk.type == CATS_ROUTE_TLV_SID)
            visit_sid(v, value, walk.value_length);
    }
}

static void visit_service(const visit *v, const cats_route_update *update)
{
    const srv6_service *service = &update->service;
    if (!update->has_service)
        return;
    if (service->transposition_length == 0) /* else it is that of each prefix */
        give_ipv6(v, "cats.route.sid", service->sid);
    give_hex_of(v, "cats.route.behavior", 16, service->behavior);
    if (service->has_structure)
        visit_structure(v, &service->structure);
}

static void visit_attributes(const visit *v, const read_update *read)
{
    const cats_route_update *update = &read->update;
    bgp_attribute attribute;
    for (size_t next = 0; bgp_attribute_next(&update->update, &next, &attribute);) {
        if (attribute.at == update->metadata_at.at)
            visit_tlvs(v, &update->update, &attribute, false);
        if (!read_update_has_routes(read))
            continue;
        if (attribute.at == update->announcement_at.at)
            visit_tlvs(v, &update->update, &attribute, true);
        if (attribute.at == update->service_at.at)
            visit_service(v, update);
    }
}

static void visit_prefix(const visit *v, const cats_route_update *update, const bgp_nlri_walk *nlri)
{
    char text[MAX(BGP_PREFIX_TEXT, BGP_DISTINGUISHER_TEXT)];
    srv6_service sid;
    bgp_prefix_format(&nlri->prefix, text);
    give_text(v, nlri->withdrawn ? "cats.route.withdrawn" : "cats.route.prefix", text);
    if (nlri->prefix.safi != BGP_SAFI_VPN)
        return;
    bgp_distinguisher_format(nlri->prefix.distinguisher, text);
    give_text(v, "cats.route.rd", text);
    if (cats_route_update_transposed(update, nlri, &sid))
        give_ipv6(v, "cats.route.sid", sid.sid);
}

void route_fields_update(const visit *v, const read_update *read)
{
    const cats_route_update *update = &read->update;
    visit_attributes(v, read);
    if (!read_update_has_routes(read))
        return;
    for (unsigned i = 0; i < update->update.count; i++) {
        bgp_nlri_walk nlri;
        bgp_nlri_walk_start(&nlri, &update->update, &update->update.prefixes[i], read->add_path);
        while (bgp_nlri_walk_next(&nlri))
            visit_prefix(v, update, &nlri);
    }
    if (update->handling != BGP_ACCEPT)
        give_text(v, "cats.route.handling", bgp_handling_name(update->handling));
    give_findings(v, &read->findings);
}

void route_fields_behind(const visit *v, const decoded_steering *steering)
{
    if (steering->has_announcement) {
        give_number(v, "cats.route.announced_in", steering->announced_in);
        give_seconds(v, "cats.route.age", steering->announced_age_ns);
    }
    if (steering->replaced_in != 0)
        give_number(v, "cats.route.replaced_in", steering->replaced_in);
}
