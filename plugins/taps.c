/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Registration of the taps. Listeners: -z conv,affinity, -z affinity,tree and their like. */
#include "taps.h"

#include <epan/tap.h>

int affinity_tap_id, cats_tap_id;

void taps_register(void)
{
    affinity_tap_id = register_tap("affinity");
    cats_tap_id = register_tap("cats");
}
