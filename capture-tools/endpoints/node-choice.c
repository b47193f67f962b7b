/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A computing table of nodes for each service, and own addresses. Spec: docs/topology.md ([node NAME]). */
#include "node-choice.h"

#include "seeded-random.h"
#include "epan-cats/computing-table.h"

enum { ADDRESSES = 2 };

/* The nodes of one service. */
typedef struct service_nodes {
    cats_address anycast[ADDRESSES];
    computing_table *table;
    GPtrArray *members; /* in the table's order */
} service_nodes;

struct node_choice {
    GHashTable *own;     /* address to member */
    GPtrArray *services; /* of service_nodes */
};

static void service_free(void *data)
{
    service_nodes *service = data;
    computing_table_free(service->table);
    g_ptr_array_free(service->members, TRUE);
    g_free(service);
}

node_choice *node_choice_new(void)
{
    node_choice *c = g_new0(node_choice, 1);
    c->own = g_hash_table_new_full(cats_address_hash, cats_address_same, g_free, NULL);
    c->services = g_ptr_array_new_with_free_func(service_free);
    return c;
}

void node_choice_free(node_choice *c)
{
    if (c == NULL)
        return;
    g_hash_table_destroy(c->own);
    g_ptr_array_free(c->services, TRUE);
    g_free(c);
}

/* NULL when the address is no CS-ID of a node here. */
static service_nodes *service_at(const node_choice *c, const cats_address *address)
{
    for (guint i = 0; address->family != 0 && i < c->services->len; i++) {
        service_nodes *service = g_ptr_array_index(c->services, i);
        for (int k = 0; k < ADDRESSES; k++)
            if (cats_address_equal(&service->anycast[k], address))
                return service;
    }
    return NULL;
}

static service_nodes *add_service(node_choice *c, const cats_address anycast[ADDRESSES])
{
    service_nodes *service = g_new0(service_nodes, 1);
    service->anycast[0] = anycast[0];
    service->anycast[1] = anycast[1];
    service->table = computing_table_new();
    service->members = g_ptr_array_new();
    g_ptr_array_add(c->services, service);
    return service;
}

void node_choice_add(node_choice *c, void *member, const char *name, uint32_t capacity,
                     const cats_address own[ADDRESSES], const cats_address anycast[ADDRESSES])
{
    for (int i = 0; i < ADDRESSES; i++)
        if (own[i].family != 0)
            g_hash_table_insert(c->own, g_memdup2(&own[i], sizeof own[i]), member);
    service_nodes *service = service_at(c, &anycast[0]);
    if (service == NULL)
        service = service_at(c, &anycast[1]);
    if (service == NULL)
        service = add_service(c, anycast);
    computing_table_set(service->table, name, MIN(capacity, COMPUTING_TABLE_WEIGHT_MAX));
    g_ptr_array_add(service->members, member);
}

void *node_choice_find(const node_choice *c, const cats_flow_key *key)
{
    const service_nodes *service = service_at(c, &key->destination);
    if (service == NULL)
        return g_hash_table_lookup(c->own, &key->destination);
    /* The egress chose this site by the same hash: another mix of it keeps the two choices apart. */
    uint32_t index = computing_table_choose(service->table, seeded_random_derive(cats_flow_key_hash(key), 0));
    return index == COMPUTING_TABLE_NO_SITE ? NULL : g_ptr_array_index(service->members, index);
}
