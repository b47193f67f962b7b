/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in front of TCP: SAF under TCP's flags, the rules of a segment, and the Info column. */
#ifndef PLUGINS_TCP_SEGMENT_H
#define PLUGINS_TCP_SEGMENT_H

void tcp_segment_register(void);
void tcp_segment_handoff(void);

#endif
