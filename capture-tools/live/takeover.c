/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The blackhole route by netlink, and the journal: a file with the prefix, locked as long as its owner lives.
 * Spec: rtnetlink(7); flock(2). */
#include "takeover.h"
#include "epan-cats/address.h"
#include "interface.h"
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/run/catshark"
/* "5f00:0:e1::/48" and a line end. */
#define PREFIX_TEXT (CATS_ADDRESS_TEXT + 8)
/* As `ip -6 route add` gives; a route of another metric is another route. */
#define METRIC 1024

struct takeover {
    char *path;
    int journal; /* locked */
    cats_address prefix;
    unsigned length;
    bool added;
};

/* ---- the route ---- */

static int receive_status(struct mnl_socket *socket, const struct nlmsghdr *asked)
{
    char buffer[1024];
    ssize_t got = mnl_socket_recvfrom(socket, buffer, sizeof buffer);
    if (got <= 0)
        return errno;
    return mnl_cb_run(buffer, (size_t)got, asked->nlmsg_seq, mnl_socket_get_portid(socket), NULL, NULL) < 0
               ? errno
               : 0;
}

static int send_route(struct mnl_socket *socket, uint16_t type, uint16_t flags, const cats_address *prefix,
                      unsigned length)
{
    char buffer[512];
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = type;
    message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    message->nlmsg_seq = (uint32_t)time(NULL);
    struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof *route);
    *route = (struct rtmsg){ .rtm_family = AF_INET6,
                             .rtm_dst_len = (unsigned char)length,
                             .rtm_table = RT_TABLE_MAIN,
                             .rtm_protocol = RTPROT_STATIC,
                             .rtm_scope = RT_SCOPE_UNIVERSE,
                             .rtm_type = RTN_BLACKHOLE };
    mnl_attr_put(message, RTA_DST, 16, prefix->octets);
    mnl_attr_put_u32(message, RTA_PRIORITY, METRIC);
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
        return errno;
    return receive_status(socket, message);
}

/* 0, or an errno. */
static int change_route(uint16_t type, uint16_t flags, const cats_address *prefix, unsigned length)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (socket == NULL)
        return errno;
    int status = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0
                     ? errno
                     : send_route(socket, type, flags, prefix, length);
    mnl_socket_close(socket);
    return status;
}

static void say(const char *what, const cats_address *prefix, unsigned length, int status)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(prefix, text);
    fprintf(stderr, "takeover: ip -6 route %s blackhole %s/%u%s%s\n", what, text, length,
            status != 0 ? ": " : "", status != 0 ? g_strerror(status) : "");
}

static void take_back(const cats_address *prefix, unsigned length)
{
    int status = change_route(RTM_DELROUTE, 0, prefix, length);
    say("del", prefix, length, status);
}

/* ---- the journal ---- */

/* Open and locked, -1 when its owner lives or it cannot be had. */
static int lock_journal(const char *path, int flags)
{
    int fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    int reason = errno;
    if (fd >= 0)
        close(fd);
    errno = reason;
    return -1;
}

static char *journal_path(const char *name)
{
    return g_strdup_printf(FOLDER "/%s.takeover", name);
}

static bool write_prefix(int journal, const cats_address *prefix, unsigned length)
{
    char address[CATS_ADDRESS_TEXT], line[PREFIX_TEXT];
    cats_address_format(prefix, address);
    int octets = g_snprintf(line, sizeof line, "%s/%u\n", address, length);
    return ftruncate(journal, 0) == 0 && pwrite(journal, line, (size_t)octets, 0) == octets &&
           fsync(journal) == 0;
}

/* False when nothing whole stands there. */
static bool read_prefix(int journal, cats_address *prefix, unsigned *length)
{
    char line[PREFIX_TEXT + 1] = "";
    if (pread(journal, line, PREFIX_TEXT, 0) <= 0)
        return false;
    char *slash = strchr(line, '/');
    guint64 bits;
    if (slash == NULL)
        return false;
    *slash = '\0';
    bool good = cats_address_parse(line, prefix) && prefix->family == 6 &&
                g_ascii_string_to_unsigned(g_strchomp(slash + 1), 10, 1, 128, &bits, NULL);
    *length = good ? (unsigned)bits : 0;
    return good;
}

void takeover_mend(const char *name)
{
    g_autofree char *path = journal_path(name);
    int journal = lock_journal(path, 0);
    if (journal < 0)
        return;
    cats_address prefix;
    unsigned length;
    if (read_prefix(journal, &prefix, &length)) {
        fprintf(stderr, "takeover: %s was left behind by a %s that did not end in order\n", path, name);
        take_back(&prefix, length);
    }
    unlink(path);
    close(journal);
}

/* ---- begin and end ---- */

static takeover *fail(takeover *t, int reason, const char *expected, GError **error)
{
    g_set_error(error, LIVE_ERROR, reason == EPERM ? LIVE_ERROR_PERMISSION : LIVE_ERROR_IO,
                "takeover: %s: %s, expected %s", t->path, g_strerror(reason), expected);
    takeover_end(t);
    return NULL;
}

takeover *takeover_begin(const char *name, const cats_address *prefix, unsigned length, GError **error)
{
    takeover *t = g_new0(takeover, 1);
    t->path = journal_path(name);
    t->prefix = *prefix;
    t->length = length;
    (void)mkdir(FOLDER, 0755);
    t->journal = lock_journal(t->path, O_CREAT);
    if (t->journal < 0)
        return fail(t, errno, "a journal that no other process of this name holds", error);
    if (!write_prefix(t->journal, prefix, length))
        return fail(t, errno, "to write the route down first", error);
    int status = change_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, prefix, length);
    if (status == EEXIST) {
        fprintf(stderr, "takeover: the host has a route to the locator already: it stays as it is\n");
        return t;
    }
    say("add", prefix, length, status);
    if (status != 0)
        return fail(t, status, "a blackhole route to the locator", error);
    t->added = true;
    return t;
}

void takeover_end(takeover *t)
{
    if (t == NULL)
        return;
    if (t->added)
        take_back(&t->prefix, t->length);
    if (t->journal >= 0) {
        unlink(t->path);
        close(t->journal);
    }
    g_free(t->path);
    g_free(t);
}
