/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames made ready ahead: what fits into memory and what does not give the same, pass after pass. */
#include "capture-tools/inject/read-ahead.h"
#include <string.h>

typedef struct fixture {
    cats_topology *topology;
    scenario_options options;
    outlets *outlets;
    preparer preparer;
} fixture;

static const uint8_t mac[FRAME_ADDRESS] = { 2, 0, 0, 0, 0, 1 };

/* A simulation of so many flows; the interface is none, nothing is sent. */
static void setup_flows(fixture *f, uint64_t flows, const char *interface)
{
    char *interfaces[] = { (char *)(uintptr_t)interface, NULL };
    GError *error = NULL;
    memset(f, 0, sizeof *f);
    f->topology = cats_topology_builtin();
    f->options = (scenario_options){ .topology = f->topology,
                                     .seed = 1,
                                     .flows = flows,
                                     .duration_ns = EVENT_NEVER,
                                     .interval_ns = 10000000,
                                     .ipv4 = true,
                                     .ipv6 = true,
                                     .response = 4000,
                                     .encapsulation = SETUP_ENCAP_TOPOLOGY };
    f->outlets = outlets_new(interfaces, NULL, &error);
    g_assert_no_error(error);
    outlet *out = &g_array_index(f->outlets->list, outlet, 0);
    out->interface = g_new0(live_interface, 1);
    out->interface->addresses = g_array_new(FALSE, FALSE, sizeof(cats_address));
    out->interface->offloads = g_ptr_array_new();
    out->interface->mtu = 9000;
    memcpy(out->interface->mac, mac, sizeof mac);
    frame_source *source = frame_source_scenario(&f->options, &error);
    g_assert_no_error(error);
    preparer_init(&f->preparer, source, f->outlets);
}

static void teardown(fixture *f)
{
    preparer_clear(&f->preparer);
    frame_source_free(f->preparer.source);
    outlets_free(f->outlets);
    cats_topology_free(f->topology);
}

/* One pass: how many octets, and a checksum over them and the times of frames. */
static uint64_t take_pass(read_ahead *r, GChecksum *sum, read_ahead_state *end)
{
    /* What was given stays for a while: 64 frames are far less than READ_AHEAD_HOLD. */
    enum { HELD = 64 };
    struct {
        const ready_frame *frame;
        uint32_t length;
    } held[HELD] = { 0 };
    uint64_t octets = 0;
    for (unsigned at = 0;; at = (at + 1) % HELD) {
        const ready_frame *frame;
        *end = read_ahead_next(r, &frame);
        if (*end == READ_AHEAD_WAIT) {
            read_ahead_wait(r);
        } else if (*end == READ_AHEAD_FRAME) {
            g_assert_cmpint(frame->kind, ==, READY_TO_SEND);
            g_checksum_update(sum, (const guchar *)&frame->time_ns, sizeof frame->time_ns);
            g_checksum_update(sum, frame->octets, frame->length);
            octets += frame->length;
            if (held[at].frame != NULL)
                g_assert_cmpuint(held[at].frame->length, ==, held[at].length);
            held[at].frame = frame;
            held[at].length = frame->length;
        } else {
            return octets;
        }
    }
}

static void check_passes(uint64_t flows, uint64_t limit, uint64_t octets_at_least)
{
    enum { PASSES = 3 };
    fixture f;
    read_ahead_state end;
    uint64_t first = 0;
    char *text = NULL;
    setup_flows(&f, flows, "none");
    read_ahead *r = read_ahead_start(&f.preparer, limit, PASSES);
    g_assert_true(read_ahead_fill(r));
    g_assert_false(read_ahead_refused(r));
    for (int pass = 0; pass < PASSES; pass++) {
        GChecksum *sum = g_checksum_new(G_CHECKSUM_SHA256);
        uint64_t octets = take_pass(r, sum, &end);
        g_assert_cmpint(end, ==, READ_AHEAD_PASS);
        if (pass == 0) {
            first = octets;
            text = g_strdup(g_checksum_get_string(sum));
            g_assert_cmpuint(octets, >, octets_at_least);
        }
        g_assert_cmpuint(octets, ==, first);
        g_assert_cmpstr(g_checksum_get_string(sum), ==, text);
        g_checksum_free(sum);
        if (pass + 1 < PASSES)
            read_ahead_again(r);
    }
    g_assert_true(read_ahead_free(r));
    g_free(text);
    teardown(&f);
}

static void test_fits(void)
{
    check_passes(20, 256000000, 0);
}

/* Many times as much as may be held. */
static void test_does_not_fit(void)
{
    check_passes(3000, READ_AHEAD_MIN, 3 * READ_AHEAD_MIN);
}

/* Whoever stops early does not wait for the reader, which waits for room. */
static void test_stopped(void)
{
    fixture f;
    const ready_frame *frame;
    setup_flows(&f, CLIENTS_UNLIMITED, "none");
    read_ahead *r = read_ahead_start(&f.preparer, READ_AHEAD_MIN, 0);
    g_assert_true(read_ahead_fill(r));
    g_assert_cmpint(read_ahead_next(r, &frame), ==, READ_AHEAD_FRAME);
    g_assert_true(read_ahead_free(r));
    teardown(&f);
}

static void test_missing_link(void)
{
    fixture f;
    setup_flows(&f, 5, "nowhere=none");
    read_ahead *r = read_ahead_start(&f.preparer, READ_AHEAD_MIN, 1);
    g_assert_true(read_ahead_fill(r));
    g_assert_true(read_ahead_refused(r));
    g_assert_nonnull(strstr(read_ahead_message(r), "no link \"nowhere\" in scenario, which has clients-"));
    g_assert_true(read_ahead_free(r));
    teardown(&f);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/read-ahead/fits", test_fits);
    g_test_add_func("/read-ahead/does-not-fit", test_does_not_fit);
    g_test_add_func("/read-ahead/stopped", test_stopped);
    g_test_add_func("/read-ahead/missing-link", test_missing_link);
    return g_test_run();
}
