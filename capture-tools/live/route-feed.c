/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From lines to offers. Spec: ExaBGP 4, encoder json. */
#include "route-feed.h"
#include "capture-tools/routes/captured-updates.h"
#include "capture-tools/routes/exabgp-update.h"
#include "line-reader.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct route_feed {
    char *path;
    int fd;
    bool holds; /* a regular file: its end says nothing */
    cats_route_codes codes;
    line_reader reader;
    route_offers *offers;
};

static void tell(const route_feed *feed, const char *what)
{
    fprintf(stderr, "catshark ingress: routes from %s: %s\n", feed->path, what);
}

/* `raw`: as it was on the wire. */
static void take_update(const route_feed *feed, const char *peer, const uint8_t *body, size_t length,
                        bool raw)
{
    route_trouble trouble;
    cats_route_codes codes = feed->codes;
    codes.add_path = codes.add_path && raw;
    if (route_offers_update(feed->offers, &codes, peer, body, length, &trouble))
        return;
    g_autofree char *said = g_strdup_printf("from %s, %s: %s", peer, trouble.handling, trouble.text);
    tell(feed, said);
}

/* Of a capture: a session that begins or ends has no routes. */
static void take_message(void *context, const char *sender, const bgp_message *message)
{
    const route_feed *feed = context;
    if (message->type == BGP_UPDATE)
        take_update(feed, sender, message->body, message->length - BGP_HEADER_LENGTH, true);
    else if (message->type == BGP_OPEN || message->type == BGP_NOTIFICATION)
        route_offers_down(feed->offers, sender);
}

static void take_line(void *context, int64_t now, char *text)
{
    const route_feed *feed = context;
    exabgp_line line;
    g_autofree char *message = NULL;
    (void)now;
    if (text == NULL) {
        tell(feed, "a line of more than a megabyte, passed over");
        return;
    }
    if (*text == '\0')
        return;
    if (!exabgp_read(text, &line, &message))
        tell(feed, message);
    else if (line.kind == EXABGP_UPDATE)
        take_update(feed, line.peer, line.body->data, line.body->len, line.raw);
    else if (line.kind == EXABGP_DOWN)
        route_offers_down(feed->offers, line.peer);
    exabgp_clear(&line);
}

static void take_end(void *context, int64_t now)
{
    const route_feed *feed = context;
    (void)now;
    if (feed->holds)
        return;
    tell(feed, "ended, all are withdrawn");
    route_offers_down(feed->offers, NULL);
}

/* A capture begins with a magic number, JSON with a brace. */
static bool is_capture(int fd)
{
    char first;
    return pread(fd, &first, 1, 0) == 1 && first != '{';
}

static bool read_capture(route_feed *feed, GError **error)
{
    uint64_t missed;
    bool good = captured_updates_read(feed->path, take_message, feed, &missed, error);
    if (good && missed > 0) {
        g_autofree char *said = g_strdup_printf(
            "octets of BGP are missing at %" PRIu64 " segments, routes in them are not known", missed);
        tell(feed, said);
    }
    return good;
}

static bool start(route_feed *feed, live_loop *loop, GError **error)
{
    if (feed->holds && is_capture(feed->fd))
        return read_capture(feed, error);
    line_reader_start(&feed->reader, loop, feed->fd);
    return true;
}

route_feed *route_feed_open(live_loop *loop, const char *path, const cats_route_codes *codes,
                            const route_offers_sink *sink, GError **error)
{
    bool standard = g_str_equal(path, "-");
    int fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0) {
        g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "--routes: %s: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    route_feed *feed = g_new0(route_feed, 1);
    *feed = (route_feed){ .path = g_strdup(standard ? "standard input" : path),
                          .fd = fd,
                          .holds = S_ISREG(status.st_mode),
                          .codes = *codes,
                          .reader = { .line = take_line, .end = take_end, .context = feed },
                          .offers = route_offers_new(sink) };
    if (start(feed, loop, error))
        return feed;
    route_feed_close(feed);
    return NULL;
}

void route_feed_close(route_feed *feed)
{
    if (feed == NULL)
        return;
    line_reader_stop(&feed->reader);
    if (feed->fd != STDIN_FILENO)
        close(feed->fd);
    route_offers_free(feed->offers);
    g_free(feed->path);
    g_free(feed);
}

route_offers *route_feed_offers(const route_feed *feed)
{
    return feed->offers;
}
