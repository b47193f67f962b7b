/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The entry belongs to our protocol and not to TCP's: so the dialog goes on to propose TCP's ports for a TCP
 * packet, and ours is chosen by hand. */
#include "decode-as.h"

#include "preferences.h"

#include <epan/decode_as.h>

static void prompt(packet_info *pinfo _U_, char *text)
{
    snprintf(text, MAX_DECODE_AS_PROMPT_LEN, "TCP option kind as");
}

static gpointer kind(packet_info *pinfo _U_)
{
    return GUINT_TO_POINTER(affinity_settings()->kind);
}

void decode_as_offer(const char *table, dissector_handle_t handle)
{
    static build_valid_func kinds[] = { kind };
    static decode_as_value_t value = { prompt, array_length(kinds), kinds };
    static decode_as_t entry = { .name = "affinity",
                                 .num_items = 1,
                                 .values = &value,
                                 .populate_list = decode_as_default_populate_list,
                                 .reset_value = decode_as_default_reset,
                                 .change_value = decode_as_default_change };
    entry.table_name = table;
    register_decode_as(&entry);
    dissector_add_for_decode_as(table, handle);
}
