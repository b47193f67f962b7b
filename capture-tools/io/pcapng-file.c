/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads pcapng files of version 1: several sections, interfaces of several link types. Spec:
 * draft-ietf-opsawg-pcapng s3.1, s4.1-4.4, appendix A (the obsolete packet block); what libpcap makes of
 * damaged ones. */
#include "pcapng-interface.h"

#include "epan-cats/packet.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_ENHANCED_PACKET = 6
};
enum { HEAD = 8, LENGTH_AT = 4, LENGTH_AGAIN = 4, BLOCK_MIN = HEAD + LENGTH_AGAIN };
enum { ORDER_AT = HEAD, MAJOR_AT = HEAD + 4, MINOR_AT = HEAD + 6, SECTION_MIN = HEAD + 16 + LENGTH_AGAIN };
enum { FIRST_SECTION_MAX = 1024 * 1024, BLOCK_MAX = 16 * 1024 * 1024 };

static const uint32_t ORDER = 0x1A2B3C4D;

/* A packet block: offsets in its body. */
typedef struct packet_block {
    uint32_t type;
    uint8_t interface_at, interface_octets; /* 0 octets: interface 0 */
    uint8_t time_at;                        /* two 32-bit halves; 0: none */
    uint8_t captured_at;                    /* 0: as many as there are */
    uint8_t wire_at, data_at;
} packet_block;

static const packet_block packet_blocks[] = {
    { BLOCK_ENHANCED_PACKET, 0, 4, 4, 12, 16, 20 },
    { BLOCK_SIMPLE_PACKET, 0, 0, 0, 0, 0, 4 },
    { BLOCK_PACKET, 0, 2, 4, 12, 16, 20 },
};

static const packet_block *packet_block_of(uint32_t type)
{
    for (size_t i = 0; i < G_N_ELEMENTS(packet_blocks); i++)
        if (packet_blocks[i].type == type)
            return &packet_blocks[i];
    return NULL;
}

static uint32_t section_interfaces(const capture_reader *reader)
{
    return reader->interfaces->len - reader->section_first;
}

/* ---- blocks ---- */

/* A section header says in which byte order it and what follows is, its own length included. */
static void read_order(capture_reader *reader, const uint8_t *block)
{
    uint32_t type, order;
    memcpy(&type, block, sizeof type);
    memcpy(&order, block + ORDER_AT, sizeof order);
    if (type == BLOCK_SECTION && (order == ORDER || order == GUINT32_SWAP_LE_BE(ORDER)))
        reader->swapped = order != ORDER;
}

/* Looks at the whole next block. END at the end of the file. */
static capture_status look_at_block(capture_reader *reader, const uint8_t **block, uint32_t *length)
{
    size_t available;
    const uint8_t *at = octet_source_look(&reader->octets, BLOCK_MIN, &available);
    if (available < BLOCK_MIN)
        return available == 0 && reader->octets.trouble == NULL
                   ? CAPTURE_END
                   : capture_reader_cut(reader, "octets of a block", BLOCK_MIN, available);
    read_order(reader, at);
    *length = capture_get32(reader, at + LENGTH_AT);
    if (*length < BLOCK_MIN || *length > BLOCK_MAX || *length % 4 != 0)
        return capture_reader_break(reader, "block length %u, expected a multiple of 4 from %d to %d",
                                    *length, BLOCK_MIN, BLOCK_MAX);
    at = octet_source_look(&reader->octets, *length, &available);
    if (available < *length)
        return capture_reader_cut(reader, "octets of a block", *length, available);
    uint32_t again = capture_get32(reader, at + *length - LENGTH_AGAIN);
    if (again != *length)
        return capture_reader_break(reader, "block length %u at its end, expected %u as at its beginning",
                                    again, *length);
    *block = at;
    return CAPTURE_FRAME;
}

static bool is_our_version(const capture_reader *reader, const uint8_t *block)
{
    uint16_t minor = capture_get16(reader, block + MINOR_AT);
    return capture_get16(reader, block + MAJOR_AT) == 1 && (minor == 0 || minor == 2);
}

/* Another section; NULL, or what is wrong with it. */
static const char *begin_section(capture_reader *reader, const uint8_t *block, uint32_t length)
{
    if (length < SECTION_MIN)
        return "a section header that is too short";
    if (capture_get32(reader, block + ORDER_AT) != ORDER)
        return "a section whose byte order is not known";
    if (capture_get16(reader, block + MAJOR_AT) != 1)
        return "a section of another version";
    reader->section_first = reader->interfaces->len;
    return NULL;
}

static capture_status add_interface(capture_reader *reader, const uint8_t *block, uint32_t length)
{
    capture_interface interface;
    const char *wrong = pcapng_interface_read(reader, block + HEAD, length - BLOCK_MIN, &interface);
    g_autofree char *refusal = wrong == NULL ? capture_link_type_refusal(interface.link_type) : NULL;
    if (wrong != NULL || refusal != NULL) {
        pcapng_interface_clear(&interface);
        return capture_reader_break(reader, "%s", wrong != NULL ? wrong : refusal);
    }
    interface.index = section_interfaces(reader);
    g_array_append_val(reader->interfaces, interface);
    return CAPTURE_FRAME;
}

/* ---- packets ---- */

static uint32_t interface_of(const capture_reader *reader, const packet_block *form, const uint8_t *body)
{
    switch (form->interface_octets) {
    case 4:
        return capture_get32(reader, body + form->interface_at);
    case 2:
        return capture_get16(reader, body + form->interface_at);
    default:
        return 0;
    }
}

static capture_status read_packet(capture_reader *reader, const packet_block *form, const uint8_t *block,
                                  uint32_t length, capture_frame *frame)
{
    const uint8_t *body = block + HEAD;
    uint32_t room = length - BLOCK_MIN;
    if (room < form->data_at)
        return capture_reader_break(reader, "a packet block of %u octets, expected %d or more", length,
                                    BLOCK_MIN + form->data_at);
    uint32_t number = interface_of(reader, form, body);
    if (number >= section_interfaces(reader))
        return capture_reader_break(reader,
                                    "a packet of interface %u, expected one of the %u that are described",
                                    number, section_interfaces(reader));
    const capture_interface *interface =
        &g_array_index(reader->interfaces, capture_interface, reader->section_first + number);
    frame->wire = capture_get32(reader, body + form->wire_at);
    frame->captured = form->captured_at != 0 ? capture_get32(reader, body + form->captured_at)
                                             : MIN(frame->wire, interface->snapshot);
    if (frame->captured > CAPTURE_OCTETS_MAX || frame->captured > room - form->data_at)
        return capture_reader_break(reader, "captured length %u, expected at most %u", frame->captured,
                                    MIN(CAPTURE_OCTETS_MAX, room - form->data_at));
    uint64_t units = 0;
    if (form->time_at != 0)
        units = (uint64_t)capture_get32(reader, body + form->time_at) << 32 |
                capture_get32(reader, body + form->time_at + 4);
    frame->time_ns = pcapng_interface_time(interface, units);
    frame->data = body + form->data_at;
    frame->link_type = interface->link_type;
    frame->has_interface = true;
    frame->interface = reader->section_first + number;
    return CAPTURE_FRAME;
}

static capture_status next_frame(capture_reader *reader, capture_frame *frame)
{
    for (;;) {
        const uint8_t *block;
        uint32_t length;
        capture_status status = look_at_block(reader, &block, &length);
        if (status != CAPTURE_FRAME)
            return status;
        uint32_t type = capture_get32(reader, block);
        octet_source_take(&reader->octets, length);
        const packet_block *form = packet_block_of(type);
        if (form != NULL)
            return read_packet(reader, form, block, length, frame);
        if (type == BLOCK_INTERFACE)
            status = add_interface(reader, block, length);
        const char *wrong = type == BLOCK_SECTION ? begin_section(reader, block, length) : NULL;
        if (wrong != NULL)
            return capture_reader_break(reader, "%s", wrong);
        if (status != CAPTURE_FRAME)
            return status;
    }
}

/* ---- the beginning ---- */

/* Up to the first interface: what comes before the first packet says whether there can be one. The length at
 * the end of the first section header is not looked at, as in libpcap. */
static char *read_start(capture_reader *reader, uint32_t section)
{
    const uint8_t *block;
    uint32_t length;
    size_t available;
    octet_source_look(&reader->octets, section, &available);
    if (available < section) {
        capture_reader_cut(reader, "octets of a block", section, available);
        return g_steal_pointer(&reader->message);
    }
    octet_source_take(&reader->octets, section);
    for (;;) {
        capture_status status = look_at_block(reader, &block, &length);
        if (status == CAPTURE_END)
            return g_strdup("no interface is described");
        if (status == CAPTURE_BROKEN)
            return g_steal_pointer(&reader->message);
        uint32_t type = capture_get32(reader, block);
        if (packet_block_of(type) != NULL)
            return g_strdup("a packet before the first interface is described");
        octet_source_take(&reader->octets, length);
        if (type == BLOCK_INTERFACE)
            return add_interface(reader, block, length) == CAPTURE_FRAME ? NULL
                                                                         : g_steal_pointer(&reader->message);
    }
}

bool pcapng_file_open(capture_reader *reader, char **reason)
{
    size_t available;
    const uint8_t *first = octet_source_look(&reader->octets, SECTION_MIN, &available);
    uint32_t type, order;
    if (available < SECTION_MIN)
        return false;
    memcpy(&type, first, sizeof type);
    memcpy(&order, first + ORDER_AT, sizeof order);
    reader->swapped = order == GUINT32_SWAP_LE_BE(ORDER);
    if (type != BLOCK_SECTION || (order != ORDER && !reader->swapped))
        return false;
    reader->interfaces = g_array_new(FALSE, FALSE, sizeof(capture_interface));
    g_array_set_clear_func(reader->interfaces, (GDestroyNotify)pcapng_interface_clear);
    reader->next = next_frame;
    uint32_t length = capture_get32(reader, first + LENGTH_AT);
    if (length < SECTION_MIN || length > FIRST_SECTION_MAX || !is_our_version(reader, first))
        *reason =
            g_strdup("a section header whose length or version is not known, expected pcapng version 1.0");
    else
        *reason = read_start(reader, length);
    return true;
}
