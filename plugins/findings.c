/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken rules as Wireshark's expert infos. */
#include "findings.h"

#include "fields.h"

void expert_show(packet_info *pinfo, proto_item *item, int protocol, expert_field *field, const char *text)
{
    /* Wrappers add no layer, so the protocol in force is that of their caller. */
    const char *caller = pinfo->current_proto;
    pinfo->current_proto = proto_get_protocol_short_name(find_protocol_by_id(protocol));
    expert_add_info_format(pinfo, item, field, "%s", text);
    pinfo->current_proto = caller;
}

void finding_show(packet_info *pinfo, proto_item *item, int protocol, const cats_finding *finding)
{
    expert_show(pinfo, item, protocol, rule_expert_field(finding->rule), finding->text);
}

const cats_findings *findings_copy(const packet_info *pinfo, const cats_findings *findings)
{
    if (findings == NULL || findings->count == 0)
        return NULL;
    cats_findings *copy = wmem_new(pinfo->pool, cats_findings);
    memcpy(copy, findings, offsetof(cats_findings, list) + findings->count * sizeof findings->list[0]);
    return copy;
}
