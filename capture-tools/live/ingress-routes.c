/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From offers of routes to those of the role. Spec: man/catshark-egress.1 (--routes). */
#include "ingress-routes.h"
#include "capture-tools/routes/routed-ingress.h"
#include "live-report.h"
#include "route-feed.h"

struct ingress_routes {
    const forwarder *f;
    routed_ingress *routed;
    route_feed *feed;
};

static void take_offer(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    routed_ingress_offer(r->routed, live_loop_now(), of, driver_sink(r->f->run.driver));
}

static void take_withdrawal(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    routed_ingress_withdraw(r->routed, live_loop_now(), of, driver_sink(r->f->run.driver));
}

ingress_routes *ingress_routes_open(const forwarder *f, ingress *role, GError **error)
{
    ingress_routes *r = g_new0(ingress_routes, 1);
    route_offers_sink sink = { .offer = take_offer, .withdraw = take_withdrawal, .context = r };
    r->f = f;
    r->routed = routed_ingress_new(&f->setup, role);
    r->feed = route_feed_open(f->run.loop, f->routes, &f->codes, &sink, error);
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
    routed_ingress_free(r->routed);
    g_free(r);
}

size_t ingress_routes_count(const ingress_routes *r)
{
    return route_offers_count(route_feed_offers(r->feed));
}

static void take_back_renamed(void *context, const route_offer *of)
{
    const ingress_routes *r = context;
    if (routed_ingress_is_renamed(r->routed, of))
        take_withdrawal(context, of);
}

void ingress_routes_repeat(ingress_routes *r)
{
    /* Two may have changed names: all are taken back before one is offered under the new name. */
    route_offers_each(route_feed_offers(r->feed), take_back_renamed, r);
    routed_ingress_forget_names(r->routed);
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
    json_builder_add_string_value(to->builder, routed_ingress_name(to->routes->routed, of));
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
