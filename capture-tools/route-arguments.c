/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options to codes of path attributes. Spec: docs/wire-formats.md s6. */
#include "route-arguments.h"

#include "cli.h"

void route_arguments_clear(route_arguments *arguments)
{
    g_free(arguments->attribute);
    g_free(arguments->edge_metadata);
}

/* 1-42 and 128 are or were assigned (IANA, BGP Path Attributes); 42 is edge metadata. */
enum { CODE_EDGE_METADATA = 42, CODE_FREE_FIRST = 43, CODE_ATTR_SET = 128, CODE_MAX = 255 };

static bool read_code(const char *text, uint8_t lowest, uint8_t *code)
{
    uint64_t wanted;
    if (!cli_code(text, lowest, CODE_MAX, &wanted) || wanted == CODE_ATTR_SET)
        return false;
    *code = (uint8_t)wanted;
    return true;
}

/* The partial and length bits come on the way and from the size: they are not ours to set. */
static bool read_flags(const char *text, uint8_t *flags)
{
    uint64_t wanted;
    if (!cli_code(text, 0x80, 0xC0, &wanted) || (wanted & 0x3f) != 0)
        return false;
    *flags = (uint8_t)wanted;
    return true;
}

bool route_attribute_take(const char *verb, const char *text, uint8_t *code, uint8_t *flags)
{
    if (text == NULL)
        return true;
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    if (parts[0] != NULL && read_code(parts[0], CODE_FREE_FIRST, code) &&
        (parts[1] == NULL || read_flags(parts[1], flags)))
        return true;
    cli_usage_error(
        verb,
        "--attribute: \"%s\", expected CODE or CODE/FLAGS: 43-127 or 129-255, as BGP has taken the "
        "others, and 0x80 or 0xC0, as only BGP's own attributes are well-known",
        text);
    return false;
}

static bool take_edge_metadata(const char *verb, const char *text, uint8_t *code)
{
    if (text == NULL || read_code(text, CODE_EDGE_METADATA, code))
        return true;
    cli_usage_error(
        verb, "--edge-metadata: \"%s\", expected CODE: 42-127 or 129-255, as BGP has taken the others", text);
    return false;
}

bool route_arguments_take(const char *verb, const route_arguments *arguments, cats_route_codes *codes)
{
    if (!route_attribute_take(verb, arguments->attribute, &codes->attribute, &codes->flags) ||
        !take_edge_metadata(verb, arguments->edge_metadata, &codes->edge_metadata))
        return false;
    if (codes->attribute == codes->edge_metadata) {
        cli_usage_error(verb, "--edge-metadata: \"%u\", expected another than --attribute",
                        codes->edge_metadata);
        return false;
    }
    codes->add_path = arguments->add_path;
    return true;
}
