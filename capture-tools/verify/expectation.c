/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An observer of the verification: hands its frames and those of GENERATED to the window. Spec:
 * man/catshark-verify.1 (EXPECT). */
#include "expectation.h"

#include "epan-cats/capture-time.h"
#include "epan-cats/flow-key.h"
#include "epan-cats/steering-tracker.h"

#include <inttypes.h>
#include <string.h>

/* A point of GENERATED, or of the captures. */
typedef struct known_place {
    uint32_t point;      /* of the capture_points; STEERING_POINT_NONE */
    bool observed;       /* of GENERATED: a point of the captures is it */
    delay_record *last;  /* that ended there, of those from point to point; */
    delay_record *since; /* since GENERATED's times; NULL */
} known_place;

/* Places by point. */
typedef struct place_list {
    GArray *places; /* of known_place */
    GArray *of;     /* of uint32_t: place + 1, by point + 1; 0: none yet */
} place_list;

struct expectation {
    expectation_settings settings;
    verification *v;
    capture_points *points; /* of GENERATED */
    capture_sources *sources;
    expect_window *window;
    place_list generated, observed;
    unsigned anywhere;
    uint64_t silent;
    bool broken;                         /* GENERATED, or there are too many places */
    GArray *kept[DIFFERENCE_KIND_COUNT]; /* of difference_record */
    GPtrArray *delays;                   /* of delay_record */
    GHashTable *delay_of;                /* by from and to */
    difference_sink sink;
    void *context;
    char *message;
};

/* ---- places ---- */

static place_list new_places(void)
{
    return (place_list){ g_array_new(FALSE, TRUE, sizeof(known_place)),
                         g_array_new(FALSE, TRUE, sizeof(uint32_t)) };
}

static void free_places(place_list *l)
{
    g_array_free(l->places, TRUE);
    g_array_free(l->of, TRUE);
}

static known_place *place_at(const place_list *l, uint32_t place)
{
    return &g_array_index(l->places, known_place, place);
}

/* The place of a point, NONE being one too; *added says that it is a new one. False when there are too many.
 */
static bool place_of(place_list *l, uint32_t point, uint32_t *place, bool *added)
{
    guint index = point == STEERING_POINT_NONE ? 0 : point + 1;
    if (index >= l->of->len)
        g_array_set_size(l->of, index + 1);
    uint32_t *known = &g_array_index(l->of, uint32_t, index);
    *added = *known == 0;
    if (*added && l->places->len == EXPECT_PLACES_MAX)
        return false;
    if (*added) {
        const known_place place_added = { .point = point };
        g_array_append_val(l->places, place_added);
        *known = l->places->len;
    }
    *place = *known - 1;
    return true;
}

static void too_many(expectation *e, const char *whose, unsigned most)
{
    if (e->message == NULL)
        e->message =
            g_strdup_printf("%s: more points than can be followed, expected at most %u", whose, most);
    e->broken = true;
}

/* A point of which the capture tells nothing but that it is one. */
static bool is_nameless(const capture_point *point)
{
    return point == NULL || (point->interface == NULL && point->place.kind == CATS_PLACE_UNKNOWN);
}

static bool is_same_place(const cats_place *a, const cats_place *b)
{
    return a->kind != CATS_PLACE_UNKNOWN && a->kind == b->kind && a->ingress == b->ingress &&
           a->egress == b->egress && a->site == b->site &&
           (a->ingress != NULL || a->egress != NULL || a->site != NULL);
}

static bool is_same_point(const expectation *e, const capture_point *generated, const capture_point *observed)
{
    /* Two captures without names may have been taken anywhere. */
    if (is_nameless(generated) || is_nameless(observed))
        return is_nameless(generated) && is_nameless(observed) &&
               capture_sources_count(verification_sources(e->v)) == 1;
    return g_strcmp0(generated->name, observed->name) == 0 ||
           g_strcmp0(generated->interface, observed->name) == 0 ||
           is_same_place(&generated->place, &observed->place);
}

static void know_interfaces(expectation *e)
{
    uint32_t place;
    bool added;
    capture_points_describe(e->points, 0);
    if (capture_points_interfaces(e->points, 0) == 0)
        place_of(&e->generated, STEERING_POINT_NONE, &place, &added);
    for (uint32_t i = 0; i < capture_points_count(e->points); i++)
        if (!place_of(&e->generated, i, &place, &added))
            too_many(e, e->settings.path, EXPECT_PLACES_MAX);
}

/* The place of GENERATED that a point of the captures is. */
static uint32_t bind_place(expectation *e, const capture_point *observed)
{
    if (e->settings.ignored.group[IGNORED_OUTER])
        return EXPECT_ANYWHERE;
    know_interfaces(e);
    for (uint32_t i = 0; i < e->generated.places->len; i++) {
        known_place *place = place_at(&e->generated, i);
        if (place->observed || !is_same_point(e, capture_points_get(e->points, place->point), observed))
            continue;
        place->observed = true;
        return i;
    }
    return EXPECT_ANYWHERE;
}

static bool observed_place_of(expectation *e, const verified_frame *frame, uint32_t *place)
{
    bool added;
    if (!place_of(&e->observed, frame->source->point, place, &added)) {
        too_many(e, "captures", EXPECT_PLACES_MAX);
        return false;
    }
    if (!added)
        return true;
    uint32_t generated = bind_place(e, frame->point);
    if (generated == EXPECT_ANYWHERE && ++e->anywhere > EXPECT_ANYWHERE_MAX) {
        too_many(e, "captures", EXPECT_ANYWHERE_MAX);
        return false;
    }
    expect_window_place(e->window, *place, generated, frame->source->source);
    return true;
}

/* Points that a capture describes and shows nothing of. */
static void find_silent(expectation *e)
{
    const capture_points *points = verification_points(e->v);
    if (e->settings.ignored.group[IGNORED_SILENT_POINTS] || e->settings.ignored.group[IGNORED_OUTER])
        return;
    know_interfaces(e);
    for (unsigned c = 0; c < capture_sources_count(verification_sources(e->v)); c++)
        for (uint32_t i = 0; i < capture_points_interfaces(points, c); i++)
            for (uint32_t g = 0; g < e->generated.places->len; g++) {
                known_place *place = place_at(&e->generated, g);
                const capture_point *generated = capture_points_get(e->points, place->point);
                const char *name = capture_points_interface(points, c, i);
                if (place->observed || name == NULL || generated == NULL ||
                    g_strcmp0(generated->interface, name) != 0)
                    continue;
                place->observed = true;
                expect_window_silent(e->window, g);
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
    bool added;
    capture_status status = capture_sources_next(e->sources, &frame);
    if (status == CAPTURE_BROKEN && e->message == NULL)
        e->message = g_strdup(capture_sources_get(e->sources, 0).message);
    if (status == CAPTURE_BROKEN) {
        e->broken = true;
        expect_window_broken_generated(e->window);
    }
    if (status != CAPTURE_FRAME)
        return false;
    if (!place_of(&e->generated, frame.point, &out->place, &added)) {
        too_many(e, e->settings.path, EXPECT_PLACES_MAX);
        return false;
    }
    out->number = frame.frame.number;
    out->time_ns = frame.frame.time_ns;
    out->octets = octets_of(&frame);
    return true;
}

static const char *generated_name(const expectation *e, uint32_t place)
{
    return capture_points_name(e->points, place_at(&e->generated, place)->point);
}

/* The place of the point with this name; STEERING_POINT_NONE has none. */
static bool place_named(const expectation *e, const char *name, uint32_t *place)
{
    for (*place = 0; *place < e->generated.places->len; ++*place)
        if (g_strcmp0(generated_name(e, *place), name) == 0)
            return true;
    return false;
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
        found = at >= read && place_named(e, capture_points_name(points, frame.point), &generated.place) &&
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
        record.point = generated_name(e, generated->place);
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

static delay_record *find_delay(expectation *e, uint32_t from, uint32_t to)
{
    guint32 key = (from == EXPECT_ANYWHERE ? EXPECT_PLACES_MAX : from) * (EXPECT_PLACES_MAX + 1) + to + 1;
    delay_record *delay = g_hash_table_lookup(e->delay_of, GUINT_TO_POINTER(key));
    if (delay != NULL)
        return delay;
    delay = g_new0(delay_record, 1);
    delay->from = from;
    delay->to = to;
    g_ptr_array_add(e->delays, delay);
    g_hash_table_insert(e->delay_of, GUINT_TO_POINTER(key), delay);
    return delay;
}

static void note_passed(void *context, uint32_t from, uint32_t to, int64_t ns)
{
    known_place *place = place_at(&((expectation *)context)->observed, to);
    if (place->last == NULL || place->last->from != from)
        place->last = find_delay(context, from, to);
    time_spread_add(&place->last->spread, ns);
}

static void note_delayed(void *context, uint32_t to, int64_t ns)
{
    known_place *place = place_at(&((expectation *)context)->observed, to);
    if (place->since == NULL)
        place->since = find_delay(context, EXPECT_ANYWHERE, to);
    time_spread_add(&place->since->spread, ns);
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
    const char *name = generated_name(e, place);
    if (!place_at(&e->generated, place)->observed || count == 0 || e->settings.ignored.group[IGNORED_OUTSIDE])
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
    for (uint32_t i = 0; i < e->generated.places->len; i++)
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
    e->sources = capture_sources_new(e->points);
    return capture_sources_add(e->sources, e->settings.path, &number, error) &&
           capture_sources_open(e->sources, error);
}

expectation *expectation_new(const expectation_settings *settings, GError **error)
{
    expectation *e = g_new0(expectation, 1);
    e->settings = *settings;
    e->generated = new_places();
    e->observed = new_places();
    e->delays = g_ptr_array_new_with_free_func(g_free);
    e->delay_of = g_hash_table_new(NULL, NULL);
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
    free_places(&e->generated);
    free_places(&e->observed);
    for (difference_kind kind = 0; kind < DIFFERENCE_KIND_COUNT; kind++)
        g_array_free(e->kept[kind], TRUE);
    g_ptr_array_free(e->delays, TRUE);
    g_hash_table_unref(e->delay_of);
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
    return e->broken ? e->message : NULL;
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
    return e->generated.places->len;
}

const char *expectation_point(const expectation *e, guint index, uint64_t *packets, bool *observed)
{
    *packets = expect_window_generated(e->window, index);
    *observed = place_at(&e->generated, index)->observed;
    return generated_name(e, index);
}

uint64_t expectation_silent(const expectation *e)
{
    return e->silent;
}

guint expectation_delays(const expectation *e)
{
    return e->delays->len;
}

const delay_record *expectation_delay(const expectation *e, guint index)
{
    return g_ptr_array_index(e->delays, index);
}

const char *expectation_place_name(const expectation *e, uint32_t place)
{
    return capture_points_name(verification_points(e->v), place_at(&e->observed, place)->point);
}
