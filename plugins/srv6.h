/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in front of IPv6's routing and fragment headers and of what SRv6 encapsulates. */
#ifndef PLUGINS_SRV6_H
#define PLUGINS_SRV6_H

#include "compat.h"

/* Whether what is being dissected is inside an SRv6 encapsulation. */
bool srv6_is_encapsulated(void);
/* Whether what is being dissected behind this IPv6 header is, or was put together of, fragments. */
bool srv6_is_fragment(const ws_ip6 *ip6);

void srv6_register(void);
void srv6_handoff(void);

#endif
