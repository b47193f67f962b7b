/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares laid-out frames field by field. Spec: packet-difference.h. */
#include "packet-difference.h"

#include "epan-cats/checksum.h"

enum { COST_FOLLOWS = 1, COST_PLAIN = 8, COST_IDENTIFIES = 10, ALIKE_FIELDS = 2 };

/* A frame, walked and laid out. */
typedef struct side {
    const frame_octets *frame;
    packet p;
    packet_layout *layout;
} side;

struct packet_comparer {
    const expect_ignored *ignored;
    affinity_numbers numbers;
    side expected, observed;
    bool inner, values;
    int skipped_port;
    uint32_t base, target; /* first octets that are compared as they stand */
    packet_differences result, other;
};

static void clear_field(gpointer data)
{
    field_difference *field = data;
    g_free(field->value);
    g_free(field->expected);
}

GArray *field_differences_new(void)
{
    GArray *fields = g_array_new(FALSE, FALSE, sizeof(field_difference));
    g_array_set_clear_func(fields, clear_field);
    return fields;
}

packet_comparer *packet_comparer_new(const expect_ignored *ignored, const affinity_numbers *numbers)
{
    packet_comparer *c = g_new0(packet_comparer, 1);
    c->ignored = ignored;
    c->skipped_port = -1;
    c->numbers = *numbers;
    c->expected.layout = packet_layout_new();
    c->observed.layout = packet_layout_new();
    c->result.fields = field_differences_new();
    c->other.fields = field_differences_new();
    return c;
}

void packet_comparer_free(packet_comparer *c)
{
    if (c == NULL)
        return;
    packet_layout_free(c->expected.layout);
    packet_layout_free(c->observed.layout);
    g_array_free(c->result.fields, TRUE);
    g_array_free(c->other.fields, TRUE);
    g_free(c);
}

void packet_comparer_skip_port(packet_comparer *c, int port)
{
    c->skipped_port = port;
}

static void read_side(packet_comparer *c, side *s, const frame_octets *frame)
{
    s->frame = frame;
    packet_walk(frame->link_type, frame->data, frame->captured, frame->wire, &s->p);
    packet_layout_read(s->layout, &s->p, frame->link_type, &c->numbers);
}

static const layout_section *section_at(const side *s, guint i)
{
    return &g_array_index(s->layout->sections, layout_section, i);
}

/* ---- one field ---- */

static bool bits_equal(const uint8_t *a, uint32_t a_bit, const uint8_t *b, uint32_t b_bit, uint32_t bits)
{
    if (a_bit % 8 == 0 && bits % 8 == 0)
        return memcmp(a + a_bit / 8, b + b_bit / 8, bits / 8) == 0;
    for (uint32_t i = 0; i < bits; i++)
        if ((a[(a_bit + i) / 8] >> (7 - (a_bit + i) % 8) & 1) !=
            (b[(b_bit + i) / 8] >> (7 - (b_bit + i) % 8) & 1))
            return false;
    return true;
}

static bool is_ignored(const packet_comparer *c, const layout_field *f)
{
    if (c->skipped_port == f->index && (f->header == HEADER_TCP || f->header == HEADER_UDP))
        return true;
    return c->ignored->group[f->as] || (f->header != HEADER_NONE && c->ignored->field[f->header][f->index]);
}

static void add(packet_differences *d, const layout_field *f, unsigned cost, char *value, char *expected)
{
    const field_difference found = { f->name, value, expected };
    g_array_append_val(d->fields, found);
    d->cost += cost;
    d->identifying += f->role == FIELD_IDENTIFIES;
    d->independent += f->role == FIELD_IDENTIFIES || f->role == FIELD_PLAIN;
}

static unsigned cost_of(const layout_field *f)
{
    switch (f->role) {
    case FIELD_IDENTIFIES:
        return COST_IDENTIFIES;
    case FIELD_PLAIN:
        return COST_PLAIN;
    case FIELD_FOLLOWS:
    case FIELD_CHECKSUM:
        break;
    }
    return COST_FOLLOWS;
}

/* ---- octets of no fixed length ---- */

static char *octets_from(const uint8_t *octets, uint32_t at, uint32_t length)
{
    layout_field f = { .show = FIELD_SHOW_OCTETS, .bits = MIN(length - at, 8u) * 8 };
    g_autofree char *text = layout_field_text(&f, octets + at, 0);
    return g_strdup_printf("octet %u is %s%s", at, text, length - at > 8 ? "..." : "");
}

/* `found` octets at `octets`, or none of them where the other frame ends. */
static void compare_octets(packet_comparer *c, packet_differences *d, const layout_field *f,
                           const uint8_t *octets, uint32_t found)
{
    const uint8_t *expected = c->expected.frame->data + f->bit / 8;
    uint32_t length = f->bits / 8, common = MIN(found, length), at = 0, differ = 0;
    while (at < common && octets[at] == expected[at])
        at++;
    if (at == common && found == length)
        return;
    for (uint32_t i = at; i < common; i++)
        differ += octets[i] != expected[i];
    differ += MAX(found, length) - common;
    char *value = NULL, *wanted = NULL;
    if (c->values && found != length) {
        value = g_strdup_printf("%u octets", found);
        wanted = g_strdup_printf("%u", length);
    } else if (c->values && length > 16) {
        value = octets_from(octets, at, length);
        wanted = octets_from(expected, at, length);
    } else if (c->values) {
        value = layout_field_text(f, octets, 0);
        wanted = layout_field_text(f, expected, 0);
    }
    add(d, f, COST_PLAIN + MIN(differ, 1024u) / 64, value, wanted);
}

/* ---- checksums ---- */

typedef enum checksum_verdict { CHECKSUM_RIGHT, CHECKSUM_OFFLOADED, CHECKSUM_WRONG } checksum_verdict;

static checksum_verdict verdict_of(checksum_state state, uint16_t value)
{
    if (state == CHECKSUM_GOOD)
        return CHECKSUM_RIGHT;
    return state == CHECKSUM_PARTIAL || value == 0 ? CHECKSUM_OFFLOADED : CHECKSUM_WRONG;
}

/* Of the checksum field that starts at an octet of the frame. That of a quoted transport header, of which not
 * all is there, is never right. */
static checksum_verdict judge_checksum(const side *s, header_kind header, uint32_t at)
{
    uint16_t value = packet_get16(s->frame->data + at);
    int carrier = packet_carrier(&s->p);
    if (header != HEADER_IPV4 &&
        (carrier < 0 || at >= s->p.ip[carrier].payload + header_shape_get(header)->octets))
        return CHECKSUM_WRONG;
    if (header != HEADER_IPV4)
        return verdict_of(checksum_verify_transport(&s->p), value);
    for (int i = 0; i < s->p.ip_count; i++)
        if (s->p.ip[i].version == 4 && s->p.ip[i].offset + 10 == at)
            return verdict_of(checksum_verify_ip(&s->p, &s->p.ip[i]), value);
    return CHECKSUM_WRONG;
}

static bool checksum_stands(const packet_comparer *c, checksum_verdict verdict)
{
    return verdict == CHECKSUM_RIGHT ||
           (verdict == CHECKSUM_OFFLOADED && c->ignored->group[IGNORED_CHECKSUM_OFFLOAD]);
}

/* The observed checksum of an IPv4 header is right for what was expected, but for what is ignored: then it
 * was not changed, other fields were. `at` are the octets of both headers. */
static bool suits_expected(const packet_comparer *c, uint32_t expected_at, uint32_t observed_at)
{
    enum { IPV4_OCTETS = 20, CHECKSUM_AT = 10 };
    const uint8_t *expected = c->expected.frame->data + expected_at, *mask = c->ignored->mask[HEADER_IPV4];
    const uint8_t *observed = c->observed.frame->data + observed_at;
    uint32_t length = (expected[0] & 0x0Fu) * 4;
    uint8_t header[60];
    if (length < IPV4_OCTETS || expected_at + length > c->expected.frame->captured ||
        observed_at + IPV4_OCTETS > c->observed.frame->captured)
        return false;
    memcpy(header, expected, length);
    for (unsigned i = 0; i < IPV4_OCTETS; i++)
        header[i] = (uint8_t)((expected[i] & mask[i]) | (observed[i] & ~mask[i]));
    memcpy(header + CHECKSUM_AT, observed + CHECKSUM_AT, 2);
    return checksum_finish(checksum_add(header, length, 0)) == 0;
}

/* ---- one way to lay them upon each other ---- */

/* Where the octets of an expected section lie in the observed frame, and how many. False: nowhere. */
typedef bool (*section_finder)(const packet_comparer *c, guint section, uint32_t *start, uint32_t *length);

/* As the octets stand, from the first that is compared. */
static bool find_as_it_stands(const packet_comparer *c, guint section, uint32_t *start, uint32_t *length)
{
    const layout_section *e = section_at(&c->expected, section);
    uint32_t end = c->observed.frame->captured;
    if (e->start < c->base && (c->inner || c->target != c->base))
        return false;
    int64_t at = (int64_t)e->start - c->base + c->target;
    if (at < 0 || at > end)
        return false;
    *start = (uint32_t)at;
    *length = MIN(e->end - e->start, end - *start);
    return true;
}

/* The section of the same place in the row of sections, from the end of the link header or the innermost
 * packet on. */
static guint first_section(const side *s, bool inner)
{
    guint i = 0;
    uint32_t at = inner ? s->layout->inner : s->layout->content;
    while (i < s->layout->sections->len && section_at(s, i)->start < at)
        i++;
    while (i < s->layout->sections->len && section_at(s, i)->kind == SECTION_LINK)
        i++;
    return i;
}

static bool find_header_by_header(const packet_comparer *c, guint section, uint32_t *start, uint32_t *length)
{
    guint from = first_section(&c->expected, c->inner), to = first_section(&c->observed, c->inner);
    if (section < from)
        return false;
    const layout_section *o = section_at(&c->observed, section - from + to);
    *start = o->start;
    *length = o->end - o->start;
    return true;
}

/* Both have the same sections. */
static bool same_sections(const packet_comparer *c)
{
    guint from = first_section(&c->expected, c->inner), to = first_section(&c->observed, c->inner);
    guint count = c->expected.layout->sections->len - from;
    if (c->observed.layout->sections->len - to != count)
        return false;
    for (guint i = 0; i < count; i++) {
        const layout_section *e = section_at(&c->expected, from + i), *o = section_at(&c->observed, to + i);
        if (e->kind != o->kind || e->header != o->header)
            return false;
    }
    return true;
}

/* The last field of a section whose length is not the observed one's takes what is there. */
static bool takes_the_rest(const packet_comparer *c, guint index)
{
    const GArray *fields = c->expected.layout->fields;
    const layout_field *f = &g_array_index(fields, layout_field, index);
    return f->show == FIELD_SHOW_OCTETS && f->header == HEADER_NONE &&
           (index + 1 == fields->len || g_array_index(fields, layout_field, index + 1).section != f->section);
}

static void compare_field(packet_comparer *c, packet_differences *d, guint index, section_finder find)
{
    const layout_field *f = &g_array_index(c->expected.layout->fields, layout_field, index);
    const layout_section *e = section_at(&c->expected, f->section);
    const uint8_t *expected = c->expected.frame->data, *observed = c->observed.frame->data;
    uint32_t start, length, offset = f->bit - e->start * 8;
    if (is_ignored(c, f) || !find(c, f->section, &start, &length))
        return;
    if (takes_the_rest(c, index)) {
        uint32_t skipped = MIN(length, offset / 8);
        compare_octets(c, d, f, observed + start + skipped, length - skipped);
        return;
    }
    if (offset + f->bits > length * 8) {
        add(d, f, cost_of(f), c->values ? g_strdup("none") : NULL,
            c->values ? layout_field_text(f, expected, f->bit) : NULL);
        return;
    }
    uint32_t bit = start * 8 + offset;
    if (bits_equal(expected, f->bit, observed, bit, f->bits))
        return;
    if (f->role == FIELD_CHECKSUM && f->bits == 16 &&
        (checksum_stands(c, judge_checksum(&c->observed, f->header, bit / 8)) ||
         (f->header == HEADER_IPV4 && suits_expected(c, e->start, start))))
        return;
    add(d, f, cost_of(f), c->values ? layout_field_text(f, observed, bit) : NULL,
        c->values ? layout_field_text(f, expected, f->bit) : NULL);
}

/* Payload that the observed packet has where the expected one has none. */
static void compare_extra(packet_comparer *c, packet_differences *d, section_finder find)
{
    const GArray *sections = c->expected.layout->sections;
    for (guint i = 0; i < sections->len; i++) {
        const layout_section *e = section_at(&c->expected, i);
        uint32_t start, length;
        if (e->start != e->end || e->kind == SECTION_TRAILER || !find(c, i, &start, &length) || length == 0)
            continue;
        const layout_field payload = {
            .name = e->header == HEADER_TCP   ? "tcp.payload"
                    : e->header == HEADER_UDP ? "udp.payload"
                                              : "data.data",
            .show = FIELD_SHOW_OCTETS,
            .header = HEADER_NONE,
        };
        add(d, &payload, COST_PLAIN, c->values ? g_strdup_printf("%u octets", length) : NULL,
            c->values ? g_strdup("0") : NULL);
    }
}

static void compare_all(packet_comparer *c, packet_differences *d, section_finder find)
{
    g_array_set_size(d->fields, 0);
    d->cost = d->identifying = d->independent = 0;
    for (guint i = 0; i < c->expected.layout->fields->len; i++)
        compare_field(c, d, i, find);
    compare_extra(c, d, find);
}

/* ---- all ---- */

/* Packets with nothing else different, of which one checksum was right and is wrong now. */
static void compare_checksums(packet_comparer *c, packet_differences *d)
{
    const GArray *fields = c->expected.layout->fields;
    for (guint i = 0; i < fields->len; i++) {
        const layout_field *f = &g_array_index(fields, layout_field, i);
        uint32_t start, length, at = f->bit / 8;
        if (f->role != FIELD_CHECKSUM || f->bits != 16 || is_ignored(c, f) ||
            !find_as_it_stands(c, f->section, &start, &length) ||
            judge_checksum(&c->expected, f->header, at) != CHECKSUM_RIGHT)
            continue;
        at = start + at - section_at(&c->expected, f->section)->start;
        if (at + 2 > c->observed.frame->captured ||
            checksum_stands(c, judge_checksum(&c->observed, f->header, at)))
            continue;
        add(d, f, COST_FOLLOWS,
            c->values ? g_strdup_printf("0x%04x", packet_get16(c->observed.frame->data + at)) : NULL,
            c->values ? g_strdup("a right one") : NULL);
    }
}

static char *octets_text(const uint8_t *octets, uint32_t length)
{
    const layout_field field = { .show = FIELD_SHOW_OCTETS, .bits = length * 8 };
    return layout_field_text(&field, octets, 0);
}

/* What link headers of different lengths have in common: the EtherType behind whatever tags, addresses; and
 * that there are tags. */
static void compare_links(packet_comparer *c, packet_differences *d)
{
    static const struct {
        const char *name;
        uint32_t at, length;
        ignored_group as;
    } addresses[] = { { "eth.dst", 0, 6, IGNORED_MAC }, { "eth.src", 6, 6, IGNORED_MAC } };
    const packet *expected = &c->expected.p, *observed = &c->observed.p;
    layout_field field = { .name = "eth.type", .header = HEADER_NONE };
    if (c->inner || c->target == c->base)
        return;
    if (expected->ethertype != 0 && observed->ethertype != 0 && expected->ethertype != observed->ethertype)
        add(d, &field, COST_PLAIN, g_strdup_printf("0x%04x", observed->ethertype),
            g_strdup_printf("0x%04x", expected->ethertype));
    if (c->expected.frame->link_type != PACKET_LINK_ETHERNET ||
        c->observed.frame->link_type != PACKET_LINK_ETHERNET ||
        MIN(expected->captured, observed->captured) < header_shape_get(HEADER_ETHERNET)->octets)
        return;
    for (size_t i = 0; i < G_N_ELEMENTS(addresses); i++) {
        const uint8_t *from = expected->data + addresses[i].at, *to = observed->data + addresses[i].at;
        if (c->ignored->group[addresses[i].as] || memcmp(from, to, addresses[i].length) == 0)
            continue;
        field.name = addresses[i].name;
        add(d, &field, COST_PLAIN, octets_text(to, addresses[i].length),
            octets_text(from, addresses[i].length));
    }
    field.name = "vlan";
    if (!c->ignored->group[IGNORED_VLAN])
        add(d, &field, COST_PLAIN, g_strdup_printf("%u tags", observed->vlan_count),
            g_strdup_printf("%u", expected->vlan_count));
}

/* Another way to lay them upon each other; it counts when there are fewer differences. */
static void try_way(packet_comparer *c, section_finder find)
{
    compare_all(c, &c->other, find);
    if (c->other.cost >= c->result.cost)
        return;
    packet_differences swap = c->result;
    c->result = c->other;
    c->other = swap;
}

const packet_differences *packet_compare(packet_comparer *c, const frame_octets *expected,
                                         const frame_octets *observed, bool inner, bool values)
{
    c->inner = inner;
    c->values = values;
    read_side(c, &c->expected, expected);
    read_side(c, &c->observed, observed);
    const packet_layout *from = c->expected.layout, *to = c->observed.layout;
    c->base = inner ? from->inner : from->content;
    c->target = inner ? to->inner : to->content;
    compare_all(c, &c->result, find_as_it_stands);
    /* A link header that tells of no IP may still be as long as the expected one. */
    if (c->result.cost > 0 && c->observed.p.ip_count == 0 && c->target != c->base &&
        observed->link_type == expected->link_type && c->base <= observed->captured) {
        c->target = c->base;
        try_way(c, find_as_it_stands);
    }
    if (c->result.cost > 0 && same_sections(c))
        try_way(c, find_header_by_header);
    compare_links(c, &c->result);
    if (c->result.cost == 0)
        compare_checksums(c, &c->result);
    return &c->result;
}

bool packet_differences_alike(const packet_differences *d)
{
    return d->identifying == 0 || d->independent <= ALIKE_FIELDS;
}
