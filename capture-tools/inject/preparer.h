/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a frame of the source to one that is ready to be sent: its interface, rewritten, and whether it can be
 * sent at all. Spec: man/catshark-inject.1. */
#ifndef CATSHARK_INJECT_PREPARER_H
#define CATSHARK_INJECT_PREPARER_H

#include "frame-source.h"
#include "outlets.h"
#include "rewrite.h"

/* Why a frame is not sent; READY_TO_SEND: it is. */
typedef enum ready_kind {
    READY_TO_SEND,
    READY_CUT_SHORT,    /* by the snapshot length */
    READY_TOO_LONG,     /* for the interface's MTU */
    READY_TOO_SHORT,    /* for an Ethernet header */
    READY_NOT_IP,       /* wrong link type: no IP packet to put an Ethernet header on */
    READY_NO_HEADER,    /* no Ethernet header, and no destination to put one on */
    READY_NOT_SELECTED, /* of another link */
    READY_KINDS,
    READY_END_OF_PASS = READY_KINDS /* no frame: the source was read to its end, and begins again */
} ready_kind;

/* "cut_short": the key in JSON, and words. Only of what is skipped. */
const char *ready_kind_key(ready_kind kind);
const char *ready_kind_words(ready_kind kind);

typedef struct ready_frame {
    int64_t time_ns;
    uint32_t length; /* of octets; 0 unless it is to be sent */
    uint16_t outlet;
    uint16_t kind; /* ready_kind */
    uint8_t octets[];
} ready_frame;

typedef struct preparer {
    rewrite_rules rules;
    frame_source *source; /* borrowed, as are the outlets */
    outlets *outlets;
    GArray *outlet_of; /* by link: int */
} preparer;

void preparer_init(preparer *p, frame_source *source, outlets *o);
void preparer_clear(preparer *p);
/* `ready` has room for the frame's octets and REWRITE_GROWTH. */
void preparer_take(preparer *p, const source_frame *frame, ready_frame *ready);
/* Names that were asked for and are no link of the source, read to its end: "no link \"a\" in x.pcapng, which
 * has b, c"; NULL when there is none. To be freed. */
char *preparer_missing(const preparer *p);

#endif
