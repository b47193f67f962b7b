/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The forms of values in the topology file. Each parser stores the value in its field or says what was
 * expected. Spec: docs/topology.md. */
#include "affinity-option.h"
#include "topology-private.h"

#include <inttypes.h>
#include <string.h>

#define FIELD(value, type) ((type *)(void *)((value)->record + (value)->key->offset))

/* Decimal, or hexadecimal behind "0x"; nothing else on the line. */
static bool number_parse(const char *text, uint64_t *number)
{
    bool hex = g_ascii_strncasecmp(text, "0x", 2) == 0;
    const char *digits = hex ? text + 2 : text;
    size_t count = strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789");
    if (count == 0 || digits[count] != '\0')
        return false;
    return g_ascii_string_to_unsigned(digits, hex ? 16 : 10, 0, UINT64_MAX, number, NULL);
}

char *topology_parse_number(topology_value *value)
{
    const topology_key *key = value->key;
    uint64_t number;
    if (!number_parse(value->text, &number) || number < key->low || number > key->high)
        return g_strdup_printf("a number from %" PRIu64 " to %" PRIu64, key->low, key->high);
    switch (key->size) {
    case sizeof(uint8_t):
        *FIELD(value, uint8_t) = (uint8_t)number;
        break;
    case sizeof(uint16_t):
        *FIELD(value, uint16_t) = (uint16_t)number;
        break;
    default:
        *FIELD(value, uint32_t) = (uint32_t)number;
        break;
    }
    return NULL;
}

/* Kinds that TCP implementations send today: an option of ours must not be taken for one of them. 253 and 254
 * are the experimental forms. */
static const uint8_t tcp_kinds_in_use[] = { 0, 1, 2, 3, 4, 5, 8, 19, 28, 29, 30, 34, 69, 172, 174 };

char *topology_parse_kind(topology_value *value)
{
    uint64_t number;
    bool in_range = number_parse(value->text, &number) && number < TCP_OPTION_EXPERIMENT_1;
    if (!in_range || memchr(tcp_kinds_in_use, (int)number, sizeof tcp_kinds_in_use) != NULL) {
        GString *expected = g_string_new("a number from 2 to 252 that is no option of TCP (not");
        for (size_t i = 2; i < sizeof tcp_kinds_in_use; i++)
            g_string_append_printf(expected, "%s%u", i > 2 ? ", " : " ", tcp_kinds_in_use[i]);
        return g_string_free(g_string_append_c(expected, ')'), FALSE);
    }
    *FIELD(value, uint8_t) = (uint8_t)number;
    return NULL;
}

char *topology_parse_loss(topology_value *value)
{
    char *end;
    double loss = g_ascii_strtod(value->text, &end);
    bool plain = *value->text != '\0' && strspn(value->text, "0123456789.") == strlen(value->text);
    if (!plain || *end != '\0' || loss > 1.0)
        return g_strdup("a number from 0.0 to 1.0");
    *FIELD(value, double) = loss;
    return NULL;
}

char *topology_parse_encapsulation(topology_value *value)
{
    static const char *const words[] = { "full", "reduced" };
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strcmp(value->text, words[i]) == 0) {
            *FIELD(value, const char *) = words[i];
            return NULL;
        }
    return g_strdup("full or reduced");
}

static char *parse_host(topology_value *value, uint8_t family)
{
    cats_address address;
    const char *name = family == 4 ? "IPv4" : "IPv6";
    if (!cats_address_parse(value->text, &address) || address.family != family)
        return g_strdup_printf("an %s address", name);
    const char *wrong = cats_address_not_unicast(&address);
    if (wrong != NULL)
        return g_strdup_printf("the %s address of a host, not one that is %s", name, wrong);
    topology_claim_add(value, TOPOLOGY_HOSTS, &address, family == 4 ? 32 : 128);
    *FIELD(value, cats_address) = address;
    return NULL;
}

char *topology_parse_ipv4(topology_value *value)
{
    return parse_host(value, 4);
}

char *topology_parse_ipv6(topology_value *value)
{
    return parse_host(value, 6);
}

/* The field is 16 octets, not a cats_address. */
char *topology_parse_source(topology_value *value)
{
    cats_address source = { 0 };
    topology_key key = *value->key;
    key.offset = 0;
    topology_value inner = *value;
    inner.key = &key;
    inner.record = (unsigned char *)&source;
    char *expected = parse_host(&inner, 6);
    memcpy(value->record + value->key->offset, source.octets, 16);
    return expected;
}

/* The sentences of other parsers begin with the word that topology_fail() writes. */
static char *behind_expected(const char *sentence)
{
    return g_strdup(g_str_has_prefix(sentence, "expected ") ? sentence + strlen("expected ") : sentence);
}

/* The length's field is the `unsigned` behind the address, as in cats_ingress, cats_egress and topology_sid.
 */
#define PREFIX_LENGTH_OFFSET (offsetof(cats_egress, locator_length) - offsetof(cats_egress, locator))
G_STATIC_ASSERT(offsetof(cats_ingress, locator_length) - offsetof(cats_ingress, locator) ==
                PREFIX_LENGTH_OFFSET);
G_STATIC_ASSERT(offsetof(topology_sid, length) - offsetof(topology_sid, prefix) == PREFIX_LENGTH_OFFSET);

char *topology_parse_ipv6_prefix(topology_value *value)
{
    cats_address prefix;
    unsigned length;
    const char *expected;
    if (!cats_prefix_parse(value->text, &prefix, &length, &expected))
        return behind_expected(expected);
    if (prefix.family != 6)
        return g_strdup("an IPv6 prefix");
    topology_space space = value->key->kind == TOPOLOGY_SID ? TOPOLOGY_SIDS : TOPOLOGY_LOCATORS;
    topology_claim_add(value, space, &prefix, length);
    *FIELD(value, cats_address) = prefix;
    memcpy(value->record + value->key->offset + PREFIX_LENGTH_OFFSET, &length, sizeof length);
    return NULL;
}

char *topology_parse_clients(topology_value *value)
{
    cats_ingress *ingress = (cats_ingress *)(void *)value->record;
    GArray *clients = g_array_new(FALSE, FALSE, sizeof(cats_client_prefix));
    g_ptr_array_add(value->reading->client_arrays, clients);

    g_auto(GStrv) texts = g_strsplit(value->text, ";", -1);
    for (char **text = texts; *text != NULL; text++) {
        if (*g_strstrip(*text) == '\0' && text[1] == NULL && text != texts)
            break; /* a list may end with its separator */
        cats_client_prefix client;
        const char *expected;
        if (!cats_prefix_parse(*text, &client.prefix, &client.length, &expected))
            return g_strdup_printf("prefixes separated by ';' (\"%s\": %s)", *text, expected);
        topology_claim_add(value, TOPOLOGY_HOSTS, &client.prefix, client.length);
        g_array_append_val(clients, client);
    }
    ingress->clients = (const cats_client_prefix *)(void *)clients->data;
    ingress->client_count = clients->len;
    return NULL;
}

char *topology_parse_structure(topology_value *value)
{
    const char *expected;
    if (cats_sid_structure_parse(value->text, FIELD(value, cats_sid_structure), &expected))
        return NULL;
    return behind_expected(expected);
}

char *topology_parse_behavior(topology_value *value)
{
    if (cats_behavior_parse(value->text, FIELD(value, uint16_t)) && *FIELD(value, uint16_t) != 0)
        return NULL;
    return g_strdup("a behaviour's name (End.CATS, End.DT46) or code (0x0001-0xFFFF)");
}

char *topology_parse_granularity(topology_value *value)
{
    if (cats_granularity_parse(value->text, FIELD(value, cats_granularity)))
        return NULL;
    return g_strdup("service point, service site, egress node or not stated");
}

char *topology_parse_sid(topology_value *value)
{
    cats_address sid;
    if (!cats_address_parse(value->text, &sid) || sid.family != 6 || cats_address_not_unicast(&sid) != NULL)
        return g_strdup("a SID, which is a unicast IPv6 address");
    topology_claim_add(value, TOPOLOGY_LOCATORS, &sid, 128);
    topology_claim_add(value, TOPOLOGY_SIDS, &sid, 128);
    *FIELD(value, cats_address) = sid;
    return NULL;
}

/* The name of a group of kind key->low; the field is its index plus key->high. */
char *topology_parse_reference(topology_value *value)
{
    topology_kind kind = (topology_kind)value->key->low;
    size_t index = topology_index(value->reading, kind, value->text);
    if (index == SIZE_MAX) {
        value->code = CATS_TOPOLOGY_ERROR_REFERENCE;
        return g_strdup_printf("the NAME of one [%s NAME] of this file", topology_kind_name(kind));
    }
    *FIELD(value, size_t) = index + (size_t)value->key->high;
    return NULL;
}

char *topology_parse_link_end(topology_value *value)
{
    static const topology_kind kinds[] = { TOPOLOGY_INGRESS, TOPOLOGY_EGRESS, TOPOLOGY_SITE };
    bool found = strcmp(value->text, "clients") == 0 || strcmp(value->text, "core") == 0;
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        found = found || topology_index(value->reading, kinds[i], value->text) != SIZE_MAX;
    if (!found) {
        value->code = CATS_TOPOLOGY_ERROR_REFERENCE;
        return g_strdup("clients, core, or the NAME of an ingress, egress or site of this file");
    }
    *FIELD(value, const char *) = g_string_chunk_insert_const(value->reading->texts, value->text);
    return NULL;
}
