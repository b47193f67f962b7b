/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Broken rules that the first pass finds, for later passes: a list for each packet that breaks any. */
#ifndef PLUGINS_KEPT_FINDINGS_H
#define PLUGINS_KEPT_FINDINGS_H

#include "compat.h"
#include "epan-cats/rules.h"

typedef struct kept_findings kept_findings;
kept_findings *kept_findings_new(void);
void kept_findings_free(kept_findings *kept); /* NULL is allowed */

/* Gives what kept_findings_get() asks for. There is at least one finding. */
uint32_t kept_findings_add(kept_findings *kept, const cats_findings *findings);
/* Valid as long as the packet. */
const cats_findings *kept_findings_get(const kept_findings *kept, uint32_t index, const packet_info *pinfo);

#endif
