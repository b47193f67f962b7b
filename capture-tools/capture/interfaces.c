/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libpcap's list, and what the kernel says of link types. Spec: pcap_findalldevs(3PCAP), pcap-linktype(7). */
#include "interfaces.h"

#include "capture-tools/cli.h"
#include "epan-cats/packet.h"
#include <net/if_arp.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

/* DLT values that differ from those of files: below 104 they are not the same on every system. */
static const struct {
    int dlt, of_file;
} link_types[] = {
    { DLT_ATM_RFC1483, 100 },
    { DLT_RAW, PACKET_LINK_RAW },
    { DLT_SLIP_BSDOS, 102 },
    { DLT_PPP_BSDOS, 103 },
};

int capture_link_type_of_file(int dlt)
{
    for (size_t i = 0; i < G_N_ELEMENTS(link_types); i++)
        if (link_types[i].dlt == dlt)
            return link_types[i].of_file;
    return dlt;
}

static void interface_free(gpointer data)
{
    capture_interface *interface = data;
    g_free(interface->name);
    g_free(interface->description);
    g_free(interface);
}

static int link_type_of(const char *name)
{
    if (strcmp(name, "any") == 0)
        return PACKET_LINK_LINUX_SLL;
    g_autofree char *path = g_build_filename("/sys/class/net", name, "type", NULL);
    g_autofree char *text = NULL;
    if (!g_file_get_contents(path, &text, NULL, NULL))
        return -1;
    long type = strtol(text, NULL, 10);
    return type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK ? PACKET_LINK_ETHERNET : DLT_RAW;
}

GPtrArray *capture_interfaces_list(const char *verb)
{
    char reason[PCAP_ERRBUF_SIZE];
    pcap_if_t *all;
    if (pcap_findalldevs(&all, reason) != 0) {
        cli_trouble(verb, "interfaces cannot be listed: %s", reason);
        return NULL;
    }
    GPtrArray *list = g_ptr_array_new_with_free_func(interface_free);
    for (const pcap_if_t *each = all; each != NULL; each = each->next) {
        capture_interface *interface = g_new(capture_interface, 1);
        *interface = (capture_interface){ .name = g_strdup(each->name),
                                          .description = g_strdup(each->description),
                                          .up = (each->flags & PCAP_IF_UP) != 0,
                                          .loopback = (each->flags & PCAP_IF_LOOPBACK) != 0,
                                          .link_type = link_type_of(each->name) };
        g_ptr_array_add(list, interface);
    }
    pcap_freealldevs(all);
    return list;
}
