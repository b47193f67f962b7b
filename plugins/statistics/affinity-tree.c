/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > Service Affinity, -z affinity,tree: redirects by node, verdicts, times to reconnect, rules
 * broken. */
#include "statistics.h"
#include "tree-memory.h"

static const char by_node[] = "Redirects by node";
static const char verdicts[] = "Verdicts";
static const char times[] = "Time to reconnect (microseconds)";
static const char rules[] = "Rules broken";

static int by_node_id, verdicts_id, times_id, rules_id;

static void begin(stats_tree *tree)
{
    tree_memory_begin(tree);
    by_node_id = stats_tree_create_pivot(tree, by_node, 0);
    verdicts_id = stats_tree_create_node(tree, verdicts, 0, STAT_DT_INT, TRUE);
    times_id = stats_tree_create_range_node(tree, times, 0, "--1", "0-999", "1000-9999", "10000-99999",
                                            "100000-999999", "1000000-4999999", "5000000-", NULL);
    rules_id = stats_tree_create_pivot(tree, rules, 0);
}

/* A session counts once, under its last verdict. */
static void count_verdict(stats_tree *tree, const affinity_settled *settled)
{
    uint8_t *counted = tree_memory_entry(tree, settled->session, sizeof *counted); /* verdict + 1 */
    if (*counted != 0)
        increase_stat_node(tree, affinity_verdict_name((affinity_verdict)(*counted - 1)), verdicts_id, FALSE,
                           -1);
    else
        tick_stat_node(tree, verdicts, 0, TRUE);
    *counted = (uint8_t)(settled->now + 1);
    tick_stat_node(tree, affinity_verdict_name(settled->now), verdicts_id, FALSE);
}

static void count_redirect(stats_tree *tree, const affinity_tap *tap)
{
    char node[CATS_ADDRESS_TEXT];
    cats_endpoint_format(&tap->node, tap->node_port, node);
    stats_tree_tick_pivot(tree, by_node_id, node);
}

/* "--1": up to -1, of a SYN that was captured before the FIN. */
static void count_time(stats_tree *tree, int64_t ns)
{
    if (ns == AFFINITY_NO_TIME)
        return;
    int64_t us = ns < 0 ? -((-ns + 999) / 1000) : ns / 1000;
    tick_stat_node(tree, times, 0, TRUE);
    stats_tree_tick_range(tree, times, 0, (int)CLAMP(us, G_MININT, G_MAXINT));
}

static tap_packet_status count(stats_tree *tree, packet_info *pinfo _U_, epan_dissect_t *edt _U_,
                               const void *data, tap_flags_t flags _U_)
{
    const affinity_tap *tap = data;
    if (tap->redirects)
        count_redirect(tree, tap);
    if (tap->in_session && tap->reconnects)
        count_time(tree, tap->connection.cause_ns);
    if (tap->redirects && tap->connection.reconnect_frame != 0)
        count_time(tree, tap->connection.reconnect_ns);
    for (unsigned i = 0; i < tap->settled_count; i++)
        count_verdict(tree, &tap->settled[i]);
    tree_count_rules(tree, rules_id, tap->segment_findings);
    tree_count_rules(tree, rules_id, tap->session_findings);
    return TAP_PACKET_REDRAW;
}

void affinity_tree_register(void)
{
    stats_tree_register_plugin("affinity", "affinity", "Service Affinity", 0, count, begin, tree_memory_end);
}
