/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Baseline for readers: a bare pcap_loop that counts packets and octets. */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>

typedef struct tally {
    uint64_t packets, octets;
} tally;

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *data)
{
    (void)data;
    tally *t = (tally *)user;
    t->packets++;
    t->octets += header->caplen;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s CAPTURE\n", argv[0]);
        return 2;
    }
    char error[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline_with_tstamp_precision(argv[1], PCAP_TSTAMP_PRECISION_NANO, error);
    if (!capture) {
        fprintf(stderr, "%s: %s\n", argv[1], error);
        return 2;
    }
    tally t = { 0, 0 };
    int status = pcap_loop(capture, -1, count, (u_char *)&t);
    if (status < 0)
        fprintf(stderr, "%s: %s\n", argv[1], pcap_geterr(capture));
    pcap_close(capture);
    printf("%" PRIu64 " packets %" PRIu64 " octets\n", t.packets, t.octets);
    return status < 0 ? 2 : 0;
}
