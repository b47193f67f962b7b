/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the client's summary says of connections that got no answer. */
#include "capture-tools/live/client-report.h"
#include "redirect-scene.h"

#include <string.h>

static char *print(scene *s)
{
    const client_tally tally = { .role = s->client, .config = &s->client_config };
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    client_tally_print(&tally, out);
    fclose(out);
    return text;
}

/* The node waits for the end of a request of HTTP; with `path` the client sends one. */
static char *summary(const char *path)
{
    scene *s = scene_new(1, 4);
    s->client_config.timeout_ns = 2500 * MS;
    s->client_config.http_path = path;
    s->node_config.http = true;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 10 * SECOND);
    char *text = print(s);
    scene_free(s);
    return text;
}

static void test_unanswered(void)
{
    g_autofree char *silent = summary(NULL);
    g_autofree char *answered = summary("/10");
    g_assert_nonnull(strstr(silent, "unanswered: 1 connected"));
    g_assert_nonnull(strstr(silent, "no octet came within 2.5 s"));
    g_assert_nonnull(strstr(silent, "--http PATH"));
    g_assert_null(strstr(answered, "unanswered"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client-report/unanswered", test_unanswered);
    return g_test_run();
}
