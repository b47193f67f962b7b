/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fields of BGP UPDATEs, and of the announcement behind a steered packet, as the plugin shows them. Spec:
 * docs/fields.md; docs/wire-formats.md s6. */
#ifndef CATSHARK_INSPECT_ROUTE_FIELDS_H
#define CATSHARK_INSPECT_ROUTE_FIELDS_H

#include "field-visit.h"

/* Attributes in the order of the message, then the prefixes and what is wrong. */
void route_fields_update(const visit *v, const read_update *read);
/* Nothing when none is known. */
void route_fields_behind(const visit *v, const decoded_steering *steering);

#endif
