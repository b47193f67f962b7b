/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The interfaces that can be captured on, as libpcap lists them. */
#ifndef CATSHARK_CAPTURE_INTERFACES_H
#define CATSHARK_CAPTURE_INTERFACES_H

#include <glib.h>
#include <stdbool.h>

typedef struct capture_interface {
    char *name, *description; /* the description may be NULL */
    bool up, loopback;
    int link_type; /* DLT, as far as it is known without opening: Ethernet, cooked or raw IP; -1 for what is
                      no network interface (USB, netfilter's log, D-Bus) */
} capture_interface;

/* Of capture_interface, owned; NULL when they cannot be listed, which was told in the name of `verb`. */
GPtrArray *capture_interfaces_list(const char *verb);
/* The LINKTYPE of a file for libpcap's DLT. */
int capture_link_type_of_file(int dlt);

#endif
