/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What begins a flow and what ends one: TCP's flags, both families, behind extension headers, of fragments
 * and of what is cut short none. */
#include "capture-tools/roles/forwarding-flow.h"
#include "epan-cats/affinity-rules.h"
#include "epan-cats/packet.h"
#include "tests/flow-packets.h"

#include <glib.h>
#include <string.h>

static const char *const services[] = { FLOW_SERVICE_IPV4, FLOW_SERVICE_IPV6 };

static forwarding_packet read_packet(const flow_packet *of)
{
    forwarding_packet ip;
    g_assert_cmpint(forwarding_read(of->octets, of->length, &ip), ==, FORWARDING_PASSED);
    return ip;
}

static void test_flags(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        for (unsigned flags = 0; flags < 0x1000; flags++) {
            forwarding_flow there, back;
            flow_packet sent = flow_packet_tcp(5, services[i], false, (uint16_t)flags);
            flow_packet answer = flow_packet_tcp(5, services[i], true, (uint16_t)flags);
            forwarding_packet to = read_packet(&sent), from = read_packet(&answer);
            bool syn = (flags & (TCP_FLAG_SYN | TCP_FLAG_ACK | TCP_FLAG_RST)) == TCP_FLAG_SYN;
            bool end = (flags & (TCP_FLAG_FIN | TCP_FLAG_RST)) != 0;
            g_assert_true(forwarding_flow_read(&to, &there));
            g_assert_cmpint(there.begins, ==, syn);
            g_assert_cmpuint(there.hash, ==, cats_flow_key_hash(&there.key));
            g_assert_cmpint(forwarding_flow_ends(&from, &back), ==, end);
            g_assert_true(!end || cats_flow_key_equal(&there.key, &back.key));
            g_assert_true(!end || there.hash == back.hash);
        }
    }
}

/* A FIN behind a destination options header, and behind one that is cut short. */
static void test_extension(void)
{
    enum { IPV6_HEADER = 40, OPTIONS = 8 };
    flow_packet fin = flow_packet_tcp(5, FLOW_SERVICE_IPV6, true, TCP_FLAG_FIN), sent = fin;
    static const uint8_t options[OPTIONS] = { PACKET_PROTOCOL_TCP, 0, 1, 4 };
    memcpy(sent.octets + IPV6_HEADER, options, OPTIONS);
    memcpy(sent.octets + IPV6_HEADER + OPTIONS, fin.octets + IPV6_HEADER, fin.length - IPV6_HEADER);
    sent.octets[6] = PACKET_PROTOCOL_DESTINATION;
    packet_put16(sent.octets + 4, (uint16_t)(packet_get16(fin.octets + 4) + OPTIONS));
    sent.length += OPTIONS;
    forwarding_packet ip = read_packet(&sent);
    forwarding_flow flow;
    g_assert_true(forwarding_flow_ends(&ip, &flow));
    g_assert_cmpuint(flow.key.destination_port, ==, 80);
    for (; ip.length > IPV6_HEADER; ip.length--) {
        forwarding_packet cut = { .octets = g_memdup2(ip.octets, ip.length), .length = ip.length };
        cut.source = ip.source;
        forwarding_flow_ends(&cut, &flow); /* must not read behind it */
        g_free((void *)cut.octets);
    }
}

/* The same octets as a part of a packet, or of another protocol. */
static void test_others(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(services); i++) {
        forwarding_flow flow;
        flow_packet udp = flow_packet_make(5, services[i]);
        udp.octets[(i == 0 ? 20 : 40) + 13] = 0xff;
        forwarding_packet ip = read_packet(&udp);
        g_assert_false(forwarding_flow_ends(&ip, &flow));
        g_assert_true(forwarding_flow_read(&ip, &flow));
        g_assert_false(flow.begins);
        flow_packet long_segment = flow_packet_make(5, services[i]); /* with room to be a fragment of */
        long_segment.octets[i == 0 ? 9 : 6] = PACKET_PROTOCOL_TCP;
        long_segment.octets[(i == 0 ? 20 : 40) + 13] = TCP_FLAG_FIN | TCP_FLAG_SYN;
        for (unsigned first = 0; first < 2; first++) {
            flow_packet part = flow_packet_fragment(&long_segment, first == 1);
            ip = read_packet(&part);
            g_assert_false(forwarding_flow_ends(&ip, &flow));
            g_assert_true(forwarding_flow_read(&ip, &flow));
            g_assert_false(flow.begins);
        }
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/forwarding-flow/flags", test_flags);
    g_test_add_func("/forwarding-flow/extension", test_extension);
    g_test_add_func("/forwarding-flow/others", test_others);
    return g_test_run();
}
