/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and defaults of what is ignored, and the masks that follow. Spec: man/catshark-verify.1 (EXPECT). */
#include "expect-ignored.h"

#include <glib.h>
#include <string.h>

typedef struct ignored_row {
    const char *name, *what;
    bool by_default;
    bool fixed; /* cannot be made strict */
} ignored_row;

static const ignored_row rows[IGNORED_GROUP_COUNT] = {
    [IGNORED_TTL] = { "ttl", "TTL and hop limit of every header", true, false },
    [IGNORED_MAC] = { "mac", "MAC addresses, and the cooked header in their place", true, false },
    [IGNORED_VLAN] = { "vlan", "802.1Q tags: their values, and whether there are any", true, false },
    [IGNORED_PADDING] = { "padding", "octets behind the IP packet", true, false },
    [IGNORED_IP_ID] = { "ip-id", "identification of IPv4", true, false },
    [IGNORED_OUTER] = { "outer",
                        "headers around the innermost IP packet (always at a point that GENERATED lacks)",
                        false, false },
    [IGNORED_CHECKSUM_OFFLOAD] = { "checksum-offload", "checksums that are 0 or of the pseudo-header only",
                                   true, false },
    [IGNORED_TIME] = { "time", "when a packet was captured", true, true },
    [IGNORED_LINK_CONTROL] = { "link-control",
                               "ARP, neighbour discovery, MLD, IGMP and other packets of one link alone, "
                               "when "
                               "they were not generated",
                               true, false },
    [IGNORED_CLIENT_PORT] = { "client-port", "the client's port, one for another in all of a flow", false,
                              false },
    [IGNORED_OTHER_FLOWS] = { "other-flows", "packets not generated, of flows that were not", false, false },
    [IGNORED_OUTSIDE] = { "outside",
                          "packets lost that were generated before the first or after the last observed one",
                          false, false },
    [IGNORED_ORDER] = { "order", "the order of packets in a flow", false, false },
    [IGNORED_SILENT_POINTS] = { "silent-points",
                                "packets lost at an interface that a capture describes and shows no packet "
                                "of",
                                false, false },
};

static void clear_bits(uint8_t *mask, unsigned bit, unsigned bits)
{
    for (; bits > 0; bits--, bit++)
        mask[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
}

static void build_masks(expect_ignored *ignored)
{
    memset(ignored->mask, 0xff, sizeof ignored->mask);
    for (header_kind kind = 0; kind < HEADER_KIND_COUNT; kind++) {
        const header_shape *shape = header_shape_get(kind);
        unsigned bit = 0;
        for (unsigned i = 0; i < shape->count; bit += shape->fields[i++].bits)
            if (ignored->group[shape->fields[i].as] || ignored->field[kind][i] ||
                shape->fields[i].role == FIELD_CHECKSUM)
                clear_bits(ignored->mask[kind], bit, shape->fields[i].bits);
    }
}

void expect_ignored_init(expect_ignored *ignored)
{
    memset(ignored, 0, sizeof *ignored);
    for (ignored_group group = IGNORED_NONE + 1; group < IGNORED_GROUP_COUNT; group++)
        ignored->group[group] = rows[group].by_default;
    build_masks(ignored);
}

static bool set_group(expect_ignored *ignored, const char *name, bool value)
{
    for (ignored_group group = IGNORED_NONE + 1; group < IGNORED_GROUP_COUNT; group++) {
        if (strcmp(rows[group].name, name) != 0)
            continue;
        ignored->group[group] = value;
        return value || !rows[group].fixed;
    }
    return false;
}

/* Fields of a group are set with it. */
static bool set_field(expect_ignored *ignored, const char *name, bool value)
{
    bool found = false;
    for (header_kind kind = 0; kind < HEADER_KIND_COUNT; kind++) {
        const header_shape *shape = header_shape_get(kind);
        for (unsigned i = 0; i < shape->count; i++) {
            if (shape->fields[i].as != IGNORED_NONE || strcmp(shape->fields[i].name, name) != 0)
                continue;
            ignored->field[kind][i] = value;
            found = true;
        }
    }
    return found;
}

bool expect_ignored_set(expect_ignored *ignored, const char *names, bool value, char **message)
{
    g_auto(GStrv) words = g_strsplit(names, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        if (set_group(ignored, *word, value) || set_field(ignored, *word, value))
            continue;
        *message = g_strdup_printf("\"%s\", expected names with commas between: those of catshark verify "
                                   "--list-ignored%s, or fields of headers such as ip.dsfield.dscp",
                                   *word, value ? "" : " that are not always ignored");
        return false;
    }
    build_masks(ignored);
    return true;
}

bool expect_ignored_list(const expect_ignored *ignored, FILE *out)
{
    for (ignored_group group = IGNORED_NONE + 1; group < IGNORED_GROUP_COUNT; group++)
        fprintf(out, "%-17s %-8s %s\n", rows[group].name,
                rows[group].fixed       ? "always"
                : ignored->group[group] ? "ignored"
                                        : "judged",
                rows[group].what);
    for (header_kind kind = 0; kind < HEADER_KIND_COUNT; kind++) {
        const header_shape *shape = header_shape_get(kind);
        for (unsigned i = 0; i < shape->count; i++)
            if (ignored->field[kind][i])
                fprintf(out, "%-17s %-8s the field\n", shape->fields[i].name, "ignored");
    }
    return !ferror(out);
}
