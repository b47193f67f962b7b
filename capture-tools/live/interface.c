/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel says of a network interface, by ioctl and getifaddrs. Spec: netdevice(7), linux/ethtool.h.
 */
#include "interface.h"

#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

G_DEFINE_QUARK(catshark - live - error - quark, live_error)

/* ---- what ioctl says ---- */

static bool ask(int fd, unsigned long request, const char *name, struct ifreq *answer)
{
    memset(answer, 0, sizeof *answer);
    g_strlcpy(answer->ifr_name, name, sizeof answer->ifr_name);
    return ioctl(fd, request, answer) == 0;
}

/* The name as it was asked for is kept by the caller: the union in ifreq holds one answer at a time. */
static bool read_link_layer(live_interface *interface, int fd, GError **error)
{
    struct ifreq answer;
    if (strlen(interface->name) >= IFNAMSIZ || !ask(fd, SIOCGIFINDEX, interface->name, &answer)) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                    "interface \"%s\": none of this name, expected one that `ip link` lists",
                    interface->name);
        return false;
    }
    interface->index = (unsigned)answer.ifr_ifindex;
    bool found = ask(fd, SIOCGIFHWADDR, interface->name, &answer);
    if (!found || answer.ifr_hwaddr.sa_family != ARPHRD_ETHER) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                    "interface \"%s\": hardware type %d, expected %d (Ethernet)", interface->name,
                    found ? answer.ifr_hwaddr.sa_family : -1, ARPHRD_ETHER);
        return false;
    }
    memcpy(interface->mac, answer.ifr_hwaddr.sa_data, FRAME_ADDRESS);
    if (ask(fd, SIOCGIFMTU, interface->name, &answer))
        interface->mtu = (uint32_t)answer.ifr_mtu;
    interface->up = ask(fd, SIOCGIFFLAGS, interface->name, &answer) && (answer.ifr_flags & IFF_UP) != 0;
    return true;
}

/* ---- offloads ---- */

/* `mask` 0: the answer is 1 or 0. In the order in which they are to be switched off: the others ask for tx.
 */
static const struct offload {
    char *name;
    uint32_t command, mask;
} offloads[] = {
    { "tx", ETHTOOL_GTXCSUM, 0 },
    { "tso", ETHTOOL_GTSO, 0 },
    { "gso", ETHTOOL_GGSO, 0 },
    { "gro", ETHTOOL_GGRO, 0 },
    { "lro", ETHTOOL_GFLAGS, ETH_FLAG_LRO },
};

static void read_offloads(live_interface *interface, int fd)
{
    for (size_t i = 0; i < G_N_ELEMENTS(offloads); i++) {
        struct ethtool_value value = { .cmd = offloads[i].command };
        struct ifreq request = { .ifr_data = (char *)&value };
        g_strlcpy(request.ifr_name, interface->name, sizeof request.ifr_name);
        uint32_t mask = offloads[i].mask != 0 ? offloads[i].mask : UINT32_MAX;
        if (ioctl(fd, SIOCETHTOOL, &request) == 0 && (value.data & mask) != 0)
            g_ptr_array_add(interface->offloads, offloads[i].name);
    }
}

char *live_interface_offload_advice(const live_interface *interface)
{
    if (interface->offloads->len == 0)
        return NULL;
    GString *names = g_string_new(NULL), *options = g_string_new(NULL);
    for (guint i = 0; i < interface->offloads->len; i++) {
        const char *name = g_ptr_array_index(interface->offloads, i);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", name);
        g_string_append_printf(options, " %s off", name);
    }
    char *advice =
        g_strdup_printf("%s: %s %s on: frames here may be merged or lack their checksum, unlike those "
                        "on the wire; mend it with: ethtool -K %s%s",
                        interface->name, names->str, interface->offloads->len > 1 ? "are" : "is",
                        interface->name, options->str);
    g_string_free(names, TRUE);
    g_string_free(options, TRUE);
    return advice;
}

/* ---- addresses ---- */

static bool take_address(const struct sockaddr *from, cats_address *address)
{
    if (from == NULL)
        return false;
    if (from->sa_family == AF_INET) {
        struct sockaddr_in ipv4;
        memcpy(&ipv4, from, sizeof ipv4);
        *address = cats_address_ipv4((const uint8_t *)&ipv4.sin_addr);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        struct sockaddr_in6 ipv6;
        memcpy(&ipv6, from, sizeof ipv6);
        *address = cats_address_ipv6(ipv6.sin6_addr.s6_addr);
        return true;
    }
    return false;
}

static void read_addresses(live_interface *interface)
{
    struct ifaddrs *all;
    if (getifaddrs(&all) != 0)
        return;
    for (const struct ifaddrs *each = all; each != NULL; each = each->ifa_next) {
        cats_address address;
        if (strcmp(each->ifa_name, interface->name) == 0 && take_address(each->ifa_addr, &address))
            g_array_append_val(interface->addresses, address);
    }
    freeifaddrs(all);
}

bool live_interface_owns(const live_interface *interface, const cats_address *address)
{
    for (guint i = 0; i < interface->addresses->len; i++)
        if (cats_address_equal(&g_array_index(interface->addresses, cats_address, i), address))
            return true;
    return false;
}

/* ---- the whole ---- */

live_interface *live_interface_read(const char *name, GError **error)
{
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "interface \"%s\": socket: %s", name,
                    g_strerror(errno));
        return NULL;
    }
    live_interface *interface = g_new0(live_interface, 1);
    interface->name = g_strdup(name);
    interface->addresses = g_array_new(FALSE, FALSE, sizeof(cats_address));
    interface->offloads = g_ptr_array_new();
    bool found = read_link_layer(interface, fd, error);
    if (found) {
        read_offloads(interface, fd);
        read_addresses(interface);
    }
    close(fd);
    if (found)
        return interface;
    live_interface_free(interface);
    return NULL;
}

void live_interface_free(live_interface *interface)
{
    if (interface == NULL)
        return;
    g_array_free(interface->addresses, TRUE);
    g_ptr_array_free(interface->offloads, TRUE);
    g_free(interface->name);
    g_free(interface);
}
