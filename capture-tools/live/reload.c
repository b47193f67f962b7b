/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading the topology anew, refusing what needs a new start, taking over the rest. Spec: man/catshark-ctl.1
 * (reload). */
#include "reload.h"
#include "live-report.h"
#include <string.h>
#include <sys/stat.h>

bool forwarder_same(const forwarder *f, bool same, const char *what, GError **error)
{
    if (!same)
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                    "%s: %s of %s changed, expected as before: start anew for that", f->topology_path, what,
                    f->run.name);
    return same;
}

static bool same_end(const cats_link_end *a, const cats_link_end *b)
{
    return cats_address_equal(&a->ipv4, &b->ipv4) && cats_address_equal(&a->ipv6, &b->ipv6) &&
           a->has_mac == b->has_mac && memcmp(a->mac, b->mac, sizeof a->mac) == 0;
}

/* Delay and loss are the simulation's. */
static bool same_port(const setup_port *a, const setup_port *b)
{
    return g_str_equal(a->link->name, b->link->name) && g_str_equal(a->link->interface, b->link->interface) &&
           a->link->vlan == b->link->vlan && a->link->mtu == b->link->mtu && same_end(a->here, b->here) &&
           same_end(a->there, b->there);
}

static bool same_ports(const forwarder *f, const GArray *ports, GError **error)
{
    bool same = ports->len == f->ports->len;
    for (guint i = 0; same && i < ports->len; i++)
        same = same_port(&g_array_index(ports, setup_port, i), &g_array_index(f->ports, setup_port, i));
    return forwarder_same(f, same, "links", error);
}

/* Finds the forwarder in the fresh topology; false and *error for what a running one cannot take over. */
static bool fits(const forwarder *f, const cats_topology *fresh, forwarder *next, GError **error)
{
    next->index = f->kind->find(fresh, f->run.name);
    if (next->index == SIZE_MAX) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, "%s: no [%s %s] any more, expected it",
                    f->topology_path, f->kind->verb, f->run.name);
        return false;
    }
    return f->kind->same(f, fresh, next->index, error) &&
           (next->ports = f->kind->ports(fresh, next->index, error)) != NULL &&
           same_ports(f, next->ports, error);
}

/* What is served no longer stays with us: flows that are pinned go on. */
static bool take_more(const forwarder *f, const cats_topology *fresh, size_t index, GError **error)
{
    if (f->taken == NULL)
        return true;
    GArray *prefixes = f->kind->prefixes(fresh, index);
    bool good = takeover_add(f->taken, prefixes, error);
    g_array_free(prefixes, TRUE);
    return good;
}

/* A pipe may give nothing, and a device never end: packets would wait meanwhile. At the start they may. What
 * is not there is told by who reads it. */
static bool is_regular(const char *path, GError **error)
{
    struct stat status;
    if (stat(path, &status) != 0 || S_ISREG(status.st_mode))
        return true;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                "%s: %s, expected a regular file: a running forwarder does not wait for who writes", path,
                S_ISFIFO(status.st_mode)  ? "a pipe"
                : S_ISDIR(status.st_mode) ? "a directory"
                                          : "a device or socket");
    return false;
}

bool forwarder_reload(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                      GError **error)
{
    forwarder *f = context;
    const forwarder before = *f;
    forwarder next = *f;
    (void)arguments;
    next.ports = NULL;
    if (!is_regular(f->topology_path, error))
        return false;
    next.topology = cats_topology_load(f->topology_path, error);
    if (next.topology == NULL || !fits(f, next.topology, &next, error) ||
        !take_more(f, next.topology, next.index, error)) {
        g_clear_pointer(&next.ports, g_array_unref);
        cats_topology_free(next.topology);
        return false;
    }
    next.setup.topology = next.topology;
    *f = next;
    live_member(answer, "changed", f->kind->reload(f, &before, now));
    g_array_unref(before.ports);
    cats_topology_free(before.topology);
    return true;
}
