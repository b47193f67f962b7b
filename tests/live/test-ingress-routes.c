/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Offers of routes go by the names that egresses have in the topology, also when it is read anew. */
#include "capture-tools/live/ingress-routes.h"

#include <glib/gstdio.h>
#include <string.h>

/* A line of ExaBGP: 192.0.2.80 behind the SID 5f00:0:NODE:ca75::, score 5, aggregate 7. */
#define ROUTE(node)                                                                                       \
    "{\"exabgp\":\"4.0.1\",\"type\":\"update\",\"neighbor\":{\"address\":{\"local\":\"10.9.3.2\","        \
    "\"peer\":\"of-" node "\"},\"direction\":\"receive\",\"message\":{\"update\":{\"attribute\":{"        \
    "\"attribute-0xFE-0xE0\":\"0x0001000838000007008416000002001"                                         \
    "65f000000" node "ca75000000000000000080ca20101020\"},\"announce\":{\"ipv4 unicast\":{\"10.9.3.1\":[" \
    "{\"nlri\":\"192.0.2.80/32\"}]}}}}}}\n"

#define EGRESS(name, node)          \
    "[egress " name "]\n"           \
    "source=5f00:0:" node "::100\n" \
    "locator=5f00:0:" node "::/48\n"

typedef struct scene {
    char *path;
    live_events *events;
    forwarder f;
    ingress *role;
    ingress_routes *routes;
} scene;

static cats_topology *read_topology(const char *text)
{
    g_autoptr(GError) error = NULL;
    cats_topology *t = cats_topology_parse(text, strlen(text), "net.conf", &error);
    g_assert_no_error(error);
    return t;
}

static scene *start(const char *topology)
{
    scene *s = g_new0(scene, 1);
    g_autoptr(GError) error = NULL;
    const ingress_config config = { .name = "ingress1" };
    const int fd = g_file_open_tmp("catshark-routes-XXXXXX", &s->path, &error);
    g_assert_no_error(error);
    g_close(fd, NULL);
    g_assert_true(g_file_set_contents(s->path, ROUTE("00e1") ROUTE("00e2"), -1, NULL));
    s->events = live_events_open(NULL, "ingress1", &error);
    s->f.run.loop = live_loop_new();
    s->f.run.driver = driver_new(s->f.run.loop, s->events, &error);
    g_assert_no_error(error);
    s->f.topology = read_topology(topology);
    s->f.setup.topology = s->f.topology;
    s->f.routes = s->path;
    s->f.codes = cats_route_codes_default;
    s->f.codes.attribute = 254;
    s->role = ingress_new(&config);
    s->routes = ingress_routes_open(&s->f, s->role, &error);
    g_assert_no_error(error);
    for (unsigned i = 0; ingress_routes_count(s->routes) < 2 && i < 100; i++)
        live_loop_run(s->f.run.loop, live_loop_now() + INT64_C(20000000));
    g_assert_cmpuint(ingress_routes_count(s->routes), ==, 2);
    return s;
}

static void stop(scene *s)
{
    ingress_routes_close(s->routes);
    ingress_free(s->role);
    driver_free(s->f.run.driver);
    live_loop_free(s->f.run.loop);
    live_events_close(s->events);
    cats_topology_free(s->f.topology);
    g_unlink(s->path);
    g_free(s->path);
    g_free(s);
}

/* As `catshark ctl reload` has it. */
static void reload(scene *s, const char *topology)
{
    cats_topology *before = s->f.topology;
    s->f.topology = read_topology(topology);
    s->f.setup.topology = s->f.topology;
    ingress_routes_repeat(s->routes);
    cats_topology_free(before);
}

static char *described(const scene *s)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    ingress_routes_describe(s->routes, builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    return json_to_string(root, FALSE);
}

/* What the role has of this egress; it has no more then. */
static bool taken_from_role(const scene *s, const char *name)
{
    cats_address service;
    g_assert_true(cats_address_parse("192.0.2.80", &service));
    return ingress_withdraw(s->role, 0, name, &service, driver_sink(s->f.run.driver));
}

#define OFFER "{\"egress\":\"%s\",\"cats.service\":\"192.0.2.80\",\"score\":5,\"cats.aggregate_id\":7}"

/* Those whose routes came first and second. */
static void assert_names(const scene *s, const char *first, const char *second)
{
    g_autofree char *expected =
        g_strdup_printf("{\"routes\":2,\"offers\":[" OFFER "," OFFER "]}", first, second);
    g_autofree char *text = described(s);
    g_assert_cmpstr(text, ==, expected);
}

static void test_renamed(void)
{
    scene *s = start(EGRESS("egress1", "e1") EGRESS("egress2", "e2"));
    assert_names(s, "egress1", "egress2");
    reload(s, EGRESS("east", "e1") EGRESS("egress2", "e2"));
    assert_names(s, "east", "egress2");
    g_assert_false(taken_from_role(s, "egress1"));
    g_assert_true(taken_from_role(s, "east"));
    g_assert_true(taken_from_role(s, "egress2"));
    stop(s);
}

/* Names change sides; one that the topology has no more goes by its locator. */
static void test_exchanged(void)
{
    scene *s = start(EGRESS("egress1", "e1") EGRESS("egress2", "e2"));
    reload(s, EGRESS("egress2", "e1") EGRESS("egress1", "e2"));
    assert_names(s, "egress2", "egress1");
    reload(s, EGRESS("egress1", "e2"));
    assert_names(s, "5f00:0:e1::/48", "egress1");
    g_assert_false(taken_from_role(s, "egress2"));
    g_assert_true(taken_from_role(s, "egress1"));
    g_assert_true(taken_from_role(s, "5f00:0:e1::/48"));
    stop(s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/ingress-routes/renamed", test_renamed);
    g_test_add_func("/ingress-routes/exchanged", test_exchanged);
    return g_test_run();
}
