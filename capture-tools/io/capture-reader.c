/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads captures through libpcap, frame by frame, and says in words where a file ends too early.
 * Spec: pcap_next_ex(3PCAP), pcap-filter(7). */
#include "capture-reader.h"

#include "epan-cats/capture-time.h"
#include "epan-cats/packet.h"
#include "pcapng-interfaces.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

/* libpcap reads through stdio. Larger reads than its page, and no lock taken twice a frame (one thread
 * reads), make small frames a quarter cheaper than in a bare pcap_loop(). */
#define READ_BUFFER (256 * 1024)

struct capture_reader {
    char *name; /* for messages: the path, or "standard input" */
    char *message;
    char *buffer;
    int file;                      /* what the stream reads */
    pcapng_interfaces *interfaces; /* NULL: not asked for */
    pcap_t *pcap;
    int link_type;
    struct bpf_program filter;
    bool filtered;
    uint64_t frames; /* read so far, whether the filter passed them or not */
};

G_DEFINE_QUARK(catshark_capture_error, capture_error)

/* With interfaces the octets pass by them on their way to libpcap. */
static ssize_t read_and_look(void *cookie, char *octets, size_t room)
{
    capture_reader *reader = cookie;
    ssize_t got = read(reader->file, octets, room);
    if (got > 0)
        pcapng_interfaces_feed(reader->interfaces, (const uint8_t *)octets, (size_t)got);
    return got;
}

static int close_file(void *cookie)
{
    return close(((capture_reader *)cookie)->file);
}

static FILE *stream_of(capture_reader *reader)
{
    if (reader->interfaces == NULL)
        return fdopen(reader->file, "rb");
    return fopencookie(reader, "rb", (cookie_io_functions_t){ .read = read_and_look, .close = close_file });
}

static FILE *open_stream(capture_reader *reader, const char *path, GError **error)
{
    reader->file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    FILE *stream = reader->file >= 0 ? stream_of(reader) : NULL;
    if (stream != NULL)
        return stream;
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: %s", reader->name, g_strerror(errno));
    if (reader->file >= 0)
        close(reader->file);
    return NULL;
}

/* Of a file that ends within its header libpcap tells two of its own reads apart ("tried to read 24 file
 * header bytes, only got 6"), of a compressed one only that it does not know it: after it read the four
 * octets of a magic number, which the stream's buffer still holds. */
static const char *what_is_wrong(const capture_reader *reader, FILE *stream, const char *reason)
{
    static const struct {
        const char *magic, *what;
    } compressed[] = {
        { "\x1f\x8b", "compressed by gzip (zcat FILE | catshark inspect -r - reads it)" },
        { "\x28\xb5\x2f\xfd", "compressed by zstd (zstdcat FILE | catshark inspect -r - reads it)" },
        { "\xfd\x37zX", "compressed by xz (xzcat FILE | catshark inspect -r - reads it)" },
    };
    if (feof(stream) && g_str_has_suffix(reason, "only got 0"))
        return "empty";
    if (strstr(reason, "file header bytes, only got") != NULL)
        return "cut short within the file header";
    for (size_t i = 0; i < G_N_ELEMENTS(compressed); i++)
        if (strstr(reason, "unknown file format") != NULL &&
            memcmp(reader->buffer, compressed[i].magic, strlen(compressed[i].magic)) == 0)
            return compressed[i].what;
    return reason;
}

static bool open_pcap(capture_reader *reader, const char *path, GError **error)
{
    FILE *stream = open_stream(reader, path, error);
    if (stream == NULL)
        return false;
    __fsetlocking(stream, FSETLOCKING_BYCALLER);
    setvbuf(stream, reader->buffer, _IOFBF, READ_BUFFER);
    char reason[PCAP_ERRBUF_SIZE] = "";
    reader->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (reader->pcap != NULL)
        return true;
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: %s, expected a pcap or pcapng capture",
                reader->name, what_is_wrong(reader, stream, reason));
    fclose(stream);
    return false;
}

static bool check_link_type(capture_reader *reader, GError **error)
{
    int link_type = reader->link_type = pcap_datalink(reader->pcap);
    if (packet_link_supported(link_type))
        return true;
    const char *name = pcap_datalink_val_to_name(link_type);
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_LINK_TYPE,
                "%s: link type %d (%s), expected Ethernet, raw IP, Linux cooked v1 or v2, or null/loopback",
                reader->name, link_type, name != NULL ? name : "unknown");
    return false;
}

static bool compile_filter(capture_reader *reader, const char *filter, GError **error)
{
    if (filter == NULL)
        return true;
    if (pcap_compile(reader->pcap, &reader->filter, filter, 1, PCAP_NETMASK_UNKNOWN) != 0) {
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FILTER,
                    "filter \"%s\": %s, expected an expression of pcap-filter(7)", filter,
                    pcap_geterr(reader->pcap));
        return false;
    }
    reader->filtered = true;
    return true;
}

static capture_reader *open_reader(const char *path, const char *filter, pcapng_interfaces *interfaces,
                                   GError **error)
{
    capture_reader *reader = g_new0(capture_reader, 1);
    reader->interfaces = interfaces;
    reader->name = g_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    reader->buffer = g_malloc(READ_BUFFER);
    if (open_pcap(reader, path, error) && check_link_type(reader, error) &&
        compile_filter(reader, filter, error))
        return reader;
    capture_reader_close(reader);
    return NULL;
}

capture_reader *capture_reader_open(const char *path, const char *filter, GError **error)
{
    return open_reader(path, filter, NULL, error);
}

capture_reader *capture_reader_open_interfaces(const char *path, const char *filter, GError **error)
{
    return open_reader(path, filter, pcapng_interfaces_new(), error);
}

const char *capture_reader_name(const capture_reader *reader)
{
    return reader->name;
}

static capture_status end_of_capture(capture_reader *reader, int status)
{
    if (status == PCAP_ERROR_BREAK) /* what libpcap calls the end of a file */
        return CAPTURE_END;
    g_free(reader->message);
    reader->message = g_strdup_printf("%s: broken after frame %" PRIu64 ": %s", reader->name, reader->frames,
                                      pcap_geterr(reader->pcap));
    return CAPTURE_BROKEN;
}

capture_status capture_reader_next(capture_reader *reader, capture_frame *frame)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    do {
        int status = pcap_next_ex(reader->pcap, &header, &data);
        if (G_UNLIKELY(status != 1))
            return end_of_capture(reader, status);
        reader->frames++;
        frame->has_interface =
            reader->interfaces != NULL && pcapng_interfaces_next(reader->interfaces, &frame->interface);
    } while (reader->filtered && pcap_offline_filter(&reader->filter, header, data) == 0);

    frame->number = reader->frames;
    /* With nanosecond precision tv_usec holds nanoseconds; a damaged pcapng can name any second. */
    frame->time_ns = capture_time_of(header->ts.tv_sec, header->ts.tv_usec);
    frame->data = data;
    frame->captured = header->caplen;
    frame->wire = header->len;
    frame->link_type = reader->link_type;
    return CAPTURE_FRAME;
}

const char *capture_reader_interface_name(const capture_reader *reader, uint32_t interface)
{
    return pcapng_interfaces_name(reader->interfaces, interface);
}

uint32_t capture_reader_interface_count(const capture_reader *reader)
{
    return pcapng_interfaces_count(reader->interfaces);
}

uint32_t capture_reader_interface_index(const capture_reader *reader, uint32_t interface)
{
    return pcapng_interfaces_index(reader->interfaces, interface);
}

const char *capture_reader_message(const capture_reader *reader)
{
    return reader->message != NULL ? reader->message : "";
}

void capture_reader_close(capture_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->filtered)
        pcap_freecode(&reader->filter);
    if (reader->pcap != NULL)
        pcap_close(reader->pcap); /* and the stream, whose buffer is freed behind it */
    pcapng_interfaces_free(reader->interfaces);
    g_free(reader->buffer);
    g_free(reader->message);
    g_free(reader->name);
    g_free(reader);
}
