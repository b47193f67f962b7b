/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding items of Wireshark's own dissectors in the tree. */
#include "tree.h"

int native_tcp = -1, native_tcp_flags = -1, native_tcp_flags_res = -1, native_tcp_option_kind = -1,
    native_tcp_option_length = -1, native_tcp_exid = -1, native_tcp_experimental = -1;
int native_udp = -1, native_ipv6 = -1, native_ipv6_dst = -1, native_srh_address = -1;
int native_bgp = -1, native_bgp_attributes = -1, native_bgp_attribute = -1, native_bgp_unknown = -1;

void tree_find_natives(void)
{
    static const struct {
        int *id;
        const char *filter;
    } natives[] = {
        { &native_tcp, "tcp" },
        { &native_tcp_flags, "tcp.flags" },
        { &native_tcp_flags_res, "tcp.flags.res" },
        { &native_tcp_option_kind, "tcp.option_kind" },
        { &native_tcp_option_length, "tcp.option_len" },
        { &native_tcp_exid, "tcp.options.experimental.exid" },
        { &native_tcp_experimental, "tcp.options.experimental" },
        { &native_udp, "udp" },
        { &native_ipv6, "ipv6" },
        { &native_ipv6_dst, "ipv6.dst" },
        { &native_srh_address, "ipv6.routing.srh.addr" },
        { &native_bgp, "bgp" },
        { &native_bgp_attributes, "bgp.update.path_attributes" },
        { &native_bgp_attribute, "bgp.update.path_attribute" },
        { &native_bgp_unknown, "bgp.update.path_attributes.unknown" },
    };
    for (size_t i = 0; i < array_length(natives); i++)
        *natives[i].id = proto_registrar_get_id_byname(natives[i].filter);
}

static bool shows(const proto_node *node, int field)
{
    const field_info *info = PNODE_FINFO(node);
    return info != NULL && info->hfinfo->id == field;
}

proto_node *tree_mark(proto_tree *tree)
{
    return tree == NULL ? NULL : tree->last_child;
}

proto_node *tree_first_behind(proto_tree *tree, proto_node *mark, int field)
{
    if (tree == NULL)
        return NULL;
    for (proto_node *node = mark == NULL ? tree->first_child : mark->next; node != NULL; node = node->next)
        if (shows(node, field))
            return node;
    return NULL;
}

proto_node *tree_first(proto_tree *tree, int field)
{
    return tree_first_behind(tree, NULL, field);
}

proto_node *tree_last(proto_tree *tree, int field)
{
    proto_node *last = NULL;
    for (proto_node *node = tree_first(tree, field); node != NULL;
         node = tree_first_behind(tree, node, field))
        last = node;
    return last;
}

proto_node *tree_at(proto_tree *tree, int field, tvbuff_t *tvb, int at)
{
    const tvbuff_t *source = tvb_get_ds_tvb(tvb);
    int start = tvb_raw_offset(tvb) + at;
    for (proto_node *node = tree_first(tree, field); node != NULL;
         node = tree_first_behind(tree, node, field)) {
        const field_info *info = PNODE_FINFO(node);
        if (info->ds_tvb == source && info->start == start)
            return node;
    }
    return NULL;
}
