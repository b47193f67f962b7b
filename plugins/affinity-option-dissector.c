/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service affinity option in all its forms: its own kind through TCP's table of options, and the
 * experimental kinds 253 and 254, for which no table of ExIDs exists, by stepping in front of them; an ExID
 * that is not ours goes back to Wireshark. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 6994 s3. */
#include "affinity-option-dissector.h"

#include "decode-as.h"
#include "fields.h"
#include "hooks.h"
#include "preferences.h"
#include "tree.h"

#include "epan-cats/affinity-option.h"

#define TABLE "tcp.option"
#define EXID_AT 2
#define PORT_LENGTH 2

static dissector_handle_t experimental[2]; /* Wireshark's, by kind - 253 */
static hook_slot own_kind = { .table = TABLE };
static option_items *notes;

option_items *option_items_direct(option_items *items)
{
    option_items *before = notes;
    notes = items;
    return before;
}

proto_item *option_items_at(const option_items *items, int at)
{
    for (unsigned i = 0; i < items->count; i++)
        if (items->list[i].at == at)
            return items->list[i].item;
    return NULL;
}

static void note_item(tvbuff_t *tvb, proto_item *item)
{
    if (notes == NULL || notes->count == OPTION_ITEMS_MAX)
        return;
    notes->list[notes->count].at = tvb_raw_offset(tvb);
    notes->list[notes->count].item = item;
    notes->count++;
}

/* Octets of the ExID behind kind and length. */
static int exid_length(const affinity_numbers *numbers)
{
    return numbers->exid > 0xffff ? 4 : 2;
}

/* Our item with what every form of the option begins with. */
static proto_tree *add_option(tvbuff_t *tvb, proto_tree *tree)
{
    proto_item *item = proto_tree_add_item(tree, proto_affinity, tvb, 0, -1, ENC_NA);
    proto_tree *subtree = proto_item_add_subtree(item, ett_affinity);
    note_item(tvb, item);
    proto_tree_add_item(subtree, hf_affinity_kind, tvb, 0, 1, ENC_BIG_ENDIAN);
    proto_tree_add_item(subtree, hf_affinity_length, tvb, 1, 1, ENC_BIG_ENDIAN);
    return subtree;
}

static void add_address(tvbuff_t *tvb, proto_tree *tree, int at, const affinity_option *option)
{
    char text[CATS_ADDRESS_TEXT];
    int length = (int)cats_address_length(&option->address);
    if (option->address.family == 4)
        proto_tree_add_item(tree, hf_affinity_ipv4, tvb, at, length, ENC_BIG_ENDIAN);
    else
        proto_tree_add_item(tree, hf_affinity_ipv6, tvb, at, length, ENC_NA);
    proto_tree_add_item(tree, hf_affinity_port, tvb, at + length, PORT_LENGTH, ENC_BIG_ENDIAN);
    cats_endpoint_format(&option->address, option->port, text);
    proto_item_append_text(proto_tree_get_parent(tree), ": %s", text);
}

/* What stands at offset `at`, behind the ExID if there is one: an address and port, or nothing in a permit.
 * Of a defective option nothing more is shown. Throws where the capture cut the option. */
static void add_values(tvbuff_t *tvb, proto_tree *tree, int at)
{
    affinity_option option;
    cats_defect defect;
    int length = (int)tvb_reported_length(tvb);
    const uint8_t *octets = tvb_get_ptr(tvb, 0, length);
    if (affinity_option_parse(affinity_settings(), octets, (size_t)length, &option, &defect) !=
        AFFINITY_PARSED)
        return;
    if (option.permit) {
        proto_item_append_text(proto_tree_get_parent(tree), ": permit");
        proto_tree_add_boolean(tree, hf_affinity_permit, tvb, 0, length, TRUE);
    } else {
        add_address(tvb, tree, at, &option);
    }
}

static void add_hidden(proto_tree *tree, int field, tvbuff_t *tvb, int at)
{
    proto_item_set_hidden(proto_tree_add_item(tree, field, tvb, at, 1, ENC_BIG_ENDIAN));
}

static int dissect_own_kind(tvbuff_t *tvb, packet_info *pinfo _U_, proto_tree *tree, void *data _U_)
{
    proto_tree *subtree = add_option(tvb, tree);
    /* TCP's fields of every option are there for filters. */
    add_hidden(subtree, native_tcp_option_kind, tvb, 0);
    add_hidden(subtree, native_tcp_option_length, tvb, 1);
    add_values(tvb, subtree, EXID_AT);
    return (int)tvb_captured_length(tvb);
}

/* TCP's own item and fields of an experimental option, which filters on tcp.options.experimental look for. */
static proto_tree *add_experimental(tvbuff_t *tvb, proto_tree *tree)
{
    proto_item *item = proto_tree_add_item(tree, native_tcp_experimental, tvb, 0, -1, ENC_NA);
    proto_tree *subtree = proto_item_add_subtree(item, ett_experimental);
    proto_item_append_text(item, ": Service Affinity");
    proto_tree_add_item(subtree, native_tcp_option_kind, tvb, 0, 1, ENC_BIG_ENDIAN);
    proto_tree_add_item(subtree, native_tcp_option_length, tvb, 1, 1, ENC_BIG_ENDIAN);
    proto_tree_add_item(subtree, native_tcp_exid, tvb, EXID_AT, 2, ENC_BIG_ENDIAN);
    return subtree;
}

/* A cut option is ours when its ExID is there to be seen. */
static bool has_our_exid(tvbuff_t *tvb)
{
    const affinity_numbers *numbers = affinity_settings();
    int length = exid_length(numbers);
    if (!tvb_bytes_exist(tvb, EXID_AT, length))
        return false;
    return (length == 4 ? tvb_get_ntohl(tvb, EXID_AT) : tvb_get_ntohs(tvb, EXID_AT)) == numbers->exid;
}

static int dissect_experimental(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!affinity_is_enabled() || !has_our_exid(tvb)) {
        uint8_t kind = *tvb_get_ptr(tvb, 0, 1);
        return hook_pass_on(experimental[kind - TCP_OPTION_EXPERIMENT_1], tvb, pinfo, tree, data);
    }
    int length = exid_length(affinity_settings());
    proto_tree *subtree = add_option(tvb, add_experimental(tvb, tree));
    proto_tree_add_item(subtree, hf_affinity_exid, tvb, EXID_AT, length, ENC_BIG_ENDIAN);
    add_values(tvb, subtree, EXID_AT + length);
    return (int)tvb_captured_length(tvb);
}

/* Decode As put our handle where we did not. 0: nowhere. */
static uint8_t kind_decoded_as(void)
{
    dissector_table_t table = find_dissector_table(TABLE);
    for (uint8_t kind = TCP_OPTION_NOP + 1; kind < TCP_OPTION_EXPERIMENT_1; kind++)
        if (!(own_kind.taken && own_kind.value == kind) &&
            dissector_get_uint_handle(table, kind) == own_kind.ours)
            return kind;
    return 0;
}

void option_dissector_follow_preferences(void)
{
    uint8_t chosen = kind_decoded_as();
    affinity_kind_decode_as(chosen);
    if (affinity_is_enabled() && chosen == 0)
        hook_slot_take(&own_kind, affinity_settings()->kind);
    else
        hook_slot_give_back(&own_kind);
}

void option_dissector_register(void)
{
    /* In name only, as all of TCP's options: it adds no layer to frame.protocols. */
    int option = proto_register_protocol_in_name_only("TCP Option - Service Affinity", "Service Affinity",
                                                      "affinity.option", proto_affinity, FT_BYTES);
    own_kind.ours = create_dissector_handle(dissect_own_kind, option);
}

void option_dissector_handoff(void)
{
    for (guint32 i = 0; i < array_length(experimental); i++)
        experimental[i] =
            hook_in_front(TABLE, TCP_OPTION_EXPERIMENT_1 + i, dissect_experimental, native_tcp_experimental);
    decode_as_offer(TABLE, own_kind.ours);
    option_dissector_follow_preferences();
}
