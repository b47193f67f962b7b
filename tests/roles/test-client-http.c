/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP between client and node, and what clients of real links need: requests that wait, time-outs, times, an
 * end at any moment. */
#include "redirect-scene.h"

#include "capture-tools/roles/http.h"
#include <string.h>

static const unsigned families[] = { 4, 6 };

static scene *http_scene(unsigned family, const char *path, client_capability capability)
{
    scene *s = scene_new(7, family);
    s->link->delay = 5 * MS;
    s->client_config.http_path = path;
    s->client_config.capability = capability;
    s->node_config.http = true;
    s->node_config.response_length = 777;
    scene_start(s);
    g_assert_true(scene_open(s, 40000));
    return s;
}

static const char *text_of(const scene *s, const char *name, unsigned n)
{
    const link_event *event = virtual_link_event(s->link, name, n);
    g_assert_nonnull(event);
    return event->text;
}

static void test_get(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        scene *s = http_scene(families[i], "/100000", CLIENT_INCAPABLE);
        scene_run(s, 10 * SECOND);
        const client_counts counts = client_count(s->client);
        g_assert_cmpuint(counts.finished, ==, 1);
        g_assert_cmpuint(counts.verified, ==, 100000);
        g_assert_cmpuint(counts.octets, >, 100000);
        g_assert_nonnull(strstr(text_of(s, "request", 0), "http.status=200 http.octets=100000"));
        g_assert_nonnull(strstr(text_of(s, "finished", 0), "octets="));
        g_assert_cmpuint(service_node_count(s->node).served_incapable, ==, 1);
        scene_free(s);
    }
}

/* The request is asked twice and answered once, by the node's own address. */
static void test_redirected(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        scene *s = http_scene(families[i], "/", CLIENT_SAF);
        s->link->loss = 0.05;
        scene_run(s, 600 * SECOND);
        const client_counts counts = client_count(s->client);
        g_assert_cmpuint(counts.finished, ==, 2);
        g_assert_cmpuint(counts.failed, ==, 0);
        g_assert_cmpuint(counts.verified, ==, 777);
        g_assert_cmpuint(counts.reconnect.count, ==, 1);
        g_assert_cmpuint(virtual_link_event_count(s->link, "request"), ==, 1);
        scene_free(s);
    }
}

static void test_not_found(void)
{
    scene *s = http_scene(4, "/none", CLIENT_SAF);
    scene_run(s, 10 * SECOND);
    g_assert_nonnull(strstr(text_of(s, "failed", 0), "reason=http-status"));
    g_assert_cmpuint(client_count(s->client).failed, ==, 1);
    g_assert_cmpuint(client_count(s->client).finished, ==, 1); /* the redirected one */
    g_assert_cmpuint(service_node_count(s->node).http_refused, ==, 1);
    scene_free(s);
}

/* A client that says nothing and closes, one that never ends its head. */
static void test_no_request(void)
{
    static const struct {
        uint32_t length;
        bool closes;
        const char *status;
    } rows[] = { { 10, true, "http.status=400" }, { HTTP_HEAD_MAX + 100, false, "http.status=431" } };
    for (unsigned i = 0; i < G_N_ELEMENTS(rows); i++) {
        scene *s = scene_new(7, 4);
        s->client_config.close_after_request = rows[i].closes;
        s->client_config.capability = CLIENT_INCAPABLE;
        s->client_config.request_length = rows[i].length;
        s->node_config.http = true;
        scene_start(s);
        scene_open(s, 40000);
        scene_run(s, 10 * SECOND);
        g_assert_nonnull(strstr(text_of(s, "request", 0), rows[i].status));
        scene_free(s);
    }
}

static void test_hold(void)
{
    scene *s = scene_new(7, 6);
    s->link->delay = 5 * MS;
    s->client_config.hold_ns = 3 * SECOND;
    scene_start(s);
    scene_open(s, 40000);
    scene_run(s, 2 * SECOND);
    g_assert_cmpuint(client_count(s->client).established, ==, 1);
    g_assert_cmpuint(client_count(s->client).octets, ==, 0);
    scene_run(s, 10 * SECOND);
    const client_counts counts = client_count(s->client);
    g_assert_cmpuint(counts.finished, ==, 2);
    g_assert_cmpuint(counts.verified, ==, 20100);
    g_assert_cmpuint(counts.peak, >=, 1);
    g_assert_cmpint(counts.establish.least_ns, ==, 10 * MS);
    g_assert_cmpint(counts.reconnect.most_ns, ==, 10 * MS);
    g_assert_cmpuint(client_busy(&counts), ==, 0);
    scene_free(s);
}

/* A client that asks otherwise than by HTTP: the node has the request and waits for its end. It is told from
 * a node that is not there. */
static void test_unanswered(void)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(families); i++) {
        for (unsigned interrupted = 0; interrupted < 2; interrupted++) {
            scene *s = scene_new(7, families[i]);
            s->client_config.timeout_ns = 5 * SECOND;
            s->node_config.http = true;
            scene_start(s);
            scene_open(s, 40000);
            scene_run(s, 4 * SECOND);
            g_assert_cmpuint(client_count(s->client).unanswered, ==, 0);
            if (interrupted)
                client_abort(s->client, s->link->now, &s->link->sinks[0]);
            scene_run(s, 4 * SECOND);
            g_assert_nonnull(
                strstr(text_of(s, "failed", 0), interrupted ? "reason=interrupted" : "reason=no-answer"));
            g_assert_cmpuint(client_count(s->client).failed, ==, 1);
            g_assert_cmpuint(client_count(s->client).unanswered, ==, 1);
            scene_free(s);
        }
    }
}

static bool lose_all(virtual_link *link, unsigned from, uint8_t *octets, size_t *length, const char *comment)
{
    (void)octets, (void)length, (void)comment;
    return !(from == 1 && link->now > 2 * SECOND);
}

/* Nothing is heard from the third second on, while the request waits: the time counts from when it is asked.
 */
static void test_timeout(void)
{
    scene *s = scene_new(7, 4);
    s->link->tap = lose_all;
    s->client_config.hold_ns = 4 * SECOND;
    s->client_config.timeout_ns = 5 * SECOND;
    scene_start(s);
    scene_open(s, 40000);
    const int64_t start = s->link->now;
    scene_run(s, 8 * SECOND);
    g_assert_null(virtual_link_event(s->link, "failed", 0));
    scene_run(s, 8 * SECOND);
    const link_event *failed = virtual_link_event(s->link, "failed", 0);
    g_assert_nonnull(failed);
    g_assert_nonnull(strstr(failed->text, "reason=timeout"));
    g_assert_cmpint((failed->time - start) / SECOND, ==, 9);
    g_assert_cmpuint(client_count(s->client).unanswered, ==, 0);
    scene_free(s);
}

static void test_abort(void)
{
    scene *s = scene_new(7, 4);
    s->link->delay = 20 * MS;
    scene_start(s);
    for (uint16_t port = 40000; port < 40010; port += 2) {
        scene_open(s, port);
        scene_run(s, 30 * MS);
    }
    client_abort(s->client, s->link->now, &s->link->sinks[0]);
    const client_counts counts = client_count(s->client);
    g_assert_cmpuint(client_busy(&counts), ==, 0);
    g_assert_cmpuint(counts.failed, >, 0);
    g_assert_nonnull(strstr(text_of(s, "failed", 0), "reason=interrupted"));
    scene_run(s, 10 * SECOND);
    g_assert_cmpuint(client_count(s->client).live, ==, 0);
    g_assert_cmpuint(service_node_count(s->node).resets, >, 0);
    scene_free(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/client-http/get", test_get);
    g_test_add_func("/client-http/redirected", test_redirected);
    g_test_add_func("/client-http/not-found", test_not_found);
    g_test_add_func("/client-http/no-request", test_no_request);
    g_test_add_func("/client/unanswered", test_unanswered);
    g_test_add_func("/client/hold", test_hold);
    g_test_add_func("/client/timeout", test_timeout);
    g_test_add_func("/client/abort", test_abort);
    return g_test_run();
}
