/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verb `catshark client`. Spec: man/catshark-client.1. */
#ifndef CATSHARK_LIVE_CLIENT_H
#define CATSHARK_LIVE_CLIENT_H

/* Returns the exit code: 0 when all flows finished, 1 when some did not, 2 for trouble. */
int live_client_verb(int argc, char **argv);

#endif
