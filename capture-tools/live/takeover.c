/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Blackhole routes by netlink, and the journal: a file with their prefixes, locked as long as its owner
 * lives. Spec: rtnetlink(7); flock(2). */
#include "takeover.h"
#include "epan-cats/address.h"
#include "interface.h"
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FOLDER "/run/catshark"
/* "5f00:0:e1::/48" and a line end. */
#define PREFIX_TEXT (CATS_ADDRESS_TEXT + 8)
/* As `ip -6 route add` gives; a route of another metric is another route. IPv4 has 0. */
#define METRIC_IPV6 1024
/* Of a journal, in octets. */
#define JOURNAL_MAX (1 << 20)

struct takeover {
    char *path;
    int journal;   /* locked */
    GArray *added; /* of setup_prefix, as in the journal */
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

static int send_route(struct mnl_socket *socket, uint16_t type, uint16_t flags, const setup_prefix *to)
{
    bool ipv6 = to->prefix.family == 6;
    char buffer[512];
    struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
    message->nlmsg_type = type;
    message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | NLM_F_ACK | flags);
    message->nlmsg_seq = (uint32_t)time(NULL);
    struct rtmsg *route = mnl_nlmsg_put_extra_header(message, sizeof *route);
    *route = (struct rtmsg){ .rtm_family = ipv6 ? AF_INET6 : AF_INET,
                             .rtm_dst_len = (unsigned char)to->length,
                             .rtm_table = RT_TABLE_MAIN,
                             .rtm_protocol = RTPROT_STATIC,
                             .rtm_scope = RT_SCOPE_UNIVERSE,
                             .rtm_type = RTN_BLACKHOLE };
    mnl_attr_put(message, RTA_DST, cats_address_length(&to->prefix), to->prefix.octets);
    if (ipv6)
        mnl_attr_put_u32(message, RTA_PRIORITY, METRIC_IPV6);
    if (mnl_socket_sendto(socket, message, message->nlmsg_len) < 0)
        return errno;
    return receive_status(socket, message);
}

/* 0, or an errno. */
static int change_route(uint16_t type, uint16_t flags, const setup_prefix *to)
{
    struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
    if (socket == NULL)
        return errno;
    int status =
        mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ? errno : send_route(socket, type, flags, to);
    mnl_socket_close(socket);
    return status;
}

static void say(const char *what, const setup_prefix *to, const char *outcome)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(&to->prefix, text);
    fprintf(stderr, "takeover: ip %sroute %s blackhole %s/%u%s%s\n", to->prefix.family == 6 ? "-6 " : "",
            what, text, to->length, outcome != NULL ? ": " : "", outcome != NULL ? outcome : "");
}

/* True when it is gone, also by another hand. */
static bool remove_route(const setup_prefix *to)
{
    int status = change_route(RTM_DELROUTE, 0, to);
    say("del", to, status != 0 ? g_strerror(status) : NULL);
    return status == 0 || status == ESRCH;
}

static void take_back(const GArray *prefixes)
{
    for (guint i = 0; i < prefixes->len; i++)
        remove_route(&g_array_index(prefixes, setup_prefix, i));
}

/* ---- the journal ---- */

/* False when its owner ended, and removed it, between our open(2) and flock(2). */
static bool is_there(int journal)
{
    struct stat status;
    return fstat(journal, &status) == 0 && status.st_nlink > 0;
}

/* Open and locked, -1 when its owner lives or it cannot be had. */
static int lock_journal(const char *path, int flags)
{
    int fd = open(path, flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW, 0600);
    bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;
    if (locked && is_there(fd))
        return fd;
    if (locked) {
        close(fd);
        return lock_journal(path, flags);
    }
    int reason = errno;
    if (fd >= 0)
        close(fd);
    errno = reason;
    return -1;
}

/* One for each network namespace, as routes are. */
static char *journal_path(const char *name)
{
    struct stat namespace = { 0 };
    (void)stat("/proc/self/ns/net", &namespace);
    return g_strdup_printf(FOLDER "/%s-%ju.takeover", name, (uintmax_t) namespace.st_ino);
}

/* A line is added before its route is made: after a crash at most one line too many is there. */
static bool write_down(int journal, const setup_prefix *to)
{
    char address[CATS_ADDRESS_TEXT], line[PREFIX_TEXT];
    cats_address_format(&to->prefix, address);
    int octets = g_snprintf(line, sizeof line, "%s/%u\n", address, to->length);
    return lseek(journal, 0, SEEK_END) >= 0 && write(journal, line, (size_t)octets) == octets &&
           fsync(journal) == 0;
}

/* Of setup_prefix; lines that are no prefix (cut short) are passed over. */
static GArray *read_journal(int journal)
{
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    g_autofree char *text = g_malloc0(JOURNAL_MAX + 1);
    if (pread(journal, text, JOURNAL_MAX, 0) <= 0)
        return prefixes;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        setup_prefix read;
        const char *expected;
        if (cats_prefix_parse(*line, &read.prefix, &read.length, &expected))
            g_array_append_val(prefixes, read);
    }
    return prefixes;
}

void takeover_mend(const char *name)
{
    g_autofree char *path = journal_path(name);
    int journal = lock_journal(path, 0);
    if (journal < 0)
        return;
    GArray *prefixes = read_journal(journal);
    if (prefixes->len > 0)
        fprintf(stderr, "takeover: %s was left behind by a %s that did not end in order\n", path, name);
    take_back(prefixes);
    g_array_free(prefixes, TRUE);
    unlink(path);
    close(journal);
}

/* ---- begin and end ---- */

static bool fail(const takeover *t, int reason, const char *expected, GError **error)
{
    g_set_error(error, LIVE_ERROR, reason == EPERM ? LIVE_ERROR_PERMISSION : LIVE_ERROR_IO,
                "takeover: %s: %s, expected %s", t->path, g_strerror(reason), expected);
    return false;
}

/* With the routes that were added, and no others. */
static bool rewrite_journal(const takeover *t)
{
    bool good = ftruncate(t->journal, 0) == 0;
    for (guint i = 0; good && i < t->added->len; i++)
        good = write_down(t->journal, &g_array_index(t->added, setup_prefix, i));
    return good;
}

static bool add_route(const takeover *t, const setup_prefix *to, GError **error)
{
    if (!write_down(t->journal, to))
        return fail(t, errno, "to write the route down first", error);
    int status = change_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, to);
    if (status == EEXIST) {
        /* Not ours to take back, after a crash neither. */
        say("add", to, "a route is there already and stays");
        return rewrite_journal(t) || fail(t, errno, "to write the routes down", error);
    }
    say("add", to, status != 0 ? g_strerror(status) : NULL);
    if (status != 0)
        return fail(t, status, "to add a blackhole route", error);
    g_array_append_vals(t->added, to, 1);
    return true;
}

static bool has_added(const takeover *t, const setup_prefix *to)
{
    for (guint i = 0; i < t->added->len; i++) {
        const setup_prefix *each = &g_array_index(t->added, setup_prefix, i);
        if (each->length == to->length && cats_address_equal(&each->prefix, &to->prefix))
            return true;
    }
    return false;
}

/* Takes back the routes behind the first `kept`; one that the kernel does not give up is ours as before. */
static void undo(const takeover *t, guint kept)
{
    for (guint i = t->added->len; i-- > kept;)
        if (remove_route(&g_array_index(t->added, setup_prefix, i)))
            g_array_remove_index(t->added, i);
    (void)rewrite_journal(t); /* there was room for more */
}

bool takeover_add(takeover *t, const GArray *prefixes, GError **error)
{
    const guint before = t->added->len;
    bool good = true;
    for (guint i = 0; good && i < prefixes->len; i++) {
        const setup_prefix *to = &g_array_index(prefixes, setup_prefix, i);
        good = has_added(t, to) || add_route(t, to, error);
    }
    if (!good)
        undo(t, before);
    return good;
}

takeover *takeover_begin(const char *name, const GArray *prefixes, GError **error)
{
    takeover *t = g_new0(takeover, 1);
    t->path = journal_path(name);
    t->added = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    (void)mkdir(FOLDER, 0755);
    t->journal = lock_journal(t->path, O_CREAT);
    bool good =
        t->journal >= 0 || fail(t, errno, "a journal that no other process of this name holds", error);
    if (good && takeover_add(t, prefixes, error))
        return t;
    takeover_end(t);
    return NULL;
}

void takeover_end(takeover *t)
{
    if (t == NULL)
        return;
    take_back(t->added);
    if (t->journal >= 0) {
        unlink(t->path);
        close(t->journal);
    }
    g_array_free(t->added, TRUE);
    g_free(t->path);
    g_free(t);
}
