/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A row per reason, in order of the first drop. */
#include "drops.h"
#include <string.h>

static live_drop *row_of(live_drops *drops, const char *reason)
{
    for (size_t i = 0; i < drops->count; i++)
        if (drops->rows[i].reason == reason || strcmp(drops->rows[i].reason, reason) == 0)
            return &drops->rows[i];
    if (drops->count == LIVE_DROPS_MAX)
        return &drops->rows[LIVE_DROPS_MAX - 1];
    drops->rows[drops->count].reason = reason;
    return &drops->rows[drops->count++];
}

void live_drops_add(live_drops *drops, const char *reason)
{
    drops->all++;
    row_of(drops, reason)->count++;
}
