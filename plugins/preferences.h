/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The user's settings, as the core library wants them. */
#ifndef PLUGINS_PREFERENCES_H
#define PLUGINS_PREFERENCES_H

#include "compat.h"
#include "epan-cats/affinity-option.h"
#include "epan-cats/cats-route-update.h"
#include "epan-cats/cats-rules.h"
#include "epan-cats/topology.h"

/* Always valid: a setting that cannot be used is reported and the one before stays in force. */
const affinity_numbers *affinity_settings(void);
const cats_context *cats_settings(void);
/* Which path attributes of BGP are ours. */
const cats_route_codes *route_settings(void);
/* What is learned from the capture, and asked behind tables and topology; NULL: nothing. */
void preferences_set_routes(const cats_route_table *routes);
/* NULL without a topology file. */
const cats_topology *topology_settings(void);

/* How long a client has to connect after a redirect. */
int64_t affinity_reconnect_limit_ns(void);

/* The kind that the user chose by Decode As is in force in place of the preferred one; 0: none is. */
void affinity_kind_decode_as(uint8_t kind);

bool affinity_is_enabled(void);
bool cats_is_enabled(void);

/* Topologies and tables of SIDs that a change replaced live on, with all that points into them, until this is
 * called: when nothing that was given them is left. */
void preferences_free_replaced(void);

/* After fields_register(). */
void preferences_register(void);

#endif
