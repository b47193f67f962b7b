/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark service: service nodes on a real link. Spec: man/catshark-service.1. */
#include "live/live-service.h"
#include "verbs.h"

int verb_service(int argc, char **argv)
{
    return live_service_verb(argc, argv);
}
