/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flows by site. Spec: docs/rules.md (cats/spread). */
#include "spread.h"

#include "epan-cats/flow-spread.h"

#include <inttypes.h>

struct site_spread {
    const cats_topology *topology;
    const capture_points *points;
    const capture_sources *sources;
    uint64_t *flows; /* by site */
};

site_spread *site_spread_new(const cats_topology *topology, const capture_points *points,
                             const capture_sources *sources)
{
    site_spread *s = g_new0(site_spread, 1);
    s->topology = topology;
    s->points = points;
    s->sources = sources;
    s->flows = g_new0(uint64_t, topology->site_count);
    return s;
}

void site_spread_free(site_spread *s)
{
    if (s == NULL)
        return;
    g_free(s->flows);
    g_free(s);
}

/* Its link is captured now. */
static bool is_captured(const site_spread *s, const cats_site *site)
{
    for (uint32_t i = 0; i < capture_points_count(s->points); i++) {
        const capture_point *point = capture_points_get(s->points, i);
        if (point->place.site != site)
            continue;
        capture_source source = capture_sources_get(s->sources, point->capture);
        if (source.frames > 0 && !source.ended)
            return true;
    }
    return false;
}

static bool all_are_captured(const site_spread *s, const cats_egress *egress)
{
    for (size_t i = 0; i < egress->site_count; i++) {
        const cats_site *site = &s->topology->sites[egress->first_site + i];
        if (site->weight > 0 && !is_captured(s, site))
            return false;
    }
    return true;
}

static bool is_beginning(const decoded *frame, bool all_held)
{
    return frame->packet.transport == PACKET_TCP ? (frame->packet.tcp_flags & TCP_FLAG_SYN) != 0 : all_held;
}

void site_spread_see(site_spread *s, const decoded *frame, bool all_held)
{
    const steering_flow *flow = &frame->flow.flow;
    if (flow->site_point == STEERING_POINT_NONE || !is_beginning(frame, all_held))
        return;
    const cats_site *site = capture_points_get(s->points, flow->site_point)->place.site;
    const cats_address destination = packet_destination(&frame->packet, packet_innermost(&frame->packet));
    if (site == NULL || cats_topology_service_at(s->topology, &destination) == NULL ||
        !all_are_captured(s, &s->topology->egresses[site->egress]))
        return;
    s->flows[site - s->topology->sites]++;
}

/* "site1 40 of 60 (2/4), ...": what was seen, as many as there is room for. */
static void format_sites(const site_spread *s, const cats_egress *egress, uint64_t flows, uint32_t weights,
                         GString *text)
{
    for (size_t i = egress->first_site; i < egress->first_site + egress->site_count; i++) {
        const cats_site *site = &s->topology->sites[i];
        double expected = weights > 0 ? (double)flows * site->weight / weights : 0;
        g_string_append_printf(text, "%s%s %" PRIu64 " (expected %.1f)", i > egress->first_site ? ", " : "",
                               site->name, s->flows[i], expected);
    }
}

static void judge_egress(const site_spread *s, const cats_egress *egress, finding_log *log)
{
    g_autofree uint32_t *weights = g_new0(uint32_t, egress->site_count);
    uint64_t flows = 0;
    uint32_t sum = 0;
    for (size_t i = 0; i < egress->site_count; i++) {
        weights[i] = s->topology->sites[egress->first_site + i].weight;
        sum += weights[i];
        flows += s->flows[egress->first_site + i];
    }
    flow_spread spread = flow_spread_test(s->flows + egress->first_site, weights, egress->site_count);
    if (!spread.differs)
        return;
    g_autoptr(GString) text = g_string_new(NULL);
    g_string_printf(text, "%s: ", egress->name);
    format_sites(s, egress, flows, sum, text);
    g_string_append_printf(text, ": chi-square %.1f with %u degrees of freedom, p %.1e, expected %g or more",
                           spread.chi_square, spread.freedom, spread.p, FLOW_SPREAD_P);
    const finding found = { .rule = CATS_RULE_CATS_SPREAD, .point = STEERING_POINT_NONE, .text = text->str };
    finding_log_add(log, &found);
}

void site_spread_judge(const site_spread *s, finding_log *log)
{
    for (size_t i = 0; i < s->topology->egress_count; i++)
        judge_egress(s, &s->topology->egresses[i], log);
}

bool site_spread_is_judged(const site_spread *s)
{
    for (size_t i = 0; i < s->topology->site_count; i++)
        if (s->flows[i] > 0)
            return true;
    return false;
}
