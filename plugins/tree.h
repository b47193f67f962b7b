/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finding what Wireshark's own dissectors put into the tree, to hang our items there. */
#ifndef PLUGINS_TREE_H
#define PLUGINS_TREE_H

#include "compat.h"

/* Ids of Wireshark's own protocols and fields; looked up once by tree_find_natives(). */
extern int native_tcp, native_tcp_flags, native_tcp_flags_res, native_tcp_option_kind,
    native_tcp_option_length, native_tcp_exid, native_tcp_experimental;
extern int native_udp, native_ipv6, native_ipv6_dst, native_srh_address;
extern int native_bgp, native_bgp_attributes, native_bgp_attribute, native_bgp_unknown;
void tree_find_natives(void);

/* The first or last child that shows this field; NULL without a tree. Where nobody looks at the tree as a
 * whole, Wireshark leaves out items that nobody asked for, protocols as well, and puts what belongs below
 * them into the tree that they would be in. */
proto_node *tree_first(proto_tree *tree, int field);
proto_node *tree_last(proto_tree *tree, int field);

/* The first child that shows this field at that octet of the tvb. */
proto_node *tree_at(proto_tree *tree, int field, tvbuff_t *tvb, int at);

/* The last child so far, and the first one that shows this field of those that came after it. */
proto_node *tree_mark(proto_tree *tree);
proto_node *tree_first_behind(proto_tree *tree, proto_node *mark, int field);

#endif
