/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb `catshark service`. Spec: man/catshark-service.1. */
#ifndef CATSHARK_LIVE_SERVICE_H
#define CATSHARK_LIVE_SERVICE_H

/* Returns the exit code. */
int live_service_verb(int argc, char **argv);

#endif
