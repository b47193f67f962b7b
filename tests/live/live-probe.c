/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What touches the kernel, each part by itself, for the scripts beside it. Says "ready" once it listens; what
 * it found goes to stdout, trouble to stderr with exit status 2. */
#include "capture-tools/cli.h"
#include "capture-tools/live/link.h"
#include "capture-tools/live/loop.h"
#include "capture-tools/live/neighbor-answers.h"
#include "capture-tools/live/next-hop.h"
#include "capture-tools/live/privileges.h"
#include "capture-tools/live/takeover.h"
#include "epan-cats/packet.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND G_GINT64_CONSTANT(1000000000)
enum {
    ETHERTYPE_TEST = 0x88B5, /* local experimental EtherType 1 (IEEE 802) */
    LIMIT = 256,
    OVERSIZE = 20000
};

/* ---- options of all parts ---- */

static char *interface_name, *filter, *own_text, **addresses;
static gboolean both, immediate, lazy, forget;
static int count = 1, length = 60, oversize = -1, vlan, buffer;
static double seconds = 10;

static const GOptionEntry entries[] = {
    { "interface", 'i', 0, G_OPTION_ARG_STRING, &interface_name, "Interface", "NAME" },
    { "filter", 0, 0, G_OPTION_ARG_STRING, &filter, "Filter of libpcap", "EXPRESSION" },
    { "both", 0, 0, G_OPTION_ARG_NONE, &both, "What is sent too", NULL },
    { "immediate", 0, 0, G_OPTION_ARG_NONE, &immediate, "Each frame at once", NULL },
    { "lazy", 0, 0, G_OPTION_ARG_NONE, &lazy, "Read nothing before SIGTERM", NULL },
    { "forget", 0, 0, G_OPTION_ARG_NONE, &forget, "Drop CAP_NET_ADMIN first", NULL },
    { "count", 'c', 0, G_OPTION_ARG_INT, &count, "Frames", "N" },
    { "length", 'l', 0, G_OPTION_ARG_INT, &length, "Octets of a frame", "N" },
    { "oversize", 0, 0, G_OPTION_ARG_INT, &oversize, "Which frame is longer than any MTU", "N" },
    { "vlan", 0, 0, G_OPTION_ARG_INT, &vlan, "VID", "N" },
    { "buffer", 0, 0, G_OPTION_ARG_INT, &buffer, "Octets of the ring", "N" },
    { "seconds", 't', 0, G_OPTION_ARG_DOUBLE, &seconds, "Give up after", "N" },
    { "own", 0, 0, G_OPTION_ARG_STRING, &own_text, "Source of questions", "ADDRESS" },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &addresses, NULL, NULL },
    { .long_name = NULL },
};

static int trouble(GError *error)
{
    fprintf(stderr, "%s\n", error->message);
    g_error_free(error);
    return CLI_TROUBLE;
}

static live_link *open_link(GError **error)
{
    const link_options options = { .interface = interface_name,
                                   .filter = filter,
                                   .direction = both ? LINK_BOTH : LINK_INBOUND,
                                   .all_multicast = true,
                                   .immediate = immediate,
                                   .snapshot = buffer != 0 ? 2048 : 0,
                                   .buffer_octets = (uint32_t)buffer };
    return live_link_open(&options, error);
}

static int64_t deadline(void)
{
    return live_loop_now() + (int64_t)(seconds * (double)SECOND);
}

static void ready(void)
{
    puts("ready");
    fflush(stdout);
}

static void print_mac(const uint8_t *mac)
{
    printf("%02x:%02x:%02x:%02x:%02x:%02x\n", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

/* ---- interface ---- */

static int show_interface(void)
{
    GError *error = NULL;
    live_interface *interface = live_interface_read(interface_name, &error);
    if (interface == NULL)
        return trouble(error);
    printf("%s %u %" PRIu32 " %s ", interface->name, interface->index, interface->mtu,
           interface->up ? "up" : "down");
    print_mac(interface->mac);
    for (guint i = 0; i < interface->addresses->len; i++) {
        const cats_address *each = &g_array_index(interface->addresses, cats_address, i);
        char text[CATS_ADDRESS_TEXT];
        cats_address_format(each, text);
        printf("address %s%s\n", text, live_interface_owns(interface, each) ? "" : " not owned");
    }
    g_autofree char *advice = live_interface_offload_advice(interface);
    puts(advice != NULL ? advice : "no offload");
    live_interface_free(interface);
    return CLI_OK;
}

/* ---- link ---- */

static int send_frames(void)
{
    GError *error = NULL;
    live_link *link = open_link(&error);
    live_interface *interface = link != NULL ? live_interface_read(interface_name, &error) : NULL;
    if (interface == NULL) {
        live_link_close(link);
        return trouble(error);
    }
    frame_header header = { .vlan = (uint16_t)vlan, .ethertype = ETHERTYPE_TEST };
    memset(header.destination, 0xFF, FRAME_ADDRESS);
    memcpy(header.source, interface->mac, FRAME_ADDRESS);
    g_autofree uint8_t *octets = g_malloc0(MAX((gsize)length + FRAME_HEADER_MAX, OVERSIZE));
    size_t header_length = frame_write(&header, octets);
    for (uint32_t i = 0; i < (uint32_t)count; i++) {
        packet_put32(octets + header_length, i);
        if (i == (uint32_t)oversize)
            live_link_send(link, octets, OVERSIZE);
        else if (i % 2 == 0) /* both ways lead to the same frame */
            live_link_send(link, octets, (size_t)length);
        else
            live_link_send_packet(link, &header, octets + header_length, (size_t)length - header_length);
    }
    live_link_flush(link);
    live_link_counts counts = live_link_count(link);
    const char *reason = live_link_send_error(link);
    printf("sent %" PRIu64 " failed %" PRIu64 " %s\n", counts.sent, counts.send_failures,
           reason != NULL ? reason : "");
    live_interface_free(interface);
    live_link_close(link);
    return CLI_OK;
}

typedef struct reception {
    live_loop *loop;
    live_link *link;
    neighbor_answers *answers;
    next_hops *hops;
    const next_hop *hop;
    unsigned ours, disordered, tagged;
    uint32_t shortest, longest;
    GError *error;
} reception;

static void take(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured, uint32_t wire)
{
    reception *r = context;
    frame_header header;
    (void)time_ns;
    if (!frame_read(octets, captured, &header) || header.ethertype != ETHERTYPE_TEST)
        return;
    r->disordered += packet_get32(octets + header.length) != r->ours;
    r->tagged += header.vlan == vlan && vlan != 0;
    r->shortest = r->ours == 0 ? wire : MIN(r->shortest, wire);
    r->longest = MAX(r->longest, wire);
    r->ours++;
}

static void receive(void *context, int64_t now)
{
    reception *r = context;
    (void)now;
    if (live_link_receive(r->link, LIMIT, take, r, &r->error) < 0 || r->ours >= (unsigned)count)
        live_loop_stop(r->loop);
}

static int finish(reception *r)
{
    live_loop_free(r->loop);
    live_link_close(r->link);
    return r->error != NULL ? trouble(r->error) : CLI_OK;
}

static int receive_frames(void)
{
    reception r = { 0 };
    r.link = open_link(&r.error);
    if (r.link == NULL)
        return trouble(r.error);
    r.loop = live_loop_new();
    if (!lazy)
        live_link_watch(r.link, r.loop, receive, &r);
    ready();
    live_loop_run(r.loop, deadline());
    while (lazy && live_link_receive(r.link, LIMIT, take, &r, &r.error) > 0)
        ;
    live_link_counts counts = live_link_count(r.link);
    printf("received %u tagged %u disordered %u from %" PRIu32 " to %" PRIu32 " octets dropped %" PRIu64 "\n",
           r.ours, r.tagged, r.disordered, r.shortest, r.longest, counts.dropped);
    return finish(&r);
}

/* ---- neighbours ---- */

static void answer_one(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured,
                       uint32_t wire)
{
    reception *r = context;
    uint8_t answer[NEIGHBOR_ANSWER_MAX];
    size_t size = neighbor_answers_to(r->answers, octets, captured, answer);
    (void)time_ns;
    (void)wire;
    if (size != 0)
        live_link_send(r->link, answer, size);
}

static void answer_waiting(void *context, int64_t now)
{
    reception *r = context;
    (void)now;
    if (live_link_receive(r->link, LIMIT, answer_one, r, &r->error) < 0)
        live_loop_stop(r->loop);
    live_link_flush(r->link);
}

/* Until SIGTERM. */
static int answer_neighbors(void)
{
    reception r = { 0 };
    live_interface *interface = live_interface_read(interface_name, &r.error);
    r.link = interface != NULL ? open_link(&r.error) : NULL;
    if (r.link == NULL) {
        live_interface_free(interface);
        return trouble(r.error);
    }
    r.answers = neighbor_answers_new(interface->mac);
    for (char **each = addresses; each != NULL && *each != NULL; each++) {
        cats_address address;
        if (cats_address_parse(*each, &address))
            neighbor_answers_add(r.answers, &address, (unsigned)(8 * cats_address_length(&address)));
    }
    r.loop = live_loop_new();
    live_link_watch(r.link, r.loop, answer_waiting, &r);
    ready();
    live_loop_run(r.loop, deadline());
    neighbor_answers_free(r.answers);
    live_interface_free(interface);
    return finish(&r);
}

static void see_one(void *context, int64_t time_ns, const uint8_t *octets, uint32_t captured, uint32_t wire)
{
    (void)time_ns;
    (void)wire;
    reception *r = context;
    next_hops_see(r->hops, r->link, octets, captured);
}

static void see_waiting(void *context, int64_t now)
{
    reception *r = context;
    (void)now;
    if (live_link_receive(r->link, LIMIT, see_one, r, &r->error) < 0)
        live_loop_stop(r->loop);
}

static void hear_kernel(void *context, int64_t now)
{
    (void)now;
    next_hops_read(((reception *)context)->hops);
}

static int64_t hops_deadline(void *context)
{
    return next_hops_deadline(((reception *)context)->hops);
}

static void hops_expire(void *context, int64_t now)
{
    next_hops_expire(((reception *)context)->hops, now);
}

/* Prints each MAC that the next hop gets, until the count is reached. */
static void look(void *context, int64_t now)
{
    static uint8_t last[FRAME_ADDRESS];
    reception *r = context;
    const uint8_t *mac = next_hop_mac(r->hop);
    (void)now;
    if (mac == NULL || memcmp(mac, last, sizeof last) == 0)
        return;
    memcpy(last, mac, sizeof last);
    print_mac(mac);
    fflush(stdout);
    if (++r->ours == (unsigned)count)
        live_loop_stop(r->loop);
}

static int resolve(void)
{
    reception r = { 0 };
    cats_address address = { 0 }, own = { 0 };
    if (forget && !privileges_drop(PRIVILEGE_RAW, &r.error))
        return trouble(r.error);
    live_interface *interface = live_interface_read(interface_name, &r.error);
    r.link = interface != NULL ? open_link(&r.error) : NULL;
    r.hops = r.link != NULL ? next_hops_new(&r.error) : NULL;
    if (r.hops == NULL) {
        live_interface_free(interface);
        live_link_close(r.link);
        return trouble(r.error);
    }
    if (own_text != NULL)
        cats_address_parse(own_text, &own);
    cats_address_parse(addresses[0], &address);
    r.hop = next_hops_add(r.hops, r.link, interface, (uint16_t)vlan, &address, &own, NULL);
    r.loop = live_loop_new();
    live_link_watch(r.link, r.loop, see_waiting, &r);
    live_loop_watch(r.loop, next_hops_fd(r.hops), hear_kernel, &r);
    live_loop_timer(r.loop, hops_deadline, hops_expire, &r);
    live_loop_after(r.loop, look, &r);
    live_loop_run(r.loop, deadline());
    g_autofree char *missing = next_hops_missing(r.hops);
    puts(missing != NULL ? missing : "all known");
    next_hops_free(r.hops);
    live_interface_free(interface);
    return finish(&r);
}

/* ---- privileges ---- */

/* Opens the link, drops all but CAP_NET_RAW, and says what is left; sends a frame to show that it still can.
 */
static int drop(void)
{
    GError *error = NULL;
    if (!privileges_check(PRIVILEGE_RAW | PRIVILEGE_ADMIN, &error))
        return trouble(error);
    if (!privileges_drop(PRIVILEGE_RAW, &error))
        return trouble(error);
    g_autofree char *status = NULL;
    if (!g_file_get_contents("/proc/self/status", &status, NULL, &error))
        return trouble(error);
    fputs(status, stdout);
    if (privileges_check(PRIVILEGE_ADMIN, &error))
        return CLI_DIFFERS;
    printf("%s\n", error->message);
    g_clear_error(&error);
    return send_frames();
}

/* ---- takeover ---- */

/* Bits behind the length are taken too: the kernel is to refuse them. */
static GArray *read_prefixes(char **texts)
{
    GArray *prefixes = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    for (char **each = texts; each != NULL && *each != NULL; each++) {
        setup_prefix read;
        g_auto(GStrv) parts = g_strsplit(*each, "/", 2);
        if (parts[1] == NULL || !cats_address_parse(parts[0], &read.prefix))
            continue;
        read.length = (unsigned)g_ascii_strtoull(parts[1], NULL, 10);
        g_array_append_val(prefixes, read);
    }
    return prefixes;
}

/* A route to the first prefix, then to all; says what became of that, and keeps what there is until SIGTERM.
 */
static int take_over(void)
{
    GError *error = NULL;
    g_autofree char *name = g_strdup_printf("probe-%d", (int)getpid());
    GArray *all = read_prefixes(addresses);
    GArray *first = g_array_new(FALSE, FALSE, sizeof(setup_prefix));
    g_array_append_vals(first, all->data, MIN(all->len, 1));
    takeover *taken = takeover_begin(name, first, &error);
    g_array_free(first, TRUE);
    if (taken != NULL) {
        live_loop *loop = live_loop_new();
        puts(takeover_add(taken, all, &error) ? "added" : error->message);
        g_clear_error(&error);
        ready();
        live_loop_run(loop, deadline());
        live_loop_free(loop);
        takeover_end(taken);
    }
    g_array_free(all, TRUE);
    return error != NULL ? trouble(error) : CLI_OK;
}

static const struct part {
    const char *name;
    int (*run)(void);
} parts[] = {
    { "interface", show_interface }, { "send", send_frames }, { "receive", receive_frames },
    { "answer", answer_neighbors },  { "resolve", resolve },  { "drop", drop },
    { "takeover", take_over },
};

int main(int argc, char **argv)
{
    int status;
    for (size_t i = 0; argc > 1 && i < G_N_ELEMENTS(parts); i++) {
        if (strcmp(argv[1], parts[i].name) != 0)
            continue;
        argc--, argv++;
        return cli_parse(parts[i].name, NULL, NULL, entries, &argc, &argv, &status) ? parts[i].run() : status;
    }
    return cli_usage_error(NULL, "live-probe: expected a part");
}
