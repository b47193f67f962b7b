/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Addresses as Wireshark has them, and as the core library has them. */
#ifndef PLUGINS_ADDRESSES_H
#define PLUGINS_ADDRESSES_H

#include "compat.h"
#include "epan-cats/address.h"

/* Points to the octets of `from`; no address for family 0. */
static inline address address_from(const cats_address *from)
{
    address to = ADDRESS_INIT_NONE;
    if (from->family != 0)
        set_address(&to, from->family == 4 ? AT_IPv4 : AT_IPv6, (int)cats_address_length(from), from->octets);
    return to;
}

/* Family 0 for what is neither an IPv4 nor an IPv6 address. */
static inline cats_address address_read(const address *from)
{
    if (from->type == AT_IPv4 && from->len == 4)
        return cats_address_ipv4(from->data);
    if (from->type == AT_IPv6 && from->len == 16)
        return cats_address_ipv6(from->data);
    return (cats_address){ .family = 0 };
}

#endif
