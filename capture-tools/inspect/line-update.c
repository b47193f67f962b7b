/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an UPDATE announces and withdraws, in few words:
 *
 *   BGP UPDATE PREFIX ... [withdrawn PREFIX ...] SID SID BEHAVIOR granularity G level L aggregate A score N
 * (HANDLING)
 */
#include "line-update.h"

#include "epan-cats/cats-behavior.h"

#define PREFIXES_SHOWN 4

static void put_sid(cursor *c, const srv6_service *sid)
{
    const cats_address address = cats_address_ipv6(sid->sid);
    put_text(c, " SID ");
    put_address(c, &address);
}

static void put_prefix(cursor *c, const cats_route_update *update, const bgp_nlri_walk *nlri)
{
    srv6_service sid;
    put_text(c, nlri->withdrawn ? " withdrawn " : " ");
    c->at += bgp_prefix_format(&nlri->prefix, c->at);
    if (nlri->prefix.safi != BGP_SAFI_VPN)
        return;
    put_text(c, " of ");
    c->at += bgp_distinguisher_format(nlri->prefix.distinguisher, c->at);
    if (cats_route_update_transposed(update, nlri, &sid))
        put_sid(c, &sid);
}

static void put_prefixes(cursor *c, const read_update *read)
{
    const cats_route_update *update = &read->update;
    unsigned count = 0;
    for (unsigned i = 0; i < update->update.count; i++) {
        bgp_nlri_walk nlri;
        bgp_nlri_walk_start(&nlri, &update->update, &update->update.prefixes[i], read->add_path);
        for (; bgp_nlri_walk_next(&nlri); count++)
            if (count < PREFIXES_SHOWN)
                put_prefix(c, update, &nlri);
    }
    if (count <= PREFIXES_SHOWN)
        return;
    put_text(c, " and ");
    put_number(c, count - PREFIXES_SHOWN);
    put_text(c, " prefixes more");
}

/* One for all prefixes; others stand behind theirs. */
static void put_common_sid(cursor *c, const cats_route_update *update)
{
    srv6_service sid;
    if (!cats_route_update_sid(update, 0, &sid))
        return;
    bool ours = update->has_announcement && update->announcement.has_sid;
    if (ours || sid.transposition_length == 0)
        put_sid(c, &sid);
    if (!srv6_service_tells_behavior(&sid))
        return;
    const char *behavior = cats_behavior_name(sid.behavior);
    *c->at++ = ' ';
    if (behavior != NULL)
        put_text(c, behavior);
    else
        put_hex(c, sid.behavior, 4);
}

static void put_aggregate(cursor *c, const cats_aggregate *aggregate)
{
    put_granularity(c, aggregate->granularity);
    put_level_and_id(c, aggregate->level, aggregate->aggregate_id);
    for (unsigned i = 0; i < aggregate->metric_count; i++) {
        const char *type = cats_metric_type_name(aggregate->metrics[i].type);
        *c->at++ = ' ';
        put_text(c, type != NULL ? type : "metric");
        *c->at++ = ' ';
        put_number(c, aggregate->metrics[i].value);
    }
}

void put_update(cursor *c, const read_update *read)
{
    const cats_route_update *update = &read->update;
    put_text(c, " BGP UPDATE");
    if (!read_update_has_routes(read)) {
        put_text(c, " with edge metadata");
        return;
    }
    put_prefixes(c, read);
    put_common_sid(c, update);
    if (update->has_announcement && update->announcement.has_aggregate)
        put_aggregate(c, &update->announcement.aggregate);
    if (update->handling != BGP_ACCEPT) {
        put_text(c, " (");
        put_text(c, bgp_handling_name(update->handling));
        *c->at++ = ')';
    }
    put_findings(c, &read->findings);
}
