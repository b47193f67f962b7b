/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps frames that findings name. Spec: man/catshark-verify.1 (REPORT). */
#include "report-record-frames.h"

#include "capture-tools/inspect/fields.h"
#include "capture-tools/inspect/line.h"

#include "epan-cats/capture-time.h"

typedef struct kept_frame {
    char *line, *fields; /* owned */
} kept_frame;

struct frame_record {
    GHashTable *frames;               /* id -> kept_frame */
    uint64_t looked[CATS_RULE_COUNT]; /* findings of the log that were looked at */
};

static void free_frame(gpointer data)
{
    kept_frame *frame = data;
    g_free(frame->line);
    g_free(frame->fields);
    g_free(frame);
}

frame_record *frame_record_new(void)
{
    frame_record *r = g_new0(frame_record, 1);
    r->frames = g_hash_table_new_full(NULL, NULL, NULL, free_frame);
    return r;
}

void frame_record_free(frame_record *r)
{
    g_hash_table_destroy(r->frames);
    g_free(r);
}

static bool names(const finding *found, uint32_t frame)
{
    for (unsigned i = 0; i < found->frame_count; i++)
        if (found->frames[i] == frame)
            return true;
    return false;
}

/* Whether a finding that is new in the log names the frame. */
static bool is_named(frame_record *r, const finding_log *log, uint32_t frame)
{
    bool named = false;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        for (; r->looked[id] < finding_log_kept(log, id); r->looked[id]++)
            named = named || names(finding_log_get(log, id, r->looked[id]), frame);
    return named;
}

typedef struct field_texts {
    GString *text;
    const verification *v;
} field_texts;

/* Frames are ids of the sources there, and have a name each. */
static char *text_of(const verification *v, const char *key, const field_value *value)
{
    char name[CATS_FRAME_NAME];
    if (!g_str_has_suffix(key, "_in"))
        return field_value_text(value);
    capture_sources_frame_name((capture_sources *)verification_sources(v), (uint32_t)value->number, name);
    return g_strdup(name);
}

static void add_field(void *context, const char *key, const field_value *value)
{
    const field_texts *texts = context;
    g_autofree char *text = text_of(texts->v, key, value);
    g_strdelimit(text, "\n\t", ' ');
    g_string_append_printf(texts->text, "%s\t%s\n", key, text);
}

static char *line_of(const verification *v, const verified_frame *seen)
{
    GString *line = g_string_new(NULL);
    const source_frame *source = seen->source;
    capture_source of = capture_sources_get(verification_sources(v), source->source);
    const line_frame about = { .number = source->frame.number,
                               .since_ns = capture_time_between(of.first_ns, source->frame.time_ns),
                               .namer = capture_sources_frame_name,
                               .context = (capture_sources *)verification_sources(v) };
    line_format(seen->decoded, &about, line);
    return g_strstrip(g_string_free(line, FALSE));
}

void frame_record_see(frame_record *r, verification *v, const verified_frame *seen)
{
    gpointer id = GUINT_TO_POINTER(seen->source->id);
    if (!is_named(r, verification_findings(v), seen->source->id) ||
        g_hash_table_size(r->frames) >= RECORD_FRAMES_MAX || g_hash_table_contains(r->frames, id))
        return;
    field_texts fields = { g_string_new(NULL), v };
    fields_visit(seen->decoder, seen->decoded, add_field, &fields);
    kept_frame *frame = g_new0(kept_frame, 1);
    frame->line = line_of(v, seen);
    frame->fields = g_string_free(fields.text, FALSE);
    g_hash_table_insert(r->frames, id, frame);
}

static const kept_frame *find(const frame_record *r, uint32_t frame)
{
    return g_hash_table_lookup(r->frames, GUINT_TO_POINTER(frame));
}

const char *frame_record_line(const frame_record *r, uint32_t frame)
{
    const kept_frame *kept = find(r, frame);
    return kept != NULL ? kept->line : NULL;
}

const char *frame_record_fields(const frame_record *r, uint32_t frame)
{
    const kept_frame *kept = find(r, frame);
    return kept != NULL ? kept->fields : NULL;
}
