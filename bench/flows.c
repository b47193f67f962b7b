/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a capture to standard output: flows of a SYN and so many acknowledgments each, all in SRv6, as an
 * ingress sends them to an End.CATS SID, the first packets of all flows first. Of SYNs alone, what fills the
 * memory of the trackers fastest. */
#include "bench/capture-out.h"
#include "epan-cats/packet-build.h"

#include <stdlib.h>
#include <string.h>

enum { SERVICE_PORT = 80, SYN = 0x002, ACK = 0x010, PORTS = 60000, FIRST_PORT = 1024 };

static const uint8_t ingress[16] = { 0x5f, 0x00, 0, 0, 0, 0x01 };
/* 5f00:0:e:ca75::, the default structure and End.CATS' function */
static const uint8_t segment[1][16] = { { 0x5f, 0x00, 0, 0, 0, 0x0e, 0xca, 0x75 } };

/* A packet of flow `n`, whose number is in the client's port and address; the one at 0 is the SYN. */
static size_t build(unsigned long n, unsigned long at, uint8_t *frame, size_t size)
{
    unsigned long host = n / PORTS;
    uint8_t client[4] = { 10, (uint8_t)(host >> 16), (uint8_t)(host >> 8), (uint8_t)host };
    static const uint8_t service[4] = { 192, 0, 2, 80 };
    packet_ip_spec ip = { .source = cats_address_ipv4(client),
                          .destination = cats_address_ipv4(service),
                          .hop_limit = 64 };
    packet_tcp_spec tcp = { .source_port = (uint16_t)(FIRST_PORT + n % PORTS),
                            .destination_port = SERVICE_PORT,
                            .sequence = (uint32_t)(n + at),
                            .flags = at == 0 ? SYN : ACK,
                            .window = 65535 };
    packet_encap_spec outer = {
        .segments = segment, .count = 1, .mode = PACKET_ENCAP_REDUCED, .flow_label = 1
    };
    memcpy(outer.source, ingress, sizeof ingress);
    uint8_t inner[64];
    return packet_encapsulate(&outer, inner, packet_tcp_build(&ip, &tcp, inner, sizeof inner), frame, size);
}

int main(int argc, char **argv)
{
    char *end = "";
    unsigned long count = argc == 2 || argc == 3 ? strtoul(argv[1], &end, 10) : 0;
    unsigned long packets = *end == '\0' && argc == 3 ? strtoul(argv[2], &end, 10) : 1;
    if (count == 0 || packets == 0 || *end != '\0') {
        fprintf(stderr, "usage: %s FLOWS [PACKETS-OF-EACH] >CAPTURE\n", argv[0]);
        return 2;
    }
    capture_out to;
    if (!capture_out_begin(&to))
        return 2;
    uint8_t frame[128];
    for (unsigned long n = 0; n < count * packets; n++)
        capture_out_packet(&to, n * 10, frame, build(n % count, n / count, frame, sizeof frame));
    return capture_out_end(&to) ? 0 : 2;
}
