/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes pcapng, little endian wherever it runs so that the same packets give the same octets.
 * Spec: draft-ietf-opsawg-pcapng s4.1 (SHB), s4.2 (IDB), s4.3 (EPB), s3.5 (options). */
#include "pcapng-writer.h"
#include "output-file.h"

#include <string.h>

enum { BLOCK_INTERFACE = 0x00000001, BLOCK_ENHANCED_PACKET = 0x00000006, BLOCK_SECTION = 0x0A0D0D0A };
enum {
    OPTION_END = 0,
    OPTION_COMMENT = 1,
    OPTION_IF_NAME = 2,
    OPTION_SHB_USERAPPL = 4,
    OPTION_IF_TSRESOL = 9
};

#define BYTE_ORDER_MAGIC UINT32_C(0x1A2B3C4D)
#define NANOSECONDS 9 /* if_tsresol: 10^-9 */

#define OPTION_HEADER 4
#define OPTION_VALUE_MAX 65535
/* Type and both total lengths. */
#define BLOCK_FRAME 12
#define SECTION_BODY 16
#define INTERFACE_BODY 8
#define PACKET_BODY 20

#define BUFFER_START (1024 * 1024)

struct pcapng_writer {
    output_file *file;
    bool failed;
    uint32_t interfaces;
    size_t used, size;
    uint8_t *buffer;
};

static size_t padded(size_t length)
{
    return (length + 3) & ~(size_t)3;
}

/* ---- output ---- */

static void flush(pcapng_writer *writer)
{
    if (!output_file_write(writer->file, writer->buffer, writer->used))
        writer->failed = true;
    writer->used = 0;
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

uint32_t pcapng_writer_add_interface(pcapng_writer *writer, const char *name, uint16_t link_type,
                                     uint32_t snap_length)
{
    static const uint8_t resolution = NANOSECONDS;
    size_t text = option_text_length(name);
    size_t length =
        BLOCK_FRAME + INTERFACE_BODY + option_size(text) + option_size(sizeof resolution) + OPTION_HEADER;
    uint8_t *at = reserve(writer, length);
    at = put32(at, BLOCK_INTERFACE);
    at = put32(at, (uint32_t)length);
    at = put16(at, link_type);
    at = put16(at, 0);
    at = put32(at, snap_length);
    at = put_option(at, OPTION_IF_NAME, name, text);
    at = put_option(at, OPTION_IF_TSRESOL, &resolution, sizeof resolution);
    at = put_end_of_options(at);
    put32(at, (uint32_t)length);
    return writer->interfaces++;
}

bool pcapng_writer_packet(pcapng_writer *writer, uint32_t interface, int64_t time_ns, const uint8_t *data,
                          uint32_t captured, uint32_t wire, const char *comment)
{
    size_t text = option_text_length(comment);
    size_t options = text > 0 ? option_size(text) + OPTION_HEADER : 0;
    size_t length = BLOCK_FRAME + PACKET_BODY + padded(captured) + options;
    uint8_t *at = reserve(writer, length);
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

/* ---- the file ---- */

pcapng_writer *pcapng_writer_open(const char *path, const char *application, GError **error)
{
    output_file *file = output_file_open(path, false, error);
    if (file == NULL)
        return NULL;
    pcapng_writer *writer = g_new0(pcapng_writer, 1);
    writer->file = file;
    writer->size = BUFFER_START;
    writer->buffer = g_malloc(writer->size);
    write_section(writer, application);
    return writer;
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
