/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Stepping in front of handles and lending slots of dissector tables. */
#include "hooks.h"

/* Wireshark warns of a second handle for one value, so the first is taken out before. */
static void replace(const char *table, guint32 value, dissector_handle_t old, dissector_handle_t new)
{
    if (old != NULL)
        dissector_delete_uint(table, value, old);
    if (new != NULL)
        dissector_add_uint(table, value, new);
}

static dissector_handle_t handle_at(const char *table, guint32 value)
{
    return dissector_get_uint_handle(find_dissector_table(table), value);
}

int hook_protocol(const char *wrapped, const char *name, const char *filter)
{
    return proto_register_protocol_in_name_only(name, name, filter, proto_get_id_by_filter_name(wrapped),
                                                FT_BYTES);
}

dissector_handle_t hook_in_front(const char *table, guint32 value, dissector_t dissect, int wrapper_protocol)
{
    dissector_handle_t wrapped = handle_at(table, value);
    if (wrapped == NULL)
        return NULL;
    const char *name = proto_get_protocol_short_name(find_protocol_by_id(wrapper_protocol));
    replace(table, value, wrapped,
            create_dissector_handle_with_name_and_description(dissect, wrapper_protocol, NULL, name));
    return wrapped;
}

void hook_slot_take(hook_slot *slot, guint32 value)
{
    if (slot->taken && slot->value == value)
        return;
    hook_slot_give_back(slot);
    slot->previous = handle_at(slot->table, value);
    slot->value = value;
    slot->taken = true;
    replace(slot->table, value, slot->previous, slot->ours);
}

void hook_slot_give_back(hook_slot *slot)
{
    if (!slot->taken)
        return;
    slot->taken = false;
    replace(slot->table, slot->value, slot->ours, slot->previous);
}
