/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of pairing: every changed field of a packet among others is named; lost, doubled, reordered and
 * unexpected packets; both families, one point and several. */
#include "expect-frames.h"

#include "capture-tools/verify/expect-window.h"
#include "epan-cats/checksum.h"
#include "tests/flow-packets.h"

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

/* "changed FIELD"; of an ignored field nothing, or the checksums over it. A tag that another announces is
 * still one, and a checksum that became 0 was left out. */
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
    bool tag =
        strcmp(field->name, "eth.type") == 0 && s->octets[14] == 0x60 && now != 0x0800 && now != 0x86DD;
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
        shown *s =
            &g_array_index(r->observed, shown, (guint)g_rand_int_range(random, 0, (gint32)r->observed->len));
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

/* ---- what becomes of packets ---- */

enum { FLOWS = 4, PACKETS = 10 };

/* Numbered UDP packets of some flows of a family; at several places they are shown one after the other. */
typedef struct story {
    run *r;
    unsigned places;
    bool anywhere;
    expect_ignored ignored;
} story;

static void add_numbered(GArray *list, bool ipv4, unsigned flow, unsigned number, uint32_t place)
{
    flow_packet made = flow_packet_make(flow, ipv4 ? FLOW_SERVICE_IPV4 : FLOW_SERVICE_IPV6);
    shown s = { .frame = flow * PACKETS + number, .place = place, .length = (uint32_t)made.length + 14 };
    packet_put16(s.octets + 12, ipv4 ? PACKET_ETHERTYPE_IPV4 : PACKET_ETHERTYPE_IPV6);
    made.octets[made.length - 1] = (uint8_t)number;
    g_assert_true(checksum_write(made.octets, made.length));
    memcpy(s.octets + 14, made.octets, made.length);
    g_array_append_val(list, s);
}

static story story_begin(bool ipv4, unsigned places, bool anywhere)
{
    story t = { .r = run_new(), .places = places, .anywhere = anywhere };
    expect_ignored_init(&t.ignored);
    for (unsigned number = 0; number < PACKETS; number++)
        for (unsigned flow = 0; flow < FLOWS; flow++)
            for (uint32_t place = 0; place < places; place++) {
                add_numbered(t.r->observed, ipv4, flow, number, place);
                if (place == 0 || !anywhere)
                    add_numbered(t.r->generated, ipv4, flow, number, place);
            }
    return t;
}

static expect_count story_end(story *t, const char *expected)
{
    expect_count count = run_all(t->r, &t->ignored, 256, t->places, t->anywhere);
    assert_told(t->r, expected);
    run_free(t->r);
    return count;
}

/* What happens to the observed frame `at`. */
typedef void (*accident)(story *t, guint at);

static void nothing(story *t, guint at)
{
    (void)t;
    (void)at;
}

static void lose(story *t, guint at)
{
    g_array_remove_index(t->r->observed, at);
}

static void double_it(story *t, guint at)
{
    const shown copy = g_array_index(t->r->observed, shown, at);
    g_array_insert_val(t->r->observed, at + 2, copy);
}

/* Behind the next packet of its flow at its place. */
static void delay(story *t, guint at)
{
    const shown moved = g_array_index(t->r->observed, shown, at);
    guint to = at + FLOWS * t->places;
    g_array_insert_val(t->r->observed, to + 1, moved);
    g_array_remove_index(t->r->observed, at);
}

static void add_foreign(story *t, guint at)
{
    shown foreign = g_array_index(t->r->observed, shown, at);
    bool ipv4 = foreign.octets[12] == 0x08;
    memset(foreign.octets + 14 + (ipv4 ? 12 : 8), 0x20, 4);
    memset(foreign.octets + foreign.length - 30, 0xEE, 30);
    packet_put16(foreign.octets + 14 + (ipv4 ? 20 : 40), 7777);
    g_assert_true(checksum_write(foreign.octets + 14, foreign.length - 14));
    g_array_insert_val(t->r->observed, at, foreign);
}

/* A port in place of another, in one packet, checksums mended. */
static void change_port(story *t, guint at)
{
    shown *s = &g_array_index(t->r->observed, shown, at);
    bool ipv4 = s->octets[12] == 0x08;
    packet_put16(s->octets + 14 + (ipv4 ? 20 : 40), 54321);
    g_assert_true(checksum_write(s->octets + 14, s->length - 14));
}

static const struct happening {
    const char *name;
    accident happens;
    const char *told;
} happenings[] = {
    { "nothing", nothing, "" },
    { "lost", lose, "lost" },
    { "doubled", double_it, "doubled" },
    { "reordered", delay, "reordered 1" },
    { "unexpected", add_foreign, "unexpected" },
    { "changed", change_port, "changed udp.srcport" },
};

static void test_happening(gconstpointer data)
{
    const struct happening *h = data;
    for (unsigned ipv4 = 0; ipv4 < 2; ipv4++)
        for (unsigned places = 1; places <= 3; places++)
            for (unsigned anywhere = 0; anywhere < 2; anywhere++) {
                story t = story_begin(ipv4 == 1, places, anywhere == 1);
                h->happens(&t, t.r->observed->len / 2);
                /* What is lost on one link and seen on another is not lost to who asks for any. */
                bool seen_elsewhere = anywhere == 1 && places > 1 && h->happens == lose;
                story_end(&t, seen_elsewhere ? "" : h->told);
            }
}

/* ---- the period ---- */

static void check_period(guint from, guint count, bool ignored, const char *expected)
{
    story t = story_begin(true, 1, false);
    t.ignored.group[IGNORED_OUTSIDE] = ignored;
    g_array_remove_range(t.r->observed, from, count);
    expect_count counted = story_end(&t, expected);
    g_assert_cmpuint(counted.outside, ==, count);
}

static void test_late(void)
{
    check_period(0, 2, false, "lost outside; lost outside");
    check_period(0, 2, true, "");
}

static void test_early(void)
{
    check_period(FLOWS * PACKETS - 2, 2, false, "lost outside; lost outside");
    check_period(FLOWS * PACKETS - 2, 2, true, "");
}

/* ---- the client's port ---- */

static void set_ports(story *t, unsigned of_flow, guint from, uint16_t port)
{
    for (guint i = from; i < t->r->observed->len; i++) {
        shown *s = &g_array_index(t->r->observed, shown, i);
        if (s->frame / PACKETS != of_flow)
            continue;
        packet_put16(s->octets + 14 + (s->octets[12] == 0x08 ? 20 : 40), port);
        g_assert_true(checksum_write(s->octets + 14, s->length - 14));
    }
}

static void test_client_port(void)
{
    for (unsigned ipv4 = 0; ipv4 < 2; ipv4++) {
        char *message;
        story t = story_begin(ipv4 == 1, 1, false);
        g_assert_true(expect_ignored_set(&t.ignored, "client-port", true, &message));
        for (unsigned flow = 0; flow < FLOWS; flow++)
            set_ports(&t, flow, 0, (uint16_t)(60000 - flow));
        story_end(&t, "");
        /* The last packet of a flow has a port of its own. */
        t = story_begin(ipv4 == 1, 1, false);
        g_assert_true(expect_ignored_set(&t.ignored, "client-port", true, &message));
        set_ports(&t, 1, 0, 60000);
        set_ports(&t, 1, t.r->observed->len - FLOWS, 60001);
        story_end(&t, "changed udp.srcport");
    }
}

/* ---- the window ---- */

/* Far more packets than it holds; some are lost, some changed. */
static void test_long(void)
{
    enum { MANY = 20000, EVERY = 50 };
    story t = { .r = run_new(), .places = 1 };
    expect_ignored_init(&t.ignored);
    unsigned lost = 0, changed = 0;
    for (unsigned i = 0; i < MANY; i++) {
        guint at = t.r->observed->len;
        add_numbered(t.r->generated, i % 2 == 0, i / 256, i % 256, 0);
        if (i % EVERY == 7) {
            lost++;
            continue;
        }
        add_numbered(t.r->observed, i % 2 == 0, i / 256, i % 256, 0);
        if (i % EVERY == 31) {
            change_port(&t, at);
            changed++;
        }
    }
    expect_count count = run_all(t.r, &t.ignored, 256, 1, false);
    g_assert_cmpuint(count.generated, ==, MANY);
    g_assert_cmpuint(count.paired, ==, MANY - lost);
    g_assert_cmpuint(count.differences[DIFFERENCE_LOST], ==, lost);
    g_assert_cmpuint(count.differences[DIFFERENCE_CHANGED], ==, changed);
    g_assert_cmpuint(t.r->told->len, ==, lost + changed);
    run_free(t.r);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/expect-window/corruptions", test_corruptions);
    for (size_t i = 0; i < G_N_ELEMENTS(happenings); i++) {
        g_autofree char *path = g_strdup_printf("/expect-window/happening/%s", happenings[i].name);
        g_test_add_data_func(path, &happenings[i], test_happening);
    }
    g_test_add_func("/expect-window/late", test_late);
    g_test_add_func("/expect-window/early", test_early);
    g_test_add_func("/expect-window/client-port", test_client_port);
    g_test_add_func("/expect-window/long", test_long);
    return g_test_run();
}
