/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rights that live verbs need: CAP_NET_RAW, and CAP_NET_ADMIN where routes or neighbours are touched.
 * Dropped for good once sockets are open. Spec: capabilities(7). */
#ifndef CATSHARK_LIVE_PRIVILEGES_H
#define CATSHARK_LIVE_PRIVILEGES_H

#include <glib.h>
#include <stdbool.h>

typedef enum privilege { PRIVILEGE_RAW = 1, PRIVILEGE_ADMIN = 2 } privilege;

/* "setcap cap_net_raw+ep /usr/bin/catshark": what gives this program the wanted ones; the path is quoted for
 * a shell where it must be. To be freed. */
char *privileges_setcap_line(unsigned wanted);

/* Whether the process has them (a set of privilege), raised where they are permitted only; else *error
 * (LIVE_ERROR_PERMISSION) has the setcap line with the path of this program. */
bool privileges_check(unsigned wanted, GError **error);
/* Keeps `kept` of them in the effective and permitted sets, drops all others (those of root too) for good,
 * and sets no_new_privs. */
bool privileges_drop(unsigned kept, GError **error);

#endif
