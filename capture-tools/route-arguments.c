/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From options to codes of path attributes. Spec: docs/wire-formats.md s6. */
#include "route-arguments.h"

#include "cli.h"

void route_arguments_clear(route_arguments *arguments)
{
    g_free(arguments->attribute);
    g_free(arguments->edge_metadata);
}

/* The partial and length bits of the flags come on the way and from the size: they are not ours to set. */
bool route_attribute_take(const char *verb, const char *text, uint8_t *code, uint8_t *flags)
{
    uint64_t wanted, wanted_flags = *flags;
    g_autofree char *message = NULL;
    if (text == NULL)
        return true;
    g_auto(GStrv) parts = g_strsplit(text, "/", 2);
    bool good = parts[0] != NULL && cli_number(parts[0], 1, 255, &wanted, &message) &&
                (parts[1] == NULL || cli_number(parts[1], 0, 255, &wanted_flags, &message));
    if (!good || (wanted_flags & 0x3f) != 0) {
        cli_usage_error(
            verb, "--attribute: \"%s\", expected CODE or CODE/FLAGS: 1-255, and 0, 0x40, 0x80 or 0xC0", text);
        return false;
    }
    *code = (uint8_t)wanted;
    *flags = (uint8_t)wanted_flags;
    return true;
}

bool route_arguments_take(const char *verb, const route_arguments *arguments, cats_route_codes *codes)
{
    uint64_t edge_metadata = codes->edge_metadata;
    if (!route_attribute_take(verb, arguments->attribute, &codes->attribute, &codes->flags) ||
        !cli_take_number(verb, "--edge-metadata", arguments->edge_metadata, 1, 255, &edge_metadata))
        return false;
    codes->edge_metadata = (uint8_t)edge_metadata;
    codes->add_path = arguments->add_path;
    return true;
}
