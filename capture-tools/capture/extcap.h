/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What Wireshark asks an extcap program, answered in its sentences. Spec: Wireshark Developer's Guide,
 * "extcap"; extcap(4). */
#ifndef CATSHARK_CAPTURE_EXTCAP_H
#define CATSHARK_CAPTURE_EXTCAP_H

#include <glib.h>
#include <stdbool.h>
#include <stdio.h>

/* All over `list` of capture_interface (interfaces.h). */

/* The interfaces: "catshark-eth0" for eth0. What is no network is left out. */
void extcap_write_interfaces(const GPtrArray *list, const char *version, FILE *out);
/* The host's name of an interface of ours: part of `name`, or NULL for what is none of ours. */
const char *extcap_host_interface(const char *name);
/* The link type, and the options of the dialog. False where the host has no such interface. */
bool extcap_write_link_types(const GPtrArray *list, const char *interface, FILE *out);
bool extcap_write_options(const GPtrArray *list, const char *interface, FILE *out);

#endif
