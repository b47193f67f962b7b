/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a TCP segment for service affinity and judges it by the rules that a segment alone can break.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.1; docs/rules.md. */
#include "affinity-rules.h"

#include <glib.h>
#include <string.h>

/* A repeated text of the findings. */
#define EXPECTED_NODE_ADDRESS "expected the unicast address of a service node"

static void judge_place(const affinity_segment *segment, const affinity_option *option,
                        cats_findings *findings)
{
    if (option->permit) {
        /* Without SYN it is no permit, and as a redirect it lacks its address. */
        if ((segment->flags & TCP_FLAG_SYN) == 0)
            cats_findings_add(
                findings, CATS_RULE_AFFINITY_OPTION_LENGTH,
                "option without an address (length %zu) on a segment without SYN (flags 0x%03x), "
                "expected an address and a port",
                affinity_option_length(option), segment->flags);
        return;
    }
    if ((segment->flags & TCP_FLAG_FIN) == 0)
        cats_findings_add(findings, CATS_RULE_AFFINITY_NOT_ON_FIN,
                          "option on a segment with flags 0x%03x, expected FIN (0x%03x)", segment->flags,
                          TCP_FLAG_FIN);
}

static void judge_anycast(const cats_topology *topology, const affinity_segment *segment,
                          const affinity_option *option, cats_findings *findings)
{
    char text[CATS_ADDRESS_TEXT];
    const cats_address *address = &option->address;
    const cats_service *anycast = topology == NULL ? NULL : cats_topology_service_at(topology, address);
    if (anycast != NULL) {
        cats_address_format(address, text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_IS_ANYCAST,
                          "address %s is the anycast address of service %s, " EXPECTED_NODE_ADDRESS, text,
                          anycast->name);
        return;
    }
    if (cats_address_equal(address, &segment->source)) {
        cats_address_format(address, text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_IS_ANYCAST,
                          "address %s is the one the client connected to, " EXPECTED_NODE_ADDRESS, text);
        return;
    }
    if (topology == NULL)
        return;

    /* The service behind the connection is known when the segment comes from its CS-ID or from one of its
     * nodes. */
    const cats_service *service = cats_topology_service_at(topology, &segment->source);
    if (service == NULL) {
        const cats_node *sender = cats_topology_node_at(topology, &segment->source);
        if (sender == NULL)
            return;
        service = &topology->services[sender->service];
    }
    const cats_node *node = cats_topology_node_at(topology, address);
    if (node == NULL || &topology->services[node->service] != service) {
        cats_address_format(address, text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_NOT_OWNED,
                          "address %s is no address of a node of service %s", text, service->name);
    }
}

static void judge_redirect(const cats_topology *topology, const affinity_segment *segment,
                           const affinity_option *option, cats_findings *findings)
{
    char text[CATS_ADDRESS_TEXT];
    const cats_address *address = &option->address;
    const char *kind = cats_address_not_unicast(address);
    if (kind != NULL) {
        cats_address_format(address, text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_NOT_UNICAST,
                          "address %s is %s, " EXPECTED_NODE_ADDRESS, text, kind);
    } else {
        judge_anycast(topology, segment, option, findings);
    }

    if (option->port == 0)
        cats_findings_add(findings, CATS_RULE_AFFINITY_PORT_ZERO, "port 0, expected 1-65535");
    if (address->family != segment->source.family) {
        cats_address_format(address, text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_FAMILY_DIFFERS,
                          "IPv%u address %s on an IPv%u connection", address->family, text,
                          segment->source.family);
    }
}

static void describe(const affinity_option *option, char *text)
{
    if (option->permit)
        g_strlcpy(text, "permit", CATS_ADDRESS_TEXT);
    else
        cats_endpoint_format(&option->address, option->port, text);
}

/* The same address and port in two forms agree. */
static void judge_duplicate(const affinity_seen *seen, cats_findings *findings)
{
    const affinity_option *first = &seen->option[0], *second = &seen->option[1];
    if (first->permit == second->permit && first->port == second->port &&
        cats_address_equal(&first->address, &second->address))
        return;
    char texts[2][CATS_ADDRESS_TEXT];
    describe(first, texts[0]);
    describe(second, texts[1]);
    cats_findings_add(findings, CATS_RULE_AFFINITY_DUPLICATE,
                      "two options disagree: %s (octet %zu of the options) and %s (octet %zu)", texts[0],
                      seen->at[0], texts[1], seen->at[1]);
}

static void judge_seen(const affinity_numbers *numbers, const cats_topology *topology,
                       const affinity_segment *segment, const affinity_seen *seen, cats_findings *findings)
{
    if (seen->defective) {
        char text[CATS_DEFECT_TEXT];
        cats_defect_format(&seen->defect, text, sizeof text);
        cats_findings_add(findings, CATS_RULE_AFFINITY_OPTION_LENGTH, "%s", text);
    }
    for (unsigned i = 0; i < seen->count && i < G_N_ELEMENTS(seen->option); i++) {
        judge_place(segment, &seen->option[i], findings);
        if (!seen->option[i].permit)
            judge_redirect(topology, segment, &seen->option[i], findings);
    }
    if (seen->count > 1)
        judge_duplicate(seen, findings);

    uint16_t saf = affinity_saf_mask(numbers);
    unsigned reserved = segment->flags & TCP_FLAGS_RESERVED & ~(unsigned)saf;
    if (reserved != 0)
        cats_findings_add(findings, CATS_RULE_AFFINITY_RESERVED_BITS,
                          "reserved header bits 0x%03x are set, expected none but SAF (0x%03x)", reserved,
                          saf);
}

void affinity_segment_judge(const affinity_numbers *numbers, const cats_topology *topology,
                            const affinity_segment *segment, const affinity_seen *seen,
                            cats_findings *findings)
{
    if (findings == NULL)
        return;
    bool has_options = seen->defective || seen->count > 0;
    if (has_options || (segment->flags & TCP_FLAGS_RESERVED) != 0)
        judge_seen(numbers, topology, segment, seen, findings);
}

static void read_option(const affinity_numbers *numbers, const affinity_segment *segment, size_t at,
                        affinity_seen *seen)
{
    affinity_option option;
    cats_defect defect;
    switch (affinity_option_parse(numbers, segment->options + at, segment->options_length - at, &option,
                                  &defect)) {
    case AFFINITY_PARSED:
        if (seen->count < G_N_ELEMENTS(seen->option)) {
            seen->option[seen->count] = option;
            seen->at[seen->count] = at;
        }
        seen->count++;
        break;
    case AFFINITY_DEFECT:
        if (!seen->defective) {
            seen->defective = true;
            seen->defect = defect;
            seen->defective_at = at;
        }
        break;
    case AFFINITY_FOREIGN:
        break;
    }
}

/* The layout of nearly every segment: NOP, NOP, timestamps, and no room for more (RFC 7323 appendix A). */
static bool has_timestamps_only(const affinity_segment *segment)
{
    static const uint8_t beginning[4] = { TCP_OPTION_NOP, TCP_OPTION_NOP, 8, 10 };
    return segment->options_length == 12 && memcmp(segment->options, beginning, sizeof beginning) == 0;
}

static void read_options(const affinity_numbers *numbers, const affinity_segment *segment,
                         affinity_seen *seen)
{
    affinity_option_walk walk;
    affinity_option_walk_start(&walk, segment->options, segment->options_length);
    while (affinity_option_walk_next(&walk)) {
        if (walk.kind == numbers->kind || walk.kind >= TCP_OPTION_EXPERIMENT_1)
            read_option(numbers, segment, walk.at, seen);
    }
}

void affinity_segment_read(const affinity_numbers *numbers, const cats_topology *topology,
                           const affinity_segment *segment, affinity_seen *seen, cats_findings *findings)
{
    seen->saf = (segment->flags & affinity_saf_mask(numbers)) != 0;
    seen->count = 0;
    seen->defective = false;
    if (segment->options_length > 0 && !has_timestamps_only(segment))
        read_options(numbers, segment, seen);
    affinity_segment_judge(numbers, topology, segment, seen, findings);
}
