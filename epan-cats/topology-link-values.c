/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of values that say where a link is on a live host. Spec: docs/topology.md ([link NAME]). */
#include "topology-private.h"

#include <string.h>

#define FIELD(value, type) ((type *)(void *)((value)->record + (value)->key->offset))

/* IFNAMSIZ of Linux, its NUL left out. */
#define INTERFACE_MAX 15

char *topology_parse_interface(topology_value *value)
{
    size_t length = strlen(value->text);
    bool named = length > 0 && length <= INTERFACE_MAX && strpbrk(value->text, "/: \t") == NULL &&
                 strcmp(value->text, ".") != 0 && strcmp(value->text, "..") != 0;
    if (!named)
        return g_strdup_printf(
            "the name of a network interface: 1 to %d characters without '/', ':' and blanks", INTERFACE_MAX);
    *FIELD(value, const char *) = g_string_chunk_insert_const(value->reading->texts, value->text);
    return NULL;
}

/* Routers have link-local IPv6 addresses too: a next hop may be one. */
static bool is_router(const cats_address *address)
{
    static const cats_address link_local = { 6, { 0xfe, 0x80 } };
    return cats_address_in_prefix(address, &link_local, 10) || cats_address_not_unicast(address) == NULL;
}

static char *not_routers(const char *text)
{
    return g_strdup_printf("the IPv4 and IPv6 address of a router, separated by ';' (\"%s\" is none)", text);
}

char *topology_parse_routers(topology_value *value)
{
    cats_link_end *end = FIELD(value, cats_link_end);
    g_auto(GStrv) texts = g_strsplit(value->text, ";", -1);
    for (char **text = texts; *text != NULL; text++) {
        cats_address address;
        if (*g_strstrip(*text) == '\0' && text[1] == NULL && text != texts)
            break; /* a list may end with its separator */
        if (!cats_address_parse(*text, &address) || !is_router(&address))
            return not_routers(*text);
        cats_address *field = address.family == 4 ? &end->ipv4 : &end->ipv6;
        if (field->family != 0)
            return g_strdup_printf("one IPv%u address at most (\"%s\" is the second)", address.family, *text);
        *field = address;
    }
    return *texts == NULL ? not_routers("") : NULL;
}

char *topology_parse_mac(topology_value *value)
{
    cats_link_end *end = FIELD(value, cats_link_end);
    static const uint8_t zero[CATS_MAC_LENGTH];
    if (!cats_mac_parse(value->text, end->mac) || (end->mac[0] & 1) != 0 ||
        memcmp(end->mac, zero, CATS_MAC_LENGTH) == 0)
        return g_strdup("the link-layer address of one interface, as 02:00:00:00:00:01");
    end->has_mac = true;
    return NULL;
}
