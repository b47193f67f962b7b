/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ways into Wireshark's own dissection: stepping in front of a handle that a dissector table has, and lending
 * a slot of a table that is given back as it was. */
#ifndef PLUGINS_HOOKS_H
#define PLUGINS_HOOKS_H

#include "compat.h"

/* Puts `dissect` in the place of the handle at `value` of a table and gives that handle, to which `dissect`
 * passes everything on; NULL, and nothing done, when there is none. `wrapped` is the filter name of the
 * protocol stepped in front of: the new handle belongs to a protocol in name only under it, so that no layer
 * is added to frame.protocols, and disabling that protocol disables the wrapper. */
dissector_handle_t hook_in_front(const char *table, guint32 value, dissector_t dissect, int wrapper_protocol);

/* Registers the protocol in name only of a wrapper. */
int hook_protocol(const char *wrapped, const char *name, const char *filter);

/* Calls what the wrapper stands in front of, as if it were called by the wrapper's caller. */
static inline int hook_pass_on(dissector_handle_t handle, tvbuff_t *tvb, packet_info *pinfo, proto_tree *tree,
                               void *data)
{
    pinfo->can_desegment = pinfo->saved_can_desegment;
    return call_dissector_only(handle, tvb, pinfo, tree, data);
}

/* Tells the packets in a frame apart, the same on every pass: how deep, and where in its data. */
static inline uint32_t frame_place(const packet_info *pinfo, tvbuff_t *tvb)
{
    return (uint32_t)pinfo->curr_layer_num << 16 | ((uint32_t)tvb_raw_offset(tvb) & 0xffff);
}

/* A slot of a table that follows a preference. */
typedef struct hook_slot {
    const char *table;
    dissector_handle_t ours;
    bool taken;
    guint32 value;               /* where `ours` is, when taken */
    dissector_handle_t previous; /* who was there before, or NULL */
} hook_slot;

/* Moves `ours` to `value`, and gives the slot it had to whom it was taken from. */
void hook_slot_take(hook_slot *slot, guint32 value);
void hook_slot_give_back(hook_slot *slot);

#endif
