/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's table of neighbours by netlink. Spec: rtnetlink(7), linux/neighbour.h (NTF_USE). */
#include "neighbor-table.h"

#include "interface.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>

enum { MESSAGE_ROOM = 256, READ_ROOM = 32768 };

struct neighbor_table {
    struct mnl_socket *socket;
    bool refused, lost;
};

/* States in which the kernel would send to the address that it has. */
#define USABLE (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE | NUD_PERMANENT | NUD_NOARP)

neighbor_table *neighbor_table_open(GError **error)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (socket == NULL || mnl_socket_bind(socket, RTMGRP_NEIGH, MNL_SOCKET_AUTOPID) != 0) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "netlink: neighbours: %s", g_strerror(errno));
        if (socket != NULL)
            mnl_socket_close(socket);
        return NULL;
    }
    neighbor_table *table = g_new0(neighbor_table, 1);
    table->socket = socket;
    return table;
}

void neighbor_table_close(neighbor_table *table)
{
    if (table == NULL)
        return;
    mnl_socket_close(table->socket);
    g_free(table);
}

int neighbor_table_fd(const neighbor_table *table)
{
    return mnl_socket_get_fd(table->socket);
}

/* ---- asking ---- */

static void send_about(neighbor_table *table, uint16_t type, uint16_t flags, uint8_t neighbor_flags,
                       unsigned interface_index, const cats_address *address)
{
    char room[MESSAGE_ROOM];
    struct nlmsghdr *message = mnl_nlmsg_put_header(room);
    message->nlmsg_type = type;
    message->nlmsg_flags = NLM_F_REQUEST | flags;
    struct ndmsg *neighbor = mnl_nlmsg_put_extra_header(message, sizeof *neighbor);
    neighbor->ndm_family = address->family == 4 ? AF_INET : AF_INET6;
    neighbor->ndm_ifindex = (int)interface_index;
    neighbor->ndm_flags = neighbor_flags;
    mnl_attr_put(message, NDA_DST, cats_address_length(address), address->octets);
    if (mnl_socket_sendto(table->socket, message, message->nlmsg_len) < 0)
        table->lost = true;
}

void neighbor_table_resolve(neighbor_table *table, unsigned interface_index, const cats_address *address)
{
    if (!table->refused)
        send_about(table, RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, NTF_USE, interface_index, address);
    send_about(table, RTM_GETNEIGH, 0, 0, interface_index, address);
}

/* ---- hearing ---- */

typedef struct neighbor_attributes {
    const struct nlattr *address, *mac;
} neighbor_attributes;

static int take_attribute(const struct nlattr *attribute, void *context)
{
    neighbor_attributes *found = context;
    if (mnl_attr_get_type(attribute) == NDA_DST)
        found->address = attribute;
    else if (mnl_attr_get_type(attribute) == NDA_LLADDR)
        found->mac = attribute;
    return MNL_CB_OK;
}

static bool take_address(const struct nlattr *attribute, cats_address *address)
{
    size_t length = attribute != NULL ? mnl_attr_get_payload_len(attribute) : 0;
    if (length != 4 && length != 16)
        return false;
    const uint8_t *octets = mnl_attr_get_payload(attribute);
    *address = length == 4 ? cats_address_ipv4(octets) : cats_address_ipv6(octets);
    return true;
}

static void hear(const struct nlmsghdr *message, neighbor_heard heard, void *context)
{
    const struct ndmsg *neighbor = mnl_nlmsg_get_payload(message);
    neighbor_attributes found = { 0 };
    cats_address address;
    if (mnl_nlmsg_get_payload_len(message) < sizeof *neighbor ||
        mnl_attr_parse(message, sizeof *neighbor, take_attribute, &found) < 0 ||
        !take_address(found.address, &address))
        return;
    bool usable = (neighbor->ndm_state & USABLE) != 0 && found.mac != NULL &&
                  mnl_attr_get_payload_len(found.mac) == FRAME_ADDRESS;
    if (usable || (neighbor->ndm_state & NUD_FAILED) != 0)
        heard(context, (unsigned)neighbor->ndm_ifindex, &address,
              usable ? mnl_attr_get_payload(found.mac) : NULL);
}

static void hear_error(neighbor_table *table, const struct nlmsghdr *message)
{
    const struct nlmsgerr *error = mnl_nlmsg_get_payload(message);
    if (mnl_nlmsg_get_payload_len(message) >= sizeof *error && error->error == -EPERM &&
        error->msg.nlmsg_type == RTM_NEWNEIGH)
        table->refused = true;
}

void neighbor_table_read(neighbor_table *table, neighbor_heard heard, void *context)
{
    g_autofree char *room = g_malloc(READ_ROOM);
    for (;;) {
        ssize_t length = mnl_socket_recvfrom(table->socket, room, READ_ROOM);
        if (length < 0 && errno == EINTR)
            continue;
        if (length < 0 && (errno == ENOBUFS || errno == ENOSPC)) {
            table->lost = true;
            continue;
        }
        if (length <= 0)
            return;
        int left = (int)length;
        const struct nlmsghdr *message = (const struct nlmsghdr *)(void *)room;
        for (; mnl_nlmsg_ok(message, left); message = mnl_nlmsg_next(message, &left)) {
            if (message->nlmsg_type == RTM_NEWNEIGH)
                hear(message, heard, context);
            else if (message->nlmsg_type == NLMSG_ERROR)
                hear_error(table, message);
        }
    }
}

bool neighbor_table_refused(const neighbor_table *table)
{
    return table->refused;
}

bool neighbor_table_lost(neighbor_table *table)
{
    bool lost = table->lost;
    table->lost = false;
    return lost;
}
