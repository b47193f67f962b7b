/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a simulation into a capture in the test's own folder. */
#include "simulate-fixture.h"
#include <glib/gstdio.h>

static char *folder, *capture, *events;

static void make_folder(void)
{
    if (folder != NULL)
        return;
    GError *error = NULL;
    folder = g_dir_make_tmp("catshark-simulate-XXXXXX", &error);
    g_assert_no_error(error);
    capture = g_build_filename(folder, "out.pcapng", NULL);
    events = g_build_filename(folder, "out.ndjson", NULL);
}

scenario_options simulate_options(const cats_topology *topology, uint64_t seed, uint64_t flows)
{
    return (scenario_options){ .topology = topology,
                               .seed = seed,
                               .flows = flows,
                               .duration_ns = EVENT_NEVER,
                               .interval_ns = 100000000,
                               .ipv4 = true,
                               .ipv6 = true,
                               .capability = CLIENT_SAF,
                               .response = 2000 };
}

const char *simulate_capture_path(void)
{
    make_folder();
    return capture;
}

const char *simulate_events_path(void)
{
    make_folder();
    return events;
}

scenario_totals simulate_run(const scenario_options *options)
{
    GError *error = NULL;
    recorder *rec = recorder_open(simulate_capture_path(), simulate_events_path(), &error);
    g_assert_no_error(error);
    scenario *s = scenario_new(options, rec, &error);
    g_assert_no_error(error);
    while (scenario_step(s))
        ;
    scenario_totals totals = scenario_count(s);
    scenario_free(s);
    recorder_close(rec, &error);
    g_assert_no_error(error);
    return totals;
}

void simulate_clean(void)
{
    if (folder == NULL)
        return;
    g_unlink(capture);
    g_unlink(events);
    g_rmdir(folder);
    g_free(folder);
    g_free(capture);
    g_free(events);
    folder = NULL;
}
