/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark client: clients on a real link. Spec: man/catshark-client.1. */
#include "live/live-client.h"
#include "verbs.h"

int verb_client(int argc, char **argv)
{
    return live_client_verb(argc, argv);
}
