/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the capture reader share: capture-reader.c opens and filters, pcap-file.c and
 * pcapng-file.c read the two formats, capture-libpcap.c has libpcap read what they leave to it. */
#ifndef CATSHARK_IO_CAPTURE_READER_PRIVATE_H
#define CATSHARK_IO_CAPTURE_READER_PRIVATE_H

#include "capture-reader.h"
#include "octet-source.h"

#include <pcap/pcap.h>

/* More octets of one packet no capture has: what libpcap allows for our link types. */
#define CAPTURE_OCTETS_MAX 262144

/* An interface of a pcapng. */
typedef struct capture_interface {
    char *name;        /* owned: if_name, else if_description, else if_hardware; NULL without these */
    uint32_t index;    /* in its section */
    uint32_t snapshot; /* octets kept of each packet */
    int link_type;
    bool binary_units;                /* of time: a power of two */
    uint64_t units;                   /* of a second */
    int64_t offset_s;                 /* to add to times */
    uint64_t plain_max, plain_factor; /* times up to the one are nanoseconds when multiplied by the other */
} capture_interface;

/* A filter, compiled for a link type. */
typedef struct compiled_filter {
    int link_type;
    struct bpf_program program;
} compiled_filter;

struct capture_reader {
    char *name; /* for messages: the path, or "standard input" */
    char *message;
    uint64_t frames; /* read so far, whether the filter passed them or not */
    octet_source octets;
    /* Reads one frame, but for its number. On CAPTURE_BROKEN the reason was given to capture_reader_break().
     */
    capture_status (*next)(capture_reader *reader, capture_frame *frame);
    bool swapped;           /* pcap, pcapng: the file's byte order is not ours */
    bool nanoseconds;       /* pcap: of its times */
    int link_type;          /* pcap, libpcap */
    uint32_t snapshot;      /* pcap */
    GArray *interfaces;     /* pcapng: of capture_interface, over all sections */
    uint32_t section_first; /* index of the section's interface 0 */
    pcap_t *pcap;           /* libpcap */
    char *filter;           /* NULL: none */
    GArray *filters;        /* of compiled_filter */
};

static inline uint32_t capture_get32(const capture_reader *reader, const uint8_t *at)
{
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return reader->swapped ? GUINT32_SWAP_LE_BE(value) : value;
}

static inline uint16_t capture_get16(const capture_reader *reader, const uint8_t *at)
{
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return reader->swapped ? GUINT16_SWAP_LE_BE(value) : value;
}

/* The frame cannot be read, and none behind it: "NAME: broken after frame N: REASON". */
capture_status capture_reader_break(capture_reader *reader, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same of octets that end too early, with the reason why they do. */
capture_status capture_reader_cut(capture_reader *reader, const char *what, size_t wanted, size_t got);

/* Looks at the first octets. False when they are not the format's, with nothing changed; *reason is set when
 * they are and no frame can be read (owned). */
bool pcap_file_open(capture_reader *reader, char **reason);
bool pcapng_file_open(capture_reader *reader, char **reason);
/* All that is left: what libpcap reads. */
bool capture_libpcap_open(capture_reader *reader, char **reason);

/* LINKTYPE of a file to DLT. */
int capture_link_type(uint32_t link_type);
/* "link type 105 (IEEE802_11), expected ..."; owned. */
char *capture_link_type_refusal(int link_type);

#endif
