/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offers by CS-ID, and a computing table over the names of the egresses for each.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s3. */
#include "egress-offers.h"

#include "epan-cats/computing-table.h"
#include "epan-cats/hash-mix.h"
#include "prefix-table.h"
#include <glib.h>

struct egress_offers {
    prefix_table *services; /* service_offers, by host address */
};

struct service_offers {
    computing_table *egresses;
    GHashTable *paths; /* path->egress -> segment_path */
};

static service_offers *service_offers_new(void)
{
    service_offers *new = g_new0(service_offers, 1);
    new->egresses = computing_table_new();
    new->paths = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, segment_path_unref);
    return new;
}

static void service_offers_free(void *pointer)
{
    service_offers *service = pointer;
    g_hash_table_destroy(service->paths);
    computing_table_free(service->egresses);
    g_free(service);
}

egress_offers *egress_offers_new(void)
{
    egress_offers *offers = g_new0(egress_offers, 1);
    offers->services = prefix_table_new(service_offers_free);
    return offers;
}

void egress_offers_free(egress_offers *offers)
{
    if (offers == NULL) {
        return;
    }
    prefix_table_free(offers->services);
    g_free(offers);
}

bool egress_offers_set(egress_offers *offers, const cats_address *service, segment_path *path)
{
    service_offers *of = egress_offers_find(offers, service);
    if (of == NULL) {
        of = service_offers_new();
        prefix_table_set(offers->services, service, (unsigned)cats_address_length(service) * 8, of);
    }
    if (!computing_table_set(of->egresses, path->egress, path->score)) {
        segment_path_unref(path);
        return false;
    }
    g_hash_table_replace(of->paths, path->egress, path);
    return true;
}

bool egress_offers_withdraw(egress_offers *offers, const cats_address *service, const char *egress)
{
    service_offers *of = egress_offers_find(offers, service);
    if (of == NULL || !g_hash_table_remove(of->paths, egress)) {
        return false;
    }
    return computing_table_forget(of->egresses, egress);
}

service_offers *egress_offers_find(const egress_offers *offers, const cats_address *service)
{
    return prefix_table_match(offers->services, service);
}

size_t service_offers_count(const service_offers *service)
{
    return g_hash_table_size(service->paths);
}

segment_path *service_offers_choose(service_offers *service, uint64_t flow_hash)
{
    /* The egress chooses its site by the flow's hash itself: without new mixing here, the flows that reach
     * one egress would all lie in the same part of its table, and spread unevenly. */
    uint32_t index = computing_table_choose(service->egresses, hash_mix(~flow_hash));
    if (index == COMPUTING_TABLE_NO_SITE) {
        return NULL;
    }
    return g_hash_table_lookup(service->paths, computing_table_name(service->egresses, index));
}
