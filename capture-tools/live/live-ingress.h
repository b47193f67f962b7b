/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ingress as a live forwarder: its row, and what its control socket can do. Spec: man/catshark-ingress.1;
 * draft-du-cats-aggregated-metrics-on-egress s3. */
#ifndef CATSHARK_LIVE_INGRESS_H
#define CATSHARK_LIVE_INGRESS_H

#include "forwarder.h"

extern const forwarder_kind live_ingress;

#endif
