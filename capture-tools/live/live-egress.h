/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The egress as a live forwarder: its row, and what its control socket can do. Spec: man/catshark-egress.1;
 * draft-du-cats-aggregated-metrics-on-egress s2-3. */
#ifndef CATSHARK_LIVE_EGRESS_H
#define CATSHARK_LIVE_EGRESS_H

#include "forwarder.h"

extern const forwarder_kind live_egress;

#endif
