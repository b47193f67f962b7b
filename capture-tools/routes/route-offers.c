/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Routes by neighbor and prefix; of those with the same CS-ID and egress the newest is the offer.
 * Spec: RFC 4271 s9.1; RFC 7606 s2. */
#include "route-offers.h"
#include <glib.h>
#include <string.h>

typedef struct route {
    char *peer;
    bgp_prefix prefix;
    route_offer offer;
} route;

/* Routes to one CS-ID, the oldest first. */
typedef GPtrArray route_list;

struct route_offers {
    route_offers_sink sink;
    GHashTable *services; /* cats_address -> route_list */
    size_t count;
};

static void route_free(void *pointer)
{
    route *r = pointer;
    g_free(r->peer);
    g_free(r);
}

static void list_free(void *pointer)
{
    g_ptr_array_free(pointer, TRUE);
}

route_offers *route_offers_new(const route_offers_sink *sink)
{
    route_offers *offers = g_new0(route_offers, 1);
    offers->sink = *sink;
    offers->services = g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, list_free);
    return offers;
}

void route_offers_free(route_offers *offers)
{
    if (offers == NULL)
        return;
    g_hash_table_destroy(offers->services);
    g_free(offers);
}

static bool same_egress(const route_offer *a, const route_offer *b)
{
    return a->locator_length == b->locator_length && cats_address_equal(&a->locator, &b->locator);
}

static bool same_offer(const route_offer *a, const route_offer *b)
{
    return same_egress(a, b) && memcmp(a->sid, b->sid, sizeof a->sid) == 0 &&
           memcmp(&a->structure, &b->structure, sizeof a->structure) == 0 &&
           a->granularity == b->granularity && a->score == b->score && a->aggregate_id == b->aggregate_id;
}

/* The newest route to this egress, or NULL. */
static const route *newest(const route_list *list, const route_offer *of)
{
    for (guint i = list->len; i-- > 0;) {
        const route *each = g_ptr_array_index(list, i);
        if (same_egress(&each->offer, of))
            return each;
    }
    return NULL;
}

/* Tells what has changed of the egress, of which `before` was the offer. */
static void tell(const route_offers *offers, const route_list *list, const route_offer *before)
{
    const route *now = newest(list, before);
    if (now == NULL)
        offers->sink.withdraw(offers->sink.context, before);
    else if (!same_offer(&now->offer, before))
        offers->sink.offer(offers->sink.context, &now->offer);
}

static void remove_at(route_offers *offers, route_list *list, guint index)
{
    route *gone = g_ptr_array_index(list, index);
    route_offer before = newest(list, &gone->offer)->offer;
    g_ptr_array_remove_index(list, index);
    offers->count--;
    tell(offers, list, &before);
}

static bool find(const route_list *list, const char *peer, const bgp_prefix *prefix, guint *index)
{
    for (*index = 0; *index < list->len; (*index)++) {
        const route *each = g_ptr_array_index(list, *index);
        if (g_str_equal(each->peer, peer) && memcmp(&each->prefix, prefix, sizeof *prefix) == 0)
            return true;
    }
    return false;
}

static void withdraw(route_offers *offers, const char *peer, const bgp_prefix *prefix)
{
    route_list *list = g_hash_table_lookup(offers->services, &prefix->address);
    guint index;
    if (list != NULL && find(list, peer, prefix, &index))
        remove_at(offers, list, index);
}

/* The route takes the place of the one before; the egress of that may be another. */
static void announce(route_offers *offers, const char *peer, const bgp_prefix *prefix,
                     const route_offer *offer)
{
    route_list *list = g_hash_table_lookup(offers->services, &prefix->address);
    guint index;
    bool known = list != NULL && find(list, peer, prefix, &index);
    if (!known && offers->count == ROUTE_OFFERS_MAX)
        return;
    if (list == NULL) {
        list = g_ptr_array_new_with_free_func(route_free);
        g_hash_table_insert(offers->services, g_memdup2(&prefix->address, sizeof prefix->address), list);
    }
    const route *other = newest(list, offer);
    route_offer before = other != NULL ? other->offer : (route_offer){ 0 };
    route *added = g_new0(route, 1);
    *added = (route){ .peer = g_strdup(peer), .prefix = *prefix, .offer = *offer };
    g_ptr_array_add(list, added);
    offers->count++;
    if (other == NULL)
        offers->sink.offer(offers->sink.context, offer);
    else
        tell(offers, list, &before);
    if (known)
        remove_at(offers, list, index);
}

/* ---- one UPDATE ---- */

/* The level-2 score of the aggregate. */
static bool find_score(const cats_aggregate *aggregate, uint8_t *score)
{
    for (unsigned i = 0; i < aggregate->metric_count; i++)
        if (aggregate->metrics[i].type == CATS_METRIC_SCORE && aggregate->metrics[i].level == 2) {
            *score = aggregate->metrics[i].value;
            return true;
        }
    return false;
}

static bool make_offer(const cats_route_update *update, const bgp_nlri_walk *walk, route_offer *offer)
{
    srv6_service sid;
    cats_sid_parts parts;
    *offer = (route_offer){ .service = walk->prefix.address };
    if (bgp_handling_loses_route(update->handling) || !update->has_announcement ||
        !update->announcement.has_aggregate || !find_score(&update->announcement.aggregate, &offer->score) ||
        !cats_route_update_sid(update, walk->label, &sid) || !sid.has_structure)
        return false;
    cats_sid_split(&sid.structure, sid.sid, &parts);
    offer->locator = parts.locator;
    offer->locator_length = (unsigned)sid.structure.block + sid.structure.node;
    offer->structure = sid.structure;
    memcpy(offer->sid, sid.sid, sizeof offer->sid);
    offer->granularity = update->announcement.aggregate.granularity;
    offer->aggregate_id = update->announcement.aggregate.aggregate_id;
    return true;
}

static void take_prefix(route_offers *offers, const char *peer, const cats_route_update *update,
                        const bgp_nlri_walk *walk)
{
    const bgp_prefix *prefix = &walk->prefix;
    route_offer offer;
    if (prefix->safi != BGP_SAFI_UNICAST || prefix->length != 8 * cats_address_length(&prefix->address))
        return;
    if (!walk->withdrawn && make_offer(update, walk, &offer))
        announce(offers, peer, prefix, &offer);
    else
        withdraw(offers, peer, prefix);
}

/* The problem that decides what is done. */
static void tell_problem(const cats_route_update *update, route_trouble *trouble)
{
    unsigned gravest = 0;
    while (update->problems[gravest].handling != update->handling)
        gravest++;
    trouble->handling = bgp_handling_name(update->handling);
    trouble->loses_routes = bgp_handling_loses_route(update->handling);
    cats_route_problem_format(&update->problems[gravest], trouble->text, sizeof trouble->text);
}

bool route_offers_update(route_offers *offers, const cats_route_codes *codes, const char *peer,
                         const uint8_t *body, size_t length, route_trouble *trouble)
{
    cats_route_update update;
    cats_defect defect;
    if (!cats_route_update_read(codes, body, length, &update, &defect)) {
        *trouble = (route_trouble){ .handling = "unreadable" };
        cats_defect_format(&defect, trouble->text, sizeof trouble->text);
        return false;
    }
    for (unsigned i = 0; i < update.update.count; i++) {
        bgp_nlri_walk walk;
        bgp_nlri_walk_start(&walk, &update.update, &update.update.prefixes[i], codes->add_path);
        while (bgp_nlri_walk_next(&walk))
            take_prefix(offers, peer, &update, &walk);
    }
    if (update.handling != BGP_ACCEPT)
        tell_problem(&update, trouble);
    return update.handling == BGP_ACCEPT;
}

void route_offers_down(route_offers *offers, const char *peer)
{
    GHashTableIter each;
    gpointer list;
    g_hash_table_iter_init(&each, offers->services);
    while (g_hash_table_iter_next(&each, NULL, &list))
        for (guint i = ((route_list *)list)->len; i-- > 0;)
            if (peer == NULL || g_str_equal(((route *)g_ptr_array_index((route_list *)list, i))->peer, peer))
                remove_at(offers, list, i);
}

void route_offers_each(const route_offers *offers, void (*each)(void *context, const route_offer *offer),
                       void *context)
{
    GHashTableIter services;
    gpointer list;
    g_hash_table_iter_init(&services, offers->services);
    while (g_hash_table_iter_next(&services, NULL, &list))
        for (guint i = 0; i < ((route_list *)list)->len; i++) {
            const route *at = g_ptr_array_index((route_list *)list, i);
            if (newest(list, &at->offer) == at)
                each(context, &at->offer);
        }
}

size_t route_offers_count(const route_offers *offers)
{
    return offers->count;
}
