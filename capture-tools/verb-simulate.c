/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark simulate: a virtual network of clients, forwarders and service nodes, written as pcapng and
 * NDJSON. Spec: man/catshark-simulate.1. */
#include "capture-tools/cli.h"
#include "capture-tools/endpoints/capability.h"
#include "capture-tools/io/output-file.h"
#include "capture-tools/simulation/scenario.h"
#include "capture-tools/simulation/summary.h"
#include "capture-tools/verbs.h"
#include <inttypes.h>
#include <unistd.h>

static const char verb_name[] = "simulate";

#define FLOWS_DEFAULT 100
#define RATE_DEFAULT 5
#define RESPONSE_DEFAULT 4000
#define RATE_MAX 1000000
#define FLOWS_MAX UINT64_C(1000000000000)
#define RESPONSE_MAX 1000000000
#define DURATION_MAX_NS (INT64_C(366) * 24 * 3600 * NANOSECONDS)
#define NANOSECONDS INT64_C(1000000000)
/* Events between two looks at the wall clock, and the time between two lines of progress. */
#define PROGRESS_EVENTS 16384
#define PROGRESS_MICROSECONDS 250000

/* The command line as it stands; texts are owned. */
typedef struct simulate_options {
    char *topology, *seed, *flows, *duration, *rate, *capability, *response, *encapsulation, *write, *events;
    char **faults;
    gboolean ipv4, ipv6, both, kernel_flow_label, list_faults, print_topology, quiet;
} simulate_options;

static void clear_options(simulate_options *o)
{
    char **texts[] = { &o->topology,   &o->seed,     &o->flows,         &o->duration, &o->rate,
                       &o->capability, &o->response, &o->encapsulation, &o->write,    &o->events };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(o->faults);
}

/* ---- what the options mean ---- */

/* Sets *value from the option's text when it was given. */
static bool take_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    char *message = NULL;
    if (text == NULL || cli_number(text, low, high, value, &message))
        return true;
    cli_usage_error(verb_name, "%s: %s", option, message);
    g_free(message);
    return false;
}

static bool take_capability(const char *text, client_capability *value)
{
    char *message = NULL;
    if (text == NULL || client_capability_read(text, value, &message))
        return true;
    cli_usage_error(verb_name, "--capability: %s", message);
    g_free(message);
    return false;
}

static bool take_encapsulation(const char *text, setup_encapsulation *value)
{
    char *message = NULL;
    if (text == NULL || setup_encapsulation_read(text, value, &message))
        return true;
    cli_usage_error(verb_name, "--encapsulation: %s", message);
    g_free(message);
    return false;
}

static bool take_duration(const char *text, int64_t *nanoseconds)
{
    char *message = NULL;
    if (!cli_duration(text, nanoseconds, &message)) {
        cli_usage_error(verb_name, "--duration: %s", message);
        g_free(message);
        return false;
    }
    if (*nanoseconds > 0 && *nanoseconds <= DURATION_MAX_NS)
        return true;
    cli_usage_error(verb_name, "--duration: \"%s\", expected more than 0 and at most 8784h", text);
    return false;
}

static bool take_faults(char **ids, bool faulty[CATS_RULE_COUNT])
{
    for (char **id = ids; id != NULL && *id != NULL; id++) {
        cats_rule_id rule;
        if (!cats_rule_find(*id, &rule)) {
            cli_usage_error(verb_name, "--fault: \"%s\", expected the id of a rule: see --list-faults", *id);
            return false;
        }
        faulty[rule] = true;
    }
    return true;
}

static bool take_options(const simulate_options *o, scenario_options *s)
{
    uint64_t rate = RATE_DEFAULT, response = RESPONSE_DEFAULT;
    s->capability = CLIENT_SAF;
    s->seed = 1;
    s->encapsulation = SETUP_ENCAP_TOPOLOGY;
    s->duration_ns = EVENT_NEVER;
    s->flows = o->duration == NULL ? FLOWS_DEFAULT : CLIENTS_UNLIMITED;
    if (!cli_families(o->ipv4, o->ipv6, o->both, &s->ipv4, &s->ipv6)) {
        cli_usage_error(verb_name, "%s", cli_families_message);
        return false;
    }
    if (!take_number("--seed", o->seed, 0, UINT64_MAX, &s->seed) ||
        !take_number("--flows", o->flows, 1, FLOWS_MAX, &s->flows) ||
        !take_number("--rate", o->rate, 1, RATE_MAX, &rate) ||
        !take_number("--response", o->response, 0, RESPONSE_MAX, &response) ||
        (o->duration != NULL && !take_duration(o->duration, &s->duration_ns)) ||
        !take_capability(o->capability, &s->capability) ||
        !take_encapsulation(o->encapsulation, &s->encapsulation) || !take_faults(o->faults, s->faulty))
        return false;
    s->interval_ns = NANOSECONDS / (int64_t)rate;
    s->response = (uint32_t)response;
    s->kernel_flow_label = o->kernel_flow_label;
    return true;
}

/* ---- faults ---- */

static void list_faults(void)
{
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        const fault *f = fault_get(id);
        printf("%-32s %s\n", cats_rule_get(id)->id, f->what);
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

static int simulate(const simulate_options *o, const scenario_options *options)
{
    g_autoptr(GError) error = NULL;
    recorder *rec = recorder_open(o->write, o->events, &error);
    if (rec == NULL)
        return cli_trouble(verb_name, "%s", error->message);
    scenario *s = scenario_new(options, rec, &error);
    if (s == NULL) {
        recorder_abandon(rec);
        return cli_trouble(verb_name, "%s%s%s", o->topology == NULL ? "" : o->topology,
                           o->topology == NULL ? "" : ": ", error->message);
    }
    cli_watch_interrupt();
    run(s, rec, !o->quiet && isatty(STDERR_FILENO));
    int status = recorder_close(rec, &error) ? CLI_OK : cli_trouble(verb_name, "%s", error->message);
    bool taken = is_standard_output(o->write) || is_standard_output(o->events);
    if (status == CLI_OK && !o->quiet)
        scenario_summary_write(s, options->topology, cli_interrupted(), taken ? stderr : stdout);
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
    if (!take_options(o, &options))
        return CLI_TROUBLE;
    g_autoptr(GError) error = NULL;
    cats_topology *topology =
        o->topology == NULL ? cats_topology_builtin() : cats_topology_load(o->topology, &error);
    if (topology == NULL)
        return cli_trouble(verb_name, "%s", error->message);
    options.topology = topology;
    int status = simulate(o, &options);
    cats_topology_free(topology);
    return status;
}

int verb_simulate(int argc, char **argv)
{
    simulate_options o = { 0 };
    const GOptionEntry entries[] = {
        { "write", 'w', 0, G_OPTION_ARG_FILENAME, &o.write, "pcapng to write; - is standard output", "FILE" },
        { "events", 0, 0, G_OPTION_ARG_FILENAME, &o.events, "NDJSON events to write; - is standard output",
          "FILE" },
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology, "topology file (the built-in scenario)",
          "FILE" },
        { "seed", 0, 0, G_OPTION_ARG_STRING, &o.seed, "the same seed gives the same octets (1)", "N" },
        { "flows", 0, 0, G_OPTION_ARG_STRING, &o.flows, "flows to start (100; with --duration no bound)",
          "N" },
        { "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "virtual time for which flows start", "TIME" },
        { "rate", 0, 0, G_OPTION_ARG_STRING, &o.rate, "new flows a second of virtual time (5)", "N" },
        { "ipv4", 0, 0, G_OPTION_ARG_NONE, &o.ipv4, "IPv4 clients only", NULL },
        { "ipv6", 0, 0, G_OPTION_ARG_NONE, &o.ipv6, "IPv6 clients only", NULL },
        { "both", 0, 0, G_OPTION_ARG_NONE, &o.both, "clients of both families (the default)", NULL },
        { "capability", 0, 0, G_OPTION_ARG_STRING, &o.capability,
          "what clients announce on their SYN: saf (default), permit, raw or none", "WORD" },
        { "response", 0, 0, G_OPTION_ARG_STRING, &o.response, "octets that a node answers with (4000)", "N" },
        { "encapsulation", 0, 0, G_OPTION_ARG_STRING, &o.encapsulation,
          "topology (default), full, reduced or bare: one segment without SRH", "WORD" },
        { "kernel-flow-label", 0, 0, G_OPTION_ARG_NONE, &o.kernel_flow_label,
          "outer flow label as Linux writes it: 0 for IPv4", NULL },
        { "fault", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.faults, "break this rule; may be given again", "ID" },
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
