/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads a topology the way a simulation needs it; links that it does not name get a name and defaults.
 * Spec: docs/topology.md. */
#include "plan.h"
#include "capture-tools/forwarders/sids.h"
#include "epan-cats/packet.h"
#include "scenario.h"
#include <string.h>

#define MTU_ACCESS 1500
#define MTU_CORE 9000
#define DELAY_DEFAULT_NS 1000000

#define CLIENTS "clients"
#define CORE "core"

static void link_clear(void *data)
{
    g_free(((plan_link *)data)->name);
}

/* ---- links ---- */

static size_t ends_of_kind(const cats_topology *t, plan_link_kind kind)
{
    const size_t counts[PLAN_LINK_KINDS] = { [PLAN_CLIENTS_INGRESS] = t->ingress_count,
                                             [PLAN_INGRESS_CORE] = t->ingress_count,
                                             [PLAN_CORE_EGRESS] = t->egress_count,
                                             [PLAN_EGRESS_SITE] = t->site_count };
    return counts[kind];
}

/* The two ends of the link of this kind and index, by name, from client to service. */
static void end_names(const cats_topology *t, plan_link_kind kind, size_t index, const char *names[2])
{
    switch (kind) {
    case PLAN_CLIENTS_INGRESS:
        names[0] = CLIENTS;
        names[1] = t->ingresses[index].name;
        break;
    case PLAN_INGRESS_CORE:
        names[0] = t->ingresses[index].name;
        names[1] = CORE;
        break;
    case PLAN_CORE_EGRESS:
        names[0] = CORE;
        names[1] = t->egresses[index].name;
        break;
    default:
        names[0] = t->egresses[t->sites[index].egress].name;
        names[1] = t->sites[index].name;
        break;
    }
}

static bool joins(const cats_link *link, const char *const names[2])
{
    return (g_str_equal(link->from, names[0]) && g_str_equal(link->to, names[1])) ||
           (g_str_equal(link->from, names[1]) && g_str_equal(link->to, names[0]));
}

static void add_link(plan *p, const plan_link *added)
{
    p->links_of[added->kind][added->index] = p->links->len;
    g_array_append_val(p->links, *added);
}

/* Finds what the link joins. */
static bool take_link(plan *p, const cats_link *link, GError **error)
{
    for (plan_link_kind kind = 0; kind < PLAN_LINK_KINDS; kind++) {
        for (size_t i = 0; i < ends_of_kind(p->topology, kind); i++) {
            const char *names[2];
            end_names(p->topology, kind, i, names);
            if (!joins(link, names))
                continue;
            plan_link taken = { .kind = kind,
                                .index = i,
                                .name = g_strdup(link->name),
                                .delay_ns = (int64_t)link->delay_us * 1000,
                                .loss = link->loss,
                                .mtu = link->mtu };
            add_link(p, &taken);
            return true;
        }
    }
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_TOPOLOGY,
                "link %s joins %s and %s, expected clients and an ingress, an ingress and core, core and an "
                "egress, or "
                "an egress and a site of its own",
                link->name, link->from, link->to);
    return false;
}

static void add_missing_links(plan *p)
{
    for (plan_link_kind kind = 0; kind < PLAN_LINK_KINDS; kind++) {
        for (size_t i = 0; i < ends_of_kind(p->topology, kind); i++) {
            if (p->links_of[kind][i] != SIZE_MAX)
                continue;
            const char *names[2];
            end_names(p->topology, kind, i, names);
            bool core = kind == PLAN_INGRESS_CORE || kind == PLAN_CORE_EGRESS;
            plan_link missing = { .kind = kind,
                                  .index = i,
                                  .name = g_strdup_printf("%s-%s", names[0], names[1]),
                                  .delay_ns = DELAY_DEFAULT_NS,
                                  .mtu = core ? MTU_CORE : MTU_ACCESS };
            add_link(p, &missing);
        }
    }
}

const plan_link *plan_link_of(const plan *p, plan_link_kind kind, size_t index)
{
    return &g_array_index(p->links, plan_link, p->links_of[kind][index]);
}

uint32_t plan_mtu(const plan *p, uint32_t overhead)
{
    uint32_t mtu = UINT16_MAX;
    for (unsigned i = 0; i < p->links->len; i++) {
        const plan_link *link = &g_array_index(p->links, plan_link, i);
        bool core = link->kind == PLAN_INGRESS_CORE || link->kind == PLAN_CORE_EGRESS;
        mtu = MIN(mtu, core ? link->mtu - overhead : link->mtu);
    }
    return mtu;
}

int64_t plan_core_delay(const plan *p, size_t from, size_t to)
{
    return plan_link_of(p, PLAN_INGRESS_CORE, to)->delay_ns +
           plan_link_of(p, PLAN_CORE_EGRESS, from)->delay_ns;
}

/* ---- what must be there ---- */

static bool lacks(GError **error, const char *what, const char *name, const char *lacking)
{
    g_set_error(error, SCENARIO_ERROR, SCENARIO_ERROR_TOPOLOGY,
                "%s%s%s has no %s, expected one to simulate it", what, *name == '\0' ? "" : " ", name,
                lacking);
    return false;
}

static bool site_has(const cats_topology *t, const cats_site *spec, size_t service)
{
    for (size_t i = 0; i < spec->node_count; i++)
        if (t->nodes[spec->first_node + i].service == service)
            return true;
    return false;
}

/* The egress splits the flows of all its services by one table of sites. */
static bool check_sites(const plan *p, size_t index, GError **error)
{
    const cats_topology *t = p->topology;
    const cats_egress *e = &t->egresses[index];
    for (size_t service = 0; service < t->service_count; service++) {
        if (!setup_serves(t, index, service))
            continue;
        for (size_t i = 0; i < e->site_count; i++) {
            const cats_site *spec = &t->sites[e->first_site + i];
            g_autofree char *lacking = g_strdup_printf("node of service %s, which other sites of %s have",
                                                       t->services[service].name, e->name);
            if (!site_has(t, spec, service))
                return lacks(error, "site", spec->name, lacking);
        }
    }
    return true;
}

static bool check_lookups(const plan *p, const bool wanted[2], const char *what, const char *owner,
                          GError **error)
{
    static const struct {
        uint8_t next_header;
        const char *lacking;
    } families[] = { { PACKET_PROTOCOL_IPV4, "SID with End.DT46 or End.DT4" },
                     { PACKET_PROTOCOL_IPV6, "SID with End.DT46 or End.DT6" } };
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        if (wanted[i] && setup_lookup(p->topology, owner, families[i].next_header) == NULL)
            return lacks(error, what, owner, families[i].lacking);
    return true;
}

static bool check(const plan *p, const bool wanted[2], GError **error)
{
    const cats_topology *t = p->topology;
    if (t->service_count == 0 || t->ingress_count == 0 || t->egress_count == 0)
        return lacks(error, "the topology", "",
                     t->service_count == 0   ? "service"
                     : t->ingress_count == 0 ? "ingress"
                                             : "egress");
    for (size_t i = 0; i < t->ingress_count; i++)
        if (!check_lookups(p, wanted, "ingress", t->ingresses[i].name, error))
            return false;
    for (size_t i = 0; i < t->egress_count; i++) {
        const cats_egress *e = &t->egresses[i];
        if (e->site_count == 0)
            return lacks(error, "egress", e->name, "site");
        if (setup_second_round(t, i) == NULL)
            return lacks(error, "egress", e->name, "SID with End.CATS");
        if (!check_lookups(p, wanted, "egress", e->name, error) || !check_sites(p, i, error))
            return false;
    }
    return true;
}

plan *plan_new(const cats_topology *topology, bool ipv4, bool ipv6, GError **error)
{
    plan *p = g_new0(plan, 1);
    p->topology = topology;
    p->links = g_array_new(FALSE, FALSE, sizeof(plan_link));
    g_array_set_clear_func(p->links, link_clear);
    for (plan_link_kind kind = 0; kind < PLAN_LINK_KINDS; kind++) {
        size_t count = ends_of_kind(topology, kind);
        p->links_of[kind] = g_new(size_t, count);
        for (size_t i = 0; i < count; i++)
            p->links_of[kind][i] = SIZE_MAX;
    }
    const bool wanted[2] = { ipv4, ipv6 };
    bool good = check(p, wanted, error);
    for (size_t i = 0; good && i < topology->link_count; i++)
        good = take_link(p, &topology->links[i], error);
    if (!good) {
        plan_free(p);
        return NULL;
    }
    add_missing_links(p);
    return p;
}

void plan_free(plan *p)
{
    if (p == NULL)
        return;
    for (plan_link_kind kind = 0; kind < PLAN_LINK_KINDS; kind++)
        g_free(p->links_of[kind]);
    g_array_free(p->links, TRUE);
    g_free(p);
}
