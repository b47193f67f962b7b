/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appends to a line without printf and without looking at its end: there is room for all of it. */
#ifndef CATSHARK_INSPECT_LINE_CURSOR_H
#define CATSHARK_INSPECT_LINE_CURSOR_H

#include "epan-cats/address.h"
#include "epan-cats/cats-sid.h"
#include "epan-cats/rules.h"

#include <string.h>

/* Where the next character goes. */
typedef struct cursor {
    char *at;
} cursor;

static inline void put_text(cursor *c, const char *text)
{
    size_t length = strlen(text);
    memcpy(c->at, text, length);
    c->at += length;
}

static inline void put_number(cursor *c, uint64_t number)
{
    char digits[20];
    size_t count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    while (count)
        *c->at++ = digits[--count];
}

/* `digits` of the number, with leading zeros. */
static inline void put_padded(cursor *c, uint64_t number, unsigned digits)
{
    for (unsigned i = digits; i-- > 0; number /= 10)
        c->at[i] = (char)('0' + number % 10);
    c->at += digits;
}

static inline void put_hex(cursor *c, uint32_t number, unsigned digits)
{
    static const char hex[] = "0123456789abcdef";
    *c->at++ = '0';
    *c->at++ = 'x';
    for (unsigned i = digits; i-- > 0; number >>= 4)
        c->at[i] = hex[number & 15];
    c->at += digits;
}

static inline void put_address(cursor *c, const cats_address *address)
{
    c->at += cats_address_format(address, c->at);
}

static inline void put_endpoint(cursor *c, const cats_address *address, uint16_t port)
{
    c->at += cats_endpoint_format(address, port, c->at);
}

static inline void put_granularity(cursor *c, uint8_t granularity)
{
    const char *name = cats_granularity_name(granularity);
    put_text(c, " granularity ");
    if (name)
        put_text(c, name);
    else
        put_number(c, granularity);
}

static inline void put_level_and_id(cursor *c, unsigned level, uint32_t aggregate_id)
{
    put_text(c, " level ");
    put_number(c, level);
    put_text(c, " aggregate ");
    put_hex(c, aggregate_id, 6);
}

static inline void put_findings(cursor *c, const cats_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++) {
        const cats_rule *rule = cats_rule_get(findings->list[i].rule);
        put_text(c, " ! ");
        put_text(c, cats_severity_name(rule->severity));
        *c->at++ = ' ';
        put_text(c, rule->id);
        put_text(c, ": ");
        put_text(c, findings->list[i].text);
    }
}

#endif
