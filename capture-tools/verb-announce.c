/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark announce: a process of ExaBGP that announces what an egress offers, and what stands behind a
 * forwarder. Spec: man/catshark-announce.1;
 * ExaBGP 4's text API. */
#include "announce/announcer.h"
#include "announce/follow.h"
#include "cli.h"
#include "epan-cats/numbers.h"
#include "live/control.h"
#include "route-arguments.h"
#include "verbs.h"
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const char verb_name[] = "announce";

/* Between two looks at the topology file, and two attempts to reach the egress. */
#define LOOK_NS INT64_C(1000000000)

/* The command line as it stands; texts are owned. */
typedef struct announce_arguments {
    char *topology, *name, *control, *attribute, *interval, **next_hops;
    gboolean nodes, prefix_sid, once;
} announce_arguments;

typedef struct announcing {
    announcer *to;
    follow from;
    bool follows; /* a running egress */
    bool told;    /* that it cannot be reached */
    live_loop *loop;
    line_reader answers;
    int64_t next_look;
} announcing;

/* ---- what the options mean ---- */

static bool take_next_hops(char **texts, route_how *how)
{
    for (char **each = texts; *each != NULL; each++) {
        cats_address hop;
        if (!cats_address_parse(*each, &hop) || cats_address_not_unicast(&hop) != NULL) {
            cli_usage_error(verb_name, "--next-hop: \"%s\", expected an IPv4 or IPv6 address of a host",
                            *each);
            return false;
        }
        cats_address *at = hop.family == 4 ? &how->next_hop_ipv4 : &how->next_hop_ipv6;
        if (at->family != 0) {
            cli_usage_error(verb_name, "--next-hop: \"%s\", expected one of each family at most", *each);
            return false;
        }
        *at = hop;
    }
    return true;
}

static bool take_arguments(const announce_arguments *a, announcer_options *o)
{
    o->topology = a->topology;
    o->name = a->name;
    o->follows = a->control != NULL;
    o->nodes = a->nodes;
    o->how = (route_how){ .attribute = CATS_ROUTE_ATTRIBUTE_DEFAULT,
                          .flags = CATS_ROUTE_FLAGS_DEFAULT,
                          .prefix_sid = a->prefix_sid };
    /* A running egress has damped what it says. */
    o->topology_damps = a->interval == NULL && a->control == NULL;
    o->out = stdout;
    o->messages = stderr;
    return route_attribute_take(verb_name, a->attribute, &o->how.attribute, &o->how.flags) &&
           take_next_hops(a->next_hops, &o->how) &&
           cli_take_duration(verb_name, "--interval", a->interval, &o->damping.interval_ns);
}

/* ---- the run ---- */

static void hear(void *context, const cats_merged *merged, uint32_t aggregate_id)
{
    announcing *a = context;
    announcer_hear(a->to, merged, aggregate_id);
    if (merged == NULL)
        fprintf(stderr, "catshark %s: %s: the egress is gone, what it offered is withdrawn\n", verb_name,
                a->from.path);
}

static void take_answer(void *context, int64_t now, char *line)
{
    (void)now;
    if (line != NULL)
        announcer_answer(((announcing *)context)->to, line);
}

/* ExaBGP is gone. */
static void take_end(void *context, int64_t now)
{
    (void)now;
    live_loop_stop(((announcing *)context)->loop);
}

static void try_egress(announcing *a)
{
    g_autoptr(GError) error = NULL;
    if (!a->follows)
        return;
    bool reached = follow_try(&a->from, a->loop, &error);
    if (!reached && !a->told)
        fprintf(stderr, "catshark %s: %s; tried again each second\n", verb_name, error->message);
    a->told = !reached;
}

static int64_t next(void *context)
{
    const announcing *a = context;
    return MIN(a->next_look, announcer_due(a->to));
}

static void look(void *context, int64_t now)
{
    announcing *a = context;
    if (now < a->next_look)
        return;
    a->next_look = now + LOOK_NS;
    announcer_look(a->to);
    try_egress(a);
}

static void say(void *context, int64_t now)
{
    announcing *a = context;
    if (!announcer_say(a->to, now))
        live_loop_stop(a->loop);
}

static int run(announcing *a)
{
    a->loop = live_loop_new();
    a->answers = (line_reader){ .line = take_answer, .end = take_end, .context = a };
    line_reader_start(&a->answers, a->loop, STDIN_FILENO);
    live_loop_timer(a->loop, next, look, a);
    live_loop_after(a->loop, say, a);
    live_loop_run(a->loop, INT64_MAX);
    bool interrupted = cli_interrupted();
    bool said = !interrupted || announcer_withdraw(a->to);
    follow_stop(&a->from);
    line_reader_stop(&a->answers);
    live_loop_free(a->loop);
    return said ? CLI_OK : cli_trouble(verb_name, "standard output: cannot be written");
}

/* What is to be said now, and no more. */
static int once(announcer *to, const char *path)
{
    if (path != NULL) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JsonNode) answer = control_ask(path, (const char *const[]){ "follow", NULL }, &error);
        if (answer == NULL)
            return cli_trouble(verb_name, "%s", error->message);
        g_autofree char *text = json_to_string(answer, FALSE);
        cats_merged merged;
        uint32_t aggregate_id;
        if (!follow_read(text, &merged, &aggregate_id))
            return cli_trouble(verb_name, "%s: %s, expected an egress's announcement", path, text);
        announcer_hear(to, &merged, aggregate_id);
    }
    return announcer_say(to, live_loop_now()) ? CLI_OK
                                              : cli_trouble(verb_name, "standard output: cannot be written");
}

static int with_arguments(const announce_arguments *arguments)
{
    announcer_options options = { 0 };
    g_autoptr(GError) error = NULL;
    if (!take_arguments(arguments, &options))
        return CLI_TROUBLE;
    announcing a = { .to = announcer_new(&options, &error),
                     .follows = arguments->control != NULL,
                     .from = { .path = arguments->control, .hear = hear, .context = &a, .fd = -1 } };
    if (a.to == NULL)
        return cli_trouble(verb_name, "%s", error->message);
    signal(SIGPIPE, SIG_IGN); /* that nobody reads is told by the write */
    int status = arguments->once ? once(a.to, arguments->control) : run(&a);
    announcer_free(a.to);
    return status;
}

static void clear_arguments(announce_arguments *a)
{
    char **texts[] = { &a->topology, &a->name, &a->control, &a->attribute, &a->interval };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(a->next_hops);
}

int verb_announce(int argc, char **argv)
{
    announce_arguments a = { 0 };
    const GOptionEntry entries[] = {
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &a.topology, "topology file (needed)", "FILE" },
        { "name", 0, 0, G_OPTION_ARG_STRING, &a.name, "which egress or ingress of it (needed)", "NAME" },
        { "next-hop", 0, 0, G_OPTION_ARG_STRING_ARRAY, &a.next_hops,
          "next hop of the routes of its family (needed); may be given again", "ADDRESS" },
        { "control", 0, 0, G_OPTION_ARG_FILENAME, &a.control,
          "follow the running egress with this --control; without it the topology alone", "PATH" },
        { "nodes", 0, 0, G_OPTION_ARG_NONE, &a.nodes,
          "announce the own addresses of the egress's nodes too, with the SIDs that look them up", NULL },
        { "attribute", 0, 0, G_OPTION_ARG_STRING, &a.attribute, "path attribute (255/0xC0)", "CODE[/FLAGS]" },
        { "prefix-sid", 0, 0, G_OPTION_ARG_NONE, &a.prefix_sid,
          "announce the SID in attribute 40 too (RFC 9252)", NULL },
        { "interval", 0, 0, G_OPTION_ARG_STRING, &a.interval,
          "least time between two announcements (the topology's; with --control none but the egress's own)",
          "TIME" },
        { "once", 0, 0, G_OPTION_ARG_NONE, &a.once, "say what is to be announced now, and end", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(verb_name, "",
                  "A process of ExaBGP: announces what an egress offers, or an ingress's clients.", entries,
                  &argc, &argv, &status)) {
        if (argc > 1)
            status = cli_usage_error(verb_name, "\"%s\", expected options only", argv[1]);
        else if (a.topology == NULL || a.name == NULL || a.next_hops == NULL)
            status = cli_usage_error(verb_name,
                                     "no %s, expected --topology FILE, --name NAME and --next-hop ADDRESS",
                                     a.topology == NULL ? "--topology"
                                     : a.name == NULL   ? "--name"
                                                        : "--next-hop");
        else
            status = with_arguments(&a);
    }
    clear_arguments(&a);
    return status;
}
