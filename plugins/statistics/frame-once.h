/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A frame may hold several packets of one connection or tunnel (an A-MSDU, a tunnel within a tunnel). Its
 * octets are then counted once. */
#ifndef PLUGINS_STATISTICS_FRAME_ONCE_H
#define PLUGINS_STATISTICS_FRAME_ONCE_H

#include "plugins/compat.h"

#include <epan/conversation_table.h>

#define FRAME_ONCE_KEY_MAX 32

/* Whether `table` has not yet been asked for this key, of at most FRAME_ONCE_KEY_MAX octets, in this frame.
 * A table that was reset has not been asked for any. */
bool frame_once(const conv_hash_t *table, const packet_info *pinfo, const void *key, size_t length);

#endif
