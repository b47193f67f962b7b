/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A capture of IP packets to standard output. */
#ifndef CATSHARK_BENCH_CAPTURE_OUT_H
#define CATSHARK_BENCH_CAPTURE_OUT_H

#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>

typedef struct capture_out {
    pcap_t *dead;
    pcap_dumper_t *out;
} capture_out;

/* False when it cannot be written: standard error says why. */
static inline bool capture_out_begin(capture_out *to)
{
    to->dead = pcap_open_dead(DLT_RAW, 65535);
    to->out = pcap_dump_fopen(to->dead, stdout);
    if (to->out == NULL)
        fprintf(stderr, "standard output: %s\n", pcap_geterr(to->dead));
    return to->out != NULL;
}

/* At so many microseconds. */
static inline void capture_out_packet(const capture_out *to, uint64_t us, const uint8_t *octets,
                                      size_t length)
{
    const struct pcap_pkthdr header = { .ts = { (time_t)(us / 1000000), (suseconds_t)(us % 1000000) },
                                        .caplen = (bpf_u_int32)length,
                                        .len = (bpf_u_int32)length };
    pcap_dump((u_char *)to->out, &header, octets);
}

static inline bool capture_out_end(const capture_out *to)
{
    bool written = pcap_dump_flush(to->out) == 0;
    pcap_dump_close(to->out);
    pcap_close(to->dead);
    return written;
}

#endif
