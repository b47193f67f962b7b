/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark inspect: the tool's own decoding of a capture, a line per packet, NDJSON, or the summary alone. */
#include "capture-tools/cli.h"
#include "capture-tools/inspect/fields.h"
#include "capture-tools/inspect/json.h"
#include "capture-tools/inspect/line.h"
#include "capture-tools/inspect/summary.h"
#include "capture-tools/inspect/trackers.h"
#include "capture-tools/route-arguments.h"
#include "capture-tools/verbs.h"
#include "epan-cats/capture-time.h"
#include "epan-cats/numbers.h"

#include <errno.h>
#include <string.h>

static const char verb_name[] = "inspect";

/* The command line as it stands; texts are owned. */
typedef struct inspect_options {
    char *read, *count, *topology, *kind, *exid, *saf_bit, *structure, *reconnect_limit;
    route_arguments routes;
    gboolean numeric, verbose, quiet, json, sessions, flows;
} inspect_options;

/* What the options mean. */
typedef struct inspection {
    decoder decoder;
    cats_topology *topology; /* owned, may be NULL */
    uint64_t count;          /* frames to show at most */
    uint64_t reconnect_limit_ms;
    cats_route_codes codes;
    GString *line; /* of the frame */
    bool verbose, quiet, json, sessions, flows;
} inspection;

static void clear_options(inspect_options *o)
{
    char **texts[] = { &o->read, &o->count,   &o->topology,  &o->kind,
                       &o->exid, &o->saf_bit, &o->structure, &o->reconnect_limit };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    route_arguments_clear(&o->routes);
}

static bool take_options(const inspect_options *o, inspection *in)
{
    GError *error = NULL;
    const char *expected;

    cats_context_init(&in->decoder.cats);
    in->codes = cats_route_codes_default;
    in->decoder.numbers = affinity_numbers_default;
    if (o->topology) {
        in->topology = cats_topology_load(o->topology, &error);
        if (!in->topology) {
            cli_trouble(verb_name, "%s", error->message);
            g_error_free(error);
            return false;
        }
        in->decoder.cats.topology = in->topology;
        in->decoder.numbers = in->topology->numbers;
    }
    if (o->structure && !cats_sid_structure_parse(o->structure, &in->decoder.cats.structure, &expected)) {
        cli_usage_error(verb_name, "--structure: '%s', %s", o->structure, expected);
        return false;
    }

    uint64_t kind = in->decoder.numbers.kind, exid = in->decoder.numbers.exid;
    uint64_t saf_bit = in->decoder.numbers.saf_offset;
    in->reconnect_limit_ms =
        in->topology ? in->topology->reconnect_limit_ms : AFFINITY_RECONNECT_LIMIT_DEFAULT_MS;
    if (!cli_take_number(verb_name, "-c", o->count, 1, INT64_MAX, &in->count) ||
        !cli_take_number(verb_name, "--kind", o->kind, TCP_OPTION_NOP + 1, TCP_OPTION_EXPERIMENT_1 - 1,
                         &kind) ||
        !route_arguments_take(verb_name, &o->routes, &in->codes) ||
        !cli_take_number(verb_name, "--exid", o->exid, 1, UINT32_MAX, &exid) ||
        !cli_take_number(verb_name, "--saf-bit", o->saf_bit, AFFINITY_SAF_OFFSET_MIN, AFFINITY_SAF_OFFSET_MAX,
                         &saf_bit) ||
        !cli_take_number(verb_name, "--reconnect-limit", o->reconnect_limit, 1,
                         AFFINITY_RECONNECT_LIMIT_MAX_MS, &in->reconnect_limit_ms))
        return false;
    in->decoder.numbers = (affinity_numbers){ (uint8_t)kind, (uint32_t)exid, (uint8_t)saf_bit };
    if (o->reconnect_limit && !o->sessions) {
        cli_usage_error(verb_name, "--reconnect-limit: it is for --sessions, which is not given");
        return false;
    }
    in->verbose = o->verbose;
    in->quiet = o->quiet;
    in->json = o->json;
    in->sessions = o->sessions;
    in->flows = o->flows;
    return true;
}

static void print_field(void *context, const char *key, const field_value *value)
{
    char *text = field_value_text(value);
    fprintf(context, "    %s: %s\n", key, text);
    g_free(text);
}

/* False when nothing can be written any more. */
static bool show_frame(const inspection *in, const capture_frame *capture, const decoded *frame,
                       int64_t first_ns)
{
    if (in->quiet)
        return true;
    if (in->json)
        return json_write_frame(stdout, &in->decoder, capture, frame);
    const line_frame of = { .number = capture->number,
                            .since_ns = capture_time_between(first_ns, capture->time_ns) };
    line_format(frame, &of, in->line);
    if (fwrite(in->line->str, 1, in->line->len, stdout) != in->line->len)
        return false;
    if (in->verbose)
        fields_visit(&in->decoder, frame, print_field, stdout);
    return true;
}

static bool show_summary(const inspection *in, const summary *s, const char *name)
{
    if (!in->quiet && !cli_interrupted())
        return true;
    return in->json ? summary_write_json(s, name, stdout) : summary_print(s, name, stdout);
}

static int inspect_capture(inspection *in, capture_reader *reader, const char *name)
{
    summary total = { 0 };
    capture_frame capture;
    decoded frame;
    capture_status status = CAPTURE_END;
    capture_points *points = capture_points_new(in->topology);
    bool written = true;

    capture_points_add(points, NULL);
    capture_points_read(points, 0, reader);
    if (in->sessions)
        decoder_follow_sessions(&in->decoder, in->reconnect_limit_ms);
    decoder_follow_routes(&in->decoder, &in->codes);
    if (in->flows)
        decoder_follow_flows(&in->decoder, points);
    while (written && !cli_interrupted() && total.frames < in->count &&
           (status = capture_reader_next(reader, &capture)) == CAPTURE_FRAME) {
        const capture_point *point = capture_points_get(points, capture_points_of(points, 0, &capture));
        const decoder_frame octets = decoder_frame_of(&capture, point);
        decode_frame(&in->decoder, &octets, &frame);
        summary_add(&total, &frame, capture.time_ns);
        written = show_frame(in, &capture, &frame, total.first_ns);
    }
    summary_add_tracked(&total, &in->decoder);
    decoder_follow_none(&in->decoder);
    capture_points_free(points);
    written = written && show_summary(in, &total, name) && fflush(stdout) == 0;
    if (!written && errno != EPIPE)
        return cli_trouble(verb_name, "standard output: %s", g_strerror(errno));
    if (status == CAPTURE_BROKEN)
        return cli_trouble(verb_name, "%s", capture_reader_message(reader));
    return CLI_OK;
}

static int inspect(const inspect_options *o, const char *filter)
{
    inspection in = { .count = UINT64_MAX, .line = g_string_new(NULL) };
    GError *error = NULL;
    int status = CLI_TROUBLE;

    if (take_options(o, &in)) {
        capture_reader *reader = capture_reader_open(o->read, filter, &error);
        if (reader) {
            status = inspect_capture(&in, reader, capture_reader_name(reader));
            capture_reader_close(reader);
        } else {
            cli_trouble(verb_name, "%s", error->message);
            g_error_free(error);
        }
    }
    cats_topology_free(in.topology);
    g_string_free(in.line, TRUE);
    return status;
}

int verb_inspect(int argc, char **argv)
{
    inspect_options o = { 0 };
    const GOptionEntry entries[] = {
        { "read", 'r', 0, G_OPTION_ARG_FILENAME, &o.read,
          "capture to read, pcap or pcapng; - is standard input", "FILE" },
        { "count", 'c', 0, G_OPTION_ARG_STRING, &o.count, "stop after N frames", "N" },
        { "numeric", 'n', 0, G_OPTION_ARG_NONE, &o.numeric,
          "taken and without effect: addresses are never looked up", NULL },
        { "verbose", 'v', 0, G_OPTION_ARG_NONE, &o.verbose, "below each line, its fields", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "decode everything, print only the summary", NULL },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "NDJSON, an object per frame", NULL },
        { "sessions", 0, 0, G_OPTION_ARG_NONE, &o.sessions, "follow redirect sessions and judge their rules",
          NULL },
        { "flows", 0, 0, G_OPTION_ARG_NONE, &o.flows,
          "follow steered flows and judge their rules; sites are told by the interfaces of a pcapng", NULL },
        { "reconnect-limit", 0, 0, G_OPTION_ARG_STRING, &o.reconnect_limit,
          "with --sessions: milliseconds after which a client ignores a redirect (topology's, or 5000)",
          "1-3600000" },
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology, "topology file: services, SIDs, numbers",
          "FILE" },
        { "structure", 0, 0, G_OPTION_ARG_STRING, &o.structure,
          "SID structure where no table has one (" CATS_STRUCTURE_DEFAULT ")", "B/N/F/A" },
        { "kind", 0, 0, G_OPTION_ARG_STRING, &o.kind, "kind of the affinity option (200)", "2-252" },
        { "exid", 0, 0, G_OPTION_ARG_STRING, &o.exid, "ExID of its experimental form (0x5341)", "N" },
        { "saf-bit", 0, 0, G_OPTION_ARG_STRING, &o.saf_bit, "header bit offset of SAF (6)", "4-6" },
        ROUTE_ARGUMENTS_ENTRIES(o.routes),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;

    if (cli_parse(verb_name, "-r FILE [FILTER...]", verb_find(verb_name)->summary, entries, &argc, &argv,
                  &status)) {
        if (!o.read) {
            status = cli_usage_error(verb_name, "no capture, expected -r FILE (or -r - for standard input)");
        } else {
            char *filter = argc > 1 ? g_strjoinv(" ", argv + 1) : NULL;
            cli_watch_interrupt();
            status = inspect(&o, filter);
            g_free(filter);
        }
    }
    clear_options(&o);
    return status;
}
