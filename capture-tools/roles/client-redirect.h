/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a redirect that came on a FIN in sequence is obeyed, and why not. Spec:
 * draft-wang-tcpm-tcp-service-affinity-option. */
#ifndef CATSHARK_ROLES_CLIENT_REDIRECT_H
#define CATSHARK_ROLES_CLIENT_REDIRECT_H

#include "capture-tools/roles/client.h"

/* `flow` is that of what arrives; `reconnect`: the connection is itself what a redirect led to. */
client_refusal client_judge(const client_config *config, bool reconnect, const cats_flow_key *flow,
                            const affinity_option *option);

#endif
