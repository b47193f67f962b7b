/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The TCP Service Affinity option: parse, build, and the walk over an option list.
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.1-3.2; RFC 6994 s3. */
#include "affinity-option.h"

#include "numbers.h"
#include "wire.h"
#include <string.h>

const affinity_numbers affinity_numbers_default = {
    .kind = AFFINITY_KIND_DEFAULT,
    .exid = AFFINITY_EXID_DEFAULT,
    .saf_offset = AFFINITY_SAF_OFFSET_DEFAULT,
};

#define PORT_LENGTH 2
#define EXID_AT 2 /* behind kind and length */

/* The forms of the option differ in what stands before the address. A permit is that part alone. */
typedef struct option_form {
    size_t address_at; /* octets before the address: kind, length and the ExID if any */
    const char *lengths;
} option_form;

static const option_form own_form = { 2, "2, 8 or 20" };
static const option_form exid16_form = { 4, "4, 10 or 22" };
static const option_form exid32_form = { 6, "6, 12 or 24" };

static bool is_experimental(uint8_t kind)
{
    return kind == TCP_OPTION_EXPERIMENT_1 || kind == TCP_OPTION_EXPERIMENT_2;
}

static const option_form *form_of(uint8_t kind, uint32_t exid)
{
    if (!is_experimental(kind))
        return &own_form;
    return exid > 0xffff ? &exid32_form : &exid16_form;
}

/* True when the experimental option at octets[0] is long enough for the ExID of this form and carries it. */
static bool carries_exid(const option_form *form, uint32_t exid, const uint8_t *octets, size_t available)
{
    size_t size = form->address_at;
    return available >= size && octets[1] >= size && wire_get(octets + EXID_AT, size - EXID_AT) == exid;
}

affinity_parse_result affinity_option_parse(const affinity_numbers *numbers, const uint8_t *octets,
                                            size_t available, affinity_option *option, cats_defect *defect)
{
    if (available == 0)
        return AFFINITY_FOREIGN;
    uint8_t kind = octets[0];
    const option_form *form = form_of(kind, numbers->exid);
    uint32_t exid = 0;
    if (form == &own_form) {
        if (kind != numbers->kind)
            return AFFINITY_FOREIGN;
    } else {
        if (!carries_exid(form, numbers->exid, octets, available))
            return AFFINITY_FOREIGN;
        exid = numbers->exid;
    }

    if (available < 2) {
        *defect =
            (cats_defect){ "affinity option: octets in reach", available, "kind and length, 2", .at = 0 };
        return AFFINITY_DEFECT;
    }
    size_t length = octets[1];
    size_t at = form->address_at;
    cats_address address = { 0 };
    if (length == at + 16 + PORT_LENGTH) {
        address.family = 6;
    } else if (length == at + 4 + PORT_LENGTH) {
        address.family = 4;
    } else if (length != at) {
        *defect = (cats_defect){ "affinity option: length", length, form->lengths, .at = 1 };
        return AFFINITY_DEFECT;
    }
    if (length > available) {
        *defect = (cats_defect){ "affinity option: length", length, "no more than the option space has left",
                                 .at = 1 };
        return AFFINITY_DEFECT;
    }

    size_t address_length = cats_address_length(&address);
    memcpy(address.octets, octets + at, address_length);
    *option = (affinity_option){ .kind = kind, .exid = exid, .permit = length == at, .address = address };
    if (!option->permit)
        option->port = (uint16_t)wire_get(octets + at + address_length, PORT_LENGTH);
    return AFFINITY_PARSED;
}

size_t affinity_option_length(const affinity_option *option)
{
    size_t at = form_of(option->kind, option->exid)->address_at;
    if (option->permit)
        return at;
    size_t address_length = cats_address_length(&option->address);
    return address_length == 0 ? 0 : at + address_length + PORT_LENGTH;
}

size_t affinity_option_build(const affinity_option *option, uint8_t *octets, size_t size)
{
    size_t length = affinity_option_length(option);
    if (length == 0 || length > size)
        return 0;
    size_t at = form_of(option->kind, option->exid)->address_at;
    octets[0] = option->kind;
    octets[1] = (uint8_t)length;
    wire_put(octets + EXID_AT, at - EXID_AT, option->exid);
    if (!option->permit) {
        memcpy(octets + at, option->address.octets, length - at - PORT_LENGTH);
        wire_put(octets + length - PORT_LENGTH, PORT_LENGTH, option->port);
    }
    return length;
}

bool affinity_option_equal(const affinity_option *a, const affinity_option *b)
{
    return a->kind == b->kind && a->exid == b->exid && a->permit == b->permit && a->port == b->port &&
           cats_address_equal(&a->address, &b->address);
}

uint16_t affinity_saf_mask(const affinity_numbers *numbers)
{
    unsigned offset = numbers->saf_offset;
    if (offset < AFFINITY_SAF_OFFSET_MIN || offset > AFFINITY_SAF_OFFSET_MAX)
        return 0;
    return (uint16_t)(0x8000u >> offset);
}

void affinity_option_walk_start(affinity_option_walk *walk, const uint8_t *octets, size_t length)
{
    *walk = (affinity_option_walk){ .octets = octets, .length = length };
}

bool affinity_option_walk_next(affinity_option_walk *walk)
{
    const uint8_t *octets = walk->octets;
    size_t at = walk->next;
    while (at < walk->length && octets[at] == TCP_OPTION_NOP)
        at++;
    if (at >= walk->length || octets[at] == TCP_OPTION_EOL) {
        walk->next = walk->length;
        return false;
    }
    size_t available = walk->length - at;
    size_t claimed = available < 2 ? 0 : octets[at + 1];
    walk->at = at;
    walk->kind = octets[at];
    walk->option_length = claimed;
    walk->bad = claimed < 2 || claimed > available;
    walk->next = walk->bad ? walk->length : at + claimed;
    return true;
}
