/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One segment becomes a packet: header, options, payload by position, comment; and the segments without a
 * connection. Spec: RFC 9293 s3.1, s3.8.6.2.2, s3.10.7.1; RFC 2018 s4; RFC 5961 s7. */
#include "capture-tools/roles/tcp-internal.h"

#include "epan-cats/packet-build.h"
#include <glib.h>
#include <string.h>

enum { HOP_LIMIT = 64, COMMENT_TEXT = 160 };

/* A flow label of its own for each connection, never 0 (RFC 6437 s3). */
static uint32_t flow_label(uint64_t seed)
{
    const uint32_t label = (uint32_t)(seed >> 44);
    return label ? label : 1;
}

static void send_packet(const packet_ip_spec *ip, const packet_tcp_spec *tcp, const char *comment,
                        const role_sink *sink)
{
    uint8_t octets[TCP_PACKET_MAX + TCP_OPTIONS_MAX];
    const size_t length = packet_tcp_build(ip, tcp, octets, sizeof octets);
    if (length)
        sink->packet(sink->context, 0, octets, length, comment);
}

static packet_ip_spec ip_header(const cats_flow_key *flow)
{
    return (packet_ip_spec){ .source = flow->destination,
                             .destination = flow->source,
                             .protocol = PACKET_PROTOCOL_TCP,
                             .hop_limit = HOP_LIMIT };
}

/* What was promised stays; it grows only by a worthwhile step (RFC 9293 s3.8.6.2.2). */
uint32_t tcp_receive_window(const tcp_endpoint *e)
{
    const uint32_t buffer = e->settings->receive_buffer;
    const uint64_t waiting = e->received - e->delivered;
    const uint32_t room = waiting < buffer ? buffer - (uint32_t)waiting : 0;
    const uint32_t promised = e->rcv_edge - e->rcv_nxt;
    const uint32_t window = MIN(room, (uint32_t)UINT16_MAX << e->receive_scale);
    if (window < promised || window - promised < MIN(buffer / 2, e->send_mss))
        return promised;
    return window;
}

/* The window field of a segment that is no SYN, rounded up: the right edge never moves back. */
static uint16_t promise_window(tcp_endpoint *e)
{
    const uint32_t unit = 1u << e->receive_scale;
    const uint32_t field = MIN((tcp_receive_window(e) + unit - 1) / unit, UINT16_MAX);
    e->rcv_edge = seq_later(e->rcv_edge, e->rcv_nxt + field * unit);
    return (uint16_t)field;
}

tcp_options_written tcp_departure_options(const tcp_endpoint *e, int64_t now, const tcp_departure *d,
                                          uint8_t octets[TCP_OPTIONS_MAX])
{
    tcp_sack_block blocks[TCP_SACK_BLOCKS_MAX];
    tcp_options_spec spec = {
        .scale = -1,
        .timestamps = e->timestamps,
        .ts_value = tcp_timestamp(e, now),
        .ts_echo = d->flags & TCP_FLAG_ACK ? e->ts_recent : 0,
        .other = e->settings->header_options,
        .other_length = e->settings->header_options_length,
    };
    if (d->flags & TCP_FLAG_SYN) {
        spec.mss = tcp_own_mss(e);
        spec.sack_permitted = e->sack;
        spec.scale = e->scaling ? e->receive_scale : -1;
        spec.affinity = e->syn_option;
    } else {
        spec.affinity = d->affinity ? e->fin_option_out : NULL;
        if (e->sack && e->reassembly.first) {
            spec.sack = blocks;
            spec.sack_count = tcp_reassembly_blocks(&e->reassembly, e->rcv_nxt, blocks, TCP_SACK_BLOCKS_MAX);
        }
    }
    return tcp_options_build(&spec, octets);
}

/* Octets of the stream: the owner's, or the head and then what is generated. */
static void fill_payload(const tcp_endpoint *e, uint64_t position, uint8_t *octets, size_t length)
{
    if (e->settings->supply != NULL) {
        e->settings->supply(e->settings->supply_context, e, position, octets, length);
        return;
    }
    if (position < e->head_length) {
        const size_t text = MIN(length, (size_t)(e->head_length - position));
        memcpy(octets, e->head + position, text);
        octets += text;
        position += text;
        length -= text;
    }
    if (length > 0)
        tcp_payload_fill(e->body_seed, position - e->head_length, octets, length);
}

/* The packet's comment: what it does for service affinity, or why it was sent at all. */
static void describe(const tcp_endpoint *e, const tcp_departure *d, bool affinity, bool again, char *text)
{
    const bool syn = (d->flags & TCP_FLAG_SYN) != 0, ack = (d->flags & TCP_FLAG_ACK) != 0;
    const char *what = "";
    char address[CATS_ADDRESS_TEXT] = "";
    if (syn && e->saf) {
        what = ack ? "SAF echoed" : "SAF set";
    } else if (syn && affinity) {
        what = "permit";
    } else if (affinity) {
        what = "redirect to ";
        cats_endpoint_format(&e->fin_option_out->address, e->fin_option_out->port, address);
    } else if (d->affinity) {
        what = "no room for the redirect";
    } else if (e->probe) {
        what = "window probe";
    } else if (e->challenge && d->length == 0) {
        what = "challenge ACK";
    }
    g_snprintf(text, COMMENT_TEXT, "%s%s%s%s", what, address, again && *what ? ", " : "",
               again ? "retransmission" : "");
}

static void count_sending(tcp_endpoint *e, int64_t now, const tcp_departure *d, uint32_t end, bool again)
{
    if (again) {
        e->retransmissions++;
        e->settings->counts.retransmissions++;
        /* Karn: an acknowledgment would not tell which copy it means. */
        if (e->rtt_timing && seq_before(d->sequence, e->rtt_sequence))
            e->rtt_timing = false;
    } else if (end != d->sequence && !e->rtt_timing && !e->probe) {
        e->rtt_timing = true;
        e->rtt_sequence = end;
        e->rtt_since = now;
    }
}

bool tcp_emit(tcp_endpoint *e, int64_t now, const tcp_departure *d, const role_sink *sink)
{
    uint8_t options[TCP_OPTIONS_MAX], payload[TCP_PACKET_MAX];
    char comment[COMMENT_TEXT];
    const bool syn = (d->flags & TCP_FLAG_SYN) != 0;
    const uint32_t end = d->sequence + d->length + syn + ((d->flags & TCP_FLAG_FIN) != 0);
    const bool again = end != d->sequence && seq_before(d->sequence, e->snd_max) && !e->probe;
    const tcp_options_written written = tcp_departure_options(e, now, d, options);
    packet_ip_spec ip = ip_header(&e->flow);
    packet_tcp_spec tcp = {
        .source_port = e->flow.destination_port,
        .destination_port = e->flow.source_port,
        .sequence = d->sequence,
        .flags = d->flags,
        .options = options,
        .options_length = written.length,
        .payload = payload,
        .payload_length = d->length,
    };

    if (ip.source.family == 4)
        ip.identification = e->identification++;
    else
        ip.flow_label = flow_label(e->payload_seed);
    if (d->length)
        fill_payload(e, e->acknowledged + (d->sequence - e->snd_una), payload, d->length);
    tcp.window = syn ? (uint16_t)MIN(e->settings->receive_buffer, UINT16_MAX) : promise_window(e);
    if (d->flags & TCP_FLAG_ACK) {
        tcp.acknowledgment = e->rcv_nxt;
        e->last_ack_sent = e->rcv_nxt;
        e->acknowledge = false;
    }
    describe(e, d, written.affinity, again, comment);
    count_sending(e, now, d, end, again);
    e->settings->counts.sack_blocks_left_out += written.sack_displaced;
    e->snd_max = seq_later(e->snd_max, end);
    e->challenge = false;
    send_packet(&ip, &tcp, comment, sink);
    return written.affinity;
}

void tcp_send_challenge(tcp_endpoint *e, int64_t now)
{
    if (now - e->challenged_at < e->settings->challenge_interval)
        return;
    e->challenged_at = now;
    e->settings->counts.challenges_sent++;
    e->acknowledge = e->challenge = true;
}

static void send_reset_as(const cats_flow_key *flow, uint32_t sequence, uint32_t acknowledgment,
                          uint16_t flags, const role_sink *sink)
{
    const packet_ip_spec ip = ip_header(flow);
    const packet_tcp_spec tcp = { .source_port = flow->destination_port,
                                  .destination_port = flow->source_port,
                                  .sequence = sequence,
                                  .acknowledgment = acknowledgment,
                                  .flags = flags };
    send_packet(&ip, &tcp, "reset", sink);
}

void tcp_send_reset(const tcp_endpoint *e, uint32_t sequence, const role_sink *sink)
{
    e->settings->counts.resets_sent++;
    send_reset_as(&e->flow, sequence, 0, TCP_FLAG_RST, sink);
}

bool tcp_reset_stray(const tcp_segment *segment, const role_sink *sink)
{
    if (segment->flags & TCP_FLAG_RST)
        return false;
    if (segment->flags & TCP_FLAG_ACK)
        send_reset_as(&segment->flow, segment->acknowledgment, 0, TCP_FLAG_RST, sink);
    else
        send_reset_as(&segment->flow, 0, segment->sequence + tcp_segment_span(segment),
                      TCP_FLAG_RST | TCP_FLAG_ACK, sink);
    return true;
}
