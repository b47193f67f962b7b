/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From walked headers to sights of the steering tracker. Spec: docs/rules.md; RFC 9293 s3.1. */
#include "flows.h"

enum { IPV6_SOURCE = 8, IPV6_DESTINATION = 24 };
enum { TCP_SEQUENCE = 4, TCP_FLAGS = 12, TCP_FLAGS_END = 14 };

static void read_tcp(const packet *p, const packet_ip *ip, steering_sight *sight)
{
    uint32_t captured = MIN(ip->end, p->captured);
    if (captured < ip->payload + TCP_FLAGS_END)
        return;
    const uint8_t *header = p->data + ip->payload;
    uint16_t opening = packet_get16(header + TCP_FLAGS) & (TCP_FLAG_SYN | TCP_FLAG_ACK);
    uint32_t header_length = (uint32_t)(header[TCP_FLAGS] >> 4) * 4u, length = ip->end - ip->payload;
    sight->opens = opening == TCP_FLAG_SYN;
    sight->answers = opening == (TCP_FLAG_SYN | TCP_FLAG_ACK);
    sight->sequence = packet_get32(header + TCP_SEQUENCE);
    sight->payload = length > header_length ? length - header_length : 0;
}

/* `here` is the encapsulation, or NULL. */
static bool see(const decoder *d, const decoder_frame *frame, const packet_ip *ip, const cats_flow_key *key,
                const decoded_steering *here, decoded *out, steering_sighting *sighting)
{
    steering_sight sight = {
        .frame = frame->number,
        .time_ns = frame->time_ns,
        .point = frame->point,
        .key = key,
        .hop_limit = ip->hop_limit,
    };
    cats_packet outer;
    if (here != NULL) {
        const uint8_t *header = out->packet.data + here->ip->offset;
        outer = (cats_packet){
            .frame = frame->number,
            .outer_source = header + IPV6_SOURCE,
            .outer_destination = header + IPV6_DESTINATION,
            .flow_label = here->ip->flow_label,
            .next_header = here->ip->protocol,
            .inner_destination = key->destination,
        };
        sight.outer = &outer;
        sight.steering = &here->steering;
    }
    if (key->protocol == PACKET_PROTOCOL_TCP && key->ports_known)
        read_tcp(&out->packet, ip, &sight);
    return steering_tracker_see(d->flows, &sight, sighting, &out->findings);
}

static void follow_plain(const decoder *d, const decoder_frame *frame, decoded *out)
{
    const packet *p = &out->packet;
    const packet_ip *ip = packet_innermost(p);
    cats_flow_key key;
    if (ip == NULL || ip->quoted || steering_tracker_is_empty(d->flows))
        return;
    cats_flow_key_read_at(p, ip, &key);
    if (key.ports_known)
        see(d, frame, ip, &key, NULL, out, &out->flow);
}

void fetch_flows(const decoder *d, const decoded *out)
{
    const packet *p = &out->packet;
    cats_flow_key key;
    if (out->steering_count == 0 || !steering_tracker_is_wide(d->flows))
        return;
    const packet_ip *inner = out->steerings[out->steering_count - 1].ip + 1;
    if (inner >= p->ip + p->ip_count)
        return;
    cats_flow_key_read_at(p, inner, &key);
    steering_tracker_fetch(d->flows, &key);
}

void follow_flows(const decoder *d, const decoder_frame *frame, decoded *out)
{
    const packet *p = &out->packet;
    bool within = false; /* the innermost packet lies behind an SRv6 header, a malformed one too */
    for (unsigned i = 0; i < out->steering_count; i++) {
        decoded_steering *here = &out->steerings[i];
        const packet_ip *inner = here->ip + 1;
        bool is_there = inner < p->ip + p->ip_count;
        within |= is_there;
        if (!here->steering.encapsulated || !is_there || inner->quoted)
            continue;
        cats_flow_key key;
        cats_flow_key_read_at(p, inner, &key);
        see(d, frame, inner, &key, here, out, &here->flow);
    }
    if (!within)
        follow_plain(d, frame, out);
}
