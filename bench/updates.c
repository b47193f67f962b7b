/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a capture to standard output: so many UPDATEs, no two alike, in one TCP connection to BGP's port,
 * ten in a segment. */
#include "bench/capture-out.h"
#include "bench/numbered-update.h"
#include "epan-cats/packet-build.h"

#include <stdlib.h>

enum { IN_A_SEGMENT = 10, ACK = 0x010, SPEAKER_PORT = 40000 };

static void write_segment(const capture_out *to, const uint8_t *payload, size_t length, uint32_t sequence,
                          uint32_t segment)
{
    static const uint8_t speaker[4] = { 10, 9, 1, 1 }, receiver[4] = { 10, 9, 1, 2 };
    packet_ip_spec ip = { .source = cats_address_ipv4(speaker),
                          .destination = cats_address_ipv4(receiver),
                          .hop_limit = 1 };
    packet_tcp_spec tcp = { .source_port = SPEAKER_PORT,
                            .destination_port = BGP_PORT,
                            .sequence = sequence,
                            .acknowledgment = 1,
                            .flags = ACK,
                            .window = 65535,
                            .payload = payload,
                            .payload_length = length };
    uint8_t frame[IN_A_SEGMENT * sizeof(numbered_update) + 64];
    capture_out_packet(to, UINT64_C(1000) * segment, frame, packet_tcp_build(&ip, &tcp, frame, sizeof frame));
}

int main(int argc, char **argv)
{
    char *end = "";
    unsigned long count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (count == 0 || count > NUMBERED_UPDATE_MAX || *end != '\0') {
        fprintf(stderr, "usage: %s UPDATES >CAPTURE\n", argv[0]);
        return 2;
    }
    capture_out to;
    if (!capture_out_begin(&to))
        return 2;
    numbered_update update = numbered_update_begin();
    uint8_t payload[IN_A_SEGMENT * sizeof update.octets];
    size_t length = 0;
    uint32_t sequence = 1, segment = 0;
    for (uint32_t n = 0; n < count; n++) {
        numbered_update_set(&update, n);
        memcpy(payload + length, update.octets, update.length);
        length += update.length;
        if ((n + 1) % IN_A_SEGMENT != 0 && n + 1 != count)
            continue;
        write_segment(&to, payload, length, sequence, segment++);
        sequence += (uint32_t)length;
        length = 0;
    }
    return capture_out_end(&to) ? 0 : 2;
}
