/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken rules as Wireshark's expert infos. */
#ifndef PLUGINS_FINDINGS_H
#define PLUGINS_FINDINGS_H

#include "compat.h"
#include "epan-cats/rules.h"

/* Adds the finding to `item` (may be NULL: it is then counted, filtered by and shown as severity all the
 * same). */
void finding_show(packet_info *pinfo, proto_item *item, int protocol, const cats_finding *finding);

/* Adds an expert info of our protocol with a text to `item`, which may be NULL. */
void expert_show(packet_info *pinfo, proto_item *item, int protocol, expert_field *field, const char *text);

/* A copy that is valid as long as the packet; NULL when there are none, and for NULL. */
const cats_findings *findings_copy(const packet_info *pinfo, const cats_findings *findings);

#endif
