/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walk over what stands in front of an IP header: Ethernet with any number of VLAN tags, Linux cooked
 * capture, loopback and raw IP. Spec: IEEE 802.3, IEEE 802.1Q; the link-layer header types of tcpdump.org. */
#include "packet-walk.h"

enum { ETHERNET_HEADER = 14, VLAN_TAG = 4 };

enum {
    ETHERTYPE_MIN = 0x0600, /* below: the length of an 802.3 frame */
    ETHERTYPE_VLAN = 0x8100,
    ETHERTYPE_QINQ = 0x88A8,
    ETHERTYPE_QINQ_OLD = 0x9100
};

static bool is_vlan(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_QINQ || ethertype == ETHERTYPE_QINQ_OLD;
}

/* From the octet behind an EtherType field, over the tags that it may announce. Ethernet in a tunnel has tags
 * of its own: they are walked and not kept. */
static packet_layer walk_ethertype(packet_walker *w, uint16_t ethertype)
{
    packet *p = w->p;
    bool outer = p->ip_count == 0;

    while (is_vlan(ethertype)) {
        if (!packet_need(w, VLAN_TAG, "VLAN tag: octets", "4 or more"))
            return PACKET_LAYER_NONE;
        if (outer && p->vlan_count < PACKET_VLAN_MAX)
            p->vlan[p->vlan_count++] = packet_get16(p->data + w->at);
        ethertype = packet_get16(p->data + w->at + 2);
        w->at += VLAN_TAG;
    }
    if (outer && ethertype >= ETHERTYPE_MIN)
        p->ethertype = ethertype;
    if (ethertype == PACKET_ETHERTYPE_IPV4)
        return PACKET_LAYER_IPV4;
    return ethertype == PACKET_ETHERTYPE_IPV6 ? PACKET_LAYER_IPV6 : PACKET_LAYER_NONE;
}

packet_layer packet_walk_ethernet(packet_walker *w)
{
    uint16_t ethertype;

    if (!packet_need(w, ETHERNET_HEADER, "Ethernet header: octets", "14 or more"))
        return PACKET_LAYER_NONE;
    ethertype = packet_get16(w->p->data + w->at + 12);
    w->at += ETHERNET_HEADER;
    return walk_ethertype(w, ethertype);
}

static packet_layer walk_sll(packet_walker *w)
{
    if (!packet_need(w, 16, "Linux cooked header: octets", "16 or more"))
        return PACKET_LAYER_NONE;
    w->at += 16;
    return walk_ethertype(w, packet_get16(w->p->data + 14));
}

static packet_layer walk_sll2(packet_walker *w)
{
    if (!packet_need(w, 20, "Linux cooked v2 header: octets", "20 or more"))
        return PACKET_LAYER_NONE;
    w->at += 20;
    return walk_ethertype(w, packet_get16(w->p->data));
}

/* AF_INET is 2 everywhere; AF_INET6 is 10 on Linux, 24, 28 and 30 on the BSDs and macOS. */
static packet_layer walk_address_family(packet_walker *w, bool either_order)
{
    uint32_t family;

    if (!packet_need(w, 4, "loopback header: octets", "4 or more"))
        return PACKET_LAYER_NONE;
    w->at += 4;
    family = packet_get32(w->p->data);
    if (either_order && family > 0xFFFF)
        family = __builtin_bswap32(family);
    switch (family) {
    case 2:
        return PACKET_LAYER_IPV4;
    case 10:
    case 24:
    case 28:
    case 30:
        return PACKET_LAYER_IPV6;
    default:
        return PACKET_LAYER_NONE;
    }
}

/* In the byte order of the machine that captured. */
static packet_layer walk_null(packet_walker *w)
{
    return walk_address_family(w, true);
}

/* In network byte order. */
static packet_layer walk_loop(packet_walker *w)
{
    return walk_address_family(w, false);
}

static packet_layer walk_raw(packet_walker *w)
{
    unsigned version;

    if (!packet_need(w, 1, "raw IP: octets", "1 or more"))
        return PACKET_LAYER_NONE;
    version = w->p->data[0] >> 4;
    if (version == 4)
        return PACKET_LAYER_IPV4;
    if (version == 6)
        return PACKET_LAYER_IPV6;
    packet_note(w, PACKET_MALFORMED, "raw IP: version", version, "4 or 6", 0);
    return PACKET_LAYER_NONE;
}

static packet_layer walk_raw_ipv4(packet_walker *w)
{
    (void)w;
    return PACKET_LAYER_IPV4;
}

static packet_layer walk_raw_ipv6(packet_walker *w)
{
    (void)w;
    return PACKET_LAYER_IPV6;
}

static const struct link_walk {
    int link_type;
    packet_layer (*walk)(packet_walker *w);
} link_walks[] = {
    { PACKET_LINK_ETHERNET, packet_walk_ethernet },
    { PACKET_LINK_RAW, walk_raw },
    { 12, walk_raw }, /* DLT_RAW on Linux */
    { 14, walk_raw }, /* DLT_RAW on OpenBSD */
    { PACKET_LINK_IPV4, walk_raw_ipv4 },
    { PACKET_LINK_IPV6, walk_raw_ipv6 },
    { PACKET_LINK_LINUX_SLL, walk_sll },
    { PACKET_LINK_LINUX_SLL2, walk_sll2 },
    { PACKET_LINK_NULL, walk_null },
    { PACKET_LINK_LOOP, walk_loop },
};

static const struct link_walk *find_link(int link_type)
{
    for (size_t i = 0; i < sizeof link_walks / sizeof link_walks[0]; i++) {
        if (link_walks[i].link_type == link_type)
            return &link_walks[i];
    }
    return NULL;
}

bool packet_link_supported(int link_type)
{
    return find_link(link_type) != NULL;
}

packet_layer packet_walk_link(packet_walker *w, int link_type)
{
    const struct link_walk *link = find_link(link_type);

    return link == NULL ? PACKET_LAYER_NONE : link->walk(w);
}
