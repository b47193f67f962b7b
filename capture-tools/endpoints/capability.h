/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The words of --capability. Spec: man/catshark-simulate.1, man/catshark-client.1. */
#ifndef CATSHARK_ENDPOINTS_CAPABILITY_H
#define CATSHARK_ENDPOINTS_CAPABILITY_H

#include "capture-tools/roles/client.h"

/* Reads "saf", "permit", "raw" or "none". On false *message (to be freed) quotes the text and names them. */
bool client_capability_read(const char *text, client_capability *value, char **message);

#endif
