/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-tracker: the sessions of real kernels, on each link and on all at once. */
#include "affinity-scene.h"

#include "epan-cats/packet.h"
#include "sample-frames.h"

static bool next_segment(sample_frames *frames, packet *p, int64_t *time_ns)
{
    guint8 *data;
    guint32 captured, wire;
    while (sample_frames_next(frames, &data, &captured, &wire)) {
        const size_t record = (size_t)(data - (guint8 *)frames->file) - 16;
        *time_ns = sample_get32(frames, record) * SECOND + sample_get32(frames, record + 4) * INT64_C(1000);
        packet_walk(frames->link_type, data, captured, wire, p);
        if (p->transport == PACKET_TCP && p->transport_captured)
            return true;
    }
    return false;
}

static void see_packet(scene *s, const packet *p, int64_t time_ns)
{
    const uint8_t *header = p->data + p->transport_offset;
    const packet_ip *ip = packet_innermost(p);
    affinity_segment segment = { .flags = p->tcp_flags,
                                 .source = packet_source(p, ip),
                                 .destination = packet_destination(p, ip),
                                 .source_port = p->source_port,
                                 .destination_port = p->destination_port,
                                 .options = header + 20,
                                 .options_length = p->transport_length - 20 };
    affinity_seen seen;
    affinity_segment_read(&affinity_numbers_default, NULL, &segment, &seen, NULL);
    affinity_sight sight = { .frame = ++s->frame,
                             .time_ns = time_ns,
                             .segment = &segment,
                             .seen = &seen,
                             .whole = true,
                             .sequence = packet_get32(header + 4),
                             .acknowledgment = packet_get32(header + 8),
                             .window = packet_get16(header + 14),
                             .payload = p->transport_payload };
    cats_findings_clear(&s->findings);
    g_assert_true(affinity_tracker_see(s->tracker, &sight, &s->sighting, &s->findings));
    g_assert_cmpuint(s->findings.count, ==, 0);
}

static void expect_samples(const scene *s)
{
    g_assert_cmpint(s->verdicts[0], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s->verdicts[1], ==, AFFINITY_RECONNECTED);
    g_assert_cmpint(s->verdicts[2], ==, AFFINITY_PENDING);
    g_assert_cmpint(s->verdicts[3], ==, -1);
    static const uint32_t sessions[] = { 0, 0, 1, 1, 2 };
    for (uint32_t i = 0; i < G_N_ELEMENTS(sessions); i++) {
        g_assert_cmpuint(s->told[i].session, ==, sessions[i]);
        g_assert_cmpint(s->told[i].role, ==, i % 2 == 0 ? AFFINITY_FIRST : AFFINITY_REESTABLISHED);
    }
    g_assert_cmpuint(s->told[0].reconnect_frame, >, s->told[0].redirect_frame);
    g_assert_cmpuint(s->told[4].redirect_frame, !=, 0);
    g_assert_cmpuint(s->told[4].reconnect_frame, ==, 0);
}

/* All links at once when `link` is NULL: merged by time. */
static void test_sample(gconstpointer link)
{
    static const char *const names[] = { "sa-200-100-client", "sa-200-100-pe", "sa-200-100-site" };
    sample_frames files[3];
    packet heads[3];
    int64_t times[3];
    bool has[3];
    scene s;
    scene_begin(&s, false);
    for (unsigned i = 0; i < 3; i++) {
        sample_frames_open(&files[i], names[i]);
        has[i] =
            (link == NULL || strcmp(link, names[i]) == 0) && next_segment(&files[i], &heads[i], &times[i]);
    }
    for (;;) {
        int first = -1;
        for (int i = 0; i < 3; i++)
            if (has[i] && (first < 0 || times[i] < times[first]))
                first = i;
        if (first < 0)
            break;
        see_packet(&s, &heads[first], times[first]);
        has[first] = next_segment(&files[first], &heads[first], &times[first]);
    }
    expect_samples(&s);
    for (unsigned i = 0; i < 3; i++)
        sample_frames_close(&files[i]);
    scene_end(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/affinity-tracker/sample/client", "sa-200-100-client", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/pe", "sa-200-100-pe", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/site", "sa-200-100-site", test_sample);
    g_test_add_data_func("/affinity-tracker/sample/merged", NULL, test_sample);
    return g_test_run();
}
