/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes pcapng, little endian wherever it runs so that the same packets give the same octets.
 * Spec: draft-ietf-opsawg-pcapng s4.1 (SHB), s4.2 (IDB), s4.3 (EPB), s4.6 (ISB), s3.5 (options). */
#include "pcapng-writer.h"

#include <string.h>

enum {
    BLOCK_INTERFACE = 0x00000001,
    BLOCK_STATISTICS = 0x00000005,
    BLOCK_ENHANCED_PACKET = 0x00000006,
    BLOCK_SECTION = 0x0A0D0D0A
};
enum {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_IF_NAME = 2,
    OPTION_IF_DESCRIPTION = 3,
    OPTION_SHB_USERAPPL = 4,
    OPTION_IF_TSRESOL = 9,
    OPTION_IF_FILTER = 11,
    OPTION_ISB_STARTTIME = 2,
    OPTION_ISB_ENDTIME = 3,
    OPTION_ISB_IFRECV = 4,
    OPTION_ISB_IFDROP = 5,
    OPTION_ISB_USRDELIV = 8
};

/* First octet of if_filter: what follows is an expression of libpcap. */
#define FILTER_OF_LIBPCAP 0

#define BYTE_ORDER_MAGIC UINT32_C(0x1A2B3C4D)
#define NANOSECONDS 9 /* if_tsresol: 10^-9 */

#define OPTION_HEADER 4
#define OPTION_VALUE_MAX 65535
/* Type and both total lengths. */
#define BLOCK_FRAME 12
#define SECTION_BODY 16
#define INTERFACE_BODY 8
#define PACKET_BODY 20
#define STATISTICS_BODY 12

#define BUFFER_START (1024 * 1024)

struct pcapng_writer {
    output_file *file;
    bool failed;
    uint32_t interfaces;
    uint64_t flushed;
    uint64_t gathered, written; /* packets: in the buffer, and in the file */
    size_t used, size;
    uint8_t *buffer;
};

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* ---- output ---- */

static uint32_t get32(const uint8_t *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return GUINT32_FROM_LE(value);
}

/* Octets of whole blocks among the first `length` of the buffer, each of which tells its own length behind
 * its type; and how many of them are packets. */
static size_t whole_blocks(const pcapng_writer *writer, size_t length, uint64_t *packets)
{
    size_t at = 0;
    for (uint32_t block = 0; at + BLOCK_FRAME <= length; at += block) {
        block = get32(writer->buffer + at + sizeof(uint32_t));
        if (block > length - at)
            break;
        *packets += get32(writer->buffer + at) == BLOCK_ENHANCED_PACKET;
    }
    return at;
}

/* Keeps what arrived in whole blocks. */
static void fail(pcapng_writer *writer)
{
    size_t whole = whole_blocks(writer, output_file_partial(writer->file), &writer->written);
    writer->failed = true;
    output_file_cut_partial(writer->file, whole);
}

static void flush(pcapng_writer *writer)
{
    if (!writer->failed && output_file_write(writer->file, writer->buffer, writer->used))
        writer->written += writer->gathered;
    else if (!writer->failed)
        fail(writer);
    writer->flushed += writer->used;
    writer->used = 0;
    writer->gathered = 0;
}

/* Room for a block of this length in one piece. */
static uint8_t *reserve(pcapng_writer *writer, size_t length)
{
    if (G_UNLIKELY(writer->size - writer->used < length)) {
        flush(writer);
        if (writer->size < length) {
            writer->size = length;
            writer->buffer = g_realloc(writer->buffer, length);
        }
    }
    uint8_t *at = writer->buffer + writer->used;
    writer->used += length;
    return at;
}

static uint8_t *put16(uint8_t *at, uint16_t value)
{
    value = GUINT16_TO_LE(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static uint8_t *put32(uint8_t *at, uint32_t value)
{
    value = GUINT32_TO_LE(value);
    memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

static uint8_t *put_padded(uint8_t *at, const void *octets, size_t length)
{
    if (length > 0)
        memcpy(at, octets, length);
    memset(at + length, 0, padded(length) - length);
    return at + padded(length);
}

/* ---- options ---- */

/* Octets of the text that go into an option: all, or as many whole characters as an option can hold. */
static size_t option_text_length(const char *text)
{
    size_t length = text != NULL ? strlen(text) : 0;
    if (length <= OPTION_VALUE_MAX)
        return length;
    length = OPTION_VALUE_MAX;
    while (length > 0 && ((unsigned char)text[length] & 0xC0) == 0x80)
        length--;
    return length;
}

static size_t option_size(size_t value_length)
{
    return value_length > 0 ? OPTION_HEADER + padded(value_length) : 0;
}

static uint8_t *put_option(uint8_t *at, uint16_t code, const void *value, size_t length)
{
    if (length == 0)
        return at;
    at = put16(at, code);
    at = put16(at, (uint16_t)length);
    return put_padded(at, value, length);
}

static uint8_t *put_end_of_options(uint8_t *at)
{
    at = put16(at, OPTION_END);
    return put16(at, 0);
}

/* ---- blocks ---- */

static void write_section(pcapng_writer *writer, const char *application)
{
    size_t text = option_text_length(application);
    size_t length = BLOCK_FRAME + SECTION_BODY + option_size(text) + OPTION_HEADER;
    uint8_t *at = reserve(writer, length);
    at = put32(at, BLOCK_SECTION);
    at = put32(at, (uint32_t)length);
    at = put32(at, BYTE_ORDER_MAGIC);
    at = put16(at, 1); /* version 1.0 */
    at = put16(at, 0);
    at = put32(at, UINT32_MAX); /* section length: not stated */
    at = put32(at, UINT32_MAX);
    at = put_option(at, OPTION_SHB_USERAPPL, application, text);
    at = put_end_of_options(at);
    put32(at, (uint32_t)length);
}

/* The filter with the octet that says what kind it is; to be freed. NULL: none. */
static char *filter_value(const char *filter, size_t *length)
{
    *length = 0;
    size_t text = option_text_length(filter);
    if (text == 0)
        return NULL;
    *length = MIN(text + 1, OPTION_VALUE_MAX);
    char *value = g_malloc(*length);
    value[0] = FILTER_OF_LIBPCAP;
    memcpy(value + 1, filter, *length - 1);
    return value;
}

uint32_t pcapng_writer_describe_interface(pcapng_writer *writer, const pcapng_interface *interface)
{
    static const uint8_t resolution = NANOSECONDS;
    size_t name = option_text_length(interface->name), filter_length;
    size_t description = option_text_length(interface->description);
    g_autofree char *filter = filter_value(interface->filter, &filter_length);
    size_t length = BLOCK_FRAME + INTERFACE_BODY + option_size(name) + option_size(description) +
                    option_size(sizeof resolution) + option_size(filter_length) + OPTION_HEADER;
    uint8_t *at = reserve(writer, length);
    at = put32(at, BLOCK_INTERFACE);
    at = put32(at, (uint32_t)length);
    at = put16(at, interface->link_type);
    at = put16(at, 0);
    at = put32(at, interface->snap_length);
    at = put_option(at, OPTION_IF_NAME, interface->name, name);
    at = put_option(at, OPTION_IF_DESCRIPTION, interface->description, description);
    at = put_option(at, OPTION_IF_TSRESOL, &resolution, sizeof resolution);
    at = put_option(at, OPTION_IF_FILTER, filter, filter_length);
    at = put_end_of_options(at);
    put32(at, (uint32_t)length);
    return writer->interfaces++;
}

uint32_t pcapng_writer_add_interface(pcapng_writer *writer, const char *name, uint16_t link_type,
                                     uint32_t snap_length)
{
    return pcapng_writer_describe_interface(
        writer, &(pcapng_interface){ .name = name, .link_type = link_type, .snap_length = snap_length });
}

bool pcapng_writer_packet(pcapng_writer *writer, uint32_t interface, int64_t time_ns, const uint8_t *data,
                          uint32_t captured, uint32_t wire, const char *comment)
{
    size_t text = option_text_length(comment);
    size_t options = text > 0 ? option_size(text) + OPTION_HEADER : 0;
    size_t length = BLOCK_FRAME + PACKET_BODY + padded(captured) + options;
    uint8_t *at = reserve(writer, length);
    writer->gathered++;
    at = put32(at, BLOCK_ENHANCED_PACKET);
    at = put32(at, (uint32_t)length);
    at = put32(at, interface);
    at = put32(at, (uint32_t)((uint64_t)time_ns >> 32));
    at = put32(at, (uint32_t)time_ns);
    at = put32(at, captured);
    at = put32(at, wire);
    at = put_padded(at, data, captured);
    if (options > 0) {
        at = put_option(at, OPTION_COMMENT, comment, text);
        at = put_end_of_options(at);
    }
    put32(at, (uint32_t)length);
    return !writer->failed;
}

/* Times are two halves, the upper one first; numbers are in the section's byte order. */
static uint8_t *put_time(uint8_t *at, uint16_t code, int64_t time_ns)
{
    uint8_t halves[8];
    put32(put32(halves, (uint32_t)((uint64_t)time_ns >> 32)), (uint32_t)time_ns);
    return put_option(at, code, halves, sizeof halves);
}

static uint8_t *put_number(uint8_t *at, uint16_t code, uint64_t value)
{
    value = GUINT64_TO_LE(value);
    return put_option(at, code, &value, sizeof value);
}

bool pcapng_writer_statistics(pcapng_writer *writer, uint32_t interface, const pcapng_statistics *statistics)
{
    const size_t length = BLOCK_FRAME + STATISTICS_BODY + 5 * option_size(sizeof(uint64_t)) + OPTION_HEADER;
    uint8_t *at = reserve(writer, length);
    at = put32(at, BLOCK_STATISTICS);
    at = put32(at, (uint32_t)length);
    at = put32(at, interface);
    at = put32(at, (uint32_t)((uint64_t)statistics->end_ns >> 32));
    at = put32(at, (uint32_t)statistics->end_ns);
    at = put_time(at, OPTION_ISB_STARTTIME, statistics->start_ns);
    at = put_time(at, OPTION_ISB_ENDTIME, statistics->end_ns);
    at = put_number(at, OPTION_ISB_IFRECV, statistics->received);
    at = put_number(at, OPTION_ISB_IFDROP, statistics->dropped);
    at = put_number(at, OPTION_ISB_USRDELIV, statistics->delivered);
    at = put_end_of_options(at);
    put32(at, (uint32_t)length);
    return !writer->failed;
}

/* ---- the file ---- */

/* Takes the file. */
static pcapng_writer *writer_new(output_file *file, const char *application)
{
    if (file == NULL)
        return NULL;
    pcapng_writer *writer = g_new0(pcapng_writer, 1);
    writer->file = file;
    writer->size = BUFFER_START;
    writer->buffer = g_malloc(writer->size);
    write_section(writer, application);
    return writer;
}

pcapng_writer *pcapng_writer_open(const char *path, const char *application, GError **error)
{
    return writer_new(output_file_open(path, false, error), application);
}

pcapng_writer *pcapng_writer_open_growing(const char *path, const char *application, GError **error)
{
    return writer_new(output_file_open_growing(path, error), application);
}

bool pcapng_writer_flush(pcapng_writer *writer)
{
    flush(writer);
    return !writer->failed;
}

uint64_t pcapng_writer_octets(const pcapng_writer *writer)
{
    return writer->flushed + writer->used;
}

uint64_t pcapng_writer_written(const pcapng_writer *writer)
{
    return writer->written;
}

void pcapng_writer_wait_unless(pcapng_writer *writer, output_file_over over, void *context)
{
    output_file_wait_unless(writer->file, over, context);
}

const output_file *pcapng_writer_file(const pcapng_writer *writer)
{
    return writer->file;
}

static void writer_free(pcapng_writer *writer)
{
    g_free(writer->buffer);
    g_free(writer);
}

bool pcapng_writer_close(pcapng_writer *writer, GError **error)
{
    flush(writer);
    bool written = output_file_close(writer->file, error);
    writer_free(writer);
    return written;
}

void pcapng_writer_abandon(pcapng_writer *writer)
{
    if (writer == NULL)
        return;
    output_file_abandon(writer->file);
    writer_free(writer);
}
