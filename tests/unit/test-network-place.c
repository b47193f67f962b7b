/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/network-place: names of places with a topology and without. */
#include "epan-cats/network-place.h"

static void test_topology(void)
{
    static const struct {
        const char *name;
        cats_place_kind kind;
        const char *ingress, *egress, *site;
        bool is_link;
    } cases[] = {
        { "clients-ingress1", CATS_PLACE_CLIENTS, "ingress1", NULL, NULL, true },
        { "ingress2-clients", CATS_PLACE_CLIENTS, "ingress2", NULL, NULL, true }, /* by its ends */
        { "ingress1-core", CATS_PLACE_INGRESS, "ingress1", NULL, NULL, true },
        { "core-egress2", CATS_PLACE_EGRESS, NULL, "egress2", NULL, true },
        { "ingress1-egress1", CATS_PLACE_CORE, "ingress1", "egress1", NULL, true },
        { "egress2-site5", CATS_PLACE_SITE, NULL, "egress2", "site5", true },
        { "ingress1", CATS_PLACE_INGRESS, "ingress1", NULL, NULL, false },
        { "egress1", CATS_PLACE_EGRESS, NULL, "egress1", NULL, false },
        { "site4", CATS_PLACE_SITE, NULL, "egress2", "site4", false },
        { "client", CATS_PLACE_CLIENTS, NULL, NULL, NULL, false },
        { "core", CATS_PLACE_CORE, NULL, NULL, NULL, false },
        { "site99", CATS_PLACE_SITE, NULL, NULL, NULL, false },
        { "eth0", CATS_PLACE_UNKNOWN, NULL, NULL, NULL, false },
        { "clients-core", CATS_PLACE_UNKNOWN, NULL, NULL, NULL, false },
        { "-", CATS_PLACE_UNKNOWN, NULL, NULL, NULL, false },
        { "", CATS_PLACE_UNKNOWN, NULL, NULL, NULL, false },
    };
    cats_topology *t = cats_topology_builtin();
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_place place, link;
        g_assert_cmpint(cats_place_find(t, cases[i].name, &place), ==, cases[i].kind != CATS_PLACE_UNKNOWN);
        g_assert_cmpstr(cats_place_kind_name(place.kind), ==, cats_place_kind_name(cases[i].kind));
        g_assert_cmpstr(place.ingress != NULL ? place.ingress->name : NULL, ==, cases[i].ingress);
        g_assert_cmpstr(place.egress != NULL ? place.egress->name : NULL, ==, cases[i].egress);
        g_assert_cmpstr(place.site != NULL ? place.site->name : NULL, ==, cases[i].site);
        g_assert_cmpint(cats_place_find_link(t, cases[i].name, &link), ==, cases[i].is_link);
        g_assert_cmpint(link.kind, ==, cases[i].is_link ? cases[i].kind : CATS_PLACE_UNKNOWN);
    }
    cats_topology_free(t);
}

/* A name that holds a dash, as an end and as a link's own. */
static void test_dashes(void)
{
    static const char text[] =
        "[service web]\nipv4=192.0.2.80\nport=80\n"
        "[ingress pe-1]\nsource=5f00:0:1::100\nlocator=5f00:0:1::/48\nclients=10.1.0.0/16\n"
        "[egress pe-2]\nsource=5f00:0:e1::100\nlocator=5f00:0:e1::/48\n"
        "[site dc-1]\negress=pe-2\n"
        "[node n]\nsite=dc-1\nipv4=198.51.100.1\n"
        "[link to-dc]\nfrom=pe-2\nto=dc-1\n";
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, sizeof text - 1, "net.conf", &error);
    cats_place place;
    g_assert_no_error(error);
    g_assert_true(cats_place_find(t, "pe-2-dc-1", &place));
    g_assert_cmpstr(place.site->name, ==, "dc-1");
    g_assert_true(cats_place_find(t, "to-dc", &place));
    g_assert_cmpint(place.kind, ==, CATS_PLACE_SITE);
    g_assert_true(cats_place_find(t, "pe-1-core", &place));
    g_assert_cmpint(place.kind, ==, CATS_PLACE_INGRESS);
    cats_topology_free(t);
}

/* A capture names its interfaces as the host does, or as the topology names links. */
static void test_interfaces(void)
{
    static const char text[] =
        "[service web]\nipv4=192.0.2.80\nport=80\n"
        "[ingress i1]\nsource=5f00:0:1::100\nlocator=5f00:0:1::/48\nclients=10.1.0.0/16\n"
        "[egress e1]\nsource=5f00:0:e1::100\nlocator=5f00:0:e1::/48\n"
        "[site s1]\negress=e1\n[site s2]\negress=e1\n[site s3]\negress=e1\n"
        "[node n]\nsite=s1\nipv4=198.51.100.1\n"
        "[link e1-s1]\nfrom=e1\nto=s1\ninterface=eth1\n"
        "[link e1-s2]\nfrom=s2\nto=e1\ninterface=trunk\nvlan=2\n"
        "[link eth3]\nfrom=e1\nto=s3\ninterface=trunk\nvlan=3\n";
    static const char *const sites[][2] = {
        { "eth1", "s1" }, { "e1-s1", "s1" }, { "e1-s2", "s2" }, { "eth3", "s3" }
    };
    GError *error = NULL;
    cats_topology *t = cats_topology_parse(text, sizeof text - 1, "net.conf", &error);
    cats_place place;
    g_assert_no_error(error);
    for (size_t i = 0; i < G_N_ELEMENTS(sites); i++) {
        g_assert_true(cats_place_find_link(t, sites[i][0], &place));
        g_assert_cmpstr(place.site->name, ==, sites[i][1]);
    }
    g_assert_false(cats_place_find_link(t, "trunk", &place)); /* two links */
    cats_topology_free(t);
}

static void test_words(void)
{
    static const struct {
        const char *name;
        cats_place_kind kind;
    } cases[] = { { "client", CATS_PLACE_CLIENTS },  { "clients", CATS_PLACE_CLIENTS },
                  { "ingress", CATS_PLACE_INGRESS }, { "core", CATS_PLACE_CORE },
                  { "egress", CATS_PLACE_EGRESS },   { "site", CATS_PLACE_SITE },
                  { "site2", CATS_PLACE_SITE },      { "egress1", CATS_PLACE_UNKNOWN },
                  { "Site", CATS_PLACE_UNKNOWN },    { "", CATS_PLACE_UNKNOWN } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        cats_place place;
        g_assert_cmpint(cats_place_find(NULL, cases[i].name, &place), ==,
                        cases[i].kind != CATS_PLACE_UNKNOWN);
        g_assert_cmpint(place.kind, ==, cases[i].kind);
    }
    g_assert_true(cats_place_is_core(CATS_PLACE_INGRESS) && cats_place_is_core(CATS_PLACE_CORE) &&
                  cats_place_is_core(CATS_PLACE_EGRESS));
    g_assert_false(cats_place_is_core(CATS_PLACE_SITE) || cats_place_is_core(CATS_PLACE_CLIENTS) ||
                   cats_place_is_core(CATS_PLACE_UNKNOWN));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/network-place/topology", test_topology);
    g_test_add_func("/network-place/dashes", test_dashes);
    g_test_add_func("/network-place/interfaces", test_interfaces);
    g_test_add_func("/network-place/words", test_words);
    return g_test_run();
}
