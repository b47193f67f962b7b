/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baseline for writers: a bare loop of pcap_dump that writes as many packets of as many octets. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    if (argc != 4) {
        fprintf(stderr, "usage: %s OUTPUT PACKETS FILE-OCTETS\n", argv[0]);
        return 2;
    }
    unsigned long long packets = strtoull(argv[2], NULL, 10);
    unsigned long long octets = strtoull(argv[3], NULL, 10);
    /* 24 octets of file header, 16 before each packet. */
    if (packets == 0 || octets < 24 + packets * 17 || (octets - 24) / packets > 65535) {
        fprintf(stderr, "%s packets, %s octets, expected 17 to 65535 octets a packet\n", argv[2], argv[3]);
        return 2;
    }
    static u_char data[65536];
    struct pcap_pkthdr header = { .caplen = (bpf_u_int32)((octets - 24) / packets - 16) };
    header.len = header.caplen;

    pcap_t *dead = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, 65535, PCAP_TSTAMP_PRECISION_NANO);
    pcap_dumper_t *out = pcap_dump_open(dead, argv[1]);
    if (!out) {
        fprintf(stderr, "%s\n", pcap_geterr(dead));
        return 2;
    }
    for (unsigned long long i = 0; i < packets; i++) {
        header.ts.tv_sec = (time_t)(i / 1000000);
        header.ts.tv_usec = (suseconds_t)(i % 1000000) * 1000;
        pcap_dump((u_char *)out, &header, data);
    }
    int status = pcap_dump_flush(out);
    pcap_dump_close(out);
    pcap_close(dead);
    return status ? 2 : 0;
}
