/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens captures of every format, filters frames, names what is wrong. Spec: draft-ietf-opsawg-pcap,
 * draft-ietf-opsawg-pcapng; pcap-filter(7). */
#include "capture-reader-private.h"

#include "epan-cats/packet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

G_DEFINE_QUARK(catshark_capture_error, capture_error)

/* ---- link types ---- */

int capture_link_type(uint32_t link_type)
{
    return link_type == PACKET_LINK_RAW ? DLT_RAW : (int)link_type;
}

char *capture_link_type_refusal(int link_type)
{
    if (packet_link_supported(link_type))
        return NULL;
    const char *name = pcap_datalink_val_to_name(link_type);
    return g_strdup_printf(
        "link type %d (%s), expected Ethernet, raw IP, Linux cooked v1 or v2, or null/loopback", link_type,
        name != NULL ? name : "unknown");
}

/* ---- what is wrong ---- */

capture_status capture_reader_break(capture_reader *reader, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_free(reader->message);
    reader->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    return CAPTURE_BROKEN;
}

capture_status capture_reader_cut(capture_reader *reader, const char *what, size_t wanted, size_t got)
{
    if (reader->octets.trouble != NULL)
        return capture_reader_break(reader, "%s", reader->octets.trouble);
    return capture_reader_break(reader, "truncated: %zu %s, expected %zu", got, what, wanted);
}

/* Of a file that is none of ours; NULL: nothing better is known than what libpcap says. */
static const char *what_it_is(octet_source *octets)
{
    static const struct {
        const char *magic, *what;
    } known[] = {
        { "\xfd\x37zX", "compressed by xz (xzcat FILE | catshark VERB ... - reads it)" },
        { "BZh", "compressed by bzip2 (bzcat FILE | catshark VERB ... - reads it)" },
    };
    size_t available;
    const uint8_t *first = octet_source_look(octets, 24, &available);
    if (available == 0)
        return octets->trouble != NULL ? octets->trouble : "empty";
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        if (available >= strlen(known[i].magic) && memcmp(first, known[i].magic, strlen(known[i].magic)) == 0)
            return known[i].what;
    return NULL;
}

/* ---- opening ---- */

static bool open_format(capture_reader *reader, char **reason)
{
    const char *what = what_it_is(&reader->octets);
    if (what != NULL) {
        *reason = g_strdup(what);
        return false;
    }
    return pcapng_file_open(reader, reason) || pcap_file_open(reader, reason) ||
           capture_libpcap_open(reader, reason);
}

static bool compile_filter(capture_reader *reader, int link_type, compiled_filter *filter, char **reason)
{
    pcap_t *dead = pcap_open_dead(link_type, CAPTURE_OCTETS_MAX);
    filter->link_type = link_type;
    bool good = pcap_compile(dead, &filter->program, reader->filter, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (!good)
        *reason = g_strdup(pcap_geterr(dead));
    pcap_close(dead);
    return good;
}

/* The filter of frames of this link type; NULL, and *reason (owned), when it cannot be compiled for it. */
static const compiled_filter *filter_for(capture_reader *reader, int link_type, char **reason)
{
    for (guint i = 0; i < reader->filters->len; i++) {
        const compiled_filter *filter = &g_array_index(reader->filters, compiled_filter, i);
        if (filter->link_type == link_type)
            return filter;
    }
    compiled_filter filter;
    if (!compile_filter(reader, link_type, &filter, reason))
        return NULL;
    g_array_append_val(reader->filters, filter);
    return &g_array_index(reader->filters, compiled_filter, reader->filters->len - 1);
}

static void clear_filter(gpointer data)
{
    pcap_freecode(&((compiled_filter *)data)->program);
}

static bool take_filter(capture_reader *reader, const char *filter, GError **error)
{
    g_autofree char *reason = NULL;
    if (filter == NULL)
        return true;
    int link_type = reader->interfaces != NULL
                        ? g_array_index(reader->interfaces, capture_interface, 0).link_type
                        : reader->link_type;
    reader->filter = g_strdup(filter);
    reader->filters = g_array_new(FALSE, FALSE, sizeof(compiled_filter));
    g_array_set_clear_func(reader->filters, clear_filter);
    if (filter_for(reader, link_type, &reason) != NULL)
        return true;
    g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_FILTER,
                "filter \"%s\": %s, expected an expression of pcap-filter(7)", filter, reason);
    return false;
}

static bool open_capture(capture_reader *reader, const char *path, GError **error)
{
    g_autoptr(GError) failure = NULL;
    g_autofree char *reason = NULL;
    if (!octet_source_open(&reader->octets, path, &failure)) {
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: %s", reader->name, failure->message);
        return false;
    }
    bool is_format = open_format(reader, &reason);
    if (reason == NULL)
        return true;
    if (g_str_has_prefix(reason, "link type"))
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_LINK_TYPE, "%s: %s", reader->name, reason);
    else if (is_format && g_str_has_prefix(reason, "truncated"))
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: cut short before the first frame",
                    reader->name);
    else
        g_set_error(error, CAPTURE_ERROR, CAPTURE_ERROR_OPEN, "%s: %s, expected a pcap or pcapng capture",
                    reader->name,
                    strstr(reason, "file header bytes, only got") != NULL ? "cut short within the file header"
                                                                          : reason);
    return false;
}

capture_reader *capture_reader_open(const char *path, const char *filter, GError **error)
{
    capture_reader *reader = g_new0(capture_reader, 1);
    reader->octets.file = -1;
    reader->name = g_strdup(strcmp(path, "-") == 0 ? "standard input" : path);
    if (open_capture(reader, path, error) && take_filter(reader, filter, error))
        return reader;
    capture_reader_close(reader);
    return NULL;
}

/* ---- reading ---- */

static capture_status broken(capture_reader *reader)
{
    g_autofree char *reason = reader->message;
    reader->message =
        g_strdup_printf("%s: broken after frame %" PRIu64 ": %s", reader->name, reader->frames, reason);
    return CAPTURE_BROKEN;
}

/* 1: passes, 0: does not, -1: cannot be told. */
static int passes(capture_reader *reader, const capture_frame *frame)
{
    char *reason = NULL;
    const compiled_filter *filter = filter_for(reader, frame->link_type, &reason);
    if (filter == NULL) {
        capture_reader_break(reader, "filter \"%s\": %s", reader->filter, reason);
        g_free(reason);
        return -1;
    }
    const struct pcap_pkthdr header = { .caplen = frame->captured, .len = frame->wire };
    return pcap_offline_filter(&filter->program, &header, frame->data) != 0;
}

capture_status capture_reader_next(capture_reader *reader, capture_frame *frame)
{
    for (;;) {
        if (reader->message != NULL)
            return CAPTURE_BROKEN;
        capture_status status = reader->next(reader, frame);
        if (G_UNLIKELY(status != CAPTURE_FRAME))
            return status == CAPTURE_BROKEN ? broken(reader) : status;
        frame->number = ++reader->frames;
        int passed = reader->filter == NULL ? 1 : passes(reader, frame);
        if (passed < 0)
            return broken(reader);
        if (passed > 0)
            return CAPTURE_FRAME;
    }
}

/* ---- what is known ---- */

const char *capture_reader_name(const capture_reader *reader)
{
    return reader->name;
}

uint32_t capture_reader_interface_count(const capture_reader *reader)
{
    return reader->interfaces != NULL ? reader->interfaces->len : 0;
}

const char *capture_reader_interface_name(const capture_reader *reader, uint32_t interface)
{
    return interface < capture_reader_interface_count(reader)
               ? g_array_index(reader->interfaces, capture_interface, interface).name
               : NULL;
}

uint32_t capture_reader_interface_index(const capture_reader *reader, uint32_t interface)
{
    return interface < capture_reader_interface_count(reader)
               ? g_array_index(reader->interfaces, capture_interface, interface).index
               : interface;
}

const char *capture_reader_message(const capture_reader *reader)
{
    return reader->message != NULL ? reader->message : "";
}

void capture_reader_close(capture_reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->pcap != NULL)
        pcap_close(reader->pcap);
    if (reader->filters != NULL)
        g_array_free(reader->filters, TRUE);
    if (reader->interfaces != NULL)
        g_array_free(reader->interfaces, TRUE);
    octet_source_close(&reader->octets);
    g_free(reader->filter);
    g_free(reader->message);
    g_free(reader->name);
    g_free(reader);
}
