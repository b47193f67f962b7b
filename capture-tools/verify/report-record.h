/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a report shows beyond the log of findings, gathered while frames are read and bounded in memory: when
 * clients were redirected and followed, how long that took, where flows were steered, and what the frames of
 * findings held. */
#ifndef CATSHARK_VERIFY_REPORT_RECORD_H
#define CATSHARK_VERIFY_REPORT_RECORD_H

#include "verification.h"

#define RECORD_REDIRECTS_MAX 500
#define RECORD_FRAMES_MAX 2000      /* of findings, with their fields */
#define RECORD_FLOWS_MAX (1u << 22) /* on the map */

/* A connection that was redirected. Frames are ids of the sources, 0: none. */
typedef struct recorded_redirect {
    affinity_connection connection; /* as it was told last */
    affinity_verdict verdict;       /* of its session */
    int64_t syn_ns, redirect_ns;    /* syn_ns: of the first frame, valid with syn_frame */
    uint32_t syn_frame;
    cats_address client, service, node;
    uint16_t client_port, service_port, node_port;
} recorded_redirect;

/* Classes of delays, from the redirect to the SYN that follows: below a limit, and not below that of the
 * class before. The first is below 0, the last has no limit. */
typedef struct delay_class {
    int64_t below_ns;
    uint64_t count;
} delay_class;
#define DELAY_CLASSES 39

/* Flows from an ingress to an egress, and on to a site. Names are valid as long as the record; site is NULL
 * where none was seen. */
typedef struct recorded_steering {
    const char *ingress, *egress, *site;
    uint64_t flows;
    uint64_t to_service; /* those of them to a CS-ID (without a topology, to any address) */
} recorded_steering;

typedef struct report_record report_record;

/* Becomes an observer of the verification. */
report_record *report_record_new(verification *v);
void report_record_free(report_record *record); /* NULL is allowed */

/* In the order of the redirects; those beyond RECORD_REDIRECTS_MAX are not there. */
unsigned report_record_redirects(const report_record *record);
recorded_redirect report_record_redirect(const report_record *record, unsigned index);

const delay_class *report_record_delays(const report_record *record); /* DELAY_CLASSES */
/* All delays that were seen: how many, the least, the mean and the greatest. */
uint64_t report_record_delay_sum(const report_record *record, int64_t *least, int64_t *mean,
                                 int64_t *greatest);

/* By names; the array is owned by the record, valid until the next call. *beyond: flows that there was no
 * room for. */
const GArray *report_record_steering(report_record *record, uint64_t *beyond); /* of recorded_steering */

/* The frame in one line, and its fields, "name\tvalue\n" each; NULL when they were not kept. */
const char *report_record_line(const report_record *record, uint32_t frame);
const char *report_record_fields(const report_record *record, uint32_t frame);

#endif
