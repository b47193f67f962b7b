/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The line of a frame, without printf: it is made a million times a second.
 *
 *   NUMBER SECONDS [SRv6 OUTER > OUTER SID ...] SOURCE > DESTINATION TCP [flags] ... [! severity rule: text]
 *   [BGP UPDATE PREFIX ... [! severity rule: text]]
 */
#include "line.h"

#include "line-update.h"

static void put_time(cursor *c, int64_t since_ns)
{
    if (since_ns < 0) {
        *c->at++ = '-';
        since_ns = -since_ns;
    }
    put_number(c, (uint64_t)(since_ns / 1000000000));
    *c->at++ = '.';
    put_padded(c, (uint64_t)(since_ns % 1000000000 / 1000), 6);
}

static void put_frame(cursor *c, const char *what, const line_frame *of, uint32_t frame)
{
    put_text(c, what);
    put_text(c, cats_frame_name_of(of->namer, of->context, frame).text);
}

static void put_steering(cursor *c, const packet *p, const line_frame *of, const decoded_steering *here)
{
    const cats_steering *s = &here->steering;
    cats_address source = packet_source(p, here->ip), destination = packet_destination(p, here->ip);

    put_text(c, " SRv6 ");
    put_address(c, &source);
    put_text(c, " > ");
    put_address(c, &destination);
    if (s->has_srh) {
        put_text(c, " left ");
        put_number(c, s->srh.segments_left);
    }
    if (!s->encapsulated) {
        put_text(c, " |");
        return;
    }
    if (!s->sid_in_destination) {
        cats_address sid = cats_address_ipv6(s->sid);
        put_text(c, " SID ");
        put_address(c, &sid);
    }
    *c->at++ = ' ';
    size_t name = cats_steering_sid_name(s, c->at);
    c->at += name;
    if (name == 0)
        c->at--;
    if (s->has_granularity)
        put_granularity(c, s->granularity);
    if (s->has_argument)
        put_level_and_id(c, s->argument.level, s->argument.aggregate_id);
    if (here->has_announcement)
        put_frame(c, " announced in ", of, here->announced_in);
    if (here->replaced_in != 0)
        put_frame(c, " replaced in ", of, here->replaced_in);
    put_text(c, " |");
}

static void put_tcp_flags(cursor *c, uint16_t flags)
{
    static const struct {
        uint16_t flag;
        char letter;
    } letters[] = {
        { TCP_FLAG_SYN, 'S' }, { TCP_FLAG_FIN, 'F' }, { TCP_FLAG_RST, 'R' },
        { TCP_FLAG_PSH, 'P' }, { TCP_FLAG_ACK, '.' }, { TCP_FLAG_URG, 'U' },
        { TCP_FLAG_ECE, 'E' }, { TCP_FLAG_CWR, 'W' }, { TCP_FLAG_AE, 'e' },
    };
    put_text(c, " [");
    for (size_t i = 0; i < sizeof letters / sizeof letters[0]; i++)
        if (flags & letters[i].flag)
            *c->at++ = letters[i].letter;
    *c->at++ = ']';
}

static void put_option(cursor *c, const affinity_option *option)
{
    if (option->permit) {
        put_text(c, " permit");
        return;
    }
    put_text(c, " affinity ");
    put_endpoint(c, &option->address, option->port);
}

static void put_tcp(cursor *c, const decoded *frame)
{
    const packet *p = &frame->packet;
    const uint8_t *header = p->data + p->transport_offset;

    put_text(c, " TCP");
    if (!frame->has_segment)
        return;
    put_tcp_flags(c, p->tcp_flags);
    put_text(c, " seq ");
    put_number(c, packet_get32(header + 4));
    if (p->tcp_flags & TCP_FLAG_ACK) {
        put_text(c, " ack ");
        put_number(c, packet_get32(header + 8));
    }
    put_text(c, " len ");
    put_number(c, p->transport_payload);
    if (!frame->whole_segment)
        return;
    if (frame->seen.saf)
        put_text(c, " SAF");
    for (unsigned i = 0; i < frame->seen.count && i < 2; i++)
        put_option(c, &frame->seen.option[i]);
}

/* The innermost packet: who to whom, and by what. */
static void put_inner(cursor *c, const decoded *frame)
{
    const packet *p = &frame->packet;
    const packet_ip *ip = packet_innermost(p);
    cats_address source = packet_source(p, ip), destination = packet_destination(p, ip);
    bool ports = p->transport == PACKET_TCP || p->transport == PACKET_UDP;

    *c->at++ = ' ';
    if (ip->quoted)
        put_text(c, "ICMP error about ");
    if (ports) {
        put_endpoint(c, &source, p->source_port);
        put_text(c, " > ");
        put_endpoint(c, &destination, p->destination_port);
    } else {
        put_address(c, &source);
        put_text(c, " > ");
        put_address(c, &destination);
    }
    switch (p->transport) {
    case PACKET_TCP:
        put_tcp(c, frame);
        break;
    case PACKET_UDP:
        put_text(c, " UDP len ");
        put_number(c, p->transport_payload);
        break;
    case PACKET_ICMP:
        put_text(c, " ICMP");
        break;
    case PACKET_ICMPV6:
        put_text(c, " ICMPv6");
        break;
    case PACKET_NO_TRANSPORT:
        put_text(c, ip->later_fragment ? " fragment, protocol " : " protocol ");
        put_number(c, ip->protocol);
        break;
    }
}

static void put_end(cursor *c, const packet *p)
{
    if (p->end == PACKET_TOO_DEEP)
        put_text(c, " (more IP headers inside)");
    if (p->end != PACKET_CUT && p->end != PACKET_MALFORMED)
        return;
    put_text(c, p->end == PACKET_CUT ? " (cut by the capture: " : " (malformed: ");
    c->at += cats_defect_format(&p->defect, c->at, CATS_DEFECT_TEXT);
    *c->at++ = ')';
}

void line_format(const decoded *frame, const line_frame *of, GString *line)
{
    const packet *p = &frame->packet;

    g_string_set_size(line, LINE_FRAME_TEXT + frame->update_count * LINE_UPDATE_TEXT);
    cursor c = { line->str };

    put_number(&c, of->number);
    *c.at++ = ' ';
    put_time(&c, of->since_ns);
    for (unsigned i = 0; i < frame->steering_count; i++)
        put_steering(&c, p, of, &frame->steerings[i]);
    if (p->ip_count > 0) {
        put_inner(&c, frame);
    } else {
        put_text(&c, " ethertype ");
        put_hex(&c, p->ethertype, 4);
    }
    put_end(&c, p);
    put_findings(&c, &frame->findings);
    for (unsigned i = 0; i < frame->update_count; i++)
        put_update(&c, &frame->updates[i]);
    *c.at++ = '\n';
    g_string_truncate(line, (gsize)(c.at - line->str));
}
