/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The UPDATEs of the built-in topology's forwarders, read as a receiver reads them. */
#include "capture-tools/simulation/bgp-updates.h"
#include "epan-cats/cats-route-update.h"
#include "epan-cats/numbers.h"
#include <string.h>

static cats_topology *topology;
static setup built_in;

static bgp_message message_of(const GPtrArray *list, guint index)
{
    const update_said *said = g_ptr_array_index(list, index);
    bgp_message message = { 0 };
    cats_defect defect;
    size_t next = 0;
    g_assert_cmpint(bgp_message_next(said->octets->data, said->octets->len, &next, &message, &defect), ==,
                    BGP_MESSAGE);
    g_assert_cmpuint(next, ==, said->octets->len);
    g_assert_cmpuint(message.type, ==, BGP_UPDATE);
    return message;
}

static cats_route_update read_update(const GPtrArray *list, guint index)
{
    bgp_message message = message_of(list, index);
    cats_route_update update;
    cats_defect defect;
    g_assert_true(cats_route_update_read(&cats_route_codes_default, message.body,
                                         message.length - BGP_HEADER_LENGTH, &update, &defect));
    g_assert_cmpuint(update.update.count, ==, 1);
    return update;
}

static const char *comment_of(const GPtrArray *list, guint index)
{
    return ((const update_said *)g_ptr_array_index(list, index))->comment;
}

/* "192.0.2.80/32 203.0.113.0/24" */
static char *prefixes_of(const cats_route_update *update)
{
    GString *text = g_string_new(NULL);
    bgp_nlri_walk walk;
    bgp_nlri_walk_start(&walk, &update->update, &update->update.prefixes[0], false);
    while (bgp_nlri_walk_next(&walk)) {
        char one[BGP_PREFIX_TEXT];
        bgp_prefix_format(&walk.prefix, one);
        g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", one);
    }
    g_assert_false(walk.bad);
    return g_string_free(text, FALSE);
}

static void assert_prefixes(const cats_route_update *update, const char *expected)
{
    g_autofree char *found = prefixes_of(update);
    g_assert_cmpstr(found, ==, expected);
}

static void assert_next_hop(const cats_route_update *update, const char *expected)
{
    char text[CATS_ADDRESS_TEXT];
    cats_address_format(&update->update.prefixes[0].next_hop, text);
    g_assert_cmpstr(text, ==, expected);
}

static void assert_sid(const uint8_t sid[16], const char *expected)
{
    char text[CATS_ADDRESS_TEXT];
    const cats_address address = cats_address_ipv6(sid);
    cats_address_format(&address, text);
    g_assert_cmpstr(text, ==, expected);
}

static GPtrArray *offers_of(size_t from, const egress_announcement *announcement, const faults *f)
{
    GPtrArray *list = update_list_new();
    GArray *offers = setup_offers(&built_in, from);
    bgp_updates_add_offers(list, &built_in, f, from, offers, announcement);
    g_array_free(offers, TRUE);
    return list;
}

static const egress_announcement announced = { .merged = { .available = true, .score = 7 },
                                               .aggregate_id = 0x10203 };

/* An UPDATE for each CS-ID, with both attributes in agreement. */
static void test_offers(void)
{
    faults *none = faults_new(topology);
    GPtrArray *list = offers_of(1, &announced, none);
    static const char *const prefixes[] = { "192.0.2.80/32", "2001:db8:80::80/128" };
    g_assert_cmpuint(list->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        cats_route_update update = read_update(list, i);
        g_assert_cmpuint(update.problem_count, ==, 0);
        g_assert_true(update.has_announcement && update.has_service);
        assert_prefixes(&update, prefixes[i]);
        assert_next_hop(&update, "5f00:0:e2::100");
        assert_sid(update.announcement.sid.sid, "5f00:0:e2:ca75::");
        assert_sid(update.service.sid, "5f00:0:e2:ca75::");
        g_assert_cmpuint(update.announcement.sid.behavior, ==, CATS_BEHAVIOR_END_CATS);
        g_assert_cmpuint(update.announcement.aggregate.aggregate_id, ==, 0x10203);
        g_assert_cmpuint(update.announcement.aggregate.metrics[0].value, ==, 7);
    }
    g_assert_cmpstr(comment_of(list, 0), ==, "egress2: announces 192.0.2.80/32, score 7, aggregate 0x010203");
    g_ptr_array_unref(list);
    faults_free(none);
}

/* Nothing left: each CS-ID is withdrawn, and no attribute but that says so. */
static void test_withdrawal(void)
{
    const egress_announcement gone = { .aggregate_id = 5, .withdrawn = true };
    faults *none = faults_new(topology);
    GPtrArray *list = offers_of(0, &gone, none);
    g_assert_cmpuint(list->len, ==, 2);
    for (guint i = 0; i < 2; i++) {
        cats_route_update update = read_update(list, i);
        bgp_attribute attribute;
        size_t next = 0;
        g_assert_true(update.update.prefixes[0].withdrawn);
        g_assert_true(bgp_attribute_next(&update.update, &next, &attribute));
        g_assert_false(bgp_attribute_next(&update.update, &next, &attribute));
        assert_prefixes(&update, i == 0 ? "192.0.2.80/32" : "2001:db8:80::80/128");
    }
    g_assert_cmpstr(comment_of(list, 1), ==, "egress1: withdraws 2001:db8:80::80/128");
    g_ptr_array_unref(list);
    faults_free(none);
}

/* Each fault breaks its own rule and none besides, in one announcement of four. */
static void test_faults(void)
{
    static const cats_rule_id rules[] = { CATS_RULE_CATS_ROUTE_MALFORMED, CATS_RULE_CATS_ROUTE_CONTRADICTORY,
                                          CATS_RULE_CATS_ROUTE_ARGUMENT, CATS_RULE_CATS_ROUTE_VALUE };
    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        faults *f = faults_new(topology);
        const char *reason;
        unsigned broken = 0;
        g_assert_true(faults_add(f, rules[i], ~0u, &reason));
        for (uint32_t id = 1; id <= 4; id++) {
            for (size_t from = 0; from < topology->egress_count; from++) {
                const egress_announcement one = { .merged = { .available = true, .score = 3 },
                                                  .aggregate_id = id };
                GPtrArray *list = offers_of(from, &one, f);
                for (guint k = 0; k < list->len; k++) {
                    cats_route_update update = read_update(list, k);
                    cats_findings findings = { 0 };
                    bool faulty = from == 0 && k == 0 && id % 2 == 1;
                    cats_route_update_judge(&update, &findings);
                    g_assert_cmpuint(findings.count, ==, faulty ? 1 : 0);
                    g_assert_cmpint(update.handling, ==, faulty ? BGP_TREAT_AS_WITHDRAW : BGP_ACCEPT);
                    g_assert_cmpint(strstr(comment_of(list, k), "fault cats/route-") != NULL, ==, faulty);
                    if (faulty)
                        g_assert_cmpint(findings.list[0].rule, ==, rules[i]);
                    broken += faulty;
                }
                g_ptr_array_unref(list);
            }
        }
        g_assert_cmpuint(broken, ==, 2);
        faults_free(f);
    }
}

/* The addresses of nodes and the prefixes of clients, a family an UPDATE. */
static void test_prefixes(void)
{
    GPtrArray *list = update_list_new();
    bgp_updates_add_nodes(list, &built_in, 0);
    g_assert_cmpuint(list->len, ==, 2);
    cats_route_update update = read_update(list, 0);
    g_assert_cmpuint(update.problem_count, ==, 0);
    g_assert_true(update.has_service && !update.has_announcement);
    assert_prefixes(&update, "198.51.100.11/32 198.51.100.12/32 198.51.100.21/32 198.51.100.22/32 "
                             "198.51.100.31/32 198.51.100.32/32");
    assert_next_hop(&update, "5f00:0:e1::100");
    assert_sid(update.service.sid, "5f00:0:e1:46::");
    g_assert_cmpstr(comment_of(list, 0), ==, "egress1: announces 198.51.100.11/32 and 5 more");
    bgp_updates_add_clients(list, &built_in, 1);
    g_assert_cmpuint(list->len, ==, 4);
    update = read_update(list, 3);
    assert_prefixes(&update, "2001:db8:2::/48");
    assert_next_hop(&update, "5f00:0:2::100");
    assert_sid(update.service.sid, "5f00:0:2:46::");
    g_assert_cmpstr(comment_of(list, 3), ==, "ingress2: announces 2001:db8:2::/48");
    g_ptr_array_unref(list);
}

/* More nodes than an UPDATE has room for. */
static void test_many_nodes(void)
{
    enum { NODES = 300 };
    GString *text =
        g_string_new("[service web]\nipv6=2001:db8:80::80\nport=443\n"
                     "[egress e]\nsource=5f00:0:e::100\nlocator=5f00:0:e::/48\n[site s]\negress=e\n"
                     "[sid c]\nprefix=5f00:0:e:ca75::/64\nbehavior=End.CATS\negress=e\n"
                     "[sid l]\nprefix=5f00:0:e:6::/64\nbehavior=End.DT6\negress=e\n");
    for (unsigned i = 1; i <= NODES; i++)
        g_string_append_printf(
            text, "[node n%u]\nsite=s\nipv4=198.51.%u.%u\nipv6=2001:db8:e::%x\nport=443\ncapacity=1\n", i,
            i / 250, i % 250 + 1, i);
    GError *error = NULL;
    cats_topology *many = cats_topology_parse(text->str, text->len, "many", &error);
    g_assert_no_error(error);
    const setup s = { .topology = many };
    GPtrArray *list = update_list_new();
    unsigned count = 0;
    bgp_updates_add_nodes(list, &s, 0);
    /* No SID takes IPv4: those are not announced. */
    g_assert_cmpuint(list->len, ==, 3);
    for (guint i = 0; i < list->len; i++) {
        cats_route_update update = read_update(list, i);
        g_autofree char *prefixes = prefixes_of(&update);
        g_assert_true(g_str_has_prefix(prefixes, "2001:db8:e::"));
        for (const char *at = prefixes; (at = strstr(at, "/128")) != NULL; at++)
            count++;
    }
    g_assert_cmpuint(count, ==, NODES);
    g_ptr_array_unref(list);
    cats_topology_free(many);
    g_string_free(text, TRUE);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    topology = cats_topology_builtin();
    built_in = (setup){ .topology = topology };
    g_test_add_func("/bgp-updates/offers", test_offers);
    g_test_add_func("/bgp-updates/withdrawal", test_withdrawal);
    g_test_add_func("/bgp-updates/faults", test_faults);
    g_test_add_func("/bgp-updates/prefixes", test_prefixes);
    g_test_add_func("/bgp-updates/many-nodes", test_many_nodes);
    int status = g_test_run();
    cats_topology_free(topology);
    return status;
}
