/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark ingress: the ingress CATS-Forwarder on real links. Spec: man/catshark-ingress.1. */
#include "live/live-ingress.h"
#include "verbs.h"

int verb_ingress(int argc, char **argv)
{
    return forwarder_verb(&live_ingress, argc, argv);
}
