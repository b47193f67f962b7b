/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What holds of every walked packet, whatever the octets were. */
#ifndef TESTS_UNIT_PACKET_INVARIANTS_H
#define TESTS_UNIT_PACKET_INVARIANTS_H

#include "epan-cats/packet.h"
#include <glib.h>

static inline void packet_assert_sound(const packet *p)
{
    g_assert_cmpuint(p->captured, <=, p->wire);
    g_assert_cmpuint(p->vlan_count, <=, PACKET_VLAN_MAX);
    g_assert_cmpuint(p->ip_count, <=, PACKET_IP_MAX);
    for (unsigned i = 0; i < p->ip_count; i++) {
        const packet_ip *ip = &p->ip[i];

        g_assert_true(ip->version == 4 || ip->version == 6);
        g_assert_cmpuint(ip->offset + (ip->version == 4 ? 20u : 40u), <=, p->captured);
        g_assert_cmpuint(ip->payload, >=, ip->offset);
        g_assert_cmpuint(ip->payload, <=, ip->end);
        g_assert_cmpuint(ip->end, <=, p->wire);
        g_assert_true(ip->fragment || !ip->later_fragment);
        if (ip->srh != 0) {
            g_assert_cmpuint(ip->srh, >=, ip->routing);
            g_assert_cmpuint(ip->srh + 8, <=, p->captured);
            g_assert_cmpuint(p->data[ip->srh + 2], ==, 4);
        }
        if (i > 0) {
            g_assert_cmpuint(ip->offset, >=, p->ip[i - 1].payload);
            g_assert_cmpuint(ip->end, <=, p->ip[i - 1].end);
            g_assert_true(ip->quoted || !p->ip[i - 1].quoted);
        }
    }
    if (p->transport != PACKET_NO_TRANSPORT) {
        const packet_ip *innermost = packet_innermost(p);

        g_assert_nonnull(innermost);
        g_assert_false(innermost->later_fragment);
        g_assert_cmpuint(p->transport_offset, ==, innermost->payload);
        if (p->transport_length > 0)
            g_assert_cmpuint(p->transport_offset + p->transport_length + p->transport_payload, ==,
                             innermost->end);
    }
    if (p->transport_captured) {
        g_assert_cmpuint(p->transport_length, >=, 8);
        g_assert_cmpuint(p->transport_offset + p->transport_length, <=, p->captured);
    }
    if (p->end == PACKET_CUT || p->end == PACKET_MALFORMED) {
        g_assert_nonnull(p->defect.subject);
        g_assert_nonnull(p->defect.expected);
        g_assert_cmpuint(p->defect.at, <=, p->wire);
    }
    if (p->end == PACKET_CUT)
        g_assert_cmpuint(p->captured, <, p->wire);
}

#endif
