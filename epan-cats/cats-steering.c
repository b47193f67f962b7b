/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads what an encapsulated packet says about its steering: egress SID, structure, behaviour, granularity.
 * Spec: RFC 8754 s4, RFC 8986 s3, RFC 9800 s4.1; docs/wire-formats.md s3-5. */
#include "cats-rules.h"

#include "numbers.h"
#include <glib.h>
#include <string.h>

#define ARGUMENT_BITS 32 /* the only length in which the argument is a cats_argument */

void cats_context_init(cats_context *context)
{
    *context = (cats_context){
        .structure = cats_sid_structure_default,
        .function_end_cats = CATS_FUNCTION_END_CATS_DEFAULT,
    };
    const char *error;
    cats_prefix_parse(CATS_LOCATOR_BLOCK_DEFAULT, &context->block, &context->block_length, &error);
}

static bool is_tunnel(uint8_t next_header)
{
    return next_header == CATS_INNER_IPV4 || next_header == CATS_INNER_IPV6 ||
           next_header == CATS_INNER_ETHERNET;
}

static bool in_block(const cats_context *context, const uint8_t sid[16])
{
    unsigned whole = context->block_length / 8;
    unsigned rest = context->block_length % 8;
    if (context->block.family != 6 || context->block_length > 128)
        return false;
    if (memcmp(sid, context->block.octets, whole) != 0)
        return false;
    return rest == 0 || (sid[whole] ^ context->block.octets[whole]) >> (8 - rest) == 0;
}

/* What the table and the context know of one SID. */
typedef struct known_sid {
    const cats_sid_row *row, *owner_row;
    bool learned, owner_learned;
    bool structured; /* structure and parts are valid */
    cats_sid_structure structure;
    cats_sid_parts parts;
    uint16_t behavior;
} known_sid;

/* The longest prefix tells what the SID is; whose it is, the user's own name for what is around it. */
static void choose_rows(const cats_context *context, uint32_t frame, const uint8_t sid[16], known_sid *known)
{
    const cats_sid_table *sids = context->sids;
    if (sids == NULL && context->topology != NULL)
        sids = context->topology->sids;
    const cats_sid_row *configured = cats_sid_table_match(sids, sid);
    const cats_sid_row *learned = cats_route_table_row(context->routes, sid, frame);
    known->learned =
        learned != NULL && (configured == NULL || learned->prefix_length > configured->prefix_length);
    known->row = known->learned ? learned : configured;
    known->owner_learned = known->learned && (configured == NULL || configured->owner == NULL);
    known->owner_row = known->owner_learned ? learned : configured;
}

static void look_up(const cats_context *context, uint32_t frame, const uint8_t sid[16], known_sid *known)
{
    choose_rows(context, frame, sid, known);
    known->structured = known->row != NULL || in_block(context, sid);
    known->behavior = 0;
    if (!known->structured)
        return;
    known->structure = known->row != NULL ? known->row->structure : context->structure;
    cats_sid_split(&known->structure, sid, &known->parts);
    if (known->row != NULL && known->row->behavior != 0)
        known->behavior = known->row->behavior;
    else if (known->structure.function != 0 && known->parts.function == context->function_end_cats)
        known->behavior = CATS_BEHAVIOR_END_CATS;
}

/* Goes on to the last C-SID where rows say that the address is a container. Ends, because each step moves the
 * last bit that is set towards the block. */
static bool open_container(const cats_context *context, uint32_t frame, uint8_t sid[16], known_sid *known)
{
    bool moved = false;
    while (known->row != NULL && cats_behavior_shifts_container(known->behavior) &&
           cats_sid_container_next(&known->structure, sid)) {
        moved = true;
        look_up(context, frame, sid, known);
    }
    return moved;
}

static void read_granularity(cats_steering *steering)
{
    if (steering->behavior == CATS_BEHAVIOR_END_CATS && steering->structure.argument == ARGUMENT_BITS &&
        steering->parts.argument != 0) {
        steering->has_argument = true;
        steering->argument = cats_argument_split((uint32_t)steering->parts.argument);
        steering->has_granularity = true;
        steering->granularity = steering->argument.granularity;
    } else if (steering->row != NULL && steering->row->granularity != CATS_GRANULARITY_NOT_STATED) {
        steering->has_granularity = true;
        steering->granularity = (uint8_t)steering->row->granularity;
    }
}

/* The egress SID and all that follows from it. False when there is no SRH and the SID is not known: no SRv6.
 */
static bool read_sid(const cats_context *context, const cats_packet *packet, cats_steering *steering)
{
    steering->sid_in_destination = !steering->has_srh || steering->srh.segments_left == 0;
    memcpy(steering->sid,
           steering->sid_in_destination ? packet->outer_destination : srh_segment(&steering->srh, 0),
           sizeof steering->sid);
    known_sid known;
    look_up(context, packet->frame, steering->sid, &known);
    if (!steering->has_srh && !known.structured)
        return false;

    if (!steering->sid_in_destination) {
        known_sid active;
        look_up(context, packet->frame, packet->outer_destination, &active);
        steering->active_behavior = active.behavior;
    } else {
        steering->active_behavior = known.behavior;
    }
    steering->in_container = open_container(context, packet->frame, steering->sid, &known);
    steering->row = known.row;
    steering->learned = known.learned;
    steering->owner_row = known.owner_row;
    steering->owner_learned = known.owner_learned;
    steering->behavior = known.behavior;
    steering->structured = known.structured;
    if (known.structured) {
        steering->structure = known.structure;
        steering->parts = known.parts;
        steering->egress_locator = known.parts.locator;
        read_granularity(steering);
    }
    return true;
}

static const char *owner_of(const cats_steering *steering)
{
    return steering->owner_row != NULL ? steering->owner_row->owner : NULL;
}

static bool is_toward_service(const cats_context *context, const cats_packet *packet,
                              const cats_steering *steering)
{
    if (packet->inner_destination.family == 0)
        return false;
    if (context->topology != NULL)
        return cats_topology_service_at(context->topology, &packet->inner_destination) != NULL;
    return !steering->learned ||
           cats_route_table_is_service(context->routes, &packet->inner_destination, packet->frame);
}

void cats_steering_read(const cats_context *context, const cats_packet *packet, cats_steering *steering,
                        cats_findings *findings)
{
    bool tunnel = is_tunnel(packet->next_header);
    if (packet->srh == NULL && !tunnel) {
        steering->is_srv6 = false;
        steering->encapsulated = false;
        steering->has_srh = false;
        return;
    }
    *steering = (cats_steering){ .is_srv6 = packet->srh != NULL };
    if (packet->srh != NULL) {
        cats_defect defect;
        if (!packet->srh_captured)
            return;
        steering->has_srh = srh_parse(packet->srh, packet->srh_available, &steering->srh, &defect);
        if (!steering->has_srh) {
            char text[CATS_DEFECT_TEXT];
            cats_defect_format(&defect, text, sizeof text);
            cats_findings_add(findings, CATS_RULE_CATS_SRH_MALFORMED, "%s", text);
            return;
        }
    }
    if (!read_sid(context, packet, steering))
        return;
    steering->is_srv6 = true;
    steering->encapsulated = tunnel;
    steering->from_ingress = owner_of(steering) == NULL || steering->owner_row->owner_is_egress;
    steering->toward_service = is_toward_service(context, packet, steering);
    if (findings != NULL)
        cats_steering_judge(context, packet, steering, findings);
}

bool cats_steering_behind(const cats_context *context, const cats_packet *packet,
                          const cats_steering *steering, cats_route_behind *behind)
{
    return steering->encapsulated && steering->has_argument && packet->inner_destination.family != 0 &&
           cats_route_table_find_behind(context->routes, steering->sid, steering->argument.aggregate_id,
                                        &packet->inner_destination, packet->outer_source, packet->frame,
                                        behind);
}

uint32_t cats_steering_sid_ended(const cats_context *context, const cats_packet *packet,
                                 const cats_steering *steering)
{
    cats_route_behind behind;
    if (!steering->learned || cats_steering_behind(context, packet, steering, &behind))
        return 0;
    return cats_route_table_sid_ended(context->routes, steering->sid, packet->frame);
}

cats_owner_side cats_steering_owner_side(const cats_steering *steering)
{
    if (owner_of(steering) == NULL)
        return CATS_OWNER_NOT_KNOWN;
    if (!steering->owner_row->owner_is_egress)
        return CATS_OWNER_INGRESS;
    return steering->owner_learned && !steering->toward_service ? CATS_OWNER_NOT_KNOWN : CATS_OWNER_EGRESS;
}

/* Writes at most CATS_SID_NAME_TEXT octets, cut at a UTF-8 character: names come from a file. */
static size_t put_text(char *text, const char *first, const char *separator, const char *second)
{
    size_t wanted = (size_t)g_snprintf(text, CATS_SID_NAME_TEXT, "%s%s%s", first, separator, second);
    if (wanted < CATS_SID_NAME_TEXT)
        return wanted;
    const char *end;
    g_utf8_validate(text, -1, &end);
    text[end - text] = '\0';
    return (size_t)(end - text);
}

size_t cats_steering_sid_name(const cats_steering *steering, char *text)
{
    const char *owner = owner_of(steering) != NULL ? owner_of(steering) : "";
    char number[8] = "";
    const char *behavior = cats_behavior_name(steering->behavior);
    if (behavior == NULL && steering->behavior != 0)
        g_snprintf(number, sizeof number, "0x%04x", steering->behavior);
    if (behavior == NULL)
        behavior = number;
    return put_text(text, owner, *owner != '\0' && *behavior != '\0' ? " " : "", behavior);
}

size_t cats_steering_egress(const cats_steering *steering, char *text)
{
    if (owner_of(steering) != NULL)
        return put_text(text, owner_of(steering), "", "");
    if (steering->egress_locator.family == 0)
        return put_text(text, "", "", "");
    char locator[CATS_ADDRESS_TEXT];
    cats_address_format(&steering->egress_locator, locator);
    unsigned length = (unsigned)steering->structure.block + steering->structure.node;
    return (size_t)g_snprintf(text, CATS_SID_NAME_TEXT, "%s/%u", locator, length);
}
