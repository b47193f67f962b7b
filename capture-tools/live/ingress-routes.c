/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From offers of routes to those of the role. Spec: man/catshark-egress.1 (--routes). */
#include "ingress-routes.h"
#include "live-report.h"
#include "route-feed.h"

struct ingress_routes {
    const forwarder *f;
    ingress *role;
    route_feed *feed;
    GHashTable *names; /* locator, as text -> name of the egress that it is */
};

static void format_locator(const route_offer *of, char text[BGP_PREFIX_TEXT])
{
    bgp_prefix prefix = { .address = of->locator, .length = (uint8_t)of->locator_length };
    bgp_prefix_format(&prefix, text);
}

/* The topology's name for the egress with this locator, or the locator. */
static const char *name_now(const ingress_routes *r, const route_offer *of, const char *locator)
{
    const cats_topology *t = r->f->topology;
    for (size_t i = 0; i < t->egress_count; i++) {
        const cats_egress *e = &t->egresses[i];
        if (e->locator_length == of->locator_length && cats_address_equal(&e->locator, &of->locator))
            return e->name;
    }
    return locator;
}

/* The same as it was when the topology was read, or read anew: the role knows the offer by it. */
static const char *name_of(const ingress_routes *r, const route_offer *of)
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

static void take_offer(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    setup_offer from = setup_offer_of_sid(&r->f->setup, name_of(r, of), &of->service, of->sid, &of->structure,
                                          (cats_granularity)of->granularity);
    ingress_offer announced = setup_offer_announced(&from, of->score, of->aggregate_id);
    ingress_set_offer(r->role, live_loop_now(), &announced, driver_sink(r->f->run.driver));
}

static void take_withdrawal(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    ingress_withdraw(r->role, live_loop_now(), name_of(r, of), &of->service, driver_sink(r->f->run.driver));
}

ingress_routes *ingress_routes_open(const forwarder *f, ingress *role, GError **error)
{
    ingress_routes *r = g_new0(ingress_routes, 1);
    route_offers_sink sink = { .offer = take_offer, .withdraw = take_withdrawal, .context = r };
    r->f = f;
    r->role = role;
    r->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    r->feed = route_feed_open(f->run.loop, f->routes, &sink, error);
    if (r->feed != NULL)
        return r;
    ingress_routes_close(r);
    return NULL;
}

void ingress_routes_close(ingress_routes *r)
{
    if (r == NULL)
        return;
    route_feed_close(r->feed);
    g_hash_table_destroy(r->names);
    g_free(r);
}

size_t ingress_routes_count(const ingress_routes *r)
{
    return route_offers_count(route_feed_offers(r->feed));
}

static void take_back_renamed(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    char locator[BGP_PREFIX_TEXT];
    format_locator(of, locator);
    if (!g_str_equal(name_of(r, of), name_now(r, of, locator)))
        take_withdrawal(context, of);
}

void ingress_routes_repeat(ingress_routes *r)
{
    /* Two may have changed names: all are taken back before one is offered under the new name. */
    route_offers_each(route_feed_offers(r->feed), take_back_renamed, r);
    g_hash_table_remove_all(r->names);
    route_offers_each(route_feed_offers(r->feed), take_offer, r);
}

typedef struct offer_builder {
    const ingress_routes *routes;
    JsonBuilder *builder;
} offer_builder;

static void describe_offer(void *context, const route_offer *of)
{
    const offer_builder *to = context;
    char service[CATS_ADDRESS_TEXT];
    cats_address_format(&of->service, service);
    json_builder_begin_object(to->builder);
    json_builder_set_member_name(to->builder, "egress");
    json_builder_add_string_value(to->builder, name_of(to->routes, of));
    json_builder_set_member_name(to->builder, "cats.service");
    json_builder_add_string_value(to->builder, service);
    live_member(to->builder, "score", of->score);
    live_member(to->builder, "cats.aggregate_id", of->aggregate_id);
    json_builder_end_object(to->builder);
}

void ingress_routes_describe(const ingress_routes *r, JsonBuilder *builder)
{
    offer_builder to = { r, builder };
    live_member(builder, "routes", ingress_routes_count(r));
    json_builder_set_member_name(builder, "offers");
    json_builder_begin_array(builder);
    route_offers_each(route_feed_offers(r->feed), describe_offer, &to);
    json_builder_end_array(builder);
}
