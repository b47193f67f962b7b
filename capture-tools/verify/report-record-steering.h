/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where flows were steered: ingress, egress and site of each, in four octets. */
#ifndef CATSHARK_VERIFY_REPORT_RECORD_STEERING_H
#define CATSHARK_VERIFY_REPORT_RECORD_STEERING_H

#include "report-record.h"

typedef struct steering_record steering_record;

/* Both are borrowed; the topology may be NULL. */
steering_record *steering_record_new(const cats_topology *topology, const capture_points *points);
void steering_record_free(steering_record *record);

void steering_record_frame(steering_record *record, const decoded *frame);
void steering_record_flow(steering_record *record, const steering_flow *flow);
/* As report_record_steering(). */
const GArray *steering_record_sum(steering_record *record, uint64_t *beyond);

#endif
