/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends UDP packets of many flows to the CS-ID of the bench's network as fast as a packet socket takes them,
 * as clients do or as an ingress encapsulates them, and prints how many left in what time. Spec: sendmmsg(2),
 * packet(7). */
#include "epan-cats/checksum.h"
#include "epan-cats/packet-build.h"
#include "scatter.h"

#include <inttypes.h>
#include <linux/if_packet.h>
#include <math.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>

enum {
    BATCH = 64,
    FRAME_ROOM = 256,
    PAYLOAD = 38, /* 66 octets of IPv4, 86 of IPv6 */
    PORTS = 60000,
    FIRST_PORT = 1024,
    SEGMENTS_MAX = 4,
    SEND_BUFFER = 4 << 20
};

static const char *const clients[] = { "10.1.0.0", "2001:db8:1::" };
static const char *const services[] = { "192.0.2.80", "2001:db8:80::80" };

typedef struct flood {
    int fd;
    bool ipv6;
    scatter flows;
    size_t inner, length; /* where the client's packet begins, octets of a frame */
    uint8_t pattern[FRAME_ROOM], frames[BATCH][FRAME_ROOM];
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
} flood;

static bool parse(const char *text, cats_address *address)
{
    if (cats_address_parse(text, address))
        return true;
    fprintf(stderr, "\"%s\", expected an address\n", text);
    return false;
}

/* ---- the pattern ---- */

/* The client's packet, of flow 0. */
static size_t build_inner(bool ipv6, uint8_t *octets, size_t size)
{
    static const uint8_t payload[PAYLOAD] = { 0 };
    packet_ip_spec ip = { .hop_limit = 64 };
    if (!parse(clients[ipv6], &ip.source) || !parse(services[ipv6], &ip.destination))
        return 0;
    return packet_udp_build(&ip, FIRST_PORT, 80, payload, sizeof payload, octets, size);
}

/* With segments: as the ingress sends it; without: as it is. 0 when it cannot be. */
static size_t build_packet(bool ipv6, char **sids, unsigned count, uint8_t *octets, size_t size,
                           size_t *inner_at)
{
    uint8_t inner[FRAME_ROOM], segments[SEGMENTS_MAX][16];
    size_t length = build_inner(ipv6, inner, sizeof inner);
    packet_encap_spec outer = { .segments = segments, .count = count, .mode = PACKET_ENCAP_FULL };
    cats_address source;
    if (count == 0) {
        memcpy(octets, inner, length);
        *inner_at = 0;
        return length;
    }
    if (count > SEGMENTS_MAX || !parse("5f00:0:1::100", &source))
        return 0;
    memcpy(outer.source, source.octets, sizeof outer.source);
    for (unsigned i = 0; i < count; i++) {
        cats_address sid;
        if (!parse(sids[i], &sid))
            return 0;
        memcpy(segments[i], sid.octets, sizeof segments[i]);
    }
    *inner_at = packet_encap_overhead(&outer);
    return packet_encapsulate(&outer, inner, length, octets, size);
}

static bool write_ethernet(const flood *f, const char *interface, const char *mac, uint16_t ethertype,
                           uint8_t *frame)
{
    struct ifreq request = { 0 };
    unsigned to[6];
    if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &to[0], &to[1], &to[2], &to[3], &to[4], &to[5]) != 6) {
        fprintf(stderr, "\"%s\", expected a MAC address\n", mac);
        return false;
    }
    strncpy(request.ifr_name, interface, sizeof request.ifr_name - 1);
    if (ioctl(f->fd, SIOCGIFHWADDR, &request) != 0) {
        perror(interface);
        return false;
    }
    for (int i = 0; i < 6; i++)
        frame[i] = (uint8_t)to[i];
    memcpy(frame + 6, request.ifr_hwaddr.sa_data, 6);
    packet_put16(frame + 12, ethertype);
    return true;
}

/* ---- flows ---- */

static void change_word(uint8_t *word, uint16_t value, uint8_t *checksum)
{
    if (checksum != NULL)
        packet_put16(checksum, checksum_adjust(packet_get16(checksum), packet_get16(word), value));
    packet_put16(word, value);
}

/* The flow's number is in the client's address and port; the frame is a pattern's copy. */
static void set_flow(const flood *f, uint8_t *frame, uint32_t flow)
{
    uint8_t *ip = frame + f->inner, *udp = ip + (f->ipv6 ? 40 : 20);
    uint8_t *host = ip + (f->ipv6 ? 22 : 14), *ip_checksum = f->ipv6 ? NULL : ip + 10;
    const uint8_t *was = f->pattern + f->inner;
    uint16_t low = (uint16_t)(2 + flow / PORTS), port = (uint16_t)(FIRST_PORT + flow % PORTS);
    size_t ip_octets = f->ipv6 ? 40 : 20;
    memcpy(ip, was, ip_octets + 8);
    if (ip_checksum != NULL)
        packet_put16(ip_checksum, checksum_adjust(packet_get16(ip_checksum), packet_get16(host), low));
    change_word(host, low, udp + 6);
    change_word(udp, port, udp + 6);
}

static void next_batch(flood *f)
{
    for (unsigned i = 0; i < BATCH; i++)
        set_flow(f, f->frames[i], scatter_next(&f->flows));
}

/* ---- sending ---- */

static bool open_socket(flood *f, const char *interface)
{
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface) };
    int one = 1, octets = SEND_BUFFER;
    f->fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (f->fd < 0 || address.sll_ifindex == 0 ||
        bind(f->fd, (const struct sockaddr *)&address, sizeof address) != 0) {
        perror(interface);
        return false;
    }
    (void)setsockopt(f->fd, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof one);
    (void)setsockopt(f->fd, SOL_SOCKET, SO_SNDBUFFORCE, &octets, sizeof octets);
    return true;
}

static double seconds_of(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Until the packets sent so far are due; at once with a rate of 0. */
static void wait_for(double begin, uint64_t sent, double rate)
{
    double due = rate > 0 ? begin + (double)sent / rate : 0;
    struct timespec at = { .tv_sec = (time_t)due, .tv_nsec = (long)((due - floor(due)) * 1e9) };
    if (rate > 0)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
}

static int run(flood *f, double seconds, double rate)
{
    uint64_t sent = 0;
    double begin = seconds_of(CLOCK_MONOTONIC), now = begin;
    for (; now - begin < seconds; now = seconds_of(CLOCK_MONOTONIC)) {
        wait_for(begin, sent, rate);
        next_batch(f);
        int taken = sendmmsg(f->fd, f->messages, BATCH, 0);
        sent += taken > 0 ? (unsigned)taken : 0;
    }
    printf("%" PRIu64 " %.6f %.6f\n", sent, now - begin, seconds_of(CLOCK_PROCESS_CPUTIME_ID));
    return sent > 0 ? 0 : 2;
}

int main(int argc, char **argv)
{
    static flood f;
    double seconds = argc > 6 ? strtod(argv[5], NULL) : 0, rate = argc > 6 ? strtod(argv[6], NULL) : 0;
    f.flows.count = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 10) : 0;
    if (seconds <= 0 || f.flows.count == 0) {
        fprintf(stderr,
                "usage: %s INTERFACE MAC 4|6 FLOWS SECONDS RATE [SEGMENT...]\n"
                "RATE is packets a second, 0 as many as can be\n",
                argv[0]);
        return 2;
    }
    f.ipv6 = argv[3][0] == '6';
    if (!open_socket(&f, argv[1]))
        return 2;
    size_t octets = build_packet(f.ipv6, argv + 7, (unsigned)(argc - 7), f.pattern + ETHER_HDR_LEN,
                                 sizeof f.pattern - ETHER_HDR_LEN, &f.inner);
    uint16_t ethertype = f.ipv6 || argc > 7 ? PACKET_ETHERTYPE_IPV6 : PACKET_ETHERTYPE_IPV4;
    if (octets == 0 || !write_ethernet(&f, argv[1], argv[2], ethertype, f.pattern))
        return 2;
    f.inner += ETHER_HDR_LEN;
    f.length = ETHER_HDR_LEN + octets;
    for (unsigned i = 0; i < BATCH; i++) {
        memcpy(f.frames[i], f.pattern, f.length);
        f.parts[i] = (struct iovec){ .iov_base = f.frames[i], .iov_len = f.length };
        f.messages[i].msg_hdr = (struct msghdr){ .msg_iov = &f.parts[i], .msg_iovlen = 1 };
    }
    return run(&f, seconds, rate);
}
