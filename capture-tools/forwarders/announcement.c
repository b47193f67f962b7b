/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a SID of the topology to the contents of path attributes. Spec: docs/wire-formats.md s6; RFC 9252
 * s2-3. */
#include "announcement.h"
#include <string.h>

#define FORMAT_UNSIGNED_INTEGER 0

cats_announcement setup_announcement(const cats_sid_row *sid, cats_granularity granularity, uint8_t score,
                                     uint32_t aggregate_id)
{
    cats_announcement said = {
        .has_aggregate = true,
        .has_sid = true,
        .aggregate = { .granularity = (uint8_t)granularity,
                       .level = SETUP_LEVEL_SCORE,
                       .aggregate_id = aggregate_id,
                       .metric_count = 1,
                       .metrics = { { .type = CATS_METRIC_SCORE,
                                      .level = SETUP_LEVEL_SCORE,
                                      .format = FORMAT_UNSIGNED_INTEGER,
                                      .length = 1,
                                      .value = score,
                                      .source = CATS_METRIC_AGGREGATION } } },
        .sid = { .behavior = sid->behavior, .structure = sid->structure },
    };
    memcpy(said.sid.sid, sid->prefix, sizeof said.sid.sid);
    return said;
}

srv6_service setup_service(const cats_sid_row *sid)
{
    srv6_service service = { .behavior = sid->behavior, .has_structure = true, .structure = sid->structure };
    memcpy(service.sid, sid->prefix, sizeof service.sid);
    if (cats_behavior_has_no_argument(sid->behavior)) /* RFC 9252 s3.2.1 */
        service.structure.argument = 0;
    return service;
}
