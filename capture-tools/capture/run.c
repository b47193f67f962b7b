/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Links to a file, and to the counters while there is time for them: what is written comes first.
 * Spec: man/catshark-capture.1; packet(7), pcap(3PCAP). */
#include "run.h"

#include "capture-tools/cli.h"
#include "capture-tools/live/link.h"
#include "capture-tools/live/loop.h"
#include "capture-tools/live/privileges.h"
#include "filter.h"
#include "interfaces.h"
#include <fcntl.h>
#include <inttypes.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define MILLISECOND_NS INT64_C(1000000)
/* Frames that one link may hand over before the others have their turn. */
#define BATCH 1024
/* Links that had more frames waiting, round after round, for so long are ahead of us: the ring holds more
 * than that, and until they are empty no frame is decoded. */
#define BEHIND_NS (20 * MILLISECOND_NS)
/* The kernel hands over a block when it is full or so old. */
#define BLOCK_MS 100
/* Files grow, the terminal's line is drawn, interfaces are looked at. */
#define TICK_NS (100 * MILLISECOND_NS)
#define STATE_NS (1000 * MILLISECOND_NS)
/* For what came before the end and still waits. */
#define REST_NS (10000 * MILLISECOND_NS)

struct capture;

typedef struct capture_port {
    struct capture *owner;
    uint32_t number;
    const char *name;
    live_link *link; /* NULL: it went away */
    live_link_counts counts;
    bool down, decodes;
} capture_port;

typedef struct capture {
    const capture_settings *settings;
    live_loop *loop;
    capture_port *ports;
    unsigned port_count, ports_left;
    char *name; /* of all */
    capture_files *files;
    char *last_file; /* once there is none any more */
    uint64_t file_count;
    capture_counters *counters;
    uint64_t packets; /* taken; once files are closed, written */
    uint64_t not_written, not_decoded;
    int64_t begun, begun_wall_ns, now; /* monotonic but the second */
    int64_t full_since;                /* some link had more in each round since then; INT64_MAX: none */
    bool full_round;
    int64_t next_tick, next_state;
    int state_socket;
    capture_speech speech;
    int64_t until;       /* monotonic; INT64_MAX: no end */
    int64_t end_wall_ns; /* frames of later times are no more taken */
    bool over;           /* one has come */
} capture;

/* ---- words ---- */

static bool writes_to_stdout(const capture_settings *s)
{
    return s->write != NULL && strcmp(s->write, "-") == 0;
}

static void count_port(capture_port *port)
{
    if (port->link != NULL)
        port->counts = live_link_count(port->link);
}

typedef void (*teller)(capture *c, const capture_report *report);

static void with_report(capture *c, teller tell)
{
    g_autofree capture_report_interface *rows = g_new(capture_report_interface, c->port_count);
    for (unsigned i = 0; i < c->port_count; i++) {
        capture_port *port = &c->ports[i];
        count_port(port);
        rows[i] = (capture_report_interface){ port->name, port->counts.received + port->counts.dropped,
                                              port->counts.dropped };
    }
    const capture_report report = { .name = c->name,
                                    .since_ns = live_loop_now() - c->begun,
                                    .packets = c->packets,
                                    .not_written = c->not_written,
                                    .not_decoded = c->not_decoded,
                                    .interfaces = rows,
                                    .interface_count = c->port_count,
                                    .file = c->files != NULL ? capture_files_name(c->files) : c->last_file,
                                    .files = c->files != NULL ? capture_files_count(c->files) : c->file_count,
                                    .counters = c->counters };
    tell(c, &report);
}

/* Without a file and a reader of the counters nobody is left to capture for. */
static void tell_now(capture *c, const capture_report *report)
{
    capture_speech_report(&c->speech, report, c->now);
    if (c->speech.failed && c->files == NULL)
        live_loop_stop(c->loop);
}

static void tell_end(capture *c, const capture_report *report)
{
    capture_speech_end(&c->speech, report);
}

/* ---- frames ---- */

static void take_frame(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured,
                       uint32_t wire)
{
    capture_port *port = context;
    capture *c = port->owner;
    c->over = c->over || time_ns > c->end_wall_ns;
    if (c->over || c->packets == c->settings->packets)
        return;
    if (c->files != NULL &&
        !capture_files_packet(c->files, c->now, port->number, time_ns, octets, captured, wire)) {
        c->not_written++;
        c->not_decoded += c->counters != NULL;
        live_loop_stop(c->loop);
        return;
    }
    c->packets++;
    if (c->counters != NULL && port->decodes && c->now - c->full_since < BEHIND_NS)
        capture_counters_frame(c->counters, port->number, time_ns, octets, captured, wire);
    else
        c->not_decoded += c->counters != NULL;
    if (c->packets == c->settings->packets)
        live_loop_stop(c->loop);
}

/* The others go on. */
static void interface_gone(capture_port *port, const char *message)
{
    capture *c = port->owner;
    capture_speech_trouble(&c->speech, message);
    count_port(port);
    live_link_unwatch(port->link, c->loop);
    live_link_close(port->link);
    port->link = NULL;
    if (--c->ports_left == 0)
        live_loop_stop(c->loop);
}

static void port_ready(void *context, int64_t now)
{
    capture_port *port = context;
    GError *error = NULL;
    port->owner->now = now;
    int count = live_link_receive(port->link, BATCH, take_frame, port, &error);
    if (count < 0) {
        interface_gone(port, error->message);
        g_error_free(error);
    }
    port->owner->full_round = port->owner->full_round || count == BATCH;
}

/* A pipe's reader sees each batch at once. */
static void round_ends(void *context, int64_t now)
{
    capture *c = context;
    if (!c->full_round)
        c->full_since = INT64_MAX;
    else if (c->full_since == INT64_MAX)
        c->full_since = now;
    c->full_round = false;
    if (c->files != NULL && capture_files_stream(c->files) >= 0 && !capture_files_tick(c->files, now))
        live_loop_stop(c->loop);
}

/* Something came of the descriptor that is written to. */
static void stream_ready(void *context, int64_t now)
{
    capture *c = context;
    struct pollfd stream = { .fd = capture_files_stream(c->files) };
    (void)now;
    if (stream.fd >= 0 && poll(&stream, 1, 0) == 1 && (stream.revents & POLLERR) != 0) {
        capture_files_lose_reader(c->files);
        live_loop_stop(c->loop);
    } else {
        live_loop_unwatch(c->loop, stream.fd); /* a socket that says something */
    }
}

/* ---- time ---- */

static void look_at_interfaces(capture *c)
{
    for (unsigned i = 0; i < c->port_count; i++) {
        capture_port *port = &c->ports[i];
        struct ifreq answer = { .ifr_flags = 0 };
        g_strlcpy(answer.ifr_name, port->name, sizeof answer.ifr_name);
        if (port->link == NULL || ioctl(c->state_socket, SIOCGIFFLAGS, &answer) != 0)
            continue;
        bool down = (answer.ifr_flags & IFF_UP) == 0;
        if (down != port->down)
            capture_speech_say(&c->speech, "interface \"%s\": %s", port->name,
                               down ? "went down; nothing is captured until it is up again" : "is up again");
        port->down = down;
    }
}

static int64_t tick_deadline(void *context)
{
    const capture *c = context;
    return c->next_tick;
}

static void tick(void *context, int64_t now)
{
    capture *c = context;
    c->now = now;
    c->next_tick = now + TICK_NS;
    if (c->files != NULL && !capture_files_tick(c->files, now))
        live_loop_stop(c->loop);
    if (c->next_state <= now) {
        look_at_interfaces(c);
        c->next_state = now + STATE_NS;
    }
    if (c->speech.due <= now)
        with_report(c, tell_now);
}

/* ---- opening ---- */

static bool open_port(capture *c, capture_port *port, GError **error)
{
    const capture_settings *s = c->settings;
    const link_options options = { .interface = port->name,
                                   .direction = LINK_BOTH,
                                   .promiscuous = s->promiscuous,
                                   .snapshot = s->snapshot,
                                   .buffer_octets = s->buffer_octets,
                                   .block_ms = BLOCK_MS,
                                   .receive_only = true };
    port->link = live_link_open(&options, error);
    if (port->link == NULL)
        return false;
    int link_type = live_link_type(port->link);
    g_autofree char *filter = capture_filter_text(link_type, s->tags, s->ours, s->expression);
    if (filter != NULL && !live_link_set_filter(port->link, filter, error))
        return false;
    if (c->files != NULL)
        capture_files_add_interface(
            c->files, &(pcapng_interface){ .name = port->name,
                                           .filter = filter,
                                           .link_type = (uint16_t)capture_link_type_of_file(link_type),
                                           .snap_length = s->snapshot });
    if (c->counters != NULL) {
        capture_counters_add_interface(c->counters, port->name, link_type);
        port->decodes = capture_counters_decodes(c->counters, port->number);
    }
    return true;
}

static bool open_ports(capture *c, GError **error)
{
    c->port_count = g_strv_length(c->settings->interfaces);
    c->ports = g_new0(capture_port, c->port_count);
    c->name = g_strjoinv(", ", c->settings->interfaces);
    for (unsigned i = 0; i < c->port_count; i++) {
        c->ports[i].owner = c;
        c->ports[i].number = i;
        c->ports[i].name = c->settings->interfaces[i];
        if (!open_port(c, &c->ports[i], error))
            return false;
    }
    c->ports_left = c->port_count;
    return true;
}

/* What each file ends with. */
static void tell_statistics(void *context, uint32_t interface, pcapng_statistics *statistics)
{
    capture *c = context;
    capture_port *port = &c->ports[interface];
    count_port(port);
    *statistics = (pcapng_statistics){ .start_ns = c->begun_wall_ns,
                                       .end_ns = g_get_real_time() * 1000,
                                       .received = port->counts.received + port->counts.dropped,
                                       .dropped = port->counts.dropped,
                                       .delivered = port->counts.received };
}

/* Files of a ring are made when no rights are left: where root owns nothing, that is said at the start. */
static bool may_make_files(const capture_settings *s, GError **error)
{
    if (s->write == NULL || writes_to_stdout(s) ||
        (s->limits.octets == 0 && s->limits.packets == 0 && s->limits.duration_ns == 0))
        return true;
    g_autofree char *folder = g_path_get_dirname(s->write);
    if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS) == 0)
        return true;
    g_set_error(
        error, LIVE_ERROR, LIVE_ERROR_PERMISSION,
        "%s: no file can be made in it without special rights, which are given up; expected a folder of the "
        "user who runs this",
        folder);
    return false;
}

/* The caller opens files with rights of their own, never with those that the program's file gives:
 * capabilities do not add any, a set-user-ID would. */
static bool check_rights(GError **error)
{
    if (getuid() == geteuid() && getgid() == getegid())
        return true;
    g_autofree char *line = privileges_setcap_line(PRIVILEGE_RAW);
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_PERMISSION, "runs set-user-ID, expected plainly and with: %s",
                line);
    return false;
}

/* The end was asked for, or has come. */
static bool is_over(void *context)
{
    const capture *c = context;
    return cli_interrupted() || live_loop_now() >= c->until;
}

static bool open_all(capture *c, GError **error)
{
    const capture_settings *s = c->settings;
    const capture_files_owner owner = { .context = c, .ask = tell_statistics, .over = is_over };
    if (!check_rights(error) || !privileges_check(PRIVILEGE_RAW, error))
        return false;
    if (s->write != NULL &&
        (c->files = capture_files_new(s->write, &s->limits, s->application, &owner, error)) == NULL)
        return false;
    if (s->decode)
        c->counters = capture_counters_new(s->topology, &s->codes);
    c->state_socket = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return open_ports(c, error) && (c->files == NULL || capture_files_start(c->files, error)) &&
           privileges_drop(0, error) && may_make_files(s, error);
}

static void say_ready(capture *c)
{
    if (c->speech.manner == CAPTURE_SILENT)
        return;
    capture_speech_say(&c->speech, "ready, capturing on %s", c->name);
    for (unsigned i = 0; c->counters != NULL && i < c->port_count; i++)
        if (!c->ports[i].decodes)
            capture_speech_say(&c->speech, "interface \"%s\": link type %d is captured and not decoded",
                               c->ports[i].name, live_link_type(c->ports[i].link));
}

/* ---- run ---- */

static void watch(capture *c)
{
    c->begun = c->now = live_loop_now();
    c->begun_wall_ns = g_get_real_time() * 1000;
    c->next_tick = c->next_state = c->now;
    c->full_since = c->end_wall_ns = INT64_MAX;
    capture_speech_begin(&c->speech, c->now);
    for (unsigned i = 0; i < c->port_count; i++)
        live_link_watch(c->ports[i].link, c->loop, port_ready, &c->ports[i]);
    if (c->files != NULL && capture_files_stream(c->files) >= 0)
        live_loop_watch(c->loop, capture_files_stream(c->files), stream_ready, c);
    live_loop_timer(c->loop, tick_deadline, tick, c);
    live_loop_after(c->loop, round_ends, c);
}

static void close_files(capture *c)
{
    GError *error = NULL;
    bool gone = capture_files_reader_gone(c->files);
    uint64_t written;
    c->last_file = g_strdup(capture_files_name(c->files));
    c->file_count = capture_files_count(c->files);
    bool good = capture_files_close(c->files, &written, &error);
    c->not_written += c->packets;
    c->packets = written;
    c->not_written -= written;
    if (!good && !gone) {
        g_autofree char *words = c->not_written == 0 ? g_strdup(error->message)
                                                     : g_strdup_printf("%s; not written: %" PRIu64 " packets",
                                                                       error->message, c->not_written);
        capture_speech_trouble(&c->speech, words);
    }
    g_clear_error(&error);
    c->files = NULL;
}

/* What came before the end may lie in a block that the kernel still fills, and behind many others. */
static void take_rest(capture *c)
{
    c->end_wall_ns = g_get_real_time() * 1000;
    g_usleep(BLOCK_MS * 1000);
    int64_t until = live_loop_now() + REST_NS;
    for (unsigned i = 0; i < c->port_count; i++) {
        int count = BATCH;
        for (c->over = false; c->ports[i].link != NULL && count == BATCH && !c->over && c->now < until;) {
            c->now = live_loop_now();
            count = live_link_receive(c->ports[i].link, BATCH, take_frame, &c->ports[i], NULL);
        }
    }
}

static void finish(capture *c, bool by_time)
{
    if (by_time || cli_interrupted())
        take_rest(c);
    if (c->files != NULL)
        close_files(c);
    with_report(c, tell_end);
}

static void capture_clear(capture *c)
{
    for (unsigned i = 0; i < c->port_count; i++)
        live_link_close(c->ports[i].link);
    if (c->files != NULL)
        capture_files_close(c->files, NULL, NULL);
    capture_counters_free(c->counters);
    live_loop_free(c->loop);
    if (c->state_socket >= 0)
        close(c->state_socket);
    g_free(c->ports);
    g_free(c->name);
    g_free(c->last_file);
}

int capture_run(const capture_settings *settings)
{
    capture c = { .settings = settings,
                  .state_socket = -1,
                  .until = INT64_MAX,
                  .speech = { .verb = settings->verb,
                              .manner = settings->manner,
                              .out = writes_to_stdout(settings) ? stderr : stdout,
                              .interval_ns = settings->interval_ns,
                              .due = INT64_MAX } };
    GError *error = NULL;
    signal(SIGPIPE, SIG_IGN); /* told by write(2) */
    c.loop = live_loop_new();
    bool opened = open_all(&c, &error);
    if (opened) {
        watch(&c);
        say_ready(&c);
        if (settings->duration_ns != INT64_MAX)
            c.until = c.begun + settings->duration_ns;
        live_loop_run(c.loop, c.until);
        finish(&c, live_loop_now() >= c.until);
    } else {
        capture_speech_trouble(&c.speech, error->message);
        g_error_free(error);
    }
    capture_clear(&c);
    return c.speech.failed ? CLI_TROUBLE : CLI_OK;
}
