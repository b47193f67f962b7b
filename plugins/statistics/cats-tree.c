/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > CATS, -z cats,tree: packets and flows by egress, SID, behavior, granularity and site; verdicts
 * of flows; rules broken. */
#include "statistics.h"
#include "tree-memory.h"

#include "epan-cats/cats-behavior.h"
#include "epan-cats/cats-sid.h"

/* What an encapsulated packet is counted by, and a flow by the first such packet that an ingress sent. */
enum { BY_EGRESS, BY_SID, BY_BEHAVIOR, BY_GRANULARITY, BY_COUNT };

static const char *const packets_by[BY_COUNT] = { "Packets by egress", "Packets by SID",
                                                  "Packets by behavior", "Packets by granularity" };
static const char *const flows_by[BY_COUNT] = { "Flows by egress", "Flows by SID", "Flows by behavior",
                                                "Flows by granularity" };
static const char verdicts[] = "Verdicts of flows";

static int packets_ids[BY_COUNT], flows_ids[BY_COUNT];
static int packets_by_site_id, flows_by_site_id, verdicts_id, rules_id;

/* A flow that the tree has seen packets of. */
typedef struct seen_flow {
    bool is_steered;  /* counted by egress, SID and so on */
    uint8_t verdict;  /* counted under this one, + 1 */
    uint32_t waiting; /* packets seen before the site was known */
    const char *site; /* NULL while it is not known; interned */
} seen_flow;

static void begin(stats_tree *tree)
{
    tree_memory_begin(tree);
    for (int i = 0; i < BY_COUNT; i++)
        packets_ids[i] = stats_tree_create_pivot(tree, packets_by[i], 0);
    packets_by_site_id = stats_tree_create_node(tree, "Packets by site", 0, STAT_DT_INT, TRUE);
    for (int i = 0; i < BY_COUNT; i++)
        flows_ids[i] = stats_tree_create_pivot(tree, flows_by[i], 0);
    flows_by_site_id = stats_tree_create_pivot(tree, "Flows by site", 0);
    verdicts_id = stats_tree_create_node(tree, verdicts, 0, STAT_DT_INT, TRUE);
    rules_id = stats_tree_create_pivot(tree, "Rules broken", 0);
}

static void count_behavior(stats_tree *tree, int pivot, uint16_t behavior)
{
    char number[sizeof "0xffff"];
    const char *name = behavior == 0 ? "unknown" : cats_behavior_name(behavior);
    if (name == NULL) {
        snprintf(number, sizeof number, "0x%04x", behavior);
        name = number;
    }
    stats_tree_tick_pivot(tree, pivot, name);
}

static void count_steering(stats_tree *tree, const int ids[BY_COUNT], const cats_steering *steering)
{
    char text[CATS_SID_NAME_TEXT];
    if (steering->from_ingress)
        stats_tree_tick_pivot(tree, ids[BY_EGRESS],
                              cats_steering_egress(steering, text) > 0 ? text : "unknown");
    cats_address sid = cats_address_ipv6(steering->sid);
    cats_address_format(&sid, text);
    stats_tree_tick_pivot(tree, ids[BY_SID], text);
    count_behavior(tree, ids[BY_BEHAVIOR], steering->behavior);
    stats_tree_tick_pivot(tree, ids[BY_GRANULARITY],
                          steering->has_granularity ? cats_granularity_name(steering->granularity)
                                                    : "not stated");
}

/* A flow counts once, under its last verdict. */
static void count_verdict(stats_tree *tree, seen_flow *seen, steering_verdict verdict)
{
    if (seen->verdict == verdict + 1)
        return;
    if (seen->verdict != 0)
        increase_stat_node(tree, steering_verdict_name((steering_verdict)(seen->verdict - 1)), verdicts_id,
                           FALSE, -1);
    else
        tick_stat_node(tree, verdicts, 0, TRUE);
    seen->verdict = (uint8_t)(verdict + 1);
    tick_stat_node(tree, steering_verdict_name(verdict), verdicts_id, FALSE);
}

/* Packets before the one that shows the site wait for it, so that one pass counts what two passes count. */
static void count_site(stats_tree *tree, seen_flow *seen, const char *site)
{
    seen->waiting++;
    if (seen->site == NULL && site != NULL) {
        seen->site = g_intern_string(site);
        stats_tree_tick_pivot(tree, flows_by_site_id, site);
    }
    if (seen->site == NULL)
        return;
    increase_stat_node(tree, "Packets by site", 0, TRUE, (int)seen->waiting);
    increase_stat_node(tree, seen->site, packets_by_site_id, FALSE, (int)seen->waiting);
    seen->waiting = 0;
}

static void count_flow(stats_tree *tree, const cats_tap *tap)
{
    seen_flow *seen = tree_memory_entry(tree, tap->flow.number, sizeof *seen);
    if (!seen->is_steered && tap->outer != NULL && tap->steering->encapsulated &&
        tap->steering->from_ingress) {
        seen->is_steered = true;
        count_steering(tree, flows_ids, tap->steering);
    }
    count_verdict(tree, seen, tap->flow.verdict);
    count_site(tree, seen, tap->site);
}

static tap_packet_status count(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *data, tap_flags_t flags _U_)
{
    const cats_tap *tap = data;
    if (tap->outer != NULL && tap->steering->encapsulated)
        count_steering(tree, packets_ids, tap->steering);
    if (tap->in_flow)
        count_flow(tree, tap);
    tree_count_rules(tree, rules_id, tap->packet_findings);
    tree_count_rules(tree, rules_id, tap->flow_findings);
    return TAP_PACKET_REDRAW;
}

void cats_tree_register(void)
{
    stats_tree_register_plugin("cats", "cats", "CATS", 0, count, begin, tree_memory_end);
}
