/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks behind the innermost SRv6 header. Spec: docs/rules.md (links). */
#include "passing-packet.h"

const packet_ip *passing_packet(const decoded *frame, const decoded_steering **around)
{
    const packet *p = &frame->packet;
    *around = NULL;
    if (frame->steering_count == 0)
        return p->ip_count > 0 ? &p->ip[0] : NULL;
    const decoded_steering *here = &frame->steerings[frame->steering_count - 1];
    const packet_ip *inner = here->ip + 1;
    if (!here->steering.encapsulated || here->ip->fragment || inner >= p->ip + p->ip_count || inner->quoted)
        return NULL;
    *around = here;
    return inner;
}
