/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints what a scenario counted, in tables that a reader can check against the topology.
 * Spec: man/catshark-simulate.1. */
#include "summary.h"
#include "network.h"
#include <inttypes.h>

#define NANOSECONDS_PER_MILLISECOND 1000000

static double percent(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0.0 : 100.0 * (double)part / (double)whole;
}

static void write_connections(const scenario_totals *sum, FILE *out)
{
    const client_counts *c = &sum->clients.roles;
    fprintf(out,
            "  redirects    %" PRIu64 " sent, %" PRIu64 " followed, %" PRIu64 " refused, %" PRIu64
            " connections re-established\n",
            sum->nodes.redirected, c->redirects_accepted, c->redirects_refused, c->reconnected);
    fprintf(out,
            "  connections  %" PRIu64 " opened, %" PRIu64 " finished, %" PRIu64 " failed; %" PRIu64
            " segments retransmitted\n",
            c->opened, c->finished, c->failed, c->retransmissions + sum->nodes.retransmissions);
    if (sum->lost + sum->too_big + sum->dropped > 0)
        fprintf(out,
                "  packets      %" PRIu64 " lost on links, %" PRIu64 " above an MTU, %" PRIu64
                " dropped by nodes\n",
                sum->lost, sum->too_big, sum->dropped);
    if (sum->no_egress > 0)
        fprintf(out,
                "  overload     %" PRIu64
                " of these for want of an egress with a score above 0: the rate is too "
                "high for the capacities\n",
                sum->no_egress);
    if (sum->clients.busy > 0)
        fprintf(out, "  not started  %" PRIu64 " flows: all addresses and ports tried were in use\n",
                sum->clients.busy);
}

static void write_links(const network *net, FILE *out)
{
    fprintf(out, "\n%-24s %12s %10s\n", "link", "packets", "lost");
    for (unsigned i = 0; i < network_link_count(net); i++) {
        network_link_counts counts = network_link_counters(net, i);
        fprintf(out, "%-24s %12" PRIu64 " %10" PRIu64 "\n", network_link_name(net, i), counts.packets,
                counts.lost);
    }
}

static void write_sites(const scenario *s, const cats_topology *t, FILE *out)
{
    fprintf(out, "\n%-12s %-12s %7s %7s %10s %7s\n", "egress", "site", "weight", "share", "flows", "share");
    for (size_t i = 0; i < t->egress_count; i++) {
        const cats_egress *e = &t->egresses[i];
        uint64_t weights = 0, flows = 0;
        for (size_t k = e->first_site; k < e->first_site + e->site_count; k++) {
            weights += t->sites[k].weight;
            flows += scenario_site_flows(s, k);
        }
        for (size_t k = e->first_site; k < e->first_site + e->site_count; k++) {
            uint64_t own = scenario_site_flows(s, k);
            fprintf(out, "%-12s %-12s %7" PRIu32 " %6.1f%% %10" PRIu64 " %6.1f%%\n", e->name,
                    t->sites[k].name, t->sites[k].weight, percent(t->sites[k].weight, weights), own,
                    percent(own, flows));
        }
    }
}

void scenario_summary_write(const scenario *s, const cats_topology *topology, bool interrupted, FILE *out)
{
    scenario_totals sum = scenario_count(s);
    int64_t milliseconds = scenario_elapsed(s) / NANOSECONDS_PER_MILLISECOND;
    fprintf(out,
            "%s %" PRIu64 " flow%s in %" PRId64 ".%03d s of virtual time, %" PRIu64 " packets on %u links\n",
            interrupted ? "interrupted:" : "simulated", sum.clients.started,
            sum.clients.started == 1 ? "" : "s", milliseconds / 1000, (int)(milliseconds % 1000), sum.packets,
            network_link_count(scenario_network(s)));
    write_connections(&sum, out);
    fprintf(out, "  metrics      %" PRIu64 " announcements by egresses\n", sum.announced);
    if (sum.bgp.sessions + sum.bgp.updates > 0)
        fprintf(out,
                "  bgp          %" PRIu64 " sessions, %" PRIu64 " UPDATEs, %" PRIu64
                " of them with routes that cannot be used; %" PRIu64 " segments retransmitted\n",
                sum.bgp.sessions, sum.bgp.updates, sum.bgp.lost, sum.bgp.retransmissions);
    write_links(scenario_network(s), out);
    write_sites(s, topology, out);
}
