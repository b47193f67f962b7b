/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sample through the counters: packets and flows of each SID, sessions, and the three forms of the report.
 */
#include "capture-tools/capture/report.h"
#include "capture-tools/io/capture-reader.h"

#include <string.h>

enum { FRAMES = 96, FLOWS = 4, PACKETS_ENCAPSULATED = 48 };

static capture_counters *count_sample(const char *path)
{
    GError *error = NULL;
    capture_reader *reader = capture_reader_open(path, NULL, &error);
    g_assert_no_error(error);
    capture_counters *counters = capture_counters_new(NULL, &cats_route_codes_default);
    uint32_t interfaces = 0;
    capture_frame frame;
    while (capture_reader_next(reader, &frame) == CAPTURE_FRAME) {
        for (; interfaces <= frame.interface; interfaces++)
            capture_counters_add_interface(counters, capture_reader_interface_name(reader, interfaces),
                                           frame.link_type);
        capture_counters_frame(counters, frame.interface, frame.time_ns, frame.data, frame.captured,
                               frame.wire);
    }
    capture_reader_close(reader);
    return counters;
}

static capture_report report_of(capture_counters *counters)
{
    static const capture_report_interface rows[] = { { "a", 90, 7 }, { "b", 13, 0 } };
    return (capture_report){ .name = "a, b",
                             .since_ns = 1500000000,
                             .packets = FRAMES,
                             .interfaces = rows,
                             .interface_count = G_N_ELEMENTS(rows),
                             .counters = counters };
}

static void test_sids(void)
{
    capture_counters *counters = count_sample(CATSHARK_SAMPLES "/simulated-first-light.pcapng");
    const summary *s = capture_counters_summary(counters);
    g_assert_cmpuint(s->frames, ==, FRAMES);
    g_assert_cmpuint(s->flows.flows, ==, FLOWS);
    g_assert_cmpuint(s->flows.verdicts[STEERING_DELIVERED], ==, FLOWS);
    g_assert_cmpuint(s->sessions.verdicts[AFFINITY_RECONNECTED], ==, 2);

    const capture_sid *top[CAPTURE_SIDS_MAX];
    size_t count = capture_counters_top(counters, top, CAPTURE_SIDS_MAX);
    uint64_t flows = 0, packets = 0;
    g_assert_cmpuint(count, ==, capture_counters_sids(counters));
    g_assert_cmpuint(count, >, 1);
    for (size_t i = 0; i < count; i++) {
        flows += top[i]->flows;
        packets += top[i]->packets;
        g_assert_true(i == 0 || top[i - 1]->flows >= top[i]->flows);
    }
    g_assert_cmpuint(flows, ==, FLOWS);
    g_assert_cmpuint(packets, ==, PACKETS_ENCAPSULATED);
    g_assert_cmpuint(capture_counters_to_others(counters), ==, 0);
    g_assert_cmpuint(capture_counters_top(counters, top, 1), ==, 1);
    capture_counters_free(counters);
}

/* No more SIDs are told apart than there is room for; what goes to others is counted. */
static void test_many_sids(void)
{
    enum { SIDS = CAPTURE_SIDS_MAX + 10, DESTINATION = 24, NEXT_HEADER = 6, IPV6 = 40, IPV4 = 20 };
    uint8_t octets[IPV6 + IPV4] = { 0x60, 0, 0, 0, 0, IPV4, PACKET_PROTOCOL_IPV4, 64, 0x5f };
    capture_counters *counters = capture_counters_new(NULL, &cats_route_codes_default);
    capture_counters_add_interface(counters, "raw", 12);
    octets[DESTINATION] = 0x5f;
    octets[DESTINATION + 7] = 0xca; /* 32/16/16/32: function 0xCA75 is End.CATS */
    octets[DESTINATION + 8] = 0xca;
    octets[DESTINATION + 9] = 0x75;
    octets[IPV6] = 0x45;
    octets[IPV6 + 3] = IPV4;
    for (unsigned i = 0; i < SIDS; i++) {
        octets[DESTINATION + 4] = (uint8_t)(i >> 8);
        octets[DESTINATION + 5] = (uint8_t)i;
        capture_counters_frame(counters, 0, i, octets, sizeof octets, sizeof octets);
    }
    g_assert_cmpuint(capture_counters_sids(counters), ==, CAPTURE_SIDS_MAX);
    g_assert_cmpuint(capture_counters_to_others(counters), ==, SIDS - CAPTURE_SIDS_MAX);
    capture_counters_free(counters);
}

static void test_line(void)
{
    capture_counters *counters = count_sample(CATSHARK_SAMPLES "/simulated-first-light.pcapng");
    capture_report report = report_of(counters);
    g_autofree char *line = capture_report_line(&report);
    g_assert_true(
        g_str_has_prefix(line, "96 packets, 7 dropped, 8 redirects, 0 rules broken, 4 flows, 5f00:"));
    report.not_decoded = 5;
    g_autofree char *late = capture_report_line(&report);
    g_assert_true(g_str_has_prefix(late, "96 packets, 7 dropped, 5 not decoded, 8 redirects"));
    report.counters = NULL;
    g_autofree char *bare = capture_report_line(&report);
    g_assert_cmpstr(bare, ==, "96 packets, 7 dropped");
    capture_counters_free(counters);
}

static void test_json(void)
{
    capture_counters *counters = count_sample(CATSHARK_SAMPLES "/simulated-first-light.pcapng");
    const capture_report report = report_of(counters);
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    g_assert_true(capture_report_json(&report, "counters", out));
    fclose(out);
    g_autoptr(JsonParser) parser = json_parser_new();
    g_assert_true(json_parser_load_from_data(parser, text, (gssize)length, NULL));
    JsonObject *object = json_node_get_object(json_parser_get_root(parser));
    g_assert_cmpstr(json_object_get_string_member(object, "counters"), ==, "a, b");
    g_assert_cmpint(json_object_get_int_member(object, "dropped"), ==, 7);
    g_assert_cmpint(json_object_get_int_member(object, "redirects"), ==, 8);
    g_assert_cmpuint(json_array_get_length(json_object_get_array_member(object, "interfaces")), ==, 2);
    JsonObject *sid = json_array_get_object_element(json_object_get_array_member(object, "sids"), 0);
    g_assert_true(g_str_has_prefix(json_object_get_string_member(sid, "cats.sid"), "5f00:"));
    g_assert_cmpint(json_object_get_int_member(sid, "flows"), >, 0);
    g_assert_false(json_object_has_member(object, "file"));
    free(text);
    capture_counters_free(counters);
}

/* Nothing is configured: BGP tells whose they are. */
static void test_names_from_routes(void)
{
    capture_counters *counters = count_sample(CATSHARK_SAMPLES "/simulated-bgp.pcapng");
    const capture_sid *top[CAPTURE_SIDS_MAX];
    size_t count = capture_counters_top(counters, top, CAPTURE_SIDS_MAX);
    g_assert_cmpuint(count, >, 1);
    for (size_t i = 0; i < count; i++)
        g_assert_cmpstr(top[i]->name, !=, "");
    capture_counters_free(counters);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/capture-counters/sids", test_sids);
    g_test_add_func("/capture-counters/names-from-routes", test_names_from_routes);
    g_test_add_func("/capture-counters/many-sids", test_many_sids);
    g_test_add_func("/capture-counters/line", test_line);
    g_test_add_func("/capture-counters/json", test_json);
    return g_test_run();
}
