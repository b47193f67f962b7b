/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a SID of the topology to the contents of path attributes. Spec: docs/wire-formats.md s6; RFC 9252
 * s2-3. */
#include "announcement.h"
#include <string.h>

#define FORMAT_UNSIGNED_INTEGER 0

cats_announcement setup_announcement_of_sid(const cats_sid_row *sid)
{
    cats_announcement said = { .has_sid = true,
                               .sid = { .behavior = sid->behavior, .structure = sid->structure } };
    memcpy(said.sid.sid, sid->prefix, sizeof said.sid.sid);
    if (cats_behavior_has_no_argument(sid->behavior)) /* RFC 9252 s3.2.1 */
        said.sid.structure.argument = 0;
    return said;
}

cats_announcement setup_announcement(const cats_sid_row *sid, cats_granularity granularity, uint8_t score,
                                     uint32_t aggregate_id)
{
    cats_announcement said = setup_announcement_of_sid(sid);
    said.has_aggregate = true;
    said.aggregate = (cats_aggregate){ .granularity = (uint8_t)granularity,
                                       .level = SETUP_LEVEL_SCORE,
                                       .aggregate_id = aggregate_id,
                                       .metric_count = 1,
                                       .metrics = { { .type = CATS_METRIC_SCORE,
                                                      .level = SETUP_LEVEL_SCORE,
                                                      .format = FORMAT_UNSIGNED_INTEGER,
                                                      .length = 1,
                                                      .value = score,
                                                      .source = CATS_METRIC_AGGREGATION } } };
    return said;
}

/* A speaker that does not know End.CATS ignores SIDs of it that have arguments (RFC 9252 s3.2.1). */
srv6_service setup_service(const cats_sid_row *sid)
{
    srv6_service service = { .behavior = sid->behavior, .has_structure = true, .structure = sid->structure };
    memcpy(service.sid, sid->prefix, sizeof service.sid);
    service.structure.argument = 0;
    return service;
}
