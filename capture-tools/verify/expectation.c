/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An observer of the verification: hands its frames and those of GENERATED to the window. Spec:
 * man/catshark-verify.1 (EXPECT). */
#include "expectation.h"

#include "epan-cats/flow-key.h"
#include "epan-cats/steering-tracker.h"
#include "expect-places.h"

#include <inttypes.h>

struct expectation {
    expectation_settings settings;
    verification *v;
    capture_points *points; /* of GENERATED */
    capture_sources *sources;
    expect_window *window;
    expect_places *places;
    expect_delays *delays;
    unsigned anywhere;                   /* places that are nowhere in GENERATED */
    uint64_t silent;                     /* points */
    bool crowded;                        /* there are too many points: no more is followed */
    GArray *kept[DIFFERENCE_KIND_COUNT]; /* of difference_record */
    difference_sink sink;
    void *context;
    char *message; /* why not all could be followed; NULL */
};

/* ---- places ---- */

static void too_many(expectation *e, const char *whose, unsigned most)
{
    e->crowded = true;
    if (e->message == NULL)
        e->message =
            g_strdup_printf("%s: more points than can be followed, expected at most %u", whose, most);
}

static void know_interfaces(expectation *e)
{
    if (!expect_places_describe(e->places))
        too_many(e, e->settings.path, EXPECT_PLACES_MAX);
}

/* The place of GENERATED that a point of the captures is. */
static uint32_t bind_place(expectation *e, const capture_point *observed)
{
    if (e->settings.ignored.group[IGNORED_OUTER])
        return EXPECT_ANYWHERE;
    know_interfaces(e);
    return expect_places_bind(e->places, observed, capture_sources_count(verification_sources(e->v)) == 1);
}

static bool observed_place_of(expectation *e, const verified_frame *frame, uint32_t *place)
{
    bool added = false;
    if (!expect_places_observed(e->places, frame->source->point, place, &added))
        too_many(e, "captures", EXPECT_PLACES_MAX);
    if (e->crowded || !added)
        return !e->crowded;
    uint32_t generated = bind_place(e, frame->point);
    if (generated == EXPECT_ANYWHERE && ++e->anywhere > EXPECT_ANYWHERE_MAX)
        too_many(e, "captures", EXPECT_ANYWHERE_MAX);
    if (!e->crowded)
        expect_window_place(e->window, *place, generated, frame->source->source);
    return !e->crowded;
}

/* Points that a capture describes and shows nothing of. */
static void find_silent(expectation *e)
{
    const capture_points *points = verification_points(e->v);
    uint32_t place;
    if (e->settings.ignored.group[IGNORED_SILENT_POINTS] || e->settings.ignored.group[IGNORED_OUTER])
        return;
    know_interfaces(e);
    for (unsigned c = 0; c < capture_sources_count(verification_sources(e->v)); c++)
        for (uint32_t i = 0; i < capture_points_interfaces(points, c); i++) {
            const char *name = capture_points_interface(points, c, i);
            if (name == NULL || !expect_places_bind_interface(e->places, name, &place))
                continue;
            expect_window_silent(e->window, place);
            e->silent++;
        }
}

/* ---- what the window asks and tells ---- */

static frame_octets octets_of(const source_frame *frame)
{
    return (frame_octets){ frame->frame.data, frame->frame.captured, frame->frame.wire,
                           frame->frame.link_type };
}

static bool read_generated(void *context, generated_frame *out)
{
    expectation *e = context;
    source_frame frame;
    capture_status status = capture_sources_next(e->sources, &frame);
    if (status == CAPTURE_BROKEN && e->message == NULL)
        e->message = g_strdup(capture_sources_get(e->sources, 0).message);
    if (status == CAPTURE_BROKEN)
        expect_window_broken_generated(e->window);
    if (status != CAPTURE_FRAME)
        return false;
    if (!expect_places_generated(e->places, frame.point, &out->place)) {
        too_many(e, e->settings.path, EXPECT_PLACES_MAX);
        return false;
    }
    out->number = frame.frame.number;
    out->time_ns = frame.frame.time_ns;
    out->octets = octets_of(&frame);
    return true;
}

/* A second look at the same files, behind what was read. */
static bool seek_generated(void *context, uint64_t *frames)
{
    expectation *e = context;
    const GPtrArray *files = capture_sources_files(e->sources, 0);
    for (guint i = 0; i < files->len; i++)
        if (!g_file_test(g_ptr_array_index(files, i), G_FILE_TEST_IS_REGULAR))
            return false;
    capture_points *points = capture_points_new(e->settings.topology);
    capture_sources *sources = capture_sources_new(points);
    uint64_t read = expect_window_count(e->window).generated;
    bool found = false;
    unsigned number;
    uint64_t at = 0;
    source_frame frame;
    bool open =
        capture_sources_add(sources, e->settings.path, &number, NULL) && capture_sources_open(sources, NULL);
    for (; open && !found && capture_sources_next(sources, &frame) == CAPTURE_FRAME; at++) {
        generated_frame generated = { .octets = octets_of(&frame) };
        found = at >= read &&
                expect_places_named(e->places, capture_points_name(points, frame.point), &generated.place) &&
                expect_window_wants(e->window, &generated);
    }
    *frames = found ? at - 1 - read : 0;
    capture_sources_free(sources);
    capture_points_free(points);
    return found;
}

static const char *protocol_name(const cats_flow_key *key, char number[8])
{
    switch (key->protocol) {
    case PACKET_PROTOCOL_TCP:
        return "TCP";
    case PACKET_PROTOCOL_UDP:
        return "UDP";
    case PACKET_PROTOCOL_ICMP:
        return "ICMP";
    case PACKET_PROTOCOL_ICMPV6:
        return "ICMPv6";
    default:
        g_snprintf(number, 8, "%u", key->protocol);
        return number;
    }
}

static char *flow_text(const frame_octets *octets)
{
    packet p;
    cats_flow_key key;
    char source[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT], number[8];
    if (octets->data == NULL)
        return g_strdup("");
    packet_walk(octets->link_type, octets->data, octets->captured, octets->wire, &p);
    int carrier = packet_carrier(&p);
    if (carrier < 0)
        return g_strdup_printf("EtherType 0x%04x", p.ethertype);
    cats_flow_key_read_at(&p, &p.ip[carrier], &key);
    if (key.ports_known) {
        cats_endpoint_format(&key.source, key.source_port, source);
        cats_endpoint_format(&key.destination, key.destination_port, destination);
    } else {
        cats_address_format(&key.source, source);
        cats_address_format(&key.destination, destination);
    }
    return g_strdup_printf("%s %s > %s", protocol_name(&key, number), source, destination);
}

static GArray *copy_fields(const packet_differences *fields)
{
    GArray *copy = field_differences_new();
    for (guint i = 0; i < fields->fields->len; i++) {
        field_difference field = g_array_index(fields->fields, field_difference, i);
        field.value = g_strdup(field.value);
        field.expected = g_strdup(field.expected);
        g_array_append_val(copy, field);
    }
    return copy;
}

/* A lost packet is a broken rule: "sent, never seen". */
static void log_lost(expectation *e, const difference_record *record)
{
    g_autofree char *text = g_strdup_printf(
        "frame %" PRIu64 " of GENERATED%s%s, %s: sent, never seen%s", record->generated,
        record->point != NULL ? " at " : "", record->point != NULL ? record->point : "", record->flow,
        record->outside ? ", before the first or behind the last packet that the capture shows" : "");
    const finding found = { .rule = CATS_RULE_CATS_LOST, .point = STEERING_POINT_NONE, .text = text };
    finding_log_add(verification_findings(e->v), &found);
}

/* Of those that are not kept the log counts, and reads no text. */
static void count_lost(expectation *e, const expect_difference *difference)
{
    const finding found = { .rule = CATS_RULE_CATS_LOST, .point = STEERING_POINT_NONE, .text = "" };
    if (difference->kind == DIFFERENCE_LOST)
        finding_log_add(verification_findings(e->v), &found);
}

static void tell_difference(void *context, const expect_difference *difference)
{
    expectation *e = context;
    const generated_frame *generated = difference->generated;
    const observed_frame *observed = difference->observed;
    if (e->kept[difference->kind]->len >= e->settings.limit) {
        count_lost(e, difference);
        return;
    }
    difference_record record = { .kind = difference->kind,
                                 .inner = difference->inner,
                                 .outside = difference->outside,
                                 .late = difference->late };
    if (generated != NULL) {
        record.has_generated = true;
        record.generated = generated->number;
        record.point = expect_places_name(e->places, generated->place);
    }
    if (observed != NULL) {
        record.has_observed = true;
        record.observed = observed->id;
        record.time_ns = observed->time_ns;
        record.point = expectation_place_name(e, observed->place);
    }
    record.flow = flow_text(observed != NULL ? &observed->octets : &generated->octets);
    if (difference->fields != NULL)
        record.fields = copy_fields(difference->fields);
    g_array_append_val(e->kept[record.kind], record);
    if (record.kind == DIFFERENCE_LOST)
        log_lost(e, &record);
    else if (e->sink != NULL)
        e->sink(e->context, &record);
}

static void note_passed(void *context, uint32_t from, uint32_t to, int64_t ns)
{
    expect_delays_add(((expectation *)context)->delays, from, to, ns);
}

static void note_delayed(void *context, uint32_t to, int64_t ns)
{
    expect_delays_add(((expectation *)context)->delays, EXPECT_ANYWHERE, to, ns);
}

/* ---- the observer ---- */

static void see_frame(void *context, verification *v, const verified_frame *frame)
{
    expectation *e = context;
    observed_frame observed = { .id = frame->source->id, .time_ns = frame->source->frame.time_ns };
    (void)v;
    if (!observed_place_of(e, frame, &observed.place))
        return;
    observed.octets = octets_of(frame->source);
    expect_window_see(e->window, &observed, &frame->decoded->packet);
}

/* Generated at a point so long before its first packet was seen that the window had passed. */
static void log_early(expectation *e, uint32_t place)
{
    uint64_t count = expect_window_unjudged(e->window, place);
    const char *name = expect_places_name(e->places, place);
    if (!expect_places_is_observed(e->places, place) || count == 0 ||
        e->settings.ignored.group[IGNORED_OUTSIDE])
        return;
    g_autofree char *text =
        g_strdup_printf("%" PRIu64 " packets of GENERATED%s%s, before the first that was seen there: sent, "
                        "never seen",
                        count, name != NULL ? " at " : "", name != NULL ? name : "");
    const finding found = { .rule = CATS_RULE_CATS_LOST, .point = STEERING_POINT_NONE, .text = text };
    finding_log_add(verification_findings(e->v), &found);
}

static void end(void *context, verification *v)
{
    expectation *e = context;
    const capture_sources *sources = verification_sources(v);
    for (unsigned i = 0; i < capture_sources_count(sources); i++) {
        capture_source source = capture_sources_get(sources, i);
        if (source.message != NULL || !source.ended)
            expect_window_broken_capture(e->window, i);
    }
    find_silent(e);
    expect_window_end(e->window);
    for (uint32_t i = 0; i < expect_places_count(e->places); i++)
        log_early(e, i);
}

void expectation_observe(expectation *e, verification *v)
{
    const verification_observer observer = { .context = e, .frame = see_frame, .end = end };
    e->v = v;
    verification_observe(v, &observer);
}

void expectation_tell(expectation *e, difference_sink sink, void *context)
{
    e->sink = sink;
    e->context = context;
}

/* ---- life ---- */

static void clear_record(gpointer data)
{
    difference_record *record = data;
    g_free(record->flow);
    if (record->fields != NULL)
        g_array_free(record->fields, TRUE);
}

static bool open_generated(expectation *e, GError **error)
{
    unsigned number;
    e->points = capture_points_new(e->settings.topology);
    e->places = expect_places_new(e->points);
    e->sources = capture_sources_new(e->points);
    return capture_sources_add(e->sources, e->settings.path, &number, error) &&
           capture_sources_open(e->sources, error);
}

expectation *expectation_new(const expectation_settings *settings, GError **error)
{
    expectation *e = g_new0(expectation, 1);
    e->settings = *settings;
    e->delays = expect_delays_new();
    for (difference_kind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++) {
        e->kept[kind] = g_array_new(FALSE, FALSE, sizeof(difference_record));
        g_array_set_clear_func(e->kept[kind], clear_record);
    }
    if (!open_generated(e, error)) {
        expectation_free(e);
        return NULL;
    }
    const expect_settings window = { .window = settings->window,
                                     .ignored = &e->settings.ignored,
                                     .topology = settings->topology,
                                     .numbers = settings->numbers,
                                     .context = e,
                                     .read = read_generated,
                                     .seek = seek_generated,
                                     .differs = tell_difference,
                                     .passed = note_passed,
                                     .delayed = note_delayed };
    e->window = expect_window_new(&window);
    return e;
}

void expectation_free(expectation *e)
{
    if (e == NULL)
        return;
    expect_window_free(e->window);
    capture_sources_free(e->sources);
    capture_points_free(e->points);
    expect_places_free(e->places);
    expect_delays_free(e->delays);
    for (difference_kind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
        g_array_free(e->kept[kind], TRUE);
    g_free(e->message);
    g_free(e);
}

/* ---- what came of it ---- */

expect_count expectation_count(const expectation *e)
{
    return expect_window_count(e->window);
}

bool expectation_differs(const expectation *e)
{
    expect_count count = expectation_count(e);
    for (difference_kind kind = DIFFERENCE_LOST + 1; kind < DIFFERENCE_KIND_COUNT; kind++)
        if (count.differences[kind] > 0)
            return true;
    return false;
}

const char *expectation_message(const expectation *e)
{
    return e->message;
}

const expectation_settings *expectation_settings_of(const expectation *e)
{
    return &e->settings;
}

guint expectation_kept(const expectation *e, difference_kind kind)
{
    return e->kept[kind]->len;
}

const difference_record *expectation_get(const expectation *e, difference_kind kind, guint index)
{
    return &g_array_index(e->kept[kind], difference_record, index);
}

guint expectation_points(const expectation *e)
{
    return expect_places_count(e->places);
}

const char *expectation_point(const expectation *e, guint index, uint64_t *packets, bool *observed)
{
    *packets = expect_window_generated(e->window, index);
    *observed = expect_places_is_observed(e->places, index);
    return expect_places_name(e->places, index);
}

uint64_t expectation_silent(const expectation *e)
{
    return e->silent;
}

const expect_delays *expectation_delays(const expectation *e)
{
    return e->delays;
}

const char *expectation_place_name(const expectation *e, uint32_t place)
{
    return capture_points_name(verification_points(e->v), expect_places_point(e->places, place));
}
