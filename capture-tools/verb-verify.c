/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark verify: whether captured traffic holds to the rules. Spec: man/catshark-verify.1. */
#include "capture-tools/cli.h"
#include "capture-tools/verbs.h"
#include "capture-tools/verify/clocks.h"
#include "capture-tools/io/output-file.h"
#include "capture-tools/verify/report-html.h"
#include "capture-tools/verify/expect-report.h"
#include "capture-tools/verify/report-json.h"
#include "capture-tools/verify/report-text.h"
#include "capture-tools/verify/tshark-report.h"
#include "epan-cats/numbers.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char verb_name[] = "verify";

#define LIMIT_DEFAULT 100
#define LOST_LIMIT_MAX_MS 60000
#define FLOWS_MAX 100000000
#define CONNECTIONS_PER_FLOW 2 /* the one that is redirected, and the one that follows */
#define PROGRESS_FRAMES 16384
#define PROGRESS_MICROSECONDS 250000

/* The command line as it stands; texts are owned. */
typedef struct verify_options {
    char *topology, *rules, *limit, *fail_on, *reconnect_limit, *lost_limit, *flows;
    char *expect, *window, *report;
    char **ignore, **strict;
    char **at;
    gboolean json, list_rules, list_ignored, quiet, keep_times, with_tshark;
} verify_options;

/* What it means. */
typedef struct verify_run {
    verification_settings settings;
    cats_topology *topology; /* owned, may be NULL */
    capture_points *points;
    capture_sources *sources;
    verification *verification;
    tshark_comparison *comparison; /* NULL: not asked for */
    report_record *record;         /* the same */
    output_file *page;             /* the same */
    expectation_settings expect;
    expectation *expectation; /* NULL without --expect */
    cats_severity fail_on;
    bool json, quiet, keep_times;
    bool written; /* all output so far */
} verify_run;

static void clear_options(verify_options *o)
{
    char **texts[] = { &o->topology,   &o->rules, &o->limit,  &o->fail_on, &o->reconnect_limit,
                       &o->lost_limit, &o->flows, &o->expect, &o->window,  &o->report };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(o->at);
    g_strfreev(o->ignore);
    g_strfreev(o->strict);
}

static void clear_run(verify_run *run)
{
    output_file_abandon(run->page);
    report_record_free(run->record);
    tshark_comparison_free(run->comparison);
    verification_free(run->verification);
    expectation_free(run->expectation);
    capture_sources_free(run->sources);
    capture_points_free(run->points);
    cats_topology_free(run->topology);
}

/* ---- what the options mean ---- */

/* Takes the message. */
static bool refuse(const char *option, char *message)
{
    cli_usage_error(verb_name, "%s: %s", option, message);
    g_free(message);
    return false;
}

static bool trouble(GError *error)
{
    cli_trouble(verb_name, "%s", error->message);
    g_error_free(error);
    return false;
}

static bool take_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    char *message = NULL;
    if (text == NULL || cli_number(text, low, high, value, &message))
        return true;
    return refuse(option, message);
}

static bool take_fail_on(const char *text, cats_severity *severity)
{
    *severity = CATS_WARNING;
    for (cats_severity s = CATS_NOTE; text != NULL && s <= CATS_ERROR; s++) {
        if (strcmp(text, cats_severity_name(s)) != 0)
            continue;
        *severity = s;
        return true;
    }
    return text == NULL ||
           refuse("--fail-on", g_strdup_printf("\"%s\", expected error, warning or note", text));
}

static bool take_topology(const char *path, verify_run *run)
{
    GError *error = NULL;
    verification_settings *s = &run->settings;
    if (path == NULL)
        return true;
    run->topology = cats_topology_load(path, &error);
    if (run->topology == NULL)
        return trouble(error);
    s->topology = s->cats.topology = run->topology;
    s->numbers = run->topology->numbers;
    s->reconnect_limit_ns = run->topology->reconnect_limit_ms * INT64_C(1000000);
    return true;
}

static bool take_ignored(const char *option, char **names, bool value, expect_ignored *ignored)
{
    char *message = NULL;
    for (; names != NULL && *names != NULL; names++)
        if (!expect_ignored_set(ignored, *names, value, &message))
            return refuse(option, message);
    return true;
}

/* Needs the settings of the verification. */
static bool take_expect(const verify_options *o, verify_run *run)
{
    expectation_settings *e = &run->expect;
    const struct {
        const char *option;
        bool given;
    } needs[] = { { "--ignore", o->ignore != NULL && !o->list_ignored },
                  { "--strict", o->strict != NULL && !o->list_ignored },
                  { "--window", o->window != NULL } };
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++)
        if (needs[i].given && o->expect == NULL)
            return refuse(needs[i].option, g_strdup("without --expect, which it belongs to"));
    uint64_t window = EXPECT_WINDOW_DEFAULT;
    *e = (expectation_settings){ .path = o->expect,
                                 .topology = run->topology,
                                 .numbers = run->settings.numbers,
                                 .limit = run->settings.limit };
    expect_ignored_init(&e->ignored);
    if (!take_ignored("--ignore", o->ignore, true, &e->ignored) ||
        !take_ignored("--strict", o->strict, false, &e->ignored) ||
        !take_number("--window", o->window, EXPECT_WINDOW_MIN, EXPECT_WINDOW_MAX, &window))
        return false;
    e->window = (uint32_t)window;
    run->settings.expects = o->expect != NULL;
    return true;
}

static bool take_options(const verify_options *o, verify_run *run)
{
    char *message = NULL;
    verification_settings *s = &run->settings;
    verification_settings_init(s);
    s->limit = LIMIT_DEFAULT;
    run->json = o->json;
    run->quiet = o->quiet;
    run->keep_times = o->keep_times;
    run->written = true;
    if (o->rules != NULL && !finding_rules_parse(o->rules, &s->rules, &message))
        return refuse("--rules", message);
    if (!take_topology(o->topology, run) || !take_fail_on(o->fail_on, &run->fail_on))
        return false;
    uint64_t reconnect_limit = (uint64_t)s->reconnect_limit_ns / 1000000;
    uint64_t lost_limit = (uint64_t)s->lost_limit_ns / 1000000;
    uint64_t flows = s->flows;
    if (!take_number("--limit", o->limit, 0, INT64_MAX, &s->limit) ||
        !take_number("--reconnect-limit", o->reconnect_limit, 1, AFFINITY_RECONNECT_LIMIT_MAX_MS,
                     &reconnect_limit) ||
        !take_number("--lost-limit", o->lost_limit, 1, LOST_LIMIT_MAX_MS, &lost_limit) ||
        !take_number("--flows", o->flows, 1, FLOWS_MAX, &flows))
        return false;
    s->flows = (uint32_t)flows;
    s->connections = (uint32_t)flows * CONNECTIONS_PER_FLOW;
    s->lost_limit_ns = (int64_t)lost_limit * 1000000;
    s->reconnect_limit_ns = (int64_t)reconnect_limit * 1000000;
    return take_expect(o, run);
}

/* ---- captures and where they were taken ---- */

/* A NAME=FILE or NAME=FILE:INTERFACE, taken apart. */
typedef struct said_at {
    char *name, *file, *interface; /* owned; the interface may be NULL */
    unsigned source;
} said_at;

static void clear_said(gpointer data)
{
    said_at *said = data;
    g_free(said->name);
    g_free(said->file);
    g_free(said->interface);
}

static bool split_at(const char *text, said_at *said)
{
    const char *equal = strchr(text, '=');
    if (equal == NULL || equal == text || equal[1] == '\0')
        return refuse("--at", g_strdup_printf("\"%s\", expected PLACE=FILE or PLACE=FILE:INTERFACE", text));
    said->name = g_strndup(text, (size_t)(equal - text));
    const char *colon = strrchr(equal, ':');
    bool whole = colon == NULL || g_file_test(equal + 1, G_FILE_TEST_EXISTS);
    said->file = whole ? g_strdup(equal + 1) : g_strndup(equal + 1, (size_t)(colon - equal - 1));
    said->interface = whole ? NULL : g_strdup(colon + 1);
    return true;
}

static bool add_source(verify_run *run, const char *what, unsigned *number)
{
    GError *error = NULL;
    return capture_sources_add(run->sources, what, number, &error) || trouble(error);
}

static bool say(verify_run *run, const said_at *said)
{
    if (capture_points_say(run->points, said->source, said->interface, said->name))
        return true;
    return refuse("--at", g_strdup_printf("\"%s\", expected a link, ingress, egress or site of the topology "
                                          "file, or clients, ingress, core, egress or site...",
                                          said->name));
}

static bool take_captures(verify_run *run, char **paths, char **at)
{
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(said_at));
    g_array_set_clear_func(list, clear_said);
    unsigned number;
    for (; *paths != NULL; paths++)
        if (!add_source(run, *paths, &number))
            return false;
    for (; at != NULL && *at != NULL; at++) {
        g_array_set_size(list, list->len + 1);
        said_at *said = &g_array_index(list, said_at, list->len - 1);
        if (!split_at(*at, said) || !add_source(run, said->file, &said->source))
            return false;
        if (said->interface == NULL)
            capture_sources_rename(run->sources, said->source, said->name);
    }
    if (!run->keep_times)
        clocks_compare(run->sources, &run->settings.cats);
    GError *error = NULL;
    if (!capture_sources_open(run->sources, &error))
        return trouble(error);
    for (guint i = 0; i < list->len; i++)
        if (!say(run, &g_array_index(list, said_at, i)))
            return false;
    return true;
}

/* ---- the run ---- */

static void write_finding(void *context, const finding *found)
{
    verify_run *run = context;
    run->written = run->written && report_json_finding(run->verification, found, stdout);
}

static void show_progress(const verify_run *run, const char *reader, uint64_t frames, bool last)
{
    static gint64 next;
    if (run->quiet || !isatty(STDERR_FILENO) || (!last && g_get_monotonic_time() < next))
        return;
    next = g_get_monotonic_time() + PROGRESS_MICROSECONDS;
    if (last)
        fputs("\r\033[K", stderr);
    else
        fprintf(stderr, "\r%s%" PRIu64 " frames\033[K", reader, frames);
}

static void write_difference(void *context, const difference_record *record)
{
    verify_run *run = context;
    run->written = run->written && expect_report_json_difference(record, run->verification, stdout);
}

static bool differs(const verify_run *run)
{
    if (run->comparison != NULL && tshark_comparison_count(run->comparison).differ > 0)
        return true;
    if (run->expectation != NULL && expectation_differs(run->expectation))
        return true;
    const finding_log *log = verification_findings(run->verification);
    for (int severity = CATS_ERROR; severity >= (int)run->fail_on; severity--)
        if (finding_log_severity_count(log, (cats_severity)severity) > 0)
            return true;
    return false;
}

static void tell_broken(const verify_run *run)
{
    for (unsigned i = 0; i < capture_sources_count(run->sources); i++) {
        capture_source source = capture_sources_get(run->sources, i);
        if (source.message != NULL)
            cli_trouble(verb_name, "%s", source.message);
    }
    if (run->expectation != NULL && expectation_message(run->expectation) != NULL)
        cli_trouble(verb_name, "%s", expectation_message(run->expectation));
}

static bool is_broken(const verify_run *run)
{
    return verification_count(run->verification).broken ||
           (run->expectation != NULL && expectation_message(run->expectation) != NULL);
}

static bool expect(verify_run *run)
{
    GError *error = NULL;
    if (run->expect.path == NULL)
        return true;
    run->expectation = expectation_new(&run->expect, &error);
    if (run->expectation == NULL)
        return trouble(error);
    expectation_observe(run->expectation, run->verification);
    if (run->json)
        expectation_tell(run->expectation, write_difference, run);
    return true;
}

static bool report(verify_run *run, bool different)
{
    const expectation *e = run->expectation;
    if (run->json)
        return report_json_summary(run->verification, different,
                                   e != NULL ? expect_report_json_summary(e) : NULL, stdout);
    return (e == NULL || expect_report_text(e, run->verification, stdout)) &&
           report_text(run->verification, different, stdout);
}

/* Whether both decoders read to the end of all captures. */
static bool tell_comparison_troubles(const verify_run *run)
{
    char **troubles = run->comparison != NULL ? tshark_comparison_troubles(run->comparison) : NULL;
    bool any = troubles != NULL && *troubles != NULL;
    for (; troubles != NULL && *troubles != NULL; troubles++)
        cli_trouble(verb_name, "--with-tshark: %s", *troubles);
    return !any;
}

static bool start_comparison(verify_run *run, const char *topology)
{
    GError *error = NULL;
    const tshark_settings settings = { .numbers = run->settings.numbers,
                                       .cats = run->settings.cats,
                                       .topology = topology,
                                       .reconnect_limit_ns = run->settings.reconnect_limit_ns,
                                       .limit = run->settings.limit };
    run->comparison = tshark_comparison_new(&settings, run->sources, &error);
    if (run->comparison != NULL)
        return true;
    cli_trouble(verb_name, "--with-tshark: %s", error->message);
    g_error_free(error);
    return false;
}

static bool open_page(verify_run *run, const char *path)
{
    GError *error = NULL;
    run->page = output_file_open(path, true, &error);
    return run->page != NULL || trouble(error);
}

static bool write_page(verify_run *run, bool different)
{
    GError *error = NULL;
    if (run->page == NULL)
        return true;
    const html_source source = { .v = run->verification,
                                 .record = run->record,
                                 .expectation = run->expectation,
                                 .comparison = run->comparison,
                                 .differs = different };
    GString *page = report_html(&source);
    output_file_write(run->page, page->str, page->len);
    g_string_free(page, TRUE);
    bool closed = output_file_close(run->page, &error);
    run->page = NULL;
    return closed || trouble(error);
}

static void judge(verify_run *run)
{
    for (uint64_t i = 1; run->written && !cli_interrupted() && verification_step(run->verification); i++)
        if (i % PROGRESS_FRAMES == 0)
            show_progress(run, "", verification_count(run->verification).frames, false);
    verification_end(run->verification);
}

static void compare(verify_run *run)
{
    while (run->written && !cli_interrupted() && tshark_comparison_step(run->comparison))
        show_progress(run, "tshark: ", tshark_comparison_count(run->comparison).frames, false);
    run->written = run->written && (run->json ? tshark_report_json(run->comparison, stdout)
                                              : tshark_report_text(run->comparison, stdout));
}

static int run_verification(verify_run *run)
{
    run->verification = verification_new(&run->settings, run->sources, run->points);
    if (!expect(run))
        return CLI_TROUBLE;
    if (run->json)
        finding_log_tell(verification_findings(run->verification), write_finding, run);
    if (run->page != NULL)
        run->record = report_record_new(run->verification);
    judge(run);
    if (run->comparison != NULL)
        compare(run);
    show_progress(run, "", 0, true);
    bool different = differs(run);
    run->written = run->written && report(run, different);
    run->written = fflush(stdout) == 0 && run->written;
    if (!run->written && errno != EPIPE)
        return cli_trouble(verb_name, "standard output: %s", g_strerror(errno));
    bool paged = write_page(run, different);
    bool read = tell_comparison_troubles(run);
    if (is_broken(run))
        tell_broken(run);
    if (!paged || !read || is_broken(run))
        return CLI_TROUBLE;
    return different ? CLI_DIFFERS : CLI_OK;
}

static int verify(const verify_options *o, char **paths)
{
    verify_run run = { .written = true };
    int status = CLI_TROUBLE;
    if (take_options(o, &run)) {
        run.points = capture_points_new(run.topology);
        run.sources = capture_sources_new(run.points);
        if (take_captures(&run, paths, o->at) && (!o->with_tshark || start_comparison(&run, o->topology)) &&
            (o->report == NULL || open_page(&run, o->report)))
            status = run_verification(&run);
    }
    clear_run(&run);
    return status;
}

static int list_rules(const verify_options *o)
{
    verify_run run;
    memset(&run, 0, sizeof run);
    if (!take_options(o, &run))
        return CLI_TROUBLE;
    bool written = o->json ? report_json_rules(&run.settings.rules, stdout)
                           : report_text_rules(&run.settings.rules, stdout);
    clear_run(&run);
    return written && fflush(stdout) == 0 ? CLI_OK : CLI_TROUBLE;
}

static int list_ignored(const verify_options *o)
{
    verify_run run;
    memset(&run, 0, sizeof run);
    if (!take_options(o, &run))
        return CLI_TROUBLE;
    bool written = expect_ignored_list(&run.expect.ignored, stdout);
    clear_run(&run);
    return written && fflush(stdout) == 0 ? CLI_OK : CLI_TROUBLE;
}

int verb_verify(int argc, char **argv)
{
    verify_options o = { 0 };
    const GOptionEntry entries[] = {
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology,
          "topology file: services, SIDs, links, weights, numbers", "FILE" },
        { "at", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o.at,
          "a capture, or an interface of it, was taken there (may be repeated)", "PLACE=FILE[:INTERFACE]" },
        { "rules", 0, 0, G_OPTION_ARG_STRING, &o.rules, "these rules or groups only; all but these behind -",
          "ID,..." },
        { "list-rules", 0, 0, G_OPTION_ARG_NONE, &o.list_rules, "print the table of rules", NULL },
        { "limit", 0, 0, G_OPTION_ARG_STRING, &o.limit,
          "show the first N findings of each rule (100), count all", "N" },
        { "fail-on", 0, 0, G_OPTION_ARG_STRING, &o.fail_on,
          "least severity with which the exit status is 1 (warning)", "error|warning|note" },
        { "reconnect-limit", 0, 0, G_OPTION_ARG_STRING, &o.reconnect_limit,
          "milliseconds after which a client ignores a redirect (topology's, or 5000)", "1-3600000" },
        { "lost-limit", 0, 0, G_OPTION_ARG_STRING, &o.lost_limit,
          "milliseconds after which a packet that is not seen behind a forwarder is lost (1000)", "1-60000" },
        { "flows", 0, 0, G_OPTION_ARG_STRING, &o.flows,
          "flows followed at once (32768), and twice as many connections", "N" },
        { "keep-times", 0, 0, G_OPTION_ARG_NONE, &o.keep_times,
          "take the times of all captures as they are, compare no clocks", NULL },
        { "expect", 0, 0, G_OPTION_ARG_FILENAME, &o.expect,
          "pair each packet with one of this capture: what simulate wrote, or inject sent", "GENERATED" },
        { "ignore", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.ignore,
          "with --expect: do not compare these (may be repeated)", "NAME,..." },
        { "strict", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.strict,
          "with --expect: compare these, which are ignored otherwise (may be repeated)", "NAME,..." },
        { "list-ignored", 0, 0, G_OPTION_ARG_NONE, &o.list_ignored,
          "print what --expect ignores and can ignore", NULL },
        { "window", 0, 0, G_OPTION_ARG_STRING, &o.window,
          "with --expect: packets of GENERATED held before and behind the observed one (16384)",
          "256-16777216" },
        { "with-tshark", 0, 0, G_OPTION_ARG_NONE, &o.with_tshark,
          "compare every field with what tshark and the plugin read of the captures", NULL },
        { "report", 0, 0, G_OPTION_ARG_FILENAME, &o.report, "write a page of HTML with all of it", "FILE" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "NDJSON: an object per finding, then the summary", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "no progress", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;

    if (cli_parse(verb_name, "CAPTURE...", verb_find(verb_name)->summary, entries, &argc, &argv, &status)) {
        if (o.list_rules) {
            status = list_rules(&o);
        } else if (o.list_ignored) {
            status = list_ignored(&o);
        } else if (argc < 2 && o.at == NULL) {
            status = cli_usage_error(verb_name, "no capture, expected one or more (- is standard input)");
        } else {
            cli_watch_interrupt();
            status = verify(&o, argv + 1);
        }
    }
    clear_options(&o);
    return status;
}
