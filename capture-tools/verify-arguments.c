/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line of verify to what is asked: settings, captures and where they were taken. Spec:
 * man/catshark-verify.1. */
#include "verify-arguments.h"

#include "capture-tools/verify/clocks.h"
#include "cli.h"
#include "epan-cats/numbers.h"

#include <string.h>

static const char verb_name[] = "verify";

#define LIMIT_DEFAULT 100
#define LOST_LIMIT_MAX_MS 60000
#define FLOWS_MAX 100000000
#define CONNECTIONS_PER_FLOW 2 /* the one that is redirected, and the one that follows */

void verify_options_clear(verify_options *o)
{
    char **texts[] = { &o->topology,   &o->rules, &o->limit,  &o->fail_on, &o->reconnect_limit,
                       &o->lost_limit, &o->flows, &o->expect, &o->window,  &o->report };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    route_arguments_clear(&o->routes);
    g_strfreev(o->at);
    g_strfreev(o->ignore);
    g_strfreev(o->strict);
}

void verify_asked_clear(verify_asked *asked)
{
    capture_sources_free(asked->sources);
    capture_points_free(asked->points);
    cats_topology_free(asked->topology);
}

/* ---- what the options mean ---- */

/* Takes the message. */
static bool refuse(const char *option, char *message)
{
    cli_usage_error(verb_name, "%s: %s", option, message);
    g_free(message);
    return false;
}

bool verify_trouble(GError *error)
{
    cli_trouble(verb_name, "%s", error->message);
    g_error_free(error);
    return false;
}

static bool take_fail_on(const char *text, cats_severity *severity)
{
    *severity = CATS_WARNING;
    for (cats_severity s = CATS_NOTE; text != NULL && s <= CATS_ERROR; s++) {
        if (strcmp(text, cats_severity_name(s)) != 0)
            continue;
        *severity = s;
        return true;
    }
    return text == NULL ||
           refuse("--fail-on", g_strdup_printf("\"%s\", expected error, warning or note", text));
}

static bool take_topology(const char *path, verify_asked *asked)
{
    GError *error = NULL;
    verification_settings *s = &asked->settings;
    if (path == NULL)
        return true;
    asked->topology = cats_topology_load(path, &error);
    if (asked->topology == NULL)
        return verify_trouble(error);
    s->topology = s->cats.topology = asked->topology;
    s->numbers = asked->topology->numbers;
    s->reconnect_limit_ns = asked->topology->reconnect_limit_ms * INT64_C(1000000);
    return true;
}

static bool take_ignored(const char *option, char **names, bool value, expect_ignored *ignored)
{
    char *message = NULL;
    for (; names != NULL && *names != NULL; names++)
        if (!expect_ignored_set(ignored, *names, value, &message))
            return refuse(option, message);
    return true;
}

/* Needs the settings of the verification. */
static bool take_expect(const verify_options *o, verify_asked *asked)
{
    expectation_settings *e = &asked->expect;
    const struct {
        const char *option;
        bool given;
    } needs[] = { { "--ignore", o->ignore != NULL && !o->list_ignored },
                  { "--strict", o->strict != NULL && !o->list_ignored },
                  { "--window", o->window != NULL } };
    for (size_t i = 0; i < G_N_ELEMENTS(needs); i++)
        if (needs[i].given && o->expect == NULL)
            return refuse(needs[i].option, g_strdup("without --expect, which it belongs to"));
    uint64_t window = EXPECT_WINDOW_DEFAULT;
    *e = (expectation_settings){ .path = o->expect,
                                 .topology = asked->topology,
                                 .numbers = asked->settings.numbers,
                                 .limit = asked->settings.limit };
    expect_ignored_init(&e->ignored);
    if (!take_ignored("--ignore", o->ignore, true, &e->ignored) ||
        !take_ignored("--strict", o->strict, false, &e->ignored) ||
        !cli_take_number(verb_name, "--window", o->window, EXPECT_WINDOW_MIN, EXPECT_WINDOW_MAX, &window))
        return false;
    e->window = (uint32_t)window;
    asked->settings.expects = o->expect != NULL;
    return true;
}

bool verify_take_options(const verify_options *o, verify_asked *asked)
{
    char *message = NULL;
    verification_settings *s = &asked->settings;
    verification_settings_init(s);
    s->limit = LIMIT_DEFAULT;
    asked->keep_times = o->keep_times;
    if (o->rules != NULL && !finding_rules_parse(o->rules, &s->rules, &message))
        return refuse("--rules", message);
    if (!take_topology(o->topology, asked) || !take_fail_on(o->fail_on, &asked->fail_on))
        return false;
    uint64_t reconnect_limit = (uint64_t)s->reconnect_limit_ns / 1000000;
    uint64_t lost_limit = (uint64_t)s->lost_limit_ns / 1000000;
    uint64_t flows = s->flows;
    if (!cli_take_number(verb_name, "--limit", o->limit, 0, INT64_MAX, &s->limit) ||
        !cli_take_number(verb_name, "--reconnect-limit", o->reconnect_limit, 1,
                         AFFINITY_RECONNECT_LIMIT_MAX_MS, &reconnect_limit) ||
        !cli_take_number(verb_name, "--lost-limit", o->lost_limit, 1, LOST_LIMIT_MAX_MS, &lost_limit) ||
        !cli_take_number(verb_name, "--flows", o->flows, 1, FLOWS_MAX, &flows))
        return false;
    if (!route_arguments_take(verb_name, &o->routes, &s->codes))
        return false;
    s->flows = (uint32_t)flows;
    s->connections = (uint32_t)flows * CONNECTIONS_PER_FLOW;
    s->lost_limit_ns = (int64_t)lost_limit * 1000000;
    s->reconnect_limit_ns = (int64_t)reconnect_limit * 1000000;
    return take_expect(o, asked);
}

/* ---- captures and where they were taken ---- */

/* A NAME=FILE or NAME=FILE:INTERFACE, taken apart. */
typedef struct said_at {
    char *name, *file, *interface; /* owned; the interface may be NULL */
    unsigned source;
} said_at;

static void clear_said(gpointer data)
{
    said_at *said = data;
    g_free(said->name);
    g_free(said->file);
    g_free(said->interface);
}

static bool split_at(const char *text, said_at *said)
{
    const char *equal = strchr(text, '=');
    if (equal == NULL || equal == text || equal[1] == '\0')
        return refuse("--at", g_strdup_printf("\"%s\", expected PLACE=FILE or PLACE=FILE:INTERFACE", text));
    said->name = g_strndup(text, (size_t)(equal - text));
    const char *colon = strrchr(equal, ':');
    bool whole = colon == NULL || g_file_test(equal + 1, G_FILE_TEST_EXISTS);
    said->file = whole ? g_strdup(equal + 1) : g_strndup(equal + 1, (size_t)(colon - equal - 1));
    said->interface = whole ? NULL : g_strdup(colon + 1);
    return true;
}

static bool add_source(verify_asked *asked, const char *what, unsigned *number)
{
    GError *error = NULL;
    return capture_sources_add(asked->sources, what, number, &error) || verify_trouble(error);
}

static bool say(verify_asked *asked, const said_at *said)
{
    if (capture_points_say(asked->points, said->source, said->interface, said->name))
        return true;
    return refuse("--at", g_strdup_printf("\"%s\", expected a link, ingress, egress or site of the topology "
                                          "file, or clients, ingress, core, egress or site...",
                                          said->name));
}

bool verify_take_captures(verify_asked *asked, char **paths, char **at)
{
    g_autoptr(GArray) list = g_array_new(FALSE, TRUE, sizeof(said_at));
    g_array_set_clear_func(list, clear_said);
    unsigned number;
    asked->points = capture_points_new(asked->topology);
    asked->sources = capture_sources_new(asked->points);
    for (; *paths != NULL; paths++)
        if (!add_source(asked, *paths, &number))
            return false;
    for (; at != NULL && *at != NULL; at++) {
        g_array_set_size(list, list->len + 1);
        said_at *said = &g_array_index(list, said_at, list->len - 1);
        if (!split_at(*at, said) || !add_source(asked, said->file, &said->source))
            return false;
        if (said->interface == NULL)
            capture_sources_rename(asked->sources, said->source, said->name);
    }
    if (!asked->keep_times)
        clocks_compare(asked->sources, &asked->settings.cats);
    GError *error = NULL;
    if (!capture_sources_open(asked->sources, &error))
        return verify_trouble(error);
    for (guint i = 0; i < list->len; i++)
        if (!say(asked, &g_array_index(list, said_at, i)))
            return false;
    return true;
}
