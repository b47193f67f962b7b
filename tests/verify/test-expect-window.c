/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of pairing: every changed field of a packet among others is named; lost, doubled, reordered and
 * unexpected packets; both families, one point and several. */
#include "expect-frames.h"

#include "capture-tools/verify/expect-window.h"

enum { CORRUPTIONS = 10000, COPIES = 3, PLACES = 3 };

/* A frame of a capture. */
typedef struct shown {
    guint frame; /* of the corpus */
    uint32_t place;
    uint8_t octets[2048];
    uint32_t length;
} shown;

/* One run: what is generated, what is observed, what is told. */
typedef struct run {
    GArray *generated, *observed; /* of shown */
    guint next;
    GPtrArray *told; /* "changed tcp.seq_raw" */
    unsigned paths;
} run;

static bool read_next(void *context, generated_frame *out)
{
    run *r = context;
    if (r->next == r->generated->len)
        return false;
    const shown *s = &g_array_index(r->generated, shown, r->next++);
    *out = (generated_frame){ .number = r->next,
                              .time_ns = r->next * 1000,
                              .place = s->place,
                              .octets = { s->octets, s->length, s->length, PACKET_LINK_ETHERNET } };
    return true;
}

static void note(void *context, const expect_difference *d)
{
    run *r = context;
    GString *text = g_string_new(difference_kind_name(d->kind));
    for (guint i = 0; d->fields != NULL && i < d->fields->fields->len; i++)
        g_string_append_printf(text, " %s", g_array_index(d->fields->fields, field_difference, i).name);
    if (d->kind == DIFFERENCE_REORDERED)
        g_string_append_printf(text, " %u", d->late);
    if (d->outside)
        g_string_append(text, " outside");
    g_ptr_array_add(r->told, g_string_free(text, FALSE));
}

static void note_path(void *context, uint32_t from, uint32_t to, int64_t ns)
{
    run *r = context;
    g_assert_cmpuint(from, !=, to);
    g_assert_cmpint(ns, >=, 0);
    r->paths++;
}

static void note_delay(void *context, uint32_t place, int64_t ns)
{
    (void)context;
    (void)place;
    (void)ns;
}

static run *run_new(void)
{
    run *r = g_new0(run, 1);
    r->generated = g_array_new(FALSE, FALSE, sizeof(shown));
    r->observed = g_array_new(FALSE, FALSE, sizeof(shown));
    r->told = g_ptr_array_new_with_free_func(g_free);
    return r;
}

static void run_free(run *r)
{
    g_array_free(r->generated, TRUE);
    g_array_free(r->observed, TRUE);
    g_ptr_array_free(r->told, TRUE);
    g_free(r);
}

static void show(GArray *list, const GArray *frames, guint frame, uint32_t place)
{
    const expect_frame *of = &g_array_index(frames, expect_frame, frame);
    shown s = { .frame = frame, .place = place, .length = of->length };
    memcpy(s.octets, of->octets, of->length);
    g_array_append_val(list, s);
}

/* Observes all. Each observed place is the one of GENERATED with its number, or none. */
static expect_count run_all(run *r, const expect_ignored *ignored, uint32_t window, unsigned places,
                            bool anywhere)
{
    const expect_settings settings = { .window = window,
                                       .ignored = ignored,
                                       .numbers = affinity_numbers_default,
                                       .context = r,
                                       .read = read_next,
                                       .differs = note,
                                       .passed = note_path,
                                       .delayed = note_delay };
    r->next = 0;
    g_ptr_array_set_size(r->told, 0);
    expect_window *w = expect_window_new(&settings);
    for (unsigned i = 0; i < places; i++)
        expect_window_place(w, i, anywhere ? EXPECT_ANYWHERE : i, 0);
    for (guint i = 0; i < r->observed->len; i++) {
        const shown *s = &g_array_index(r->observed, shown, i);
        g_autofree uint8_t *octets = g_memdup2(s->octets, s->length);
        packet p;
        packet_walk(PACKET_LINK_ETHERNET, octets, s->length, s->length, &p);
        const observed_frame frame = { .id = i + 1,
                                       .time_ns = (int64_t)i * 1000,
                                       .place = s->place,
                                       .octets = { octets, s->length, s->length, PACKET_LINK_ETHERNET } };
        expect_window_see(w, &frame, &p);
    }
    expect_window_end(w);
    expect_count count = expect_window_count(w);
    expect_window_free(w);
    return count;
}

static char *told(const run *r)
{
    g_ptr_array_add(r->told, NULL);
    char *text = g_strjoinv("; ", (char **)r->told->pdata);
    g_ptr_array_remove_index(r->told, r->told->len - 1);
    return text;
}

static void assert_told(const run *r, const char *expected)
{
    g_autofree char *text = told(r);
    g_assert_cmpstr(text, ==, expected);
}

/* ---- a field of one packet ---- */

static GArray *corpus(void)
{
    GArray *frames = expect_frames_make();
    expect_frames_read(frames, "simulated-first-light.pcapng", 60);
    expect_frames_read(frames, "sa-200-100-pe.pcap", 60);
    expect_frames_read(frames, "cats-encap-2sid-pe.pcap", 60);
    return frames;
}

/* Every frame several times at several places, as real stacks and links show them. */
static void generate(run *r, const GArray *frames, GRand *random)
{
    for (guint i = 0; i < frames->len; i++) {
        guint copies = g_rand_int_range(random, 0, 8) == 0 ? COPIES : 1;
        uint32_t place = (uint32_t)g_rand_int_range(random, 0, PLACES);
        for (guint c = 0; c < copies; c++)
            show(r->generated, frames, i, place);
    }
    g_array_append_vals(r->observed, r->generated->data, r->generated->len);
}

/* Another value for the field. */
static void corrupt(shown *s, const layout_field *field, GRand *random)
{
    uint32_t octet = field->bit / 8, octets = (field->bit % 8 + field->bits + 7) / 8;
    g_autofree uint8_t *before = g_memdup2(s->octets + octet, octets);
    do {
        for (uint32_t bit = field->bit; bit < field->bit + field->bits; bit++)
            if (g_rand_boolean(random))
                s->octets[bit / 8] ^= (uint8_t)(0x80 >> bit % 8);
    } while (memcmp(before, s->octets + octet, octets) == 0);
}

/* "changed FIELD"; of an ignored field nothing, or the checksums over it. A tag that another announces is still
 * one, and a checksum that became 0 was left out. */
static bool is_as_it_should_be(const run *r, const layout_field *field, const expect_ignored *ignored,
                               const shown *s)
{
    g_autofree char *text = told(r), *expected = g_strdup_printf("changed %s", field->name);
    uint16_t now = packet_get16(s->octets + field->bit / 8);
    if (strcmp(text, expected) == 0)
        return true;
    if (ignored->group[field->as])
        return text[0] == '\0' || (g_str_has_prefix(text, "changed ") && strstr(text, "; ") == NULL &&
                                   g_str_has_suffix(text, ".checksum"));
    bool tag = strcmp(field->name, "eth.type") == 0 && s->octets[14] == 0x60 && now != 0x0800 && now != 0x86DD;
    return text[0] == '\0' && ((field->role == FIELD_CHECKSUM && now == 0) || tag);
}

static void test_corruptions(void)
{
    g_autoptr(GArray) frames = corpus();
    g_autoptr(GRand) random = g_rand_new_with_seed(20261128);
    packet_layout *layout = packet_layout_new();
    expect_ignored ignored;
    expect_ignored_init(&ignored);
    run *r = run_new();
    generate(r, frames, random);
    run_all(r, &ignored, 1024, PLACES, false);
    assert_told(r, "");
    for (unsigned i = 0; i < CORRUPTIONS; i++) {
        shown *s = &g_array_index(r->observed, shown,
                                  (guint)g_rand_int_range(random, 0, (gint32)r->observed->len));
        shown before = *s;
        packet p;
        packet_walk(PACKET_LINK_ETHERNET, before.octets, s->length, s->length, &p);
        packet_layout_read(layout, &p, PACKET_LINK_ETHERNET, &affinity_numbers_default);
        const layout_field *field = &g_array_index(
            layout->fields, layout_field, (guint)g_rand_int_range(random, 0, (gint32)layout->fields->len));
        corrupt(s, field, random);
        run_all(r, &ignored, 1024, PLACES, false);
        if (!is_as_it_should_be(r, field, &ignored, s)) {
            g_autofree char *text = told(r);
            g_error("try %u: %s of %s, frame %u of the corpus, octet %u now 0x%02x: \"%s\"", i, field->name,
                    g_array_index(frames, expect_frame, s->frame).name, s->frame, field->bit / 8,
                    s->octets[field->bit / 8], text);
        }
        *s = before;
    }
    packet_layout_free(layout);
    run_free(r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/expect-window/corruptions", test_corruptions);
    return g_test_run();
}
