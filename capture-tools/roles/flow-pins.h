/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bounded memory of which flow goes where: a limit, an idle age, and a count of what was let go. The flow
 * that was not seen for the longest time makes room; one that is closed is kept, for what still comes of it,
 * until the next one begins on its ports. Spec: RFC 8986 s3.1; RFC 10053 (a flow stays with its instance). */
#ifndef CATSHARK_ROLES_FLOW_PINS_H
#define CATSHARK_ROLES_FLOW_PINS_H

#include "epan-cats/flow-key.h"
#include <glib.h>

typedef struct flow_pins flow_pins;

/* `limit` is 1 to 2^31; `release` is called for the value of a pin that is let go. Memory grows with the pins
 * held: at most FLOW_PINS_OCTETS each above the first thousand. */
#define FLOW_PINS_OCTETS 160
flow_pins *flow_pins_new(size_t limit, int64_t idle_ns, GDestroyNotify release);
void flow_pins_free(flow_pins *pins);

/* The value of the flow, now the youngest, or NULL: never pinned, let go, or idle for longer than the age
 * (which lets it go). `hash` is cats_flow_key_hash() of the key, here and below. Constant cost. */
void *flow_pins_find(flow_pins *pins, const cats_flow_key *key, uint64_t hash, int64_t now);
/* Pins a flow that flow_pins_find() just did not find; takes the value over. Lets idle pins go, and the
 * oldest when the limit is reached. Constant cost on average. */
void flow_pins_add(flow_pins *pins, const cats_flow_key *key, uint64_t hash, int64_t now, void *value);

/* The flow's service has ended it. */
void flow_pins_close(flow_pins *pins, const cats_flow_key *key, uint64_t hash);
/* A packet that begins a flow is about to be looked for: a pin that is closed is another one's, and goes. */
void flow_pins_open(flow_pins *pins, const cats_flow_key *key, uint64_t hash);

/* Lets go of pins that are idle. */
void flow_pins_expire(flow_pins *pins, int64_t now);
/* Pins held, those that are idle and not yet let go included. */
size_t flow_pins_size(const flow_pins *pins);
/* Pins let go since the start, for age or for room. */
uint64_t flow_pins_let_go(const flow_pins *pins);
/* Octets held. */
size_t flow_pins_memory(const flow_pins *pins);

#endif
