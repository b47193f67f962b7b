/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The plugin's protocols, fields, subtrees and expert infos, as ids that Wireshark gives at registration.
 * A field's variable mirrors its filter name. */
#ifndef PLUGINS_FIELDS_H
#define PLUGINS_FIELDS_H

#include "compat.h"
#include "epan-cats/numbers.h"
#include "epan-cats/route-problem.h"
#include "epan-cats/rules.h"

extern int proto_affinity; /* "Service Affinity" */
extern int proto_cats;     /* "Computing-Aware Traffic Steering" */

extern int hf_affinity_kind, hf_affinity_length, hf_affinity_exid, hf_affinity_ipv4, hf_affinity_ipv6,
    hf_affinity_port, hf_affinity_permit;
extern int hf_affinity_session, hf_affinity_verdict, hf_affinity_reconnect_in, hf_affinity_redirect_in,
    hf_affinity_reconnect_time;

/* SAF has one field per position that the preference can give it; all are named affinity.saf. */
extern int hf_affinity_saf[AFFINITY_SAF_OFFSET_MAX - AFFINITY_SAF_OFFSET_MIN + 1];

extern int hf_cats_sid, hf_cats_sid_locator, hf_cats_sid_function, hf_cats_sid_argument, hf_cats_sid_behavior,
    hf_cats_sid_name;
extern int hf_cats_granularity, hf_cats_level, hf_cats_aggregate_id;
extern int hf_cats_ingress, hf_cats_egress, hf_cats_service, hf_cats_addr;
extern int hf_cats_flow, hf_cats_site, hf_cats_verdict;
extern int hf_cats_segment_active, hf_cats_srh_flags_oam, hf_cats_srh_flags_unused;
extern int hf_cats_srh_tlv_type, hf_cats_srh_tlv_length, hf_cats_srh_tlv_value, hf_cats_srh_tlv_hmac_d,
    hf_cats_srh_tlv_hmac_key_id, hf_cats_srh_tlv_hmac_value;

extern int hf_cats_route_prefix, hf_cats_route_withdrawn, hf_cats_route_rd, hf_cats_route_handling,
    hf_cats_route_sid, hf_cats_route_behavior, hf_cats_route_structure, hf_cats_route_granularity,
    hf_cats_route_level, hf_cats_route_aggregate_id, hf_cats_route_tlv_type, hf_cats_route_tlv_length,
    hf_cats_route_tlv_value;
extern int hf_cats_route_metric, hf_cats_route_metric_type, hf_cats_route_metric_level,
    hf_cats_route_metric_format, hf_cats_route_metric_length, hf_cats_route_metric_value,
    hf_cats_route_metric_source;
extern int hf_cats_route_announced_in, hf_cats_route_age, hf_cats_route_replaced_in;

extern int ett_affinity, ett_affinity_session, ett_experimental, ett_cats, ett_cats_flow, ett_cats_sid,
    ett_cats_sid_holder, ett_cats_argument, ett_cats_srh_tlv, ett_cats_route, ett_cats_route_tlv,
    ett_cats_route_metric;

/* The expert info of a rule; valid for rules that the plugin judges only. */
expert_field *rule_expert_field(cats_rule_id rule);

/* The expert info of what can be wrong with a route. */

/* Registers both protocols with all of the above. */
void fields_register(void);

#endif
