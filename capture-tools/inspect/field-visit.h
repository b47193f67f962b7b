/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hands values of each kind to a visitor of fields. */
#ifndef CATSHARK_INSPECT_FIELD_VISIT_H
#define CATSHARK_INSPECT_FIELD_VISIT_H

#include "fields.h"

#include <glib.h>
#include <inttypes.h>

typedef struct visit {
    field_visitor call;
    void *context;
} visit;

static inline void give_number(const visit *v, const char *key, uint64_t number)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_NUMBER, .number = number });
}

/* As short as can be: of SIDs' parts, whose lengths their structures tell. */
static inline void give_hex(const visit *v, const char *key, uint64_t number)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_HEX, .number = number });
}

/* As Wireshark prints a field of so many bits. */
static inline void give_hex_of(const visit *v, const char *key, unsigned bits, uint64_t number)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_HEX, .number = number, .digits = bits / 4 });
}

static inline void give_true(const visit *v, const char *key)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_TRUE });
}

static inline void give_address(const visit *v, const char *key, const cats_address *address)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_ADDRESS, .address = *address });
}

static inline void give_ipv6(const visit *v, const char *key, const uint8_t octets[16])
{
    cats_address address = cats_address_ipv6(octets);
    give_address(v, key, &address);
}

static inline void give_text(const visit *v, const char *key, const char *text)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_TEXT, .text = text });
}

static inline void give_bytes(const visit *v, const char *key, const uint8_t *bytes, size_t length)
{
    v->call(v->context, key, &(field_value){ .type = FIELD_BYTES, .bytes = bytes, .length = length });
}

static inline void give_findings(const visit *v, const cats_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        give_text(v, cats_rule_get(findings->list[i].rule)->filter, findings->list[i].text);
}

/* As Wireshark prints a relative time. */
static inline void give_seconds(const visit *v, const char *key, int64_t ns)
{
    char text[32];
    g_snprintf(text, sizeof text, "%s%" PRId64 ".%09" PRId64, ns < 0 ? "-" : "", ABS(ns) / 1000000000,
               ABS(ns) % 1000000000);
    give_text(v, key, text);
}

#endif
