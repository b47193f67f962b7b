/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark egress: the egress CATS-Forwarder on real links. Spec: man/catshark-egress.1. */
#include "live/live-egress.h"
#include "verbs.h"

int verb_egress(int argc, char **argv)
{
    return forwarder_verb(&live_egress, argc, argv);
}
