/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > CATS routes, -z cats-routes,tree: announcements and withdrawals by prefix, SID, behavior and
 * speaker; the metrics announced; what is wrong with announcements. */
#include "statistics.h"

#include "epan-cats/cats-behavior.h"
#include "plugins/preferences.h"
#include "plugins/taps.h"

#include <epan/stats_tree.h>

enum { BY_PREFIX, BY_SID, BY_BEHAVIOR, BY_SPEAKER, BY_COUNT };

static const char *const announced_by[BY_COUNT] = { "Announcements by prefix", "Announcements by SID",
                                                    "Announcements by behavior", "Announcements by speaker" };
static const char metrics[] = "Metrics by prefix";

static int announced_ids[BY_COUNT], withdrawn_id, metrics_id, problems_id;

static void begin(stats_tree *tree)
{
    for (int i = 0; i < BY_COUNT; i++)
        announced_ids[i] = stats_tree_create_pivot(tree, announced_by[i], 0);
    withdrawn_id = stats_tree_create_pivot(tree, "Withdrawals by prefix", 0);
    metrics_id = stats_tree_create_node(tree, metrics, 0, STAT_DT_INT, TRUE);
    problems_id = stats_tree_create_pivot(tree, "Announcements that cannot be used", 0);
}

static void count_behavior(stats_tree *tree, uint16_t behavior)
{
    char number[sizeof "0xffff"];
    const char *name = cats_behavior_name(behavior);
    if (name == NULL) {
        snprintf(number, sizeof number, "0x%04x", behavior);
        name = number;
    }
    stats_tree_tick_pivot(tree, announced_ids[BY_BEHAVIOR], name);
}

/* Average, lowest and highest of each type of metric. */
static void count_metrics(stats_tree *tree, const cats_aggregate *aggregate, const char *prefix)
{
    char name[BGP_PREFIX_TEXT + 32];
    for (unsigned i = 0; i < aggregate->metric_count; i++) {
        const cats_metric *metric = &aggregate->metrics[i];
        const char *type = cats_metric_type_name(metric->type);
        snprintf(name, sizeof name, "%s %s, level %u", prefix, type == NULL ? "unknown" : type,
                 metric->level);
        tick_stat_node(tree, metrics, 0, TRUE);
        avg_stat_node_add_value_int(tree, name, metrics_id, FALSE, metric->value);
    }
}

static void count_announced(stats_tree *tree, const cats_routes_tap *tap, const bgp_nlri_walk *nlri,
                            const char *prefix)
{
    char text[CATS_ADDRESS_TEXT];
    srv6_service sid;
    const cats_route_update *update = tap->update;
    stats_tree_tick_pivot(tree, announced_ids[BY_PREFIX], prefix);
    cats_address_format(&tap->speaker, text);
    stats_tree_tick_pivot(tree, announced_ids[BY_SPEAKER], text);
    if (cats_route_update_sid(update, nlri->label, &sid)) {
        const cats_address address = cats_address_ipv6(sid.sid);
        cats_address_format(&address, text);
        stats_tree_tick_pivot(tree, announced_ids[BY_SID], text);
        count_behavior(tree, sid.behavior);
    }
    if (update->has_announcement && update->announcement.has_aggregate)
        count_metrics(tree, &update->announcement.aggregate, prefix);
}

static void count_prefixes(stats_tree *tree, const cats_routes_tap *tap, const bgp_prefixes *prefixes)
{
    bgp_nlri_walk nlri;
    bgp_nlri_walk_start(&nlri, &tap->update->update, prefixes, route_settings()->add_path);
    while (bgp_nlri_walk_next(&nlri)) {
        char prefix[BGP_PREFIX_TEXT];
        bgp_prefix_format(&nlri.prefix, prefix);
        if (prefixes->withdrawn)
            stats_tree_tick_pivot(tree, withdrawn_id, prefix);
        else if (cats_route_update_matters(tap->update) && !bgp_handling_loses_route(tap->update->handling))
            count_announced(tree, tap, &nlri, prefix);
    }
}

static const cats_rule *rule_of(const cats_route_problem *problem)
{
    return cats_rule_get(cats_route_problem_rule(problem->id));
}

static tap_packet_status count(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *data, tap_flags_t flags _U_)
{
    const cats_routes_tap *tap = data;
    for (unsigned i = 0; i < tap->update->update.count; i++)
        count_prefixes(tree, tap, &tap->update->update.prefixes[i]);
    for (unsigned i = 0; i < tap->update->problem_count; i++)
        stats_tree_tick_pivot(tree, problems_id, rule_of(&tap->update->problems[i])->filter);
    return TAP_PACKET_REDRAW;
}

void routes_tree_register(void)
{
    stats_tree_register_plugin("cats-routes", "cats-routes", "CATS routes", 0, count, begin, NULL);
}
