/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark's Statistics menu and tshark's -z offer of both protocols. All of it listens to the taps of
 * taps.h while a user has it open, and to nothing before. */
#ifndef PLUGINS_STATISTICS_STATISTICS_H
#define PLUGINS_STATISTICS_STATISTICS_H

/* After fields_register() and taps_register(). */
void statistics_register(void);

/* Its parts. */
void conversation_tables_register(void);
void affinity_tree_register(void);
void cats_tree_register(void);
void routes_tree_register(void);

#endif
