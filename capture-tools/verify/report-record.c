/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Observes a verification for a report. Spec: man/catshark-verify.1 (REPORT). */
#include "report-record.h"

#include "capture-tools/inspect/fields.h"
#include "report-record-frames.h"
#include "report-record-steering.h"

/* First frames of connections: as many as the tracker holds by default. */
#define OPENINGS 65536

typedef struct opening {
    uint32_t connection; /* its number and 1; 0: none */
    uint32_t frame;
    int64_t time_ns;
} opening;

struct report_record {
    GArray *redirects;         /* of recorded_redirect */
    GHashTable *by_connection; /* number -> index of redirects */
    GHashTable *verdicts;      /* session -> verdict, of sessions that have a redirect here */
    opening *openings;
    GByteArray *delayed; /* a bit for each connection whose delay is counted */
    delay_class delays[DELAY_CLASSES];
    uint64_t delay_count;
    int64_t delay_least, delay_greatest;
    double delay_sum;
    steering_record *steering;
    frame_record *frames;
};

static gpointer key_of(uint32_t number)
{
    return GUINT_TO_POINTER(number + 1);
}

/* ---- delays ---- */

/* Six classes a decade, from 0.1 ms to 100 s. */
static void set_classes(delay_class *classes)
{
    static const int64_t tenths[] = { 10, 15, 20, 30, 50, 70 };
    int64_t decade = 10000;
    classes[0].below_ns = 0;
    for (unsigned i = 1; i < DELAY_CLASSES - 1; i++) {
        unsigned step = (i - 1) % G_N_ELEMENTS(tenths);
        if (i > 1 && step == 0)
            decade *= 10;
        classes[i].below_ns = decade * tenths[step];
    }
    classes[DELAY_CLASSES - 1].below_ns = INT64_MAX;
}

static bool is_first(report_record *r, uint32_t connection)
{
    guint octet = connection / 8;
    guint8 bit = (guint8)(1u << connection % 8), grown = (guint8)0;
    while (r->delayed->len <= octet)
        g_byte_array_append(r->delayed, &grown, 1);
    bool first = (r->delayed->data[octet] & bit) == 0;
    r->delayed->data[octet] |= bit;
    return first;
}

static void count_delay(report_record *r, int64_t ns)
{
    unsigned class = 0;
    while (class < DELAY_CLASSES - 1 && ns >= r->delays[class].below_ns)
        class ++;
    r->delays[class].count++;
    r->delay_least = r->delay_count == 0 ? ns : MIN(r->delay_least, ns);
    r->delay_greatest = r->delay_count == 0 ? ns : MAX(r->delay_greatest, ns);
    r->delay_sum += (double)ns;
    r->delay_count++;
}

/* ---- what trackers tell ---- */

static void see_connection(void *context, const affinity_connection *told)
{
    report_record *r = context;
    gpointer index;
    if (told->redirect_frame == 0)
        return;
    if (told->reconnect_frame != 0 && told->reconnect_ns != AFFINITY_NO_TIME && is_first(r, told->number))
        count_delay(r, told->reconnect_ns);
    if (g_hash_table_lookup_extended(r->by_connection, key_of(told->number), NULL, &index))
        g_array_index(r->redirects, recorded_redirect, GPOINTER_TO_UINT(index)).connection = *told;
}

static void see_verdict(void *context, uint32_t session, affinity_verdict verdict)
{
    report_record *r = context;
    if (g_hash_table_contains(r->verdicts, key_of(session)))
        g_hash_table_insert(r->verdicts, key_of(session), GUINT_TO_POINTER(verdict));
}

static void see_flow(void *context, const steering_flow *flow)
{
    steering_record_flow(((report_record *)context)->steering, flow);
}

/* ---- frames ---- */

static void note_opening(report_record *r, const source_frame *source, uint32_t connection)
{
    opening *o = &r->openings[connection % OPENINGS];
    if (o->connection == connection + 1)
        return;
    *o = (opening){ .connection = connection + 1, .frame = source->id, .time_ns = source->frame.time_ns };
}

static void add_redirect(report_record *r, const source_frame *source, const decoded *frame)
{
    const affinity_segment *segment = &frame->segment;
    const affinity_connection *connection = &frame->session.connection;
    const opening *o = &r->openings[connection->number % OPENINGS];
    recorded_redirect added = { .connection = *connection,
                                .redirect_ns = source->frame.time_ns,
                                .client = segment->destination,
                                .client_port = segment->destination_port,
                                .service = segment->source,
                                .service_port = segment->source_port };
    if (o->connection == connection->number + 1 && o->frame != source->id) {
        added.syn_frame = o->frame;
        added.syn_ns = o->time_ns;
    }
    if (frame->whole_segment && frame->seen.count > 0) {
        added.node = frame->seen.option[0].address;
        added.node_port = frame->seen.option[0].port;
    }
    g_hash_table_insert(r->by_connection, key_of(connection->number), GUINT_TO_POINTER(r->redirects->len));
    g_hash_table_insert(r->verdicts, key_of(connection->session), GUINT_TO_POINTER(frame->session.verdict));
    g_array_append_val(r->redirects, added);
}

static void see_session(report_record *r, const source_frame *source, const decoded *frame)
{
    const affinity_sighting *s = &frame->session;
    if (!s->in_session)
        return;
    note_opening(r, source, s->connection.number);
    if (s->redirects && s->connection.redirect_frame == source->id &&
        r->redirects->len < RECORD_REDIRECTS_MAX &&
        !g_hash_table_contains(r->by_connection, key_of(s->connection.number)))
        add_redirect(r, source, frame);
}

static void see_frame(void *context, verification *v, const verified_frame *seen)
{
    report_record *r = context;
    see_session(r, seen->source, seen->decoded);
    steering_record_frame(r->steering, seen->decoded);
    frame_record_see(r->frames, v, seen);
}

/* ---- life ---- */

report_record *report_record_new(verification *v)
{
    report_record *r = g_new0(report_record, 1);
    const verification_observer observer = { .context = r,
                                             .frame = see_frame,
                                             .connection = see_connection,
                                             .verdict = see_verdict,
                                             .flow = see_flow };
    r->redirects = g_array_new(FALSE, FALSE, sizeof(recorded_redirect));
    r->by_connection = g_hash_table_new(NULL, NULL);
    r->verdicts = g_hash_table_new(NULL, NULL);
    r->openings = g_new0(opening, OPENINGS);
    r->delayed = g_byte_array_new();
    set_classes(r->delays);
    r->steering = steering_record_new(verification_topology(v), verification_points(v));
    r->frames = frame_record_new();
    verification_observe(v, &observer);
    return r;
}

void report_record_free(report_record *r)
{
    if (r == NULL)
        return;
    g_array_free(r->redirects, TRUE);
    g_hash_table_destroy(r->by_connection);
    g_hash_table_destroy(r->verdicts);
    g_byte_array_free(r->delayed, TRUE);
    steering_record_free(r->steering);
    frame_record_free(r->frames);
    g_free(r->openings);
    g_free(r);
}

/* ---- what came of it ---- */

unsigned report_record_redirects(const report_record *r)
{
    return r->redirects->len;
}

recorded_redirect report_record_redirect(const report_record *r, unsigned index)
{
    recorded_redirect of = g_array_index(r->redirects, recorded_redirect, index);
    of.verdict = GPOINTER_TO_UINT(g_hash_table_lookup(r->verdicts, key_of(of.connection.session)));
    return of;
}

const delay_class *report_record_delays(const report_record *r)
{
    return r->delays;
}

uint64_t report_record_delay_sum(const report_record *r, int64_t *least, int64_t *mean, int64_t *greatest)
{
    *least = r->delay_least;
    *greatest = r->delay_greatest;
    *mean = r->delay_count > 0 ? (int64_t)(r->delay_sum / (double)r->delay_count) : 0;
    return r->delay_count;
}

const GArray *report_record_steering(report_record *r, uint64_t *beyond)
{
    return steering_record_sum(r->steering, beyond);
}

const char *report_record_line(const report_record *r, uint32_t frame)
{
    return frame_record_line(r->frames, frame);
}

const char *report_record_fields(const report_record *r, uint32_t frame)
{
    return frame_record_fields(r->frames, frame);
}
