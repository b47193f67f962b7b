/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A packet socket, and a pause behind each burst. Spec: packet(7). */
#include "frame-sender.h"

#include "epan-cats/packet-build.h"

#include <glib.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BURST 16
#define PAUSE_MICROSECONDS 1000

struct frame_sender {
    int fd;
    struct sockaddr_ll to;
    uint8_t mac[6];
    unsigned long sent;
};

static void end(const char *what)
{
    perror(what);
    exit(2);
}

frame_sender *frame_sender_open(const char *interface, const char *mac)
{
    frame_sender *s = g_new0(frame_sender, 1);
    unsigned octet[6];
    if (sscanf(mac, "%x:%x:%x:%x:%x:%x", &octet[0], &octet[1], &octet[2], &octet[3], &octet[4], &octet[5]) !=
        6)
        end(mac);
    for (unsigned i = 0; i < 6; i++)
        s->mac[i] = (uint8_t)octet[i];
    s->to = (struct sockaddr_ll){ .sll_family = AF_PACKET, .sll_ifindex = (int)if_nametoindex(interface) };
    s->fd = socket(AF_PACKET, SOCK_RAW, 0);
    if (s->to.sll_ifindex == 0 || s->fd < 0)
        end(interface);
    return s;
}

void frame_sender_close(frame_sender *s)
{
    close(s->fd);
    g_free(s);
}

void frame_sender_head(const frame_sender *s, uint16_t ethertype, frame_sender_frame *f)
{
    static const uint8_t from[6] = { 2, 1, 2, 3, 4, 5 };
    memcpy(f->octets, s->mac, sizeof s->mac);
    memcpy(f->octets + 6, from, sizeof from);
    packet_put16(f->octets + 12, ethertype);
}

void frame_sender_send(frame_sender *s, const frame_sender_frame *f)
{
    if (sendto(s->fd, f->octets, f->length, 0, (const struct sockaddr *)&s->to, sizeof s->to) !=
        (ssize_t)f->length)
        end("sending a frame");
    if (s->sent++ % BURST == 0)
        g_usleep(PAUSE_MICROSECONDS);
}
