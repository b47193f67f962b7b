/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decode As (tshark -d) for TCP's options: which kind is the service affinity option, beside the preference.
 */
#ifndef PLUGINS_DECODE_AS_H
#define PLUGINS_DECODE_AS_H

#include "compat.h"

/* Offers `handle` for any value of the table, which Wireshark itself does not open to Decode As. */
void decode_as_offer(const char *table, dissector_handle_t handle);

#endif
