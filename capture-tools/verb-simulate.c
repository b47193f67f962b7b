/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark simulate: a virtual network of clients, forwarders and service nodes, written as pcapng and
 * NDJSON. Spec: man/catshark-simulate.1. */
#include "capture-tools/cli.h"
#include "capture-tools/io/output-file.h"
#include "capture-tools/scenario-arguments.h"
#include "capture-tools/simulation/summary.h"
#include "capture-tools/verbs.h"
#include <inttypes.h>
#include <unistd.h>

static const char verb_name[] = "simulate";

#define NANOSECONDS INT64_C(1000000000)
/* Events between two looks at the wall clock, and the time between two lines of progress. */
#define PROGRESS_EVENTS 16384
#define PROGRESS_MICROSECONDS 250000

/* The command line as it stands; texts are owned. */
typedef struct simulate_options {
    scenario_arguments scenario;
    char *duration, *write, *events;
    gboolean list_faults, print_topology, quiet;
} simulate_options;

static void clear_options(simulate_options *o)
{
    scenario_arguments_clear(&o->scenario);
    g_free(o->duration);
    g_free(o->write);
    g_free(o->events);
}

/* ---- faults ---- */

static void list_faults(void)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        const fault *f = fault_get(id);
        unsigned needs = f->needs;
        printf("%-32s %s\n", cats_rule_get(id)->id, f->what);
        for (const char *need; (need = fault_next_need(&needs)) != NULL;)
            printf("%-32s   needs %s\n", "", need);
        if (f->takes_s != 0)
            printf("%-32s   takes flows that start for %u s or more (--duration, --flows)\n", "", f->takes_s);
        for (const char *const *also = f->consequences; *also != NULL; also++)
            printf("%-32s   breaks %s too\n", "", *also);
    }
}

/* ---- the run ---- */

static bool is_standard_output(const char *path)
{
    return path != NULL && g_str_equal(path, "-");
}

/* Runs to the end, an interruption or a failed write. Progress is for a terminal only. */
static void run(scenario *s, const recorder *rec, bool progress)
{
    int64_t shown = g_get_monotonic_time();
    for (uint64_t events = 0; !cli_interrupted() && !recorder_failed(rec) && scenario_step(s); events++) {
        if (!progress || events % PROGRESS_EVENTS != 0 ||
            g_get_monotonic_time() - shown < PROGRESS_MICROSECONDS)
            continue;
        shown = g_get_monotonic_time();
        fprintf(stderr, "\r%" PRIu64 " flows, %" PRId64 " s of virtual time ", scenario_started(s),
                scenario_elapsed(s) / NANOSECONDS);
    }
    if (progress)
        fputs("\r\033[K", stderr);
}

static void warn(const char *text)
{
    fprintf(stderr, "catshark simulate: %s\n", text);
}

static int simulate(const simulate_options *o, const scenario_options *options)
{
    g_autoptr(GError) error = NULL;
    recorder *rec = recorder_open(o->write, o->events, &error);
    if (rec == NULL)
        return cli_trouble(verb_name, "%s", error->message);
    scenario *s = scenario_arguments_start(&o->scenario, options, rec, &error);
    if (s == NULL) {
        recorder_abandon(rec);
        return cli_trouble(verb_name, "%s", error->message);
    }
    cli_watch_interrupt();
    run(s, rec, !o->quiet && isatty(STDERR_FILENO));
    int status = recorder_close(rec, &error) ? CLI_OK : cli_trouble(verb_name, "%s", error->message);
    bool taken = is_standard_output(o->write) || is_standard_output(o->events);
    if (status == CLI_OK && !o->quiet)
        scenario_summary_write(s, options->topology, cli_interrupted(), taken ? stderr : stdout);
    if (status == CLI_OK)
        scenario_each_idle_fault(s, warn);
    scenario_free(s);
    return status;
}

static int with_topology(const simulate_options *o)
{
    scenario_options options = { 0 };
    if (is_standard_output(o->write) && is_standard_output(o->events))
        return cli_usage_error(verb_name, "-w - and --events -, expected one of them on standard output");
    if (o->write != NULL && o->events != NULL && output_file_same(o->write, o->events))
        return cli_usage_error(verb_name, "-w and --events: %s for both, expected two files", o->events);
    if (!scenario_arguments_take(verb_name, &o->scenario, o->duration != NULL, &options))
        return CLI_TROUBLE;
    if (!cli_take_duration(verb_name, "--duration", o->duration, &options.duration_ns))
        return scenario_arguments_drop(&options);
    int status = simulate(o, &options);
    scenario_arguments_drop(&options);
    return status;
}

int verb_simulate(int argc, char **argv)
{
    simulate_options o = { 0 };
    const GOptionEntry entries[] = {
        { "write", 'w', 0, G_OPTION_ARG_FILENAME, &o.write, "pcapng to write; - is standard output", "FILE" },
        { "events", 0, 0, G_OPTION_ARG_FILENAME, &o.events, "NDJSON events to write; - is standard output",
          "FILE" },
        SCENARIO_ARGUMENTS_ENTRIES(o.scenario),
        { "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "virtual time for which flows start", "TIME" },
        { "list-faults", 0, 0, G_OPTION_ARG_NONE, &o.list_faults, "say what each fault changes, and stop",
          NULL },
        { "print-topology", 0, 0, G_OPTION_ARG_NONE, &o.print_topology,
          "write the built-in scenario as a topology file to standard output, and stop", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "no summary and no progress", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(
            verb_name, "",
            "A virtual network of clients, ingresses, egresses and service nodes, captured on every link.",
            entries, &argc, &argv, &status)) {
        if (argc > 1) {
            status = cli_usage_error(verb_name, "\"%s\", expected options only", argv[1]);
        } else if (o.list_faults) {
            list_faults();
            status = CLI_OK;
        } else if (o.print_topology) {
            fputs(cats_topology_builtin_text(), stdout);
            status = CLI_OK;
        } else {
            status = with_topology(&o);
        }
    }
    clear_options(&o);
    return status;
}
