/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Items that stand in no octet of the packet. */
#ifndef PLUGINS_GENERATED_H
#define PLUGINS_GENERATED_H

#include "compat.h"

static inline proto_item *generated_text(proto_tree *tree, int field, tvbuff_t *tvb, const char *text)
{
    proto_item *item = proto_tree_add_string(tree, field, tvb, 0, 0, text);
    proto_item_set_generated(item);
    return item;
}

static inline proto_item *generated_number(proto_tree *tree, int field, tvbuff_t *tvb, uint32_t number)
{
    proto_item *item = proto_tree_add_uint(tree, field, tvb, 0, 0, number);
    proto_item_set_generated(item);
    return item;
}

#endif
