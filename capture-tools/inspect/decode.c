/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From frame to steering, affinity and findings: the walker's offsets handed to the judgements of epan-cats.
 */
#include "decode.h"

#include "epan-cats/capture-time.h"
#include "flows.h"

enum { IPV6_SOURCE = 8, IPV6_DESTINATION = 24 };
enum {
    TCP_SEQUENCE = 4,
    TCP_ACKNOWLEDGMENT = 8,
    TCP_FLAGS = 12,
    TCP_FLAGS_END = 14,
    TCP_WINDOW = 14,
    TCP_OPTIONS = 20
};

/* The packet inside the encapsulation of ip[index], or no address: a packet that an ICMP error quotes is not
 * inside. */
static cats_address inner_destination(const packet *p, unsigned index)
{
    if (index + 1u >= p->ip_count || p->ip[index + 1].quoted != p->ip[index].quoted)
        return (cats_address){ .family = 0 };
    return packet_destination(p, &p->ip[index + 1]);
}

/* Where the SRH lies, or 0. The walker stops in front of one of less than 8 octets. */
static uint32_t srh_offset(const packet *p, const packet_ip *ip, uint32_t limit)
{
    enum { TYPE = 2 };
    uint32_t at = ip->payload;

    if (ip->srh || ip->protocol != PACKET_PROTOCOL_ROUTING || ip->end > p->captured)
        return ip->srh;
    return at + TYPE < limit && p->data[at + TYPE] == SRH_ROUTING_TYPE ? at : 0;
}

static void find_announcement(const decoder *d, const decoder_frame *frame, const cats_packet *view,
                              decoded_steering *here)
{
    cats_route_behind behind;
    here->has_announcement = cats_steering_behind(&d->cats, view, &here->steering, &behind);
    if (!here->has_announcement) {
        here->replaced_in = cats_steering_sid_ended(&d->cats, view, &here->steering);
        return;
    }
    here->announced_in = behind.route->announced.frame;
    here->announced_age_ns = capture_time_between(behind.route->announced.time_ns, frame->time_ns);
    here->replaced_in = behind.was_in_force ? 0 : behind.ended.frame;
}

static void decode_steering(const decoder *d, const decoder_frame *frame, unsigned index, decoded *out)
{
    const packet *p = &out->packet;
    const packet_ip *ip = &p->ip[index];
    uint32_t limit = ip->end < p->captured ? ip->end : p->captured;
    decoded_steering *here = &out->steerings[out->steering_count];

    cats_packet view = {
        .frame = frame->number,
        .outer_source = p->data + ip->offset + IPV6_SOURCE,
        .outer_destination = p->data + ip->offset + IPV6_DESTINATION,
        .flow_label = ip->flow_label,
        .next_header = ip->protocol,
        /* Where the walk stopped at an extension header, what follows is not known. */
        .fragment = ip->later_fragment || packet_is_ipv6_extension(ip->protocol),
        .inner_destination = inner_destination(p, index),
    };
    uint32_t srh = srh_offset(p, ip, limit);
    if (srh) {
        view.srh = p->data + srh;
        view.srh_available = limit > srh ? limit - srh : 0;
        view.srh_captured =
            ip->end <= p->captured || (view.srh_available >= SRH_FIXED_LENGTH &&
                                       view.srh_available >= SRH_FIXED_LENGTH + 8u * view.srh[1]);
    }
    cats_steering_read(&d->cats, &view, &here->steering, ip->quoted ? NULL : &out->findings);
    if (here->steering.is_srv6) {
        here->has_announcement = false;
        here->replaced_in = 0;
        if (here->steering.has_argument || here->steering.learned)
            find_announcement(d, frame, &view, here);
        here->ip = ip;
        here->flow.in_flow = false;
        out->steering_count++;
    }
}

static void decode_segment(const decoder *d, decoded *out)
{
    const packet *p = &out->packet;
    const packet_ip *ip = packet_innermost(p);
    const uint8_t *header = p->data + p->transport_offset;

    out->has_segment = true;
    out->whole_segment = p->transport_captured;
    affinity_segment *segment = &out->segment;
    *segment = (affinity_segment){
        .flags = p->tcp_flags,
        .source = packet_source(p, ip),
        .destination = packet_destination(p, ip),
        .source_port = p->source_port,
        .destination_port = p->destination_port,
        .options = header,
    };
    uint32_t options_end = p->transport_offset + (uint32_t)(header[TCP_FLAGS] >> 4) * 4u;
    out->options_claimed = 0;
    if (options_end > p->transport_offset + TCP_OPTIONS)
        out->options_claimed = options_end - (p->transport_offset + TCP_OPTIONS);
    uint32_t limit = ip->end < p->captured ? ip->end : p->captured;
    if (options_end > limit)
        options_end = limit;
    if (options_end > p->transport_offset + TCP_OPTIONS) {
        segment->options = header + TCP_OPTIONS;
        segment->options_length = options_end - (p->transport_offset + TCP_OPTIONS);
    }
    if (out->whole_segment)
        affinity_segment_read(&d->numbers, d->cats.topology, segment, &out->seen,
                              ip->quoted ? NULL : &out->findings);
}

/* The last segment that a packet is on its way to, as Wireshark has it too; else NULL. */
static const uint8_t *final_destination(const packet_ip *ip, const decoded *out)
{
    for (unsigned i = 0; i < out->steering_count; i++) {
        const decoded_steering *here = &out->steerings[i];
        if (here->ip == ip && here->steering.has_srh)
            return srh_final_destination(&here->steering.srh);
    }
    return NULL;
}

/* A header that the capture cut has no options, as far as a session is concerned. */
static void follow_session(const decoder *d, const decoder_frame *frame, decoded *out)
{
    const packet *p = &out->packet;
    const packet_ip *ip = packet_innermost(p);
    const uint8_t *header = p->data + p->transport_offset;
    uint32_t limit = ip->end < p->captured ? ip->end : p->captured;

    if (d->tracker == NULL || ip->quoted || p->transport_offset + TCP_OPTIONS > limit)
        return;
    const uint8_t *last = final_destination(ip, out);
    affinity_segment other;
    const affinity_segment *segment = &out->segment;
    if (last != NULL || !out->whole_segment) {
        other = out->segment;
        if (last != NULL)
            other.destination = cats_address_ipv6(last);
        if (!out->whole_segment)
            other.options_length = 0;
        segment = &other;
    }
    if (!out->whole_segment)
        out->seen = (affinity_seen){ .saf = (segment->flags & affinity_saf_mask(&d->numbers)) != 0 };
    uint32_t length = (uint32_t)(header[TCP_FLAGS] >> 4) * 4u;
    uint32_t rest = ip->end - p->transport_offset;
    affinity_sight sight = {
        .frame = frame->number,
        .time_ns = frame->time_ns,
        .segment = segment,
        .seen = &out->seen,
        .whole = out->whole_segment,
        .sequence = packet_get32(header + TCP_SEQUENCE),
        .acknowledgment = packet_get32(header + TCP_ACKNOWLEDGMENT),
        .window = packet_get16(header + TCP_WINDOW),
        .payload = rest > length ? rest - length : 0,
    };
    affinity_tracker_see(d->tracker, &sight, &out->session, &out->findings);
}

static void read_routes(const decoder *d, const decoder_frame *frame, decoded *out)
{
    const cats_moment now = { .frame = frame->number, .time_ns = frame->time_ns };
    out->update_count = route_reader_take(d->routes, &out->packet, now, &out->updates);
}

void decode_frame(const decoder *d, const decoder_frame *frame, decoded *out)
{
    packet *p = &out->packet;

    packet_walk(frame->link_type, frame->data, frame->captured, frame->wire, p);
    out->steering_count = 0;
    out->has_segment = false;
    out->whole_segment = false;
    out->session.in_session = false;
    out->flow.in_flow = false;
    out->update_count = 0;
    cats_findings_clear(&out->findings);
    for (unsigned i = 0; i < p->ip_count; i++) {
        if (p->ip[i].version == 6)
            decode_steering(d, frame, i, out);
    }
    if (p->transport == PACKET_TCP && p->transport_offset + TCP_FLAGS_END <= p->captured &&
        p->transport_offset + TCP_FLAGS_END <= packet_innermost(p)->end) {
        if (d->flows != NULL)
            fetch_flows(d, out);
        decode_segment(d, out);
        follow_session(d, frame, out);
        if (d->routes != NULL && (p->source_port == BGP_PORT || p->destination_port == BGP_PORT))
            read_routes(d, frame, out);
    }
    if (d->flows != NULL)
        follow_flows(d, frame, out);
}

decoder_frame decoder_frame_of(const capture_frame *capture, const capture_point *point)
{
    return (decoder_frame){ .number = (uint32_t)capture->number,
                            .time_ns = capture->time_ns,
                            .point = point != NULL ? point->site_point : STEERING_POINT_NONE,
                            .link_type = capture->link_type,
                            .data = capture->data,
                            .captured = capture->captured,
                            .wire = capture->wire };
}
