/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Egresses by locator, offers with their SIDs' arguments. Spec: man/catshark-egress.1 (--routes). */
#include "routed-ingress.h"

struct routed_ingress {
    const setup *setup;
    ingress *role;
    GHashTable *names; /* locator, as text -> name of the egress that it is */
};

routed_ingress *routed_ingress_new(const setup *s, ingress *role)
{
    routed_ingress *r = g_new0(routed_ingress, 1);
    r->setup = s;
    r->role = role;
    r->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return r;
}

void routed_ingress_free(routed_ingress *r)
{
    if (r == NULL)
        return;
    g_hash_table_destroy(r->names);
    g_free(r);
}

static void format_locator(const route_offer *of, char text[BGP_PREFIX_TEXT])
{
    bgp_prefix prefix = { .address = of->locator, .length = (uint8_t)of->locator_length };
    bgp_prefix_format(&prefix, text);
}

/* As the topology has it now. */
static const char *name_now(const routed_ingress *r, const route_offer *of, const char *locator)
{
    const cats_topology *t = r->setup->topology;
    for (size_t i = 0; i < t->egress_count; i++) {
        const cats_egress *e = &t->egresses[i];
        if (e->locator_length == of->locator_length && cats_address_equal(&e->locator, &of->locator))
            return e->name;
    }
    return locator;
}

const char *routed_ingress_name(routed_ingress *r, const route_offer *of)
{
    char locator[BGP_PREFIX_TEXT];
    format_locator(of, locator);
    const char *name = g_hash_table_lookup(r->names, locator);
    if (name != NULL)
        return name;
    char *kept = g_strdup(name_now(r, of, locator));
    g_hash_table_insert(r->names, g_strdup(locator), kept);
    return kept;
}

bool routed_ingress_is_renamed(routed_ingress *r, const route_offer *of)
{
    char locator[BGP_PREFIX_TEXT];
    format_locator(of, locator);
    return !g_str_equal(routed_ingress_name(r, of), name_now(r, of, locator));
}

void routed_ingress_forget_names(routed_ingress *r)
{
    g_hash_table_remove_all(r->names);
}

void routed_ingress_offer(routed_ingress *r, int64_t now, const route_offer *of, const role_sink *sink)
{
    setup_offer from = setup_offer_of_sid(r->setup, routed_ingress_name(r, of), &of->service, of->sid,
                                          &of->structure, (cats_granularity)of->granularity);
    ingress_offer announced = setup_offer_announced(&from, of->score, of->aggregate_id);
    ingress_set_offer(r->role, now, &announced, sink);
}

void routed_ingress_withdraw(routed_ingress *r, int64_t now, const route_offer *of, const role_sink *sink)
{
    ingress_withdraw(r->role, now, routed_ingress_name(r, of), &of->service, sink);
}
