/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of the taps, and what they are handed. Listeners: -z conv,affinity, -z affinity,tree and their
 * like. */
#include "taps.h"

#include "addresses.h"
#include "findings.h"

#include <epan/tap.h>

int affinity_tap_id, cats_tap_id, cats_routes_tap_id;

void taps_register(void)
{
    affinity_tap_id = register_tap("affinity");
    cats_tap_id = register_tap("cats");
    cats_routes_tap_id = register_tap("cats-routes");
}

/* Listeners are called when the whole frame is dissected. */
void cats_tap_queue(packet_info *pinfo, const cats_tap *tap)
{
    cats_tap *queued = wmem_memdup(pinfo->pool, tap, sizeof *tap);
    if (tap->outer != NULL) {
        queued->outer = wmem_memdup(pinfo->pool, tap->outer, sizeof *tap->outer);
        queued->steering = wmem_memdup(pinfo->pool, tap->steering, sizeof *tap->steering);
    }
    queued->packet_findings = findings_copy(pinfo, tap->packet_findings);
    queued->flow_findings = findings_copy(pinfo, tap->flow_findings);
    tap_queue_packet(cats_tap_id, pinfo, queued);
}

void cats_routes_tap_queue(packet_info *pinfo, const cats_route_update *update)
{
    if (!have_tap_listener(cats_routes_tap_id))
        return;
    cats_routes_tap *queued = wmem_new(pinfo->pool, cats_routes_tap);
    queued->speaker = address_read(&pinfo->src);
    queued->update = wmem_memdup(pinfo->pool, update, sizeof *update);
    tap_queue_packet(cats_routes_tap_id, pinfo, queued);
}
