/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Rules OLD=NEW for addresses, prefixes and ports. Spec: man/catshark-inject.1 (REWRITING). */
#include "address-map.h"

#include "capture-tools/cli.h"
#include "epan-cats/sid-table.h"
#include <string.h>

typedef struct address_rule {
    cats_address from, to;
    unsigned bits; /* how many of the address are replaced */
} address_rule;

typedef struct port_rule {
    uint16_t from, to;
} port_rule;

struct address_map {
    GArray *addresses; /* of address_rule, longest first */
    GArray *ports;     /* of port_rule */
};

address_map *address_map_new(void)
{
    address_map *map = g_new0(address_map, 1);
    map->addresses = g_array_new(FALSE, FALSE, sizeof(address_rule));
    map->ports = g_array_new(FALSE, FALSE, sizeof(port_rule));
    return map;
}

void address_map_free(address_map *map)
{
    if (map == NULL)
        return;
    g_array_free(map->addresses, TRUE);
    g_array_free(map->ports, TRUE);
    g_free(map);
}

bool address_map_is_empty(const address_map *map)
{
    return map->addresses->len == 0 && map->ports->len == 0;
}

/* ---- rules ---- */

/* An address alone stands for all of its bits. */
static bool parse_side(const char *text, cats_address *prefix, unsigned *bits)
{
    const char *expected;
    if (strchr(text, '/') != NULL)
        return cats_prefix_parse(text, prefix, bits, &expected);
    if (!cats_address_parse(text, prefix))
        return false;
    *bits = (unsigned)cats_address_length(prefix) * 8;
    return true;
}

/* Both sides of '='; NULL without one, or with more. */
static char **split(const char *text)
{
    char **sides = g_strsplit(text, "=", -1);
    if (g_strv_length(sides) == 2)
        return sides;
    g_strfreev(sides);
    return NULL;
}

static char *refusal(const char *text, const char *expected)
{
    return g_strdup_printf("\"%s\", expected %s", text, expected);
}

static const char *check_addresses(const address_map *map, const address_rule *rule, unsigned to_bits)
{
    if (rule->from.family != rule->to.family || rule->bits != to_bits)
        return "OLD and NEW of one family and one prefix length";
    for (guint i = 0; i < map->addresses->len; i++) {
        const address_rule *known = &g_array_index(map->addresses, address_rule, i);
        if (known->bits == rule->bits && cats_address_equal(&known->from, &rule->from))
            return "each OLD once";
    }
    return NULL;
}

static gint longest_first(gconstpointer a, gconstpointer b)
{
    const address_rule *x = a, *y = b;
    return x->bits > y->bits ? -1 : x->bits < y->bits ? 1 : 0;
}

bool address_map_add(address_map *map, const char *text, char **message)
{
    address_rule rule = { 0 };
    unsigned to_bits = 0;
    g_auto(GStrv) sides = split(text);
    const char *expected = "OLD=NEW, two addresses or two prefixes such as 2001:db8::/32=2001:db9::/32, with "
                           "no bit set behind the length";
    if (sides != NULL && parse_side(sides[0], &rule.from, &rule.bits) &&
        parse_side(sides[1], &rule.to, &to_bits))
        expected = check_addresses(map, &rule, to_bits);
    if (expected != NULL) {
        *message = refusal(text, expected);
        return false;
    }
    g_array_append_val(map->addresses, rule);
    g_array_sort(map->addresses, longest_first);
    return true;
}

bool address_map_add_port(address_map *map, const char *text, char **message)
{
    uint64_t from = 0, to = 0;
    g_autofree char *wrong = NULL;
    g_auto(GStrv) sides = split(text);
    const char *expected = "OLD=NEW, two ports from 1 to 65535";
    if (sides != NULL && cli_number(sides[0], 1, UINT16_MAX, &from, &wrong) &&
        cli_number(sides[1], 1, UINT16_MAX, &to, &wrong))
        expected = NULL;
    for (guint i = 0; expected == NULL && i < map->ports->len; i++)
        if (g_array_index(map->ports, port_rule, i).from == from)
            expected = "each OLD once";
    if (expected != NULL) {
        *message = refusal(text, expected);
        return false;
    }
    port_rule rule = { (uint16_t)from, (uint16_t)to };
    g_array_append_val(map->ports, rule);
    return true;
}

/* ---- application ---- */

/* The first `bits` bits of `from` into `to`. */
static void copy_bits(uint8_t *to, const uint8_t *from, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;
    memcpy(to, from, whole);
    if (rest == 0)
        return;
    uint8_t mask = (uint8_t)(0xFF << (8 - rest));
    to[whole] = (uint8_t)((from[whole] & mask) | (to[whole] & (uint8_t)~mask));
}

bool address_map_apply(const address_map *map, cats_address *address)
{
    for (guint i = 0; i < map->addresses->len; i++) {
        const address_rule *rule = &g_array_index(map->addresses, address_rule, i);
        if (!cats_address_in_prefix(address, &rule->from, rule->bits))
            continue;
        copy_bits(address->octets, rule->to.octets, rule->bits);
        return true;
    }
    return false;
}

bool address_map_apply_port(const address_map *map, uint16_t *port)
{
    for (guint i = 0; i < map->ports->len; i++) {
        const port_rule *rule = &g_array_index(map->ports, port_rule, i);
        if (rule->from != *port)
            continue;
        *port = rule->to;
        return true;
    }
    return false;
}
