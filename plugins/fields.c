/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of the protocols, fields, subtrees and expert infos. Names: README.md (Fields). */
#include "fields.h"

#include "epan-cats/cats-behavior.h"
#include "epan-cats/cats-metric.h"
#include "epan-cats/cats-sid.h"
#include "epan-cats/srh.h"

int proto_affinity = -1;
int proto_cats = -1;

int hf_affinity_kind = -1, hf_affinity_length = -1, hf_affinity_exid = -1, hf_affinity_ipv4 = -1,
    hf_affinity_ipv6 = -1, hf_affinity_port = -1, hf_affinity_permit = -1;
int hf_affinity_session = -1, hf_affinity_verdict = -1, hf_affinity_reconnect_in = -1,
    hf_affinity_redirect_in = -1, hf_affinity_reconnect_time = -1;
int hf_affinity_saf[AFFINITY_SAF_OFFSET_MAX - AFFINITY_SAF_OFFSET_MIN + 1] = { -1, -1, -1 };

int hf_cats_sid = -1, hf_cats_sid_locator = -1, hf_cats_sid_function = -1, hf_cats_sid_argument = -1,
    hf_cats_sid_behavior = -1, hf_cats_sid_name = -1;
int hf_cats_granularity = -1, hf_cats_level = -1, hf_cats_aggregate_id = -1;
int hf_cats_ingress = -1, hf_cats_egress = -1, hf_cats_service = -1, hf_cats_addr = -1;
int hf_cats_flow = -1, hf_cats_site = -1, hf_cats_verdict = -1;
int hf_cats_segment_active = -1, hf_cats_srh_flags_oam = -1, hf_cats_srh_flags_unused = -1;
int hf_cats_srh_tlv_type = -1, hf_cats_srh_tlv_length = -1, hf_cats_srh_tlv_value = -1,
    hf_cats_srh_tlv_hmac_d = -1, hf_cats_srh_tlv_hmac_key_id = -1, hf_cats_srh_tlv_hmac_value = -1;

int hf_cats_route_prefix = -1, hf_cats_route_withdrawn = -1, hf_cats_route_rd = -1,
    hf_cats_route_handling = -1, hf_cats_route_sid = -1, hf_cats_route_behavior = -1,
    hf_cats_route_structure = -1, hf_cats_route_granularity = -1, hf_cats_route_level = -1,
    hf_cats_route_aggregate_id = -1, hf_cats_route_tlv_type = -1, hf_cats_route_tlv_length = -1,
    hf_cats_route_tlv_value = -1;
int hf_cats_route_metric = -1, hf_cats_route_metric_type = -1, hf_cats_route_metric_level = -1,
    hf_cats_route_metric_format = -1, hf_cats_route_metric_length = -1, hf_cats_route_metric_value = -1,
    hf_cats_route_metric_source = -1;
int hf_cats_route_announced_in = -1, hf_cats_route_age = -1, hf_cats_route_replaced_in = -1;

int ett_affinity = -1, ett_affinity_session = -1, ett_experimental = -1, ett_cats = -1, ett_cats_flow = -1,
    ett_cats_sid = -1, ett_cats_sid_holder = -1, ett_cats_argument = -1, ett_cats_srh_tlv = -1,
    ett_cats_route = -1, ett_cats_route_tlv = -1, ett_cats_route_metric = -1;

/* Wireshark keeps these tables by reference, so they live as long as the process. */
static value_string granularity_names[] = { { CATS_GRANULARITY_NOT_STATED, NULL },
                                            { CATS_GRANULARITY_SERVICE_POINT, NULL },
                                            { CATS_GRANULARITY_SERVICE_SITE, NULL },
                                            { CATS_GRANULARITY_EGRESS_NODE, NULL },
                                            { 0, NULL } };
static value_string tlv_names[] = {
    { SRH_TLV_PAD1, NULL }, { SRH_TLV_PADN, NULL }, { SRH_TLV_HMAC, NULL }, { 0, NULL }
};

static value_string metric_types[] = { { CATS_METRIC_SCORE, NULL },         { CATS_METRIC_COMPUTING, NULL },
                                       { CATS_METRIC_COMMUNICATION, NULL }, { CATS_METRIC_SERVICE, NULL },
                                       { CATS_METRIC_COMPOSED, NULL },      { 0, NULL } };
static value_string metric_sources[] = {
    { CATS_METRIC_NOMINAL, NULL },           { CATS_METRIC_ESTIMATION, NULL },
    { CATS_METRIC_DIRECTLY_MEASURED, NULL }, { CATS_METRIC_NORMALIZATION, NULL },
    { CATS_METRIC_AGGREGATION, NULL },       { 0, NULL }
};
static value_string metric_formats[] = { { 0, NULL }, { 0, NULL } };

static expert_field rule_fields[CATS_RULE_COUNT];
expert_field *rule_expert_field(cats_rule_id rule)
{
    return &rule_fields[rule];
}

/* The core's names as a table that Wireshark can look codes up in. */
static const value_string *behavior_names(void)
{
    uint16_t code;
    const char *name;
    size_t count = 0;
    while (cats_behavior_at(count, &code, &name))
        count++;
    value_string *names = wmem_alloc0_array(wmem_epan_scope(), value_string, count + 1);
    for (size_t i = 0; i < count; i++) {
        cats_behavior_at(i, &code, &name);
        names[i] = (value_string){ code, name };
    }
    return names;
}

static const char *tlv_name(unsigned type)
{
    return srh_tlv_name((uint8_t)type);
}

static void name_values(void)
{
#define NAMED(table, name_of)                   \
    {                                           \
        table, array_length(table) - 1, name_of \
    }
    const struct {
        value_string *names;
        size_t count;
        const char *(*name_of)(unsigned value);
    } tables[] = { NAMED(granularity_names, cats_granularity_name), NAMED(tlv_names, tlv_name),
                   NAMED(metric_types, cats_metric_type_name), NAMED(metric_sources, cats_metric_source_name),
                   NAMED(metric_formats, cats_metric_format_name) };
#undef NAMED
    for (size_t i = 0; i < array_length(tables); i++)
        for (size_t k = 0; k < tables[i].count; k++)
            tables[i].names[k].strptr = tables[i].name_of(tables[i].names[k].value);
}

/* clang-format off */
static hf_register_info affinity_fields[] = {
    { &hf_affinity_kind, { "Kind", "affinity.kind", FT_UINT8, BASE_DEC, NULL, 0,
        "Kind of the TCP option that carries service affinity", HFILL } },
    { &hf_affinity_length, { "Length", "affinity.length", FT_UINT8, BASE_DEC, NULL, 0,
        "Octets of the option, kind and length included", HFILL } },
    { &hf_affinity_exid, { "Experiment identifier", "affinity.exid", FT_UINT32, BASE_HEX, NULL, 0,
        "ExID of the option's experimental form (RFC 6994)", HFILL } },
    { &hf_affinity_ipv4, { "Service node", "affinity.ipv4", FT_IPv4, BASE_NONE, NULL, 0,
        "Unicast IPv4 address of the service node", HFILL } },
    { &hf_affinity_ipv6, { "Service node", "affinity.ipv6", FT_IPv6, BASE_NONE, NULL, 0,
        "Unicast IPv6 address of the service node", HFILL } },
    { &hf_affinity_port, { "Port", "affinity.port", FT_UINT16, BASE_PT_TCP, NULL, 0,
        "TCP port on which the service node takes the new connection", HFILL } },
    { &hf_affinity_permit, { "Permit", "affinity.permit", FT_BOOLEAN, BASE_NONE, TFS(&tfs_yes_no), 0,
        "The option without an address: its sender supports service affinity", HFILL } },
    { &hf_affinity_session, { "Session", "affinity.session", FT_UINT32, BASE_DEC, NULL, 0,
        "Number of the redirect session: first connection and re-established one", HFILL } },
    { &hf_affinity_verdict, { "Verdict", "affinity.verdict", FT_STRING, BASE_NONE, NULL, 0,
        "What came of the redirect: pending, reconnected, elsewhere, refused, ignored or looped", HFILL } },
    { &hf_affinity_reconnect_in, { "Reconnect in", "affinity.reconnect_in", FT_FRAMENUM, BASE_NONE,
        FRAMENUM_TYPE(FT_FRAMENUM_RESPONSE), 0, "The SYN that followed this redirect; where it was not captured, its answer", HFILL } },
    { &hf_affinity_redirect_in, { "Redirect in", "affinity.redirect_in", FT_FRAMENUM, BASE_NONE,
        FRAMENUM_TYPE(FT_FRAMENUM_REQUEST), 0, "The FIN that led to this connection", HFILL } },
    { &hf_affinity_reconnect_time, { "Time to reconnect", "affinity.reconnect_time", FT_RELATIVE_TIME, BASE_NONE,
        NULL, 0, "From the FIN with the redirect to the SYN that followed it, where that was captured", HFILL } },
#define SAF_FIELD(offset) \
    { &hf_affinity_saf[(offset) - AFFINITY_SAF_OFFSET_MIN], { "Service Affinity Flag (SAF)", "affinity.saf", FT_BOOLEAN, 12, \
        TFS(&tfs_set_notset), 0x8000 >> (offset), "The sender supports the service affinity option", HFILL } }
    SAF_FIELD(4), SAF_FIELD(5), SAF_FIELD(6),
};

static hf_register_info cats_fields[] = {
    { &hf_cats_sid, { "SID", "cats.sid", FT_IPv6, BASE_NONE, NULL, 0,
        "The egress's SRv6 segment identifier", HFILL } },
    { &hf_cats_sid_locator, { "Locator", "cats.sid.locator", FT_IPv6, BASE_NONE, NULL, 0,
        "Block and node bits of the SID", HFILL } },
    { &hf_cats_sid_function, { "Function", "cats.sid.function", FT_UINT64, BASE_HEX, NULL, 0,
        "Function bits of the SID", HFILL } },
    { &hf_cats_sid_argument, { "Argument", "cats.sid.argument", FT_UINT64, BASE_HEX, NULL, 0,
        "Argument bits of the SID", HFILL } },
    { &hf_cats_sid_behavior, { "Behavior", "cats.sid.behavior", FT_UINT16, BASE_HEX, NULL, 0,
        "Endpoint behavior that the SID stands for, by the SID table or by its function", HFILL } },
    { &hf_cats_sid_name, { "Name", "cats.sid.name", FT_STRING, BASE_NONE, NULL, 0,
        "Owner and behavior of the SID", HFILL } },
    { &hf_cats_granularity, { "Granularity", "cats.granularity", FT_UINT8, BASE_DEC, VALS(granularity_names), 0,
        "At which granularity metrics were merged", HFILL } },
    { &hf_cats_level, { "Metric level", "cats.level", FT_UINT8, BASE_DEC, NULL, 0,
        "Level of the CATS metric", HFILL } },
    { &hf_cats_aggregate_id, { "Aggregate ID", "cats.aggregate_id", FT_UINT24, BASE_HEX, NULL, 0,
        "The announcement that the ingress acted on", HFILL } },
    { &hf_cats_ingress, { "Ingress", "cats.ingress", FT_IPv6, BASE_NONE, NULL, 0,
        "Outer source address: the ingress CATS-Forwarder", HFILL } },
    { &hf_cats_egress, { "Egress", "cats.egress", FT_STRING, BASE_NONE, NULL, 0,
        "Name or locator of the egress CATS-Forwarder", HFILL } },
    { &hf_cats_service, { "Service", "cats.service", FT_STRING, BASE_NONE, NULL, 0,
        "Inner destination address: the CS-ID", HFILL } },
    { &hf_cats_addr, { "Tunnel address", "cats.addr", FT_IPv6, BASE_NONE, NULL, 0,
        "Either end of the tunnel: outer source address or SID", HFILL } },
    { &hf_cats_flow, { "Flow", "cats.flow", FT_UINT32, BASE_DEC, NULL, 0,
        "Number of the steered flow, both directions", HFILL } },
    { &hf_cats_site, { "Site", "cats.site", FT_STRING, BASE_NONE, NULL, 0,
        "Where the flow was seen behind the egress: a site of the topology, else a capture interface", HFILL } },
    { &hf_cats_verdict, { "Verdict", "cats.verdict", FT_STRING, BASE_NONE, NULL, 0,
        "What became of the flow: steered, delivered to one site, or moved to another egress or site", HFILL } },
    { &hf_cats_segment_active, { "Active segment", "cats.segment.active", FT_IPv6, BASE_NONE, NULL, 0,
        "The segment in force: Segment List[Segments Left]", HFILL } },
    { &hf_cats_srh_flags_oam, { "OAM", "cats.srh.flags.oam", FT_BOOLEAN, 8, TFS(&tfs_set_notset), SRH_FLAG_OAM,
        "O-flag of RFC 9259", HFILL } },
    { &hf_cats_srh_flags_unused, { "Unused flags", "cats.srh.flags.unused", FT_UINT8, BASE_HEX, NULL, 0,
        "Flag bits that no RFC gives a meaning", HFILL } },
    { &hf_cats_srh_tlv_type, { "Type", "cats.srh.tlv.type", FT_UINT8, BASE_DEC, VALS(tlv_names), 0,
        "Type of an SRH TLV", HFILL } },
    { &hf_cats_srh_tlv_length, { "Length", "cats.srh.tlv.length", FT_UINT8, BASE_DEC, NULL, 0,
        "Octets of the TLV's value", HFILL } },
    { &hf_cats_srh_tlv_value, { "Value", "cats.srh.tlv.value", FT_BYTES, BASE_NONE, NULL, 0,
        "Value of the TLV", HFILL } },
    { &hf_cats_srh_tlv_hmac_d, { "Destination address verification disabled", "cats.srh.tlv.hmac.d", FT_BOOLEAN,
        BASE_NONE, TFS(&tfs_yes_no), 0, "D-bit of the HMAC TLV", HFILL } },
    { &hf_cats_srh_tlv_hmac_key_id, { "Key ID", "cats.srh.tlv.hmac.key_id", FT_UINT32, BASE_HEX, NULL, 0,
        "HMAC Key ID", HFILL } },
    { &hf_cats_srh_tlv_hmac_value, { "HMAC", "cats.srh.tlv.hmac.value", FT_BYTES, BASE_NONE, NULL, 0,
        "Keyed hash of the header", HFILL } },
    { &hf_cats_route_prefix, { "Prefix", "cats.route.prefix", FT_STRING, BASE_NONE, NULL, 0,
        "Prefix announced with metrics, a SID, or both", HFILL } },
    { &hf_cats_route_withdrawn, { "Withdrawn", "cats.route.withdrawn", FT_STRING, BASE_NONE, NULL, 0,
        "Prefix withdrawn by an UPDATE that changes what is known of SIDs and metrics", HFILL } },
    { &hf_cats_route_rd, { "Route distinguisher", "cats.route.rd", FT_STRING, BASE_NONE, NULL, 0,
        "Route distinguisher of a VPN prefix", HFILL } },
    { &hf_cats_route_handling, { "Handling", "cats.route.handling", FT_STRING, BASE_NONE, NULL, 0,
        "What a receiver does with an announcement that it cannot use (RFC 7606)", HFILL } },
    { &hf_cats_route_sid, { "SID", "cats.route.sid", FT_IPv6, BASE_NONE, NULL, 0,
        "SID announced, with the bits that stand in the label of a VPN prefix", HFILL } },
    { &hf_cats_route_behavior, { "Behavior", "cats.route.behavior", FT_UINT16, BASE_HEX, NULL, 0,
        "Endpoint behavior of the SID announced", HFILL } },
    { &hf_cats_route_structure, { "Structure", "cats.route.structure", FT_STRING, BASE_NONE, NULL, 0,
        "Bits of block, node, function and argument of the SID announced", HFILL } },
    { &hf_cats_route_granularity, { "Granularity", "cats.route.granularity", FT_UINT8, BASE_DEC,
        VALS(granularity_names), 0, "At which granularity the metrics announced were merged", HFILL } },
    { &hf_cats_route_level, { "Metric level", "cats.route.level", FT_UINT8, BASE_DEC, NULL, 0,
        "Level of the CATS metrics announced", HFILL } },
    { &hf_cats_route_aggregate_id, { "Aggregate ID", "cats.route.aggregate_id", FT_UINT24, BASE_HEX, NULL, 0,
        "Names this announcement in the argument of the SID", HFILL } },
    { &hf_cats_route_metric, { "Metric", "cats.route.metric", FT_UINT32, BASE_HEX, NULL, 0,
        "One metric announced, all of its octets", HFILL } },
    { &hf_cats_route_metric_type, { "Type", "cats.route.metric.type", FT_UINT8, BASE_DEC, VALS(metric_types), 0,
        "Type of the metric", HFILL } },
    { &hf_cats_route_metric_level, { "Level", "cats.route.metric.level", FT_UINT8, BASE_DEC, NULL, 0,
        "Level of the metric", HFILL } },
    { &hf_cats_route_metric_format, { "Format", "cats.route.metric.format", FT_UINT8, BASE_DEC,
        VALS(metric_formats), 0, "Format of the metric's value", HFILL } },
    { &hf_cats_route_metric_length, { "Length", "cats.route.metric.length", FT_UINT8, BASE_DEC, NULL, 0,
        "Octets of the metric's value", HFILL } },
    { &hf_cats_route_metric_value, { "Value", "cats.route.metric.value", FT_UINT8, BASE_DEC, NULL, 0,
        "Value of the metric; a score of level 2 is 0 to 10, 10 best", HFILL } },
    { &hf_cats_route_metric_source, { "Source", "cats.route.metric.source", FT_UINT8, BASE_DEC,
        VALS(metric_sources), 0, "How the metric came about", HFILL } },
    { &hf_cats_route_tlv_type, { "Type", "cats.route.tlv.type", FT_UINT16, BASE_DEC, NULL, 0,
        "Type of a TLV in our attribute or the edge metadata attribute", HFILL } },
    { &hf_cats_route_tlv_length, { "Length", "cats.route.tlv.length", FT_UINT16, BASE_DEC, NULL, 0,
        "Octets of the TLV's value", HFILL } },
    { &hf_cats_route_tlv_value, { "Value", "cats.route.tlv.value", FT_BYTES, BASE_NONE, NULL, 0,
        "Value of the TLV", HFILL } },
    { &hf_cats_route_announced_in, { "Announced in", "cats.route.announced_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
        "The UPDATE that announced the aggregate ID of this packet: of the session to the ingress where its address tells, else of any", HFILL } },
    { &hf_cats_route_age, { "Age of the announcement", "cats.route.age", FT_RELATIVE_TIME, BASE_NONE, NULL, 0,
        "From that UPDATE to this packet", HFILL } },
    { &hf_cats_route_replaced_in, { "Replaced in", "cats.route.replaced_in", FT_FRAMENUM, BASE_NONE, NULL, 0,
        "The message before this packet that replaced or withdrew that announcement, or the last one of the SID", HFILL } },
};
/* clang-format on */

static int *const subtrees[] = {
    &ett_affinity,     &ett_affinity_session, &ett_experimental,    &ett_cats,
    &ett_cats_flow,    &ett_cats_sid,         &ett_cats_sid_holder, &ett_cats_argument,
    &ett_cats_srh_tlv, &ett_cats_route,       &ett_cats_route_tlv,  &ett_cats_route_metric
};

static int wireshark_severity(cats_severity severity)
{
    static const int severities[] = {
        [CATS_NOTE] = PI_NOTE, [CATS_WARNING] = PI_WARN, [CATS_ERROR] = PI_ERROR
    };
    return severities[severity];
}

/* Whether the plugin judges it: all that a packet alone, an UPDATE, a session or a flow tells, and of links
 * what the steering tracker does. */
static bool is_judged(cats_rule_id id)
{
    cats_rule_scope scope = cats_rule_get(id)->scope;
    return scope == CATS_SCOPE_PACKET || scope == CATS_SCOPE_SESSION || scope == CATS_SCOPE_FLOW ||
           scope == CATS_SCOPE_UPDATE || id == CATS_RULE_CATS_FLOW_CHANGED_SITE;
}

/* Registers the rules that are judged here and whose filter name begins with that of the protocol. */
static void register_rules(int protocol)
{
    static ei_register_info infos[2][CATS_RULE_COUNT];
    ei_register_info *info = infos[protocol == proto_cats];
    const char *prefix = proto_get_protocol_filter_name(protocol);
    size_t length = strlen(prefix);
    int count = 0;
    for (int id = 0; id < CATS_RULE_COUNT; id++) {
        const cats_rule *rule = cats_rule_get((cats_rule_id)id);
        if (!is_judged((cats_rule_id)id) || strncmp(rule->filter, prefix, length) != 0 ||
            rule->filter[length] != '.')
            continue;
        rule_fields[id] = (expert_field)EI_INIT;
        info[count++] = (ei_register_info){ &rule_fields[id],
                                            { rule->filter, PI_PROTOCOL, wireshark_severity(rule->severity),
                                              rule->sentence, EXPFILL } };
    }
    expert_register_field_array(expert_register_protocol(protocol), info, count);
}

static hf_register_info *field_of(hf_register_info *fields, size_t count, const int *id)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].p_id == id)
            return &fields[i];
    return NULL;
}

void fields_register(void)
{
    proto_affinity = proto_register_protocol("Service Affinity", "Service Affinity", "affinity");
    proto_cats = proto_register_protocol("Computing-Aware Traffic Steering", "CATS", "cats");
    name_values();
    const value_string *behaviors = behavior_names();
    field_of(cats_fields, array_length(cats_fields), &hf_cats_sid_behavior)->hfinfo.strings = VALS(behaviors);
    field_of(cats_fields, array_length(cats_fields), &hf_cats_route_behavior)->hfinfo.strings =
        VALS(behaviors);
    proto_register_field_array(proto_affinity, affinity_fields, array_length(affinity_fields));
    proto_register_field_array(proto_cats, cats_fields, array_length(cats_fields));
    proto_register_subtree_array(subtrees, array_length(subtrees));
    register_rules(proto_affinity);
    register_rules(proto_cats);
}
