/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of sub-commands. A row is all that dispatch, `catshark help` and usage errors need. */
#include "verbs.h"

#include <string.h>

const verb verbs[] = {
    { "announce",
      "Announce what an egress offers, or SIDs of an egress's nodes or an ingress's clients, through ExaBGP",
      verb_announce },
    { "capture", "Capture what belongs to the protocols on interfaces, with counters while it runs",
      verb_capture },
    { "client", "Be clients on a real link: open flows at a rate, follow redirects", verb_client },
    { "ctl", "Ask or tell a running ingress or egress: weights, metrics, drain", verb_ctl },
    { "doctor", "Check Wireshark, the plugin and the right to capture, and say what mends them",
      verb_doctor },
    { "egress", "Be the egress CATS-Forwarder on real links", verb_egress },
    { "extcap", "Answer Wireshark, which lists and captures on our interfaces by this", verb_extcap },
    { "ingress", "Be the ingress CATS-Forwarder on real links", verb_ingress },
    { "inject", "Send a capture or a simulation on interfaces, at its times or faster, rewritten on demand",
      verb_inject },
    { "inspect", "Decode a capture by the tool's own reading: a line per frame, NDJSON, or the summary",
      verb_inspect },
    { "service", "Be service nodes on a real link: answer, redirect from the CS-ID, serve HTTP",
      verb_service },
    { "simulate", "Simulate clients, forwarders and service nodes into a capture, faults on demand",
      verb_simulate },
    { "verify", "Judge captures by the rules: one or several points of one network", verb_verify },
};
const size_t verb_count = sizeof verbs / sizeof verbs[0];

const verb *verb_find(const char *name)
{
    for (size_t i = 0; i < verb_count; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}
