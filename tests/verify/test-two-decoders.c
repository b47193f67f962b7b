/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The parts of the comparison with tshark: objects out of a JSON array in pieces, layers, fields. Spec: RFC
 * 8259; tshark(1) -T json; docs/fields.md. */
#include "capture-tools/verify/field-list.h"
#include "capture-tools/verify/json-objects.h"
#include "capture-tools/verify/tshark-layers.h"

#include <string.h>

/* The objects of a text that arrives in pieces of `size` octets, with '|' behind each. */
static char *objects_of(const char *text, gsize size)
{
    json_objects objects = { .text = g_string_new(NULL) };
    GString *found = g_string_new(NULL);
    gsize length = strlen(text);
    for (gsize at = 0; at < length;) {
        gsize piece = MIN(size, length - at), taken = 0;
        while (taken < piece) {
            taken += json_objects_take(&objects, text + at + taken, piece - taken);
            if (objects.complete)
                g_string_append_printf(found, "%s|", objects.text->str);
        }
        at += piece;
    }
    g_string_free(objects.text, TRUE);
    return g_string_free(found, FALSE);
}

static void test_objects(void)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        { "", "" },
        { "[]", "" },
        { "[\n  {\"a\": 1},\n  {\"b\": {\"c\": []}}\n]\n", "{\"a\": 1}|{\"b\": {\"c\": []}}|" },
        { "[{\"a\": \"}{\"},{\"b\": \"\\\"}\"}]", "{\"a\": \"}{\"}|{\"b\": \"\\\"}\"}|" },
        { "[{\"a\": \"\\\\\"},{}]", "{\"a\": \"\\\\\"}|{}|" },
        { "[{\"cut\": {", "" },
        { "}}{}", "{}|" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (gsize size = 1; size < 64; size++) {
            g_autofree char *found = objects_of(cases[i].text, size);
            g_assert_cmpstr(found, ==, cases[i].expected);
        }
    }
}

static void test_layers(void)
{
    g_assert_true(tshark_layers_are_walked("eth:ethertype:ipv6:ipv6.routing:ip:tcp"));
    g_assert_true(tshark_layers_are_walked("eth:ethertype:vlan:ethertype:ip:tcp:http:data"));
    g_assert_true(tshark_layers_are_walked("sll:ethertype:ip:icmp:ip:tcp"));
    g_assert_true(tshark_layers_are_walked("eth:ethertype:arp"));
    g_assert_true(tshark_layers_are_walked(""));
    g_assert_false(tshark_layers_are_walked("eth:ethertype:ip:gre:ip:tcp"));
    g_assert_false(tshark_layers_are_walked("eth:ethertype:ip:udp:vxlan:eth:ethertype:ip:tcp:http"));
    g_assert_false(tshark_layers_are_walked("eth:ethertype:mpls:ip:udp"));
    g_assert_false(tshark_layers_are_walked("eth:ethertype:ipx:ip"));
}

static void test_layers_read(void)
{
    static const char text[] =
        "{\"_source\":{\"layers\":{\"frame\":{\"frame.len\":\"99\",\"frame.cap_len\":\"64\","
        "\"frame.protocols\":\"eth:ethertype:ip:tcp\"}}}}";
    tshark_layers layers;
    g_autoptr(JsonNode) frame = json_from_string(text, NULL),
                        empty = json_from_string("{\"_source\":[]}", NULL);
    g_assert_true(tshark_layers_read(frame, &layers));
    g_assert_cmpuint(layers.captured, ==, 64);
    g_assert_cmpuint(layers.wire, ==, 99);
    g_assert_true(layers.walked);
    g_assert_false(tshark_layers_read(empty, &layers));
}

static field_list *list_of(const char *json)
{
    field_list *list = field_list_new();
    g_autoptr(JsonNode) node = json_from_string(json, NULL);
    field_list_take_json(list, node);
    return list;
}

static void tell(void *context, const char *key, const char *ours, const char *theirs)
{
    g_string_append_printf(context, "%s %s/%s;", key, ours != NULL ? ours : "-",
                           theirs != NULL ? theirs : "-");
}

static void check(const char *ours, const char *theirs, const char *expected)
{
    field_list *one = list_of(ours), *other = list_of(theirs);
    g_autoptr(GString) told = g_string_new(NULL);
    unsigned differ = field_lists_compare(one, other, tell, told);
    g_assert_cmpstr(told->str, ==, expected);
    unsigned semicolons = 0;
    for (const char *at = expected; *at != '\0'; at++)
        semicolons += *at == ';';
    g_assert_cmpuint(differ, ==, semicolons);
    field_list_free(one);
    field_list_free(other);
}

static void test_fields(void)
{
    check("{}", "{}", "");
    check("{\"affinity.port\": 80}", "{\"tcp\": {\"affinity\": {\"affinity.port\": \"80\"}}}", "");
    check("{\"cats.level\": \"0x10\"}", "{\"cats.level\": 16}", "");
    check("{\"affinity.saf\": true}", "{\"affinity.saf\": \"1\"}", "");
    check("{\"affinity.port\": 80}", "{\"affinity.port\": 81}", "affinity.port 80/81;");
    check("{\"affinity.port\": 80}", "{}", "affinity.port 80/-;");
    check("{}", "{\"cats.sid\": \"5f00::\", \"cats.addr\": \"5f00::\", \"tcp.port\": 1}",
          "cats.sid -/5f00::;");
    /* Several of one name, in any order; as many of each. */
    check("{\"cats.flow\": [1, 2, 2]}", "{\"cats.flow\": [\"2\", \"1\", \"2\"]}", "");
    check("{\"cats.flow\": [1, 2, 2]}", "{\"cats.flow\": [2, 1]}", "cats.flow 2/-;");
    check("{\"cats.flow\": [1, 3]}", "{\"cats.flow\": [2, 4, 5]}",
          "cats.flow 1/2;cats.flow 3/4;cats.flow -/5;");
    check("{\"affinity.kind\": 1, \"cats.sid\": \"a\"}", "{\"affinity.length\": 8, \"cats.sid\": \"b\"}",
          "affinity.kind 1/-;affinity.length -/8;cats.sid a/b;");
    /* An expert info is its message. */
    check("{\"affinity.port-zero\": \"port 0\"}",
          "{\"_ws.expert\": {\"affinity.port-zero\": \"\", \"_ws.expert.message\": \"port 0\"}}", "");
    check("{\"affinity.port-zero\": \"port 0\"}",
          "{\"_ws.expert\": [{\"affinity.port-zero\": \"\", \"_ws.expert.message\": \"port 1\"}]}",
          "affinity.port-zero port 0/port 1;");
}

static void test_followed(void)
{
    field_list *list = list_of("{\"cats.flow\": 1, \"cats.sid\": \"a\", \"affinity.no-reconnect\": \"x\", "
                               "\"affinity.port-zero\": \"y\", \"affinity.verdict\": \"ignored\"}");
    g_assert_true(field_is_followed("affinity.no-reconnect"));
    g_assert_false(field_is_followed("affinity.port-zero"));
    field_list_drop_followed(list);
    g_assert_cmpuint(field_list_count(list), ==, 2);
    field_list_free(list);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/two-decoders/objects", test_objects);
    g_test_add_func("/two-decoders/layers", test_layers);
    g_test_add_func("/two-decoders/layers-read", test_layers_read);
    g_test_add_func("/two-decoders/fields", test_fields);
    g_test_add_func("/two-decoders/followed", test_followed);
    return g_test_run();
}
