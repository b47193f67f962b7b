/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows the blocks of a pcapng: of most the first octets are looked at, of interface descriptions all.
 * Spec: draft-ietf-opsawg-pcapng s3.1, s4.1-4.4, appendix A (the obsolete packet block). */
#include "pcapng-interfaces.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0A0D0D0A,
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_ENHANCED_PACKET = 6
};

enum {
    LENGTH_AT = 4,
    BODY_AT = 8,
    BLOCK_MIN = 12,
    HEAD = BODY_AT + 4,       /* what is looked at of every block */
    OPTIONS_AT = BODY_AT + 8, /* of an interface description */
    OPTION_HEAD = 4,
    LENGTH_AGAIN = 4,           /* behind the body */
    INTERFACE_BLOCK_MAX = 65536 /* longer ones are passed, and their interface has no name */
};

static const uint32_t BYTE_ORDER_MAGIC = 0x1A2B3C4D;

typedef struct interface_entry {
    uint32_t index; /* in its section */
    char *name;     /* owned, may be NULL */
} interface_entry;

struct pcapng_interfaces {
    bool begun;  /* a section did */
    bool broken; /* nothing that follows can be understood */
    bool swapped;
    GByteArray *block; /* what is kept of the block that is passing */
    uint32_t wanted;   /* octets of it to keep, */
    uint32_t left;     /* and to pass over behind them */
    GArray *entries;
    uint32_t section_first; /* entry of the section's interface 0 */
    GArray *packets;        /* interfaces of packets that passed, */
    guint taken;            /* of which so many were asked for */
};

static void clear_entry(gpointer data)
{
    g_free(((interface_entry *)data)->name);
}

pcapng_interfaces *pcapng_interfaces_new(void)
{
    pcapng_interfaces *p = g_new0(pcapng_interfaces, 1);
    p->block = g_byte_array_new();
    p->wanted = HEAD;
    p->entries = g_array_new(FALSE, FALSE, sizeof(interface_entry));
    g_array_set_clear_func(p->entries, clear_entry);
    p->packets = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    return p;
}

void pcapng_interfaces_free(pcapng_interfaces *p)
{
    if (p == NULL)
        return;
    g_byte_array_free(p->block, TRUE);
    g_array_free(p->entries, TRUE);
    g_array_free(p->packets, TRUE);
    g_free(p);
}

static uint32_t get32(const pcapng_interfaces *p, size_t at)
{
    uint32_t value;
    memcpy(&value, p->block->data + at, sizeof value);
    return p->swapped ? GUINT32_SWAP_LE_BE(value) : value;
}

static uint16_t get16(const pcapng_interfaces *p, size_t at)
{
    uint16_t value;
    memcpy(&value, p->block->data + at, sizeof value);
    return p->swapped ? GUINT16_SWAP_LE_BE(value) : value;
}

/* --- blocks --- */

/* A section begins: its byte order counts from its own length on. */
static void read_section(pcapng_interfaces *p)
{
    p->swapped = false;
    uint32_t magic = get32(p, BODY_AT);
    p->swapped = magic == GUINT32_SWAP_LE_BE(BYTE_ORDER_MAGIC);
    p->begun = true;
    p->broken = magic != BYTE_ORDER_MAGIC && !p->swapped;
    p->section_first = p->entries->len;
}

static void note_packet(pcapng_interfaces *p, uint32_t index)
{
    uint32_t interface = index < p->entries->len - p->section_first ? p->section_first + index : UINT32_MAX;
    g_array_append_val(p->packets, interface);
}

/* Options in the order in which they are preferred, as Wireshark does. */
static unsigned rank(uint16_t option)
{
    switch (option) {
    case 2: /* if_name */
        return 3;
    case 3: /* if_description */
        return 2;
    case 15: /* if_hardware */
        return 1;
    default:
        return 0;
    }
}

static void read_interface(pcapng_interfaces *p)
{
    interface_entry entry = { .index = p->entries->len - p->section_first };
    size_t end = p->block->len > OPTIONS_AT ? p->block->len - LENGTH_AGAIN : 0;
    unsigned best = 0;
    for (size_t at = OPTIONS_AT; at + OPTION_HEAD <= end;) {
        uint16_t option = get16(p, at), length = get16(p, at + 2);
        if (option == 0 || at + OPTION_HEAD + length > end)
            break;
        if (rank(option) > best) {
            best = rank(option);
            g_free(entry.name);
            entry.name = g_strndup((const char *)p->block->data + at + OPTION_HEAD, length);
        }
        at += OPTION_HEAD + ((length + 3u) & ~3u);
    }
    g_array_append_val(p->entries, entry);
}

/* The head of a block is there. True when more of it is wanted. */
static bool read_head(pcapng_interfaces *p)
{
    uint32_t type = get32(p, 0);
    if (type == BLOCK_SECTION)
        read_section(p);
    uint32_t length = get32(p, LENGTH_AT);
    p->broken = p->broken || !p->begun || length < BLOCK_MIN || length % 4 != 0;
    if (p->broken)
        return false;
    p->left = length - HEAD;
    switch (type) {
    case BLOCK_INTERFACE:
        p->wanted = length <= INTERFACE_BLOCK_MAX ? length : HEAD;
        p->left = length - p->wanted;
        break;
    case BLOCK_ENHANCED_PACKET:
        note_packet(p, get32(p, BODY_AT));
        break;
    case BLOCK_SIMPLE_PACKET:
        note_packet(p, 0);
        break;
    case BLOCK_PACKET:
        note_packet(p, get16(p, BODY_AT));
        break;
    default:
        break;
    }
    return p->wanted > HEAD;
}

static void read_block(pcapng_interfaces *p)
{
    if (p->wanted == HEAD && read_head(p))
        return;
    if (!p->broken && get32(p, 0) == BLOCK_INTERFACE)
        read_interface(p);
    g_byte_array_set_size(p->block, 0);
    p->wanted = HEAD;
}

void pcapng_interfaces_feed(pcapng_interfaces *p, const uint8_t *octets, size_t length)
{
    while (length > 0 && !p->broken) {
        size_t step = MIN(length, p->left);
        p->left -= (uint32_t)step;
        if (step == 0) {
            step = MIN(length, p->wanted - p->block->len);
            g_byte_array_append(p->block, octets, (guint)step);
            if (p->block->len == p->wanted)
                read_block(p);
        }
        octets += step;
        length -= step;
    }
}

/* --- what was learnt --- */

bool pcapng_interfaces_next(pcapng_interfaces *p, uint32_t *interface)
{
    if (p->taken == p->packets->len)
        return false;
    *interface = g_array_index(p->packets, uint32_t, p->taken++);
    if (p->taken == p->packets->len) {
        g_array_set_size(p->packets, 0);
        p->taken = 0;
    }
    return *interface != UINT32_MAX;
}

const char *pcapng_interfaces_name(const pcapng_interfaces *p, uint32_t interface)
{
    return interface < p->entries->len ? g_array_index(p->entries, interface_entry, interface).name : NULL;
}

uint32_t pcapng_interfaces_count(const pcapng_interfaces *p)
{
    return p->entries->len;
}

uint32_t pcapng_interfaces_index(const pcapng_interfaces *p, uint32_t interface)
{
    return interface < p->entries->len ? g_array_index(p->entries, interface_entry, interface).index
                                       : interface;
}
