/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Has libpcap read the forms of pcap files that are rare: other versions and magic numbers, frame check
 * sequences. Spec: pcap(3PCAP). */
#include "capture-reader-private.h"

#include "epan-cats/capture-time.h"

#include <stdio.h>
#include <string.h>

static ssize_t read_on(void *cookie, char *octets, size_t room)
{
    return octet_source_read(cookie, octets, room);
}

static capture_status next_frame(capture_reader *reader, capture_frame *frame)
{
    struct pcap_pkthdr *header;
    const u_char *data;
    int status = pcap_next_ex(reader->pcap, &header, &data);
    if (status == PCAP_ERROR_BREAK &&
        reader->octets.trouble == NULL) /* what libpcap calls the end of a file */
        return CAPTURE_END;
    if (status != 1)
        return capture_reader_break(
            reader, "%s", status == PCAP_ERROR_BREAK ? reader->octets.trouble : pcap_geterr(reader->pcap));
    /* With nanosecond precision tv_usec holds nanoseconds. */
    frame->time_ns = capture_time_of(header->ts.tv_sec, header->ts.tv_usec);
    frame->data = data;
    frame->captured = header->caplen;
    frame->wire = header->len;
    frame->link_type = reader->link_type;
    frame->has_interface = false;
    return CAPTURE_FRAME;
}

bool capture_libpcap_open(capture_reader *reader, char **reason)
{
    char error[PCAP_ERRBUF_SIZE] = "";
    FILE *stream = fopencookie(&reader->octets, "rb", (cookie_io_functions_t){ .read = read_on });
    reader->pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
    if (reader->pcap == NULL) {
        *reason = g_strdup(error);
        fclose(stream);
        return false;
    }
    reader->link_type = pcap_datalink(reader->pcap);
    reader->next = next_frame;
    *reason = capture_link_type_refusal(reader->link_type);
    return true;
}
