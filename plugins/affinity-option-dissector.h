/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The service affinity option among TCP's options. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC
 * 6994. */
#ifndef PLUGINS_AFFINITY_OPTION_DISSECTOR_H
#define PLUGINS_AFFINITY_OPTION_DISSECTOR_H

#include "compat.h"

/* Which items the option dissector made for one TCP header: TCP's wrapper hangs broken rules on them. */
#define OPTION_ITEMS_MAX 4
typedef struct option_items {
    unsigned count;
    struct {
        int at; /* of the option, from the first octet of the data source */
        proto_item *item;
    } list[OPTION_ITEMS_MAX];
} option_items;

/* Directs the notes of options to `items`, or to nowhere with NULL; gives where they went before. */
option_items *option_items_direct(option_items *items);
/* The item of the option at `at`, or NULL. */
proto_item *option_items_at(const option_items *items, int at);

void option_dissector_register(void);
/* Takes the slot of the preferred kind and steps in front of kinds 253 and 254. */
void option_dissector_handoff(void);
/* Moves to the slot of the preferred kind, or gives it back when the protocol is disabled or the user has
 * chosen another kind by Decode As. */
void option_dissector_follow_preferences(void);

#endif
