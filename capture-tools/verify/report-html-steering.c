/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The steering map, and weights beside what was observed. Spec: SVG 2; man/catshark-verify.1 (REPORT). */
#include "report-html-parts.h"

#include "steering-map.h"

#include <inttypes.h>
#include <string.h>

#define COLORS 6
#define ROWS_MAX 200

static double column_x(unsigned column)
{
    return column * (MAP_WIDTH - MAP_NODE_WIDTH) / (MAP_COLUMNS - 1);
}

static void write_ribbon(GString *page, const steering_map *map, const map_ribbon *r)
{
    const map_node *from = &g_array_index(map->nodes, map_node, r->from);
    const map_node *to = &g_array_index(map->nodes, map_node, r->to);
    double x = column_x(from->column) + MAP_NODE_WIDTH, end = column_x(to->column), middle = (x + end) / 2;
    html_markup(page,
                "<path class=\"ribbon c%u\" d=\"M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1fV%.1fC%.1f %.1f %.1f "
                "%.1f %.1f "
                "%.1fz\"><title>",
                r->color % COLORS, x, r->from_y, middle, r->from_y, middle, r->to_y, end, r->to_y,
                r->to_y + r->height, middle, r->to_y + r->height, middle, r->from_y + r->height, x,
                r->from_y + r->height);
    html_text(page, from->name);
    g_string_append(page, " to ");
    html_text(page, to->name);
    html_markup(page, ": %" PRIu64 " flows</title></path>\n", r->flows);
}

static void write_node(GString *page, const map_node *node)
{
    bool last = node->column == MAP_COLUMNS - 1;
    double x = column_x(node->column);
    html_markup(page,
                "<rect class=\"node\" x=\"%.1f\" y=\"%.1f\" width=\"%g\" height=\"%.1f\"/><text class=\"%s\" "
                "x=\"%.1f\" "
                "y=\"%.1f\">",
                x, node->y, MAP_NODE_WIDTH, node->height, last ? "end" : "start",
                last ? x - 6 : x + MAP_NODE_WIDTH + 6, node->y + node->height / 2 + 4);
    html_text(page, node->name);
    html_markup(page, " %" PRIu64 "</text>\n", node->flows);
}

static void write_map(GString *page, const GArray *steering)
{
    steering_map map;
    steering_map_lay_out(&map, steering);
    html_markup(
        page,
        "<div class=\"wide\"><svg class=\"map\" viewBox=\"0 0 %g %.0f\" role=\"img\" "
        "aria-labelledby=\"map-title "
        "map-desc\"><title id=\"map-title\">Flows from ingresses over egresses to sites</title><desc "
        "id=\"map-desc\">Ribbons are as wide as there are flows, the numbers are in the table below.</desc>\n"
        "<text class=\"column start\" x=\"0\" y=\"14\">ingress</text><text class=\"column middle\" x=\"%g\" "
        "y=\"14\">egress</text><text class=\"column end\" x=\"%g\" y=\"14\">site</text>\n",
        MAP_WIDTH, map.height, MAP_WIDTH / 2, MAP_WIDTH);
    for (guint i = 0; i < map.ribbons->len; i++)
        write_ribbon(page, &map, &g_array_index(map.ribbons, map_ribbon, i));
    for (guint i = 0; i < map.nodes->len; i++)
        write_node(page, &g_array_index(map.nodes, map_node, i));
    g_string_append(page, "</svg></div>\n");
    if (map.merged > 0)
        html_markup(page, "<p class=\"rest\">%u places with fewer flows are drawn as others.</p>\n",
                    map.merged);
    steering_map_clear(&map);
}

static const cats_site *site_named(const cats_topology *topology, const char *egress, const char *site)
{
    for (size_t i = 0; topology != NULL && site != NULL && i < topology->site_count; i++)
        if (strcmp(topology->sites[i].name, site) == 0 &&
            strcmp(topology->egresses[topology->sites[i].egress].name, egress) == 0)
            return &topology->sites[i];
    return NULL;
}

static double weight_share(const cats_topology *topology, const cats_site *site)
{
    const cats_egress *egress = &topology->egresses[site->egress];
    double sum = 0;
    for (size_t i = 0; i < egress->site_count; i++)
        sum += topology->sites[egress->first_site + i].weight;
    return sum > 0 ? 100.0 * site->weight / sum : 0;
}

/* Flows of an egress to a CS-ID that were seen at a site: others go where their address is. */
static uint64_t delivered(const GArray *steering, const char *egress)
{
    uint64_t flows = 0;
    for (guint i = 0; i < steering->len; i++) {
        const recorded_steering *s = &g_array_index(steering, recorded_steering, i);
        if (s->site != NULL && strcmp(s->egress, egress) == 0)
            flows += s->to_service;
    }
    return flows;
}

static void add_flows(recorded_steering *sum, const recorded_steering *s)
{
    sum->flows += s->flows;
    sum->to_service += s->to_service;
}

/* Of an egress to a site, whatever the ingress. */
static GArray *by_site(const GArray *steering)
{
    GArray *sum = g_array_new(FALSE, FALSE, sizeof(recorded_steering));
    for (guint i = 0; i < steering->len; i++) {
        const recorded_steering *s = &g_array_index(steering, recorded_steering, i);
        guint at = 0;
        while (at < sum->len && (strcmp(g_array_index(sum, recorded_steering, at).egress, s->egress) != 0 ||
                                 g_strcmp0(g_array_index(sum, recorded_steering, at).site, s->site) != 0))
            at++;
        if (at < sum->len)
            add_flows(&g_array_index(sum, recorded_steering, at), s);
        else
            g_array_append_val(sum, *s);
    }
    return sum;
}

static void write_share(GString *page, const cats_topology *topology, const recorded_steering *s,
                        uint64_t all)
{
    const cats_site *site = site_named(topology, s->egress, s->site);
    g_string_append(page, "<tr class=\"row\">");
    html_labelled(page, "egress", s->egress);
    html_labelled(page, "site", s->site != NULL ? s->site : "no site seen");
    html_markup(page,
                "<td data-label=\"flows\">%" PRIu64 "</td><td data-label=\"to the service\">%" PRIu64 "</td>",
                s->flows, s->to_service);
    if (s->site != NULL && all > 0)
        html_markup(page, "<td data-label=\"observed\">%.1f %%</td>",
                    100.0 * (double)s->to_service / (double)all);
    else
        g_string_append(page, "<td data-label=\"observed\"></td>");
    if (site != NULL)
        html_markup(page, "<td data-label=\"weight\">%u: %.1f %%</td></tr>\n", site->weight,
                    weight_share(topology, site));
    else
        g_string_append(page, "<td data-label=\"weight\">not known</td></tr>\n");
}

static void write_shares(GString *page, const cats_topology *topology, const GArray *steering)
{
    g_autoptr(GArray) sum = by_site(steering);
    html_begin_table(
        page, "egress,site,flows,to the service,observed,weight",
        "Share of an egress's flows to the service that were seen at a site, and the share by weight");
    for (guint i = 0; i < sum->len && i < ROWS_MAX; i++) {
        const recorded_steering *s = &g_array_index(sum, recorded_steering, i);
        write_share(page, topology, s, delivered(steering, s->egress));
    }
    html_end_table(page);
    if (sum->len > ROWS_MAX)
        html_markup(page, "<p class=\"rest\">%u rows are left out.</p>\n", sum->len - ROWS_MAX);
}

void html_steering(GString *page, const html_source *s)
{
    uint64_t beyond;
    const GArray *steering = report_record_steering(s->record, &beyond);
    g_string_append(page, "<section id=\"steering\"><h2>Steering</h2>\n");
    if (steering->len == 0) {
        g_string_append(page, "<p>No flow was seen to be steered.</p></section>\n");
        return;
    }
    write_map(page, steering);
    write_shares(page, verification_topology(s->v), steering);
    if (beyond > 0)
        html_markup(page, "<p class=\"rest\">The map has the first %u flows, %" PRIu64 " are left out.</p>\n",
                    RECORD_FLOWS_MAX, beyond);
    g_string_append(page, "</section>\n");
}
