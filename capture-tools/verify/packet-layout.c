/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lays headers out by their tables, and between them what the tables do not describe. Spec: packet-layout.h.
 */
#include "packet-layout.h"

#include "epan-cats/srh.h"

#include <inttypes.h>

enum { TEXT_OCTETS_MAX = 16 };

packet_layout *packet_layout_new(void)
{
    packet_layout *l = g_new0(packet_layout, 1);
    l->fields = g_array_new(FALSE, FALSE, sizeof(layout_field));
    l->sections = g_array_new(FALSE, FALSE, sizeof(layout_section));
    return l;
}

void packet_layout_free(packet_layout *l)
{
    if (l == NULL)
        return;
    g_array_free(l->fields, TRUE);
    g_array_free(l->sections, TRUE);
    g_free(l);
}

/* ---- where things are ---- */

int packet_carrier(const packet *p)
{
    int carrier = -1;
    for (int i = 0; i < p->ip_count && !p->ip[i].quoted; i++)
        carrier = i;
    return carrier;
}

static bool announces_tag(uint16_t ethertype)
{
    return ethertype == 0x8100 || ethertype == 0x88A8 || ethertype == 0x9100;
}

static uint32_t ethernet_length(const packet *p)
{
    uint32_t at = 14;
    while (at <= p->captured && announces_tag(packet_get16(p->data + at - 2)))
        at += 4;
    return at;
}

uint32_t packet_content(const packet *p, int link_type)
{
    uint32_t length = 0;
    if (p->ip_count > 0)
        return p->ip[0].offset;
    if (link_type == PACKET_LINK_ETHERNET)
        length = ethernet_length(p);
    else if (link_type == PACKET_LINK_LINUX_SLL)
        length = header_shape_get(HEADER_SLL)->octets;
    else if (link_type == PACKET_LINK_LINUX_SLL2)
        length = header_shape_get(HEADER_SLL2)->octets;
    else if (link_type == PACKET_LINK_NULL || link_type == PACKET_LINK_LOOP)
        length = header_shape_get(HEADER_NULL)->octets;
    return MIN(length, p->captured);
}

/* ---- writing ---- */

/* What is being laid out. Octets at and behind `limit` are of something else. */
typedef struct writer {
    packet_layout *l;
    const packet *p;
    const affinity_numbers *numbers;
    uint32_t bit;
    uint32_t limit;
} writer;

static uint32_t at(const writer *w)
{
    return w->bit / 8;
}

static uint32_t left(const writer *w)
{
    return w->limit > at(w) ? w->limit - at(w) : 0;
}

static void begin(writer *w, section_kind kind, header_kind header)
{
    GArray *sections = w->l->sections;
    if (sections->len > 0)
        g_array_index(sections, layout_section, sections->len - 1).end = at(w);
    const layout_section section = { .kind = kind, .header = (uint8_t)header, .start = at(w), .end = at(w) };
    g_array_append_val(sections, section);
}

static void put_bits(writer *w, layout_field field, uint32_t bits)
{
    uint32_t room = w->limit * 8 > w->bit ? w->limit * 8 - w->bit : 0;
    field.bit = w->bit;
    field.bits = MIN(bits, room);
    if (field.bits == 0)
        return;
    field.section = (uint16_t)(w->l->sections->len - 1);
    g_array_append_val(w->l->fields, field);
    w->bit += field.bits;
}

/* A field of no table. */
static void put(writer *w, const char *name, uint32_t octets, field_show show)
{
    put_bits(w, (layout_field){ .name = name, .show = show, .header = HEADER_NONE }, octets * 8);
}

static void put_octets(writer *w, const char *name, uint32_t octets)
{
    put(w, name, octets, FIELD_SHOW_OCTETS);
}

static void put_header(writer *w, header_kind kind)
{
    const header_shape *shape = header_shape_get(kind);
    for (unsigned i = 0; i < shape->count; i++) {
        const header_field *f = &shape->fields[i];
        put_bits(w,
                 (layout_field){ .name = f->name,
                                 .show = f->show,
                                 .role = f->role,
                                 .as = f->as,
                                 .header = (uint8_t)kind,
                                 .index = (uint8_t)i },
                 f->bits);
    }
}

/* ---- link ---- */

static void put_ethernet(writer *w, uint32_t end)
{
    put_header(w, HEADER_ETHERNET);
    while (at(w) + 4 <= end && announces_tag(packet_get16(w->p->data + at(w) - 2)))
        put_header(w, HEADER_VLAN);
}

static void put_link(writer *w, int link_type, uint32_t end)
{
    begin(w, SECTION_LINK, HEADER_ETHERNET);
    w->limit = end;
    if (link_type == PACKET_LINK_ETHERNET)
        put_ethernet(w, end);
    else if (link_type == PACKET_LINK_LINUX_SLL)
        put_header(w, HEADER_SLL);
    else if (link_type == PACKET_LINK_LINUX_SLL2)
        put_header(w, HEADER_SLL2);
    else if (link_type == PACKET_LINK_NULL || link_type == PACKET_LINK_LOOP)
        put_header(w, HEADER_NULL);
    put_octets(w, "data.data", left(w));
}

/* ---- IP ---- */

static void put_srh_tlvs(writer *w, uint32_t end)
{
    while (at(w) < end) {
        uint8_t type = w->p->data[at(w)];
        put(w, "cats.srh.tlv.type", 1, FIELD_SHOW_DECIMAL);
        if (type == SRH_TLV_PAD1 || at(w) >= end)
            continue;
        uint32_t length = w->p->data[at(w)];
        put(w, "cats.srh.tlv.length", 1, FIELD_SHOW_DECIMAL);
        put_octets(w, "cats.srh.tlv.value", MIN(length, end - at(w)));
    }
}

static void put_srh(writer *w, uint32_t end)
{
    const uint8_t *header = w->p->data + at(w);
    uint32_t segments = header[4] + 1u;
    put_header(w, HEADER_SRH);
    for (; segments > 0 && at(w) + 16 <= end; segments--)
        put(w, "ipv6.routing.srh.addr", 16, FIELD_SHOW_ADDRESS);
    put_srh_tlvs(w, end);
}

/* Extension headers by the protocol in front of them. */
static const struct extension {
    uint8_t protocol;
    header_kind header;
    const char *rest;
} extensions[] = {
    { PACKET_PROTOCOL_HOP_BY_HOP, HEADER_HOP_BY_HOP, "ipv6.opt" },
    { PACKET_PROTOCOL_DESTINATION, HEADER_DESTINATION, "ipv6.opt" },
    { PACKET_PROTOCOL_ROUTING, HEADER_ROUTING, "ipv6.routing.unknown.data" },
    { PACKET_PROTOCOL_FRAGMENT, HEADER_FRAGMENT, "data.data" },
    { PACKET_PROTOCOL_AH, HEADER_AUTHENTICATION, "ah.icv" },
};

static const struct extension *find_extension(uint8_t protocol)
{
    for (size_t i = 0; i < G_N_ELEMENTS(extensions); i++)
        if (extensions[i].protocol == protocol)
            return &extensions[i];
    return NULL;
}

/* All that lie in front of `end`, where the walk came to; an IPv4 header has AH only. */
static void put_extensions(writer *w, uint8_t protocol, uint32_t end)
{
    const struct extension *e;
    while (at(w) + 8 <= end && (e = find_extension(protocol)) != NULL) {
        const uint8_t *header = w->p->data + at(w);
        uint32_t start = at(w), length = (header[1] + 1u) * 8;
        bool srh = e->header == HEADER_ROUTING && header[2] == SRH_ROUTING_TYPE;
        if (e->header == HEADER_FRAGMENT)
            length = 8;
        else if (e->header == HEADER_AUTHENTICATION)
            length = (header[1] + 2u) * 4;
        length = MIN(length, end - start);
        begin(w, SECTION_EXTENSION, srh ? HEADER_SRH : e->header);
        w->limit = start + length;
        if (srh)
            put_srh(w, w->limit);
        else
            put_header(w, e->header);
        put_octets(w, e->rest, left(w));
        protocol = header[0];
    }
}

static void put_ip(writer *w, const packet_ip *ip, uint32_t end)
{
    bool ipv4 = ip->version == 4;
    const uint8_t *header = w->p->data + ip->offset;
    uint32_t fixed = ipv4 ? MIN((header[0] & 0x0Fu) * 4, ip->payload - ip->offset) : 40;
    begin(w, SECTION_IP, ipv4 ? HEADER_IPV4 : HEADER_IPV6);
    w->limit = MIN(end, ip->offset + MAX(fixed, ipv4 ? 20 : 40));
    put_header(w, ipv4 ? HEADER_IPV4 : HEADER_IPV6);
    put_octets(w, "ip.opt.type", left(w));
    w->limit = MIN(end, ip->payload);
    put_extensions(w, header[ipv4 ? 9 : 6], w->limit);
    put_octets(w, "data.data", left(w));
}

/* ---- transport ---- */

static const struct option_value {
    uint8_t kind;
    const char *first, *second; /* 4 octets each when there are two */
    field_show show;
} option_values[] = {
    { 2, "tcp.options.mss_val", NULL, FIELD_SHOW_DECIMAL },
    { 3, "tcp.options.wscale.shift", NULL, FIELD_SHOW_DECIMAL },
    { 5, "tcp.options.sack_le", NULL, FIELD_SHOW_OCTETS },
    { 8, "tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr", FIELD_SHOW_DECIMAL },
};

static void put_option_value(writer *w, uint8_t kind, uint32_t length)
{
    for (size_t i = 0; i < G_N_ELEMENTS(option_values); i++) {
        const struct option_value *v = &option_values[i];
        if (v->kind != kind)
            continue;
        bool number = v->show == FIELD_SHOW_DECIMAL && length <= 8;
        put(w, v->first, v->second != NULL ? MIN(4, length) : length, number ? v->show : FIELD_SHOW_OCTETS);
        if (v->second != NULL && length > 4)
            put(w, v->second, length - 4, length == 8 ? v->show : FIELD_SHOW_OCTETS);
        return;
    }
    put_octets(w, "tcp.options.unknown.payload", length);
}

/* Kind and length are at hand, `length` octets in all. */
static void put_affinity(writer *w, uint8_t kind, uint32_t length)
{
    const uint8_t *octets = w->p->data + at(w);
    affinity_option option;
    cats_defect defect;
    affinity_parse_result result = affinity_option_parse(w->numbers, octets, length, &option, &defect);
    bool ours = result != AFFINITY_FOREIGN;
    put(w, ours ? "affinity.kind" : "tcp.option_kind", 1, FIELD_SHOW_DECIMAL);
    put(w, ours ? "affinity.length" : "tcp.option_len", 1, FIELD_SHOW_DECIMAL);
    uint32_t rest = length - 2;
    if (kind != w->numbers->kind && (kind == TCP_OPTION_EXPERIMENT_1 || kind == TCP_OPTION_EXPERIMENT_2)) {
        uint32_t exid = MIN(rest, ours && w->numbers->exid > 0xFFFF ? 4 : 2);
        put(w, ours ? "affinity.exid" : "tcp.options.experimental.exid", exid, FIELD_SHOW_HEX);
        rest -= exid;
    }
    if (result != AFFINITY_PARSED || option.permit) {
        put_octets(w, "tcp.options.unknown.payload", rest);
        return;
    }
    put(w, option.address.family == 4 ? "affinity.ipv4" : "affinity.ipv6",
        (uint32_t)cats_address_length(&option.address), FIELD_SHOW_ADDRESS);
    put(w, "affinity.port", 2, FIELD_SHOW_DECIMAL);
}

/* One option; false where the list ends. */
static bool put_option(writer *w)
{
    uint32_t room = left(w);
    const uint8_t *octets = w->p->data + at(w);
    uint8_t kind = octets[0];
    if (kind == TCP_OPTION_NOP || kind == TCP_OPTION_EOL || room < 2 || octets[1] < 2 || octets[1] > room) {
        put(w, "tcp.option_kind", 1, FIELD_SHOW_DECIMAL);
        return kind == TCP_OPTION_NOP;
    }
    uint32_t length = octets[1];
    if (kind == w->numbers->kind || kind == TCP_OPTION_EXPERIMENT_1 || kind == TCP_OPTION_EXPERIMENT_2) {
        put_affinity(w, kind, length);
        return true;
    }
    put(w, "tcp.option_kind", 1, FIELD_SHOW_DECIMAL);
    put(w, "tcp.option_len", 1, FIELD_SHOW_DECIMAL);
    put_option_value(w, kind, length - 2);
    return true;
}

static void name_saf(writer *w, guint first)
{
    enum { RESERVED_BIT = 4 };
    for (guint i = first; i < w->l->fields->len; i++) {
        layout_field *f = &g_array_index(w->l->fields, layout_field, i);
        if (f->header == HEADER_TCP &&
            f->bit == g_array_index(w->l->sections, layout_section, f->section).start * 8 + 96 +
                          w->numbers->saf_offset &&
            w->numbers->saf_offset >= RESERVED_BIT)
            f->name = "affinity.saf";
    }
}

static void put_tcp(writer *w, uint32_t end)
{
    uint32_t start = at(w), length = 20;
    guint first = w->l->fields->len;
    if (start + 13 <= end)
        length = MAX(20u, (w->p->data[start + 12] >> 4) * 4u);
    w->limit = MIN(end, start + length);
    put_header(w, HEADER_TCP);
    name_saf(w, first);
    while (left(w) > 0 && put_option(w))
        ;
    put_octets(w, "tcp.options", left(w));
}

static const char *payload_name(header_kind transport)
{
    return transport == HEADER_TCP ? "tcp.payload" : transport == HEADER_UDP ? "udp.payload" : "data.data";
}

/* The transport header behind `ip`, and unless it quotes a packet the payload too. */
static void put_upper(writer *w, const packet_ip *ip, bool quotes, uint32_t end)
{
    header_kind kind = ip->later_fragment ? HEADER_NONE : header_kind_of_transport(ip->protocol);
    if (kind != HEADER_NONE) {
        begin(w, SECTION_TRANSPORT, kind);
        w->limit = MIN(end, at(w) + header_shape_get(kind)->octets);
        if (kind == HEADER_TCP)
            put_tcp(w, end);
        else
            put_header(w, kind);
    }
    w->limit = end;
    if (quotes)
        return;
    begin(w, SECTION_PAYLOAD, kind);
    put_octets(w, payload_name(kind), left(w));
}

/* What lies between a header and the one that it carries: an Ethernet header, or nothing. */
static void put_between(writer *w, uint32_t end)
{
    if (at(w) >= end)
        return;
    begin(w, SECTION_LINK, HEADER_ETHERNET);
    w->limit = end;
    put_ethernet(w, end);
    put_octets(w, "data.data", left(w));
}

void packet_layout_read(packet_layout *l, const packet *p, int link_type, const affinity_numbers *numbers)
{
    writer w = { .l = l, .p = p, .numbers = numbers };
    int carrier = packet_carrier(p);
    g_array_set_size(l->fields, 0);
    g_array_set_size(l->sections, 0);
    l->content = packet_content(p, link_type);
    l->inner = carrier >= 0 ? p->ip[carrier].offset : l->content;
    l->end = carrier >= 0 ? MIN(p->ip[0].end, p->captured) : p->captured;
    put_link(&w, link_type, l->content);
    for (int i = 0; i < p->ip_count; i++) {
        const packet_ip *ip = &p->ip[i];
        uint32_t end = MIN(ip->end, p->captured);
        bool last = i + 1 == p->ip_count;
        put_between(&w, ip->offset);
        put_ip(&w, ip, end);
        if (last || (p->ip[i + 1].quoted && !ip->quoted))
            put_upper(&w, ip, !last, end);
    }
    w.limit = l->end;
    begin(&w, p->ip_count > 0 ? SECTION_REST : SECTION_PAYLOAD, HEADER_NONE);
    put_octets(&w, "data.data", left(&w));
    begin(&w, SECTION_TRAILER, HEADER_NONE);
    w.limit = p->captured;
    put_bits(
        &w,
        (layout_field){
            .name = "eth.trailer", .show = FIELD_SHOW_OCTETS, .as = IGNORED_PADDING, .header = HEADER_NONE },
        left(&w) * 8);
    g_array_index(l->sections, layout_section, l->sections->len - 1).end = at(&w);
}

/* ---- values ---- */

static uint64_t number_at(const uint8_t *octets, uint32_t bit, uint32_t bits)
{
    uint64_t value = 0;
    for (; bits > 0; bits--, bit++)
        value = value << 1 | (octets[bit / 8] >> (7 - bit % 8) & 1u);
    return value;
}

static char *octets_text(const uint8_t *octets, uint32_t length)
{
    GString *text = g_string_new(NULL);
    for (uint32_t i = 0; i < MIN(length, TEXT_OCTETS_MAX); i++)
        g_string_append_printf(text, "%s%02x", i > 0 ? ":" : "", octets[i]);
    if (length > TEXT_OCTETS_MAX)
        g_string_append_printf(text, "... (%u octets)", length);
    return g_string_free(text, FALSE);
}

char *layout_field_text(const layout_field *field, const uint8_t *octets, uint32_t bit)
{
    char text[CATS_ADDRESS_TEXT];
    if (field->show == FIELD_SHOW_ADDRESS && (field->bits == 32 || field->bits == 128)) {
        cats_address address =
            field->bits == 32 ? cats_address_ipv4(octets + bit / 8) : cats_address_ipv6(octets + bit / 8);
        cats_address_format(&address, text);
        return g_strdup(text);
    }
    if (field->bits > 64 || field->show == FIELD_SHOW_OCTETS || field->show == FIELD_SHOW_ADDRESS)
        return octets_text(octets + bit / 8, field->bits / 8);
    uint64_t number = number_at(octets, bit, field->bits);
    return field->show == FIELD_SHOW_HEX ? g_strdup_printf("0x%0*" PRIx64, (int)(field->bits + 3) / 4, number)
                                         : g_strdup_printf("%" PRIu64, number);
}
