/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark verify: whether captured traffic holds to the rules. Spec: man/catshark-verify.1. */
#include "capture-tools/cli.h"
#include "capture-tools/verbs.h"
#include "capture-tools/verify-arguments.h"
#include "capture-tools/io/output-file.h"
#include "capture-tools/verify/report-html.h"
#include "capture-tools/verify/expect-report.h"
#include "capture-tools/verify/report-json.h"
#include "capture-tools/verify/report-text.h"
#include "capture-tools/verify/tshark-report.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static const char verb_name[] = "verify";

#define PROGRESS_FRAMES 16384
#define PROGRESS_MICROSECONDS 250000

typedef struct verify_run {
    verify_asked asked;
    verification *verification;
    expectation *expectation;      /* NULL without --expect */
    tshark_comparison *comparison; /* NULL: not asked for */
    report_record *record;         /* the same */
    output_file *page;             /* the same */
    bool json, quiet;
    bool written; /* all output so far */
} verify_run;

static void clear_run(verify_run *run)
{
    output_file_abandon(run->page);
    report_record_free(run->record);
    tshark_comparison_free(run->comparison);
    verification_free(run->verification);
    expectation_free(run->expectation);
    verify_asked_clear(&run->asked);
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
    for (int severity = CATS_ERROR; severity >= (int)run->asked.fail_on; severity--)
        if (finding_log_severity_count(log, (cats_severity)severity) > 0)
            return true;
    return false;
}

static void tell_broken(const verify_run *run)
{
    for (unsigned i = 0; i < capture_sources_count(run->asked.sources); i++) {
        capture_source source = capture_sources_get(run->asked.sources, i);
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
    if (run->asked.expect.path == NULL)
        return true;
    run->expectation = expectation_new(&run->asked.expect, &error);
    if (run->expectation == NULL)
        return verify_trouble(error);
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
    const tshark_settings settings = { .numbers = run->asked.settings.numbers,
                                       .cats = run->asked.settings.cats,
                                       .codes = run->asked.settings.codes,
                                       .topology = topology,
                                       .reconnect_limit_ns = run->asked.settings.reconnect_limit_ns,
                                       .limit = run->asked.settings.limit };
    run->comparison = tshark_comparison_new(&settings, run->asked.sources, &error);
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
    return run->page != NULL || verify_trouble(error);
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
    return closed || verify_trouble(error);
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
    run->verification = verification_new(&run->asked.settings, run->asked.sources, run->asked.points);
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
    verify_run run = { .json = o->json, .quiet = o->quiet, .written = true };
    int status = CLI_TROUBLE;
    if (verify_take_options(o, &run.asked) && verify_take_captures(&run.asked, paths, o->at) &&
        (!o->with_tshark || start_comparison(&run, o->topology)) &&
        (o->report == NULL || open_page(&run, o->report)))
        status = run_verification(&run);
    clear_run(&run);
    return status;
}

/* Prints a table that the options have a say in. */
static int list(const verify_options *o)
{
    verify_asked asked = { .topology = NULL };
    bool written = false;
    if (verify_take_options(o, &asked))
        written = o->list_ignored ? expect_ignored_list(&asked.expect.ignored, stdout)
                  : o->json       ? report_json_rules(&asked.settings.rules, stdout)
                                  : report_text_rules(&asked.settings.rules, stdout);
    verify_asked_clear(&asked);
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
        ROUTE_ARGUMENTS_ENTRIES(o.routes),
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "NDJSON: an object per finding, then the summary", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "no progress", NULL },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;

    if (cli_parse(verb_name, "CAPTURE...", verb_find(verb_name)->summary, entries, &argc, &argv, &status)) {
        if (o.list_rules || o.list_ignored) {
            status = list(&o);
        } else if (argc < 2 && o.at == NULL) {
            status = cli_usage_error(verb_name, "no capture, expected one or more (- is standard input)");
        } else {
            cli_watch_interrupt();
            status = verify(&o, argv + 1);
        }
    }
    verify_options_clear(&o);
    return status;
}
