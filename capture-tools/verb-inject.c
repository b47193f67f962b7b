/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark inject: sends a capture or a simulation on interfaces. Spec: man/catshark-inject.1. */
#include "capture-tools/cli.h"
#include "capture-tools/inject/report.h"
#include "capture-tools/live/privileges.h"
#include "capture-tools/scenario-arguments.h"
#include "capture-tools/verbs.h"
#include "epan-cats/numbers.h"
#include "epan-cats/packet.h"
#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char verb_name[] = "inject";

#define PRELOAD_DEFAULT UINT64_C(256000000)
#define PRELOAD_MAX UINT64_C(1000000000000)
#define RATE_MAX 100000000
#define SPEED_MAX 1e6
enum { VLAN_MAX = 4094 };

/* The command line as it stands; texts are owned. */
typedef struct inject_options {
    scenario_arguments scenario;
    char *read, *speed, *rate, *loop, *count, *duration, *preload, *source, *destination, *vlan, *kind, *exid;
    char **interfaces, **links, **map, **ports;
    gboolean simulate, topspeed, untag, fix_checksums, json, quiet;
} inject_options;

static void clear_options(inject_options *o)
{
    char **texts[] = { &o->read,    &o->speed,  &o->rate,        &o->loop, &o->count, &o->duration,
                       &o->preload, &o->source, &o->destination, &o->vlan, &o->kind,  &o->exid };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    scenario_arguments_clear(&o->scenario);
    g_strfreev(o->interfaces);
    g_strfreev(o->links);
    g_strfreev(o->map);
    g_strfreev(o->ports);
}

/* What the options mean, and what is open. */
typedef struct inject_state {
    scenario_options scenario;
    uint64_t preload;
    address_map *map;
    frame_source *source;
    preparer preparer;
    injection run;
} inject_state;

/* ---- what the options mean ---- */

static bool take_speed(const char *text, double *speed)
{
    char *end;
    if (text == NULL)
        return true;
    *speed = g_ascii_strtod(text, &end);
    if (*text != '\0' && strspn(text, "0123456789.") == strlen(text) && *end == '\0' && *speed > 0 &&
        *speed <= SPEED_MAX)
        return true;
    cli_usage_error(verb_name, "--speed: \"%s\", expected a factor above 0 and at most 1000000, as 2 or 0.5",
                    text);
    return false;
}

static bool take_timing(const inject_options *o, injection *in)
{
    schedule *s = &in->schedule;
    s->speed = 1;
    s->rate = 1;
    if ((o->speed != NULL) + (o->rate != NULL) + o->topspeed > 1) {
        cli_usage_error(verb_name, "more than one of --speed, --pps and --topspeed, expected one of them");
        return false;
    }
    s->kind = o->topspeed ? SCHEDULE_TOPSPEED : o->rate != NULL ? SCHEDULE_RATE : SCHEDULE_RECORDED;
    return take_speed(o->speed, &s->speed) &&
           cli_take_number(verb_name, "--pps", o->rate, 1, RATE_MAX, &s->rate);
}

static bool take_bounds(const inject_options *o, inject_state *s)
{
    s->preload = PRELOAD_DEFAULT;
    s->run.passes = 1;
    s->run.count = UINT64_MAX;
    s->run.duration_ns = INT64_MAX;
    return cli_take_number(verb_name, "--loop", o->loop, 0, INT64_MAX, &s->run.passes) &&
           cli_take_number(verb_name, "-c", o->count, 1, INT64_MAX, &s->run.count) &&
           cli_take_duration(verb_name, "--duration", o->duration, &s->run.duration_ns) &&
           cli_take_number(verb_name, "--preload", o->preload, READ_AHEAD_MIN, PRELOAD_MAX, &s->preload);
}

static bool take_mac(const char *option, const char *text, bool *has, uint8_t mac[FRAME_ADDRESS])
{
    *has = text != NULL;
    if (text == NULL || cats_mac_parse(text, mac))
        return true;
    cli_usage_error(verb_name, "%s: \"%s\", expected a link-layer address as 02:00:00:00:00:01", option,
                    text);
    return false;
}

static bool take_map(const char *option, char **texts, address_map *map,
                     bool (*add)(address_map *map, const char *text, char **message))
{
    for (; texts != NULL && *texts != NULL; texts++) {
        g_autofree char *message = NULL;
        if (!add(map, *texts, &message)) {
            cli_usage_error(verb_name, "%s: %s", option, message);
            return false;
        }
    }
    return true;
}

static bool take_rules(const inject_options *o, inject_state *s)
{
    rewrite_rules *rules = &s->preparer.rules;
    uint64_t vlan = FRAME_NO_VLAN, kind = affinity_numbers_default.kind, exid = affinity_numbers_default.exid;
    s->map = address_map_new();
    if (!take_mac("--mac-source", o->source, &rules->has_source, rules->source) ||
        !take_mac("--mac-destination", o->destination, &rules->has_destination, rules->destination) ||
        !cli_take_number(verb_name, "--vlan", o->vlan, 1, VLAN_MAX, &vlan) ||
        !cli_take_number(verb_name, "--kind", o->kind, TCP_OPTION_NOP + 1, TCP_OPTION_EXPERIMENT_1 - 1,
                         &kind) ||
        !cli_take_number(verb_name, "--exid", o->exid, 1, UINT32_MAX, &exid) ||
        !take_map("--map", o->map, s->map, address_map_add) ||
        !take_map("--map-port", o->ports, s->map, address_map_add_port))
        return false;
    rules->vlan = (uint16_t)vlan;
    rules->untag = o->untag;
    rules->fix_checksums = o->fix_checksums;
    rules->map = address_map_is_empty(s->map) ? NULL : s->map;
    rules->numbers = (affinity_numbers){ (uint8_t)kind, (uint32_t)exid, affinity_numbers_default.saf_offset };
    return true;
}

/* Options that go with one kind of source only. */
static bool check_source(const inject_options *o, const char *filter)
{
    const char *simulating = scenario_arguments_given(&o->scenario);
    if (o->simulate == (o->read != NULL))
        cli_usage_error(verb_name, "%s, expected -r FILE or --scenario",
                        o->simulate ? "both -r and --scenario" : "nothing to send");
    else if (o->interfaces == NULL)
        cli_usage_error(verb_name, "no interface, expected -i INTERFACE");
    else if (!o->simulate && simulating != NULL)
        cli_usage_error(verb_name, "%s: it is for --scenario, which is not given", simulating);
    else if (o->simulate && filter != NULL)
        cli_usage_error(verb_name, "\"%s\", expected a filter with -r only", filter);
    else
        return true;
    return false;
}

/* ---- the run ---- */

static bool open_source(const inject_options *o, const char *filter, inject_state *s, GError **error)
{
    if (!o->simulate) {
        s->source = frame_source_capture(o->read, filter, error);
        return s->source != NULL;
    }
    s->source = frame_source_scenario(&s->scenario, error);
    if (s->source == NULL && o->scenario.topology != NULL)
        g_prefix_error(error, "%s: ", o->scenario.topology);
    return s->source != NULL;
}

/* Names are known before anything is sent where the source tells them all. */
static bool check_links(const inject_options *o, const inject_state *s, GError **error)
{
    g_autofree char *missing = o->simulate ? preparer_missing(&s->preparer) : NULL;
    if (missing != NULL)
        g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, missing);
    return missing == NULL;
}

/* The source is opened with all rights that the user has; then only what is open remains. */
static bool start(const inject_options *o, const char *filter, inject_state *s, GError **error)
{
    if (!open_source(o, filter, s, error) || !outlets_open(s->run.outlets, error) ||
        !privileges_drop(0, error))
        return false;
    preparer_init(&s->preparer, s->source, s->run.outlets);
    if (!check_links(o, s, error))
        return false;
    s->run.frames = read_ahead_start(&s->preparer, s->preload, s->run.passes);
    return true;
}

static int finish(const inject_options *o, const inject_state *s)
{
    const injection *in = &s->run;
    if (!o->quiet && (!report_write(in, o->json, stdout) || fflush(stdout) != 0))
        return cli_trouble(verb_name, "standard output: %s", g_strerror(errno));
    if (in->end == INJECTION_SOURCE)
        return cli_trouble(verb_name, "%s", read_ahead_message(in->frames));
    if (in->end == INJECTION_INTERFACE)
        return cli_trouble(verb_name, "%s", in->reason);
    return report_not_sent(in) > 0 ? CLI_DIFFERS : CLI_OK;
}

static int run(const inject_options *o, const char *filter, inject_state *s)
{
    g_autoptr(GError) error = NULL;
    cli_watch_interrupt();
    if (!start(o, filter, s, &error))
        return cli_trouble(verb_name, "%s", error->message);
    s->run.progress = !o->quiet && isatty(STDERR_FILENO);
    injection_run(&s->run);
    return finish(o, s);
}

/* What a thread still uses, that waits for standard input, is left to the end of the process. */
static void clear_state(inject_state *s)
{
    if (s->run.frames != NULL && !read_ahead_free(s->run.frames))
        return;
    preparer_clear(&s->preparer);
    frame_source_free(s->source);
    address_map_free(s->map);
    outlets_free(s->run.outlets);
    injection_clear(&s->run);
    scenario_arguments_drop(&s->scenario);
    g_free(s);
}

static int with_options(const inject_options *o, const char *filter)
{
    g_autoptr(GError) error = NULL;
    inject_state *s = g_new0(inject_state, 1);
    bool bounded = o->count != NULL || o->duration != NULL;
    int status = CLI_TROUBLE;
    if (check_source(o, filter) && take_timing(o, &s->run) && take_bounds(o, s) && take_rules(o, s) &&
        (!o->simulate || scenario_arguments_take(verb_name, &o->scenario, bounded, &s->scenario))) {
        s->run.outlets = outlets_new(o->interfaces, o->links, &error);
        status =
            s->run.outlets != NULL ? run(o, filter, s) : cli_usage_error(verb_name, "%s", error->message);
    }
    clear_state(s);
    return status;
}

int verb_inject(int argc, char **argv)
{
    inject_options o = { 0 };
    const GOptionEntry entries[] = {
        { "interface", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &o.interfaces,
          "interface to send on; LINK=IF for the frames of one link, may be given again", "IF" },
        { "read", 'r', 0, G_OPTION_ARG_FILENAME, &o.read,
          "capture to send, pcap or pcapng; - is standard input", "FILE" },
        { "scenario", 0, 0, G_OPTION_ARG_NONE, &o.simulate,
          "send what catshark simulate captures; its options say what", NULL },
        { "link", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.links,
          "only frames of this link or capture interface; may be given again", "NAME" },
        { "speed", 0, 0, G_OPTION_ARG_STRING, &o.speed, "recorded times, so many times as fast (1)",
          "FACTOR" },
        { "pps", 0, 0, G_OPTION_ARG_STRING, &o.rate, "so many frames a second, evenly", "N" },
        { "topspeed", 0, 0, G_OPTION_ARG_NONE, &o.topspeed, "as fast as the interface takes frames", NULL },
        { "loop", 0, 0, G_OPTION_ARG_STRING, &o.loop, "send it so many times (1; 0: until SIGINT)", "N" },
        { "count", 'c', 0, G_OPTION_ARG_STRING, &o.count, "stop after N frames", "N" },
        { "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "stop after so long", "TIME" },
        { "preload", 0, 0, G_OPTION_ARG_STRING, &o.preload, "octets of memory for frames read ahead (256M)",
          "N" },
        { "mac-source", 0, 0, G_OPTION_ARG_STRING, &o.source, "Ethernet source of all frames", "MAC" },
        { "mac-destination", 0, 0, G_OPTION_ARG_STRING, &o.destination, "Ethernet destination of all frames",
          "MAC" },
        { "vlan", 0, 0, G_OPTION_ARG_STRING, &o.vlan, "VID of the outermost tag, added where there is none",
          "1-4094" },
        { "untag", 0, 0, G_OPTION_ARG_NONE, &o.untag, "take all VLAN tags off, before --vlan", NULL },
        { "map", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.map,
          "address or prefix that becomes another of equal length; may be given again", "OLD=NEW" },
        { "map-port", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.ports,
          "TCP or UDP port that becomes another; may be given again", "OLD=NEW" },
        { "fix-checksums", 0, 0, G_OPTION_ARG_NONE, &o.fix_checksums,
          "write wrong and unfinished checksums anew", NULL },
        { "kind", 0, 0, G_OPTION_ARG_STRING, &o.kind, "kind of the affinity option (200), for --map",
          "2-252" },
        { "exid", 0, 0, G_OPTION_ARG_STRING, &o.exid, "ExID of its experimental form (0x5341), for --map",
          "N" },
        SCENARIO_ARGUMENTS_ENTRIES(o.scenario),
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "the report as one JSON object", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "no report and no progress", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(verb_name, "-i IF -r FILE [FILTER...]", verb_find(verb_name)->summary, entries, &argc,
                  &argv, &status)) {
        g_autofree char *filter = argc > 1 ? g_strjoinv(" ", argv + 1) : NULL;
        status = with_options(&o, filter);
    }
    clear_options(&o);
    return status;
}
