/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads each capture twice at the same time, frame by frame. Spec: man/catshark-verify.1 (TWO DECODERS);
 * docs/fields.md. */
#include "tshark-comparison.h"

#include "capture-tools/doctor/checks.h"
#include "capture-tools/doctor/wireshark.h"
#include "capture-tools/inspect/trackers.h"
#include "field-list.h"
#include "tshark-layers.h"
#include "tshark-process.h"

#include <inttypes.h>
#include <string.h>

struct tshark_comparison {
    tshark_settings settings;
    wireshark_facts wireshark;
    GPtrArray *files; /* of path, borrowed */
    char **preferences;
    GArray *counts;      /* of tshark_counts, by capture */
    uint64_t differ;     /* of all */
    GArray *kept;        /* of disagreement */
    GPtrArray *troubles; /* of text, NULL-ended */
    guint next;          /* of the files */
    /* the capture that is being read; process NULL: none */
    capture_reader *reader;
    tshark_process *process;
    capture_points *points;
    decoder decoder;
    JsonParser *parser;
    field_list *ours, *theirs;
    uint64_t frame;
};

/* ---- before anything is read ---- */

static bool fail(GError **error, char *message)
{
    g_set_error_literal(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, message);
    g_free(message);
    return false;
}

static bool find_tshark(tshark_comparison *c, GError **error)
{
    wireshark_facts_gather(&c->wireshark);
    if (c->wireshark.tshark != NULL && c->wireshark.loaded != NULL)
        return true;
    g_autofree char *advice = doctor_plugin_advice();
    return fail(error, g_strdup_printf("tshark does not load the plugin: %s", advice));
}

static bool add_files(tshark_comparison *c, const GPtrArray *files, GError **error)
{
    for (guint i = 0; i < files->len; i++) {
        char *path = files->pdata[i];
        if (strcmp(path, "-") == 0)
            return fail(error, g_strdup("standard input can be read only once, expected the path of a file"));
        if (g_file_test(path, G_FILE_TEST_EXISTS) && !g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return fail(error, g_strdup_printf("%s can be read only once, expected a file", path));
        if (!g_ptr_array_find_with_equal_func(c->files, path, g_str_equal, NULL))
            g_ptr_array_add(c->files, path);
    }
    return true;
}

static char **preferences_of(const tshark_settings *s)
{
    const cats_sid_structure *structure = &s->cats.structure;
    g_autofree char *topology =
        s->topology != NULL ? g_canonicalize_filename(s->topology, NULL) : g_strdup("");
    GPtrArray *list = g_ptr_array_new();
    g_ptr_array_add(list, g_strdup_printf("affinity.kind:%u", s->numbers.kind));
    g_ptr_array_add(list, g_strdup_printf("affinity.exid:%x", s->numbers.exid));
    g_ptr_array_add(list, g_strdup_printf("affinity.saf_bit:%u", s->numbers.saf_offset));
    g_ptr_array_add(list,
                    g_strdup_printf("affinity.reconnect_limit:%" PRId64, s->reconnect_limit_ns / 1000000));
    g_ptr_array_add(list, g_strdup_printf("cats.structure:%u/%u/%u/%u", structure->block, structure->node,
                                          structure->function, structure->argument));
    g_ptr_array_add(list, g_strdup_printf("cats.topology:%s", topology));
    g_ptr_array_add(list, g_strdup_printf("cats.route_attribute:%u", s->codes.attribute));
    g_ptr_array_add(list, g_strdup_printf("cats.route_flags:%x", s->codes.flags));
    g_ptr_array_add(list, g_strdup_printf("cats.edge_metadata:%u", s->codes.edge_metadata));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static void clear_disagreement(gpointer data)
{
    disagreement *d = data;
    g_free(d->field);
    g_free(d->ours);
    g_free(d->theirs);
}

tshark_comparison *tshark_comparison_new(const tshark_settings *settings, const capture_sources *sources,
                                         GError **error)
{
    tshark_comparison *c = g_new0(tshark_comparison, 1);
    bool well = true;
    c->settings = *settings;
    c->files = g_ptr_array_new();
    c->counts = g_array_new(FALSE, TRUE, sizeof(tshark_counts));
    c->kept = g_array_new(FALSE, FALSE, sizeof(disagreement));
    g_array_set_clear_func(c->kept, clear_disagreement);
    c->troubles = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(c->troubles, NULL);
    c->preferences = preferences_of(settings);
    c->parser = json_parser_new();
    c->ours = field_list_new();
    c->theirs = field_list_new();
    for (unsigned i = 0; i < capture_sources_count(sources) && well; i++)
        well = add_files(c, capture_sources_files(sources, i), error);
    if (well && find_tshark(c, error))
        return c;
    tshark_comparison_free(c);
    return NULL;
}

static void close_capture(tshark_comparison *c)
{
    decoder_follow_none(&c->decoder);
    capture_points_free(c->points);
    capture_reader_close(c->reader);
    tshark_process_free(c->process);
    c->decoder = (decoder){ .tracker = NULL };
    c->points = NULL;
    c->reader = NULL;
    c->process = NULL;
}

void tshark_comparison_free(tshark_comparison *c)
{
    if (c == NULL)
        return;
    close_capture(c);
    wireshark_facts_clear(&c->wireshark);
    g_ptr_array_free(c->files, TRUE);
    g_ptr_array_free(c->troubles, TRUE);
    g_array_free(c->kept, TRUE);
    g_array_free(c->counts, TRUE);
    g_strfreev(c->preferences);
    g_object_unref(c->parser);
    field_list_free(c->ours);
    field_list_free(c->theirs);
    g_free(c);
}

/* ---- a capture ---- */

static tshark_counts *counts_now(const tshark_comparison *c)
{
    return &g_array_index(c->counts, tshark_counts, c->counts->len - 1);
}

/* Takes the message. */
static void add_trouble(tshark_comparison *c, char *message)
{
    c->troubles->pdata[c->troubles->len - 1] = message;
    g_ptr_array_add(c->troubles, NULL);
}

/* As the plugin follows them: each capture alone. */
static void open_decoder(tshark_comparison *c)
{
    c->points = capture_points_new(c->settings.cats.topology);
    capture_points_add(c->points, NULL);
    capture_points_read(c->points, 0, c->reader);
    c->decoder = (decoder){ .numbers = c->settings.numbers, .cats = c->settings.cats };
    decoder_follow_routes(&c->decoder, &c->settings.codes);
    decoder_follow_sessions(&c->decoder, (uint64_t)c->settings.reconnect_limit_ns / 1000000);
    decoder_follow_flows(&c->decoder, c->points);
}

static void open_capture(tshark_comparison *c)
{
    const char *path = c->files->pdata[c->next++];
    const char *slash = strrchr(path, G_DIR_SEPARATOR);
    g_autoptr(GError) error = NULL;
    const tshark_counts none = { .capture = slash != NULL ? slash + 1 : path };
    g_array_append_val(c->counts, none);
    c->frame = 0;
    c->reader = capture_reader_open(path, NULL, &error);
    if (c->reader != NULL)
        c->process = tshark_process_start(c->wireshark.tshark, path, c->preferences, &error);
    if (c->process != NULL) {
        open_decoder(c);
        return;
    }
    add_trouble(c, g_strdup(error->message));
    close_capture(c);
}

/* ---- a frame ---- */

static void keep(void *context, const char *key, const char *ours, const char *theirs)
{
    tshark_comparison *c = context;
    counts_now(c)->differ++;
    if (c->differ++ >= c->settings.limit)
        return;
    const disagreement d = { .capture = counts_now(c)->capture,
                             .frame = c->frame,
                             .field = g_strdup(key),
                             .ours = g_strdup(ours),
                             .theirs = g_strdup(theirs) };
    g_array_append_val(c->kept, d);
}

static void count_difference(void *context, const char *key, const char *ours, const char *theirs)
{
    (void)context;
    (void)key;
    (void)ours;
    (void)theirs;
}

/* Where one reader walks layers that the other does not, fields that only one of them has say nothing; and
 * what is followed over frames is from then on followed over other frames. */
static bool is_apart(tshark_comparison *c, const decoded *frame, const tshark_layers *layers)
{
    if (layers->walked && frame->packet.end != PACKET_TOO_DEEP)
        return false;
    counts_now(c)->unread++;
    if (field_lists_compare(c->ours, c->theirs, count_difference, NULL) == 0)
        return false;
    counts_now(c)->unfollowed = true;
    if (field_list_has_routes(c->ours) || field_list_has_routes(c->theirs))
        counts_now(c)->unlearned = true;
    return true;
}

static bool compare_frame(tshark_comparison *c, const capture_frame *capture, JsonNode *root)
{
    const capture_point *point = capture_points_get(c->points, capture_points_of(c->points, 0, capture));
    const decoder_frame octets = decoder_frame_of(capture, point);
    tshark_layers layers;
    decoded frame;
    if (!tshark_layers_read(root, &layers) || layers.captured != capture->captured ||
        layers.wire != capture->wire) {
        add_trouble(c, g_strdup_printf("%s: frame %" PRIu64
                                       " has %u of %u octets, tshark's has %u of %u: not the "
                                       "same frames",
                                       counts_now(c)->capture, c->frame, capture->captured, capture->wire,
                                       layers.captured, layers.wire));
        return false;
    }
    decode_frame(&c->decoder, &octets, &frame);
    field_list_clear(c->ours);
    field_list_clear(c->theirs);
    field_list_take_decoded(c->ours, &c->decoder, &frame);
    field_list_take_json(c->theirs, root);
    counts_now(c)->frames++;
    if (is_apart(c, &frame, &layers))
        return true;
    if (counts_now(c)->unfollowed) {
        field_list_drop_followed(c->ours);
        field_list_drop_followed(c->theirs);
    }
    if (counts_now(c)->unlearned) {
        field_list_drop_learned(c->ours);
        field_list_drop_learned(c->theirs);
    }
    counts_now(c)->fields += field_list_count(c->ours);
    field_lists_compare(c->ours, c->theirs, keep, c);
    return true;
}

/* tshark has no more frames. */
static void end_capture(tshark_comparison *c)
{
    capture_frame capture;
    char *trouble = tshark_process_trouble(c->process);
    if (trouble != NULL)
        add_trouble(c, g_strdup_printf("%s: tshark, after frame %" PRIu64 ": %s", counts_now(c)->capture,
                                       c->frame, trouble));
    else if (capture_reader_next(c->reader, &capture) == CAPTURE_FRAME)
        add_trouble(c, g_strdup_printf("%s: tshark ended after frame %" PRIu64 ", and there are more",
                                       counts_now(c)->capture, c->frame));
    g_free(trouble);
    close_capture(c);
}

/* The same frame in both readers. False when they cannot go on. */
static bool next_frame(tshark_comparison *c, const char *json)
{
    capture_frame capture;
    g_autoptr(GError) error = NULL;
    if (capture_reader_next(c->reader, &capture) != CAPTURE_FRAME) {
        const char *message = capture_reader_message(c->reader);
        add_trouble(c, message != NULL ? g_strdup(message)
                                       : g_strdup_printf("%s: tshark has more frames than %" PRIu64,
                                                         counts_now(c)->capture, c->frame));
        return false;
    }
    c->frame++;
    if (json_parser_load_from_data(c->parser, json, -1, &error))
        return compare_frame(c, &capture, json_parser_get_root(c->parser));
    add_trouble(c, g_strdup_printf("%s: frame %" PRIu64 ": tshark's JSON: %s", counts_now(c)->capture,
                                   c->frame, error->message));
    return false;
}

bool tshark_comparison_step(tshark_comparison *c)
{
    const char *json;
    if (c->process == NULL) {
        if (c->next == c->files->len)
            return false;
        open_capture(c);
        return true;
    }
    tshark_status status = tshark_process_next(c->process, &json);
    if (status == TSHARK_END)
        end_capture(c);
    else if (status == TSHARK_FRAME && !next_frame(c, json))
        close_capture(c);
    return true;
}

/* ---- what came of it ---- */

unsigned tshark_comparison_captures(const tshark_comparison *c)
{
    return c->counts->len;
}

tshark_counts tshark_comparison_of(const tshark_comparison *c, unsigned capture)
{
    return g_array_index(c->counts, tshark_counts, capture);
}

tshark_counts tshark_comparison_count(const tshark_comparison *c)
{
    tshark_counts all = { .capture = NULL };
    for (guint i = 0; i < c->counts->len; i++) {
        tshark_counts of = tshark_comparison_of(c, i);
        all.frames += of.frames;
        all.fields += of.fields;
        all.differ += of.differ;
        all.unread += of.unread;
        all.unfollowed = all.unfollowed || of.unfollowed;
        all.unlearned = all.unlearned || of.unlearned;
    }
    return all;
}

const char *tshark_comparison_version(const tshark_comparison *c)
{
    return c->wireshark.version != NULL ? c->wireshark.version : "of unknown version";
}

unsigned tshark_comparison_kept(const tshark_comparison *c)
{
    return c->kept->len;
}

const disagreement *tshark_comparison_get(const tshark_comparison *c, unsigned index)
{
    return &g_array_index(c->kept, disagreement, index);
}

char **tshark_comparison_troubles(const tshark_comparison *c)
{
    return (char **)c->troubles->pdata;
}
