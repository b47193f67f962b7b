/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `catshark capture`: from the command line to a capture. Spec: man/catshark-capture.1. */
#include "capture-tools/capture/filter.h"
#include "capture-tools/capture/interfaces.h"
#include "capture-tools/capture/run.h"
#include "capture-tools/cli.h"
#include "capture-tools/route-arguments.h"
#include "capture-tools/verbs.h"
#include "epan-cats/packet.h"

#include <stdio.h>

static const char verb_name[] = "capture";

enum { BUFFER_DEFAULT_MIB = 32, BUFFER_MAX_MIB = 2047, SNAPSHOT_MAX = 262144, MIB = 1048576 };
#define INTERVAL_NS INT64_C(1000000000)

/* The command line as it stands; texts are owned. */
typedef struct capture_options {
    char **interfaces, **limits;
    char *write, *snapshot, *buffer, *count, *duration, *interval, *topology, *tags;
    route_arguments routes;
    gboolean list, print_filter, no_filter, no_promiscuous, json, quiet, silent;
} capture_options;

static void clear_options(capture_options *o)
{
    char **texts[] = { &o->write,    &o->snapshot, &o->buffer,   &o->count,
                       &o->duration, &o->interval, &o->topology, &o->tags };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    route_arguments_clear(&o->routes);
    g_strfreev(o->interfaces);
    g_strfreev(o->limits);
}

/* ---- what the options mean ---- */

static bool complain(const char *option, char *message)
{
    cli_usage_error(verb_name, "%s: %s", option, message);
    g_free(message);
    return false;
}

static bool take_limits(const capture_options *o, capture_settings *s)
{
    char *message = NULL;
    for (char **each = o->limits; each != NULL && *each != NULL; each++)
        if (!capture_files_limit(*each, &s->limits, &message))
            return complain("-b", message);
    return o->limits == NULL || o->write != NULL ||
           complain("-b", g_strdup("without a file, expected -w FILE too"));
}

static bool take_interfaces(const capture_options *o, capture_settings *s)
{
    s->interfaces = o->interfaces;
    if (o->interfaces == NULL) {
        cli_usage_error(verb_name, "no interface, expected -i INTERFACE: -D lists them");
        return false;
    }
    for (char **each = o->interfaces; *each != NULL; each++)
        if (g_strv_contains((const char *const *)each + 1, *each))
            return complain("-i", g_strdup_printf("\"%s\" twice, expected each interface once", *each));
    return true;
}

static bool take_tags(const capture_options *o, uint64_t *tags)
{
    *tags = CAPTURE_FILTER_TAGS_MAX;
    return cli_take_number(verb_name, "--vlan-tags", o->tags, 0, CAPTURE_FILTER_TAGS_MAX, tags);
}

static bool take_options(const capture_options *o, capture_settings *s)
{
    uint64_t tags, snapshot = SNAPSHOT_MAX, buffer = BUFFER_DEFAULT_MIB;
    if (!take_interfaces(o, s) || !take_tags(o, &tags) ||
        !cli_take_number(verb_name, "-s", o->snapshot, 1, SNAPSHOT_MAX, &snapshot) ||
        !cli_take_number(verb_name, "-B", o->buffer, 1, BUFFER_MAX_MIB, &buffer) ||
        !cli_take_number(verb_name, "-c", o->count, 1, INT64_MAX, &s->packets) ||
        !cli_take_duration(verb_name, "--duration", o->duration, &s->duration_ns) ||
        !cli_take_duration(verb_name, "--interval", o->interval, &s->interval_ns) || !take_limits(o, s) ||
        !route_arguments_take(verb_name, &o->routes, &s->codes))
        return false;
    if (o->interval != NULL && !o->json)
        return complain("--interval", g_strdup("it is for --json, which is not given"));
    s->tags = (unsigned)tags;
    s->snapshot = (uint32_t)snapshot;
    s->buffer_octets = (uint32_t)buffer * MIB;
    s->ours = !o->no_filter;
    s->promiscuous = !o->no_promiscuous;
    s->decode = !o->quiet;
    s->write = o->write;
    s->manner = o->silent ? CAPTURE_SILENT : o->json ? CAPTURE_JSON : CAPTURE_SUMMARY;
    return true;
}

/* ---- what the verb does ---- */

static int list_interfaces(void)
{
    g_autoptr(GPtrArray) list = capture_interfaces_list(verb_name);
    if (list == NULL)
        return CLI_TROUBLE;
    unsigned number = 0;
    for (guint i = 0; i < list->len; i++) {
        const capture_interface *each = g_ptr_array_index(list, i);
        if (each->link_type < 0)
            continue;
        g_autofree char *description =
            each->description != NULL ? g_strdup_printf(" (%s)", each->description) : g_strdup("");
        printf("%u. %s%s%s\n", ++number, each->name, description, each->up ? "" : " [down]");
    }
    return CLI_OK;
}

/* As Ethernet has it. */
static int print_filter(const capture_options *o, const char *expression)
{
    uint64_t tags;
    if (!take_tags(o, &tags))
        return CLI_TROUBLE;
    g_autofree char *filter =
        capture_filter_text(PACKET_LINK_ETHERNET, (unsigned)tags, !o->no_filter, expression);
    puts(filter != NULL ? filter : "");
    return CLI_OK;
}

static int capture(const capture_options *o, const char *expression)
{
    capture_settings settings = { .verb = verb_name,
                                  .expression = expression,
                                  .packets = UINT64_MAX,
                                  .duration_ns = INT64_MAX,
                                  .interval_ns = INTERVAL_NS,
                                  .codes = cats_route_codes_default,
                                  .application = "catshark capture" };
    if (!take_options(o, &settings))
        return CLI_TROUBLE;
    GError *error = NULL;
    cats_topology *topology = o->topology != NULL ? cats_topology_load(o->topology, &error) : NULL;
    int status;
    if (error != NULL) {
        status = cli_trouble(verb_name, "%s", error->message);
        g_error_free(error);
    } else {
        settings.topology = topology;
        status = capture_run(&settings);
    }
    cats_topology_free(topology);
    return status;
}

static int run(const capture_options *o, const char *expression)
{
    char *message = NULL;
    if (o->list)
        return list_interfaces();
    if (expression != NULL && !capture_filter_check(expression, &message)) {
        complain("filter", message);
        return CLI_TROUBLE;
    }
    return o->print_filter ? print_filter(o, expression) : capture(o, expression);
}

int verb_capture(int argc, char **argv)
{
    capture_options o = { 0 };
    const GOptionEntry entries[] = {
        { "interface", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &o.interfaces,
          "capture on it; may be given again (\"any\": all at once)", "IF" },
        { "list-interfaces", 'D', 0, G_OPTION_ARG_NONE, &o.list, "list the interfaces", NULL },
        { "write", 'w', 0, G_OPTION_ARG_FILENAME, &o.write, "write pcapng; - is standard output", "FILE" },
        { "ring", 'b', 0, G_OPTION_ARG_STRING_ARRAY, &o.limits,
          "next file at filesize:N (kB), duration:TIME, packets:N; keep files:N; may be given again",
          "LIMIT" },
        { "count", 'c', 0, G_OPTION_ARG_STRING, &o.count, "end after N packets", "N" },
        { "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "end after so long", "TIME" },
        { "snapshot-length", 's', 0, G_OPTION_ARG_STRING, &o.snapshot, "keep N octets of a packet (262144)",
          "N" },
        { "no-promiscuous", 'p', 0, G_OPTION_ARG_NONE, &o.no_promiscuous, "no promiscuous mode", NULL },
        { "buffer-size", 'B', 0, G_OPTION_ARG_STRING, &o.buffer, "the kernel's buffer, an interface (32)",
          "MIB" },
        { "no-filter", 0, 0, G_OPTION_ARG_NONE, &o.no_filter, "everything, or what EXPRESSION alone says",
          NULL },
        { "vlan-tags", 0, 0, G_OPTION_ARG_STRING, &o.tags, "VLAN tags that the filter looks behind (2)",
          "0-2" },
        { "print-filter", 0, 0, G_OPTION_ARG_NONE, &o.print_filter, "print the filter (of Ethernet) and end",
          NULL },
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology, "topology file: services, SIDs, numbers",
          "FILE" },
        ROUTE_SESSION_ENTRIES(o.routes),
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "NDJSON: counters every interval, then the summary",
          NULL },
        { "interval", 0, 0, G_OPTION_ARG_STRING, &o.interval, "of --json (1s)", "TIME" },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "decode nothing: count packets and drops only",
          NULL },
        { "silent", 0, 0, G_OPTION_ARG_NONE, &o.silent, "say nothing but what is wrong", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(verb_name, "-i IF [EXPRESSION...]", verb_find(verb_name)->summary, entries, &argc, &argv,
                  &status)) {
        g_autofree char *expression = argc > 1 ? g_strjoinv(" ", argv + 1) : NULL;
        status = run(&o, expression);
    }
    clear_options(&o);
    return status;
}
