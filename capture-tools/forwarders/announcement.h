/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a forwarder announces of a SID and of what it has merged, as both path attributes hold it. Spec:
 * docs/wire-formats.md s6; RFC 9252 s2-3. */
#ifndef CATSHARK_FORWARDERS_ANNOUNCEMENT_H
#define CATSHARK_FORWARDERS_ANNOUNCEMENT_H

#include "epan-cats/cats-route.h"
#include "epan-cats/sid-table.h"

/* Level of what sites and egresses merge: the single score. */
#define SETUP_LEVEL_SCORE 2

/* Attribute 255: the SID alone. */
cats_announcement setup_announcement_of_sid(const cats_sid_row *sid);
/* Attribute 255: a score by aggregation, and the SID to steer to. */
cats_announcement setup_announcement(const cats_sid_row *sid, cats_granularity granularity, uint8_t score,
                                     uint32_t aggregate_id);
/* Attribute 40: the SRv6 L3 service of the SID, without bits of argument. */
srv6_service setup_service(const cats_sid_row *sid);

#endif
