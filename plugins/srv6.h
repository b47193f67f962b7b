/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in front of IPv6's routing and fragment headers and of what SRv6 encapsulates. */
#ifndef PLUGINS_SRV6_H
#define PLUGINS_SRV6_H

void srv6_register(void);
void srv6_handoff(void);

#endif
