/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A BGP UPDATE in the line of its frame. */
#ifndef CATSHARK_INSPECT_LINE_UPDATE_H
#define CATSHARK_INSPECT_LINE_UPDATE_H

#include "line-cursor.h"
#include "route-reader.h"

/* Room for what is appended: the first prefixes, the SID, metrics, every finding. */
#define LINE_UPDATE_TEXT 4096

void put_update(cursor *c, const read_update *read);

#endif
