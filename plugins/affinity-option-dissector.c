/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service affinity option in all its forms: its own kind through TCP's table of options, and the
 * experimental kinds 253 and 254, for which no table of ExIDs exists, by stepping in front of them; an ExID
 * that is not ours goes back to Wireshark. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 6994 s3. */
#include "affinity-option-dissector.h"

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

static void add_hidden(proto_tree *tree, int field, tvbuff_t *tvb, int at)
{
    proto_item_set_hidden(proto_tree_add_item(tree, field, tvb, at, 1, ENC_BIG_ENDIAN));
}

/* Our item with kind and length. With the own kind it is the option's only one, and TCP's fields of every
 * option are there for filters. */
static proto_tree *add_option(tvbuff_t *tvb, proto_tree *tree, bool only)
{
    proto_item *item = proto_tree_add_item(tree, proto_affinity, tvb, 0, -1, ENC_NA);
    proto_tree *subtree = proto_item_add_subtree(item, ett_affinity);
    note_item(tvb, item);
    if (only)
        add_hidden(subtree, native_tcp_option_kind, tvb, 0);
    proto_tree_add_item(subtree, hf_affinity_kind, tvb, 0, 1, ENC_BIG_ENDIAN);
    if (tvb_reported_length(tvb) < 2)
        return subtree;
    if (only)
        add_hidden(subtree, native_tcp_option_length, tvb, 1);
    proto_tree_add_item(subtree, hf_affinity_length, tvb, 1, 1, ENC_BIG_ENDIAN);
    return subtree;
}

static void add_values(tvbuff_t *tvb, proto_tree *tree, const affinity_option *option)
{
    int at = EXID_AT;
    if (option->exid != 0) {
        int length = option->exid > 0xffff ? 4 : 2;
        proto_tree_add_item(tree, hf_affinity_exid, tvb, at, length, ENC_BIG_ENDIAN);
        at += length;
    }
    proto_item *item = proto_tree_get_parent(tree);
    if (option->permit) {
        proto_item_append_text(item, ": permit");
        proto_tree_add_boolean(tree, hf_affinity_permit, tvb, 0, (int)tvb_reported_length(tvb), TRUE);
        return;
    }
    int address_length = (int)cats_address_length(&option->address);
    int field = option->address.family == 4 ? hf_affinity_ipv4 : hf_affinity_ipv6;
    proto_tree_add_item(tree, field, tvb, at, address_length,
                        option->address.family == 4 ? ENC_BIG_ENDIAN : ENC_NA);
    proto_tree_add_item(tree, hf_affinity_port, tvb, at + address_length, PORT_LENGTH, ENC_BIG_ENDIAN);

    char text[CATS_ADDRESS_TEXT];
    cats_endpoint_format(&option->address, option->port, text);
    proto_item_append_text(item, ": %s", text);
}

/* Reads the option; whatever the capture cut off is never looked at. */
static affinity_parse_result parse(tvbuff_t *tvb, affinity_option *option)
{
    cats_defect defect;
    unsigned captured = tvb_captured_length(tvb);
    return affinity_option_parse(affinity_settings(), tvb_get_ptr(tvb, 0, (int)captured), captured, option,
                                 &defect);
}

static bool is_cut(tvbuff_t *tvb)
{
    return tvb_captured_length(tvb) < tvb_reported_length(tvb);
}

static int dissect_own_kind(tvbuff_t *tvb, packet_info *pinfo _U_, proto_tree *tree, void *data _U_)
{
    affinity_option option;
    proto_tree *subtree = add_option(tvb, tree, true);
    if (is_cut(tvb))
        tvb_ensure_bytes_exist(tvb, 0, (int)tvb_reported_length(tvb));
    if (parse(tvb, &option) == AFFINITY_PARSED)
        add_values(tvb, subtree, &option);
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
    uint32_t exid = affinity_settings()->exid;
    if (exid > 0xffff)
        return tvb_bytes_exist(tvb, EXID_AT, 4) && tvb_get_ntohl(tvb, EXID_AT) == exid;
    return tvb_bytes_exist(tvb, EXID_AT, 2) && tvb_get_ntohs(tvb, EXID_AT) == exid;
}

static int dissect_experimental(tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree, void *data)
{
    if (!affinity_is_enabled() || !has_our_exid(tvb)) {
        uint8_t kind = *tvb_get_ptr(tvb, 0, 1);
        return hook_pass_on(experimental[kind - TCP_OPTION_EXPERIMENT_1], tvb, pinfo, tree, data);
    }
    affinity_option option;
    proto_tree *subtree = add_option(tvb, add_experimental(tvb, tree), false);
    if (is_cut(tvb))
        tvb_ensure_bytes_exist(tvb, 0, (int)tvb_reported_length(tvb));
    if (parse(tvb, &option) == AFFINITY_PARSED)
        add_values(tvb, subtree, &option);
    return (int)tvb_captured_length(tvb);
}

void option_dissector_follow_preferences(void)
{
    if (affinity_is_enabled())
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
    option_dissector_follow_preferences();
}
