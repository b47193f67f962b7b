/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One fault for each rule, under the rule's symbol; they are defined beside what they do. Spec:
 * docs/rules.md. */
#ifndef CATSHARK_SIMULATION_FAULT_TABLE_H
#define CATSHARK_SIMULATION_FAULT_TABLE_H

#include "faults.h"

#define X(symbol, ...) extern const fault fault_##symbol;
CATS_RULES(X)
#undef X

#endif
