/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections that were seen to be of a session only after some of their packets: those before are found by
 * Wireshark's conversation on later passes. */
#ifndef PLUGINS_LATE_CONNECTION_H
#define PLUGINS_LATE_CONNECTION_H

#include "compat.h"
#include "epan-cats/affinity-rules.h"

/* For every file, and every new dissection of it. */
void late_connection_begin(void);

/* First pass: the connection, of a session from this segment on, has this number. Not of a SYN: Wireshark
 * makes its conversation only when TCP reads it. */
void late_connection_add(packet_info *pinfo, const affinity_segment *segment, uint32_t number);

/* Later passes: whether the segment is one before such a connection was known, and of which. */
bool late_connection_find(packet_info *pinfo, const affinity_segment *segment, uint32_t *number);

#endif
