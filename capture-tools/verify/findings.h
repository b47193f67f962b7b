/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Findings of a verification: counted by rule, and the first of each rule kept. */
#ifndef CATSHARK_VERIFY_FINDINGS_H
#define CATSHARK_VERIFY_FINDINGS_H

#include "epan-cats/rules.h"

#include <stdint.h>

#define FINDING_FRAMES_MAX 3

/* A broken rule. Frames are ids of the sources. */
typedef struct finding {
    cats_rule_id rule;
    int64_t time_ns;                     /* of the first frame; valid with frames */
    unsigned frame_count;                /* 0: of the whole capture */
    uint32_t frames[FINDING_FRAMES_MAX]; /* those that show it, first the one at `point` */
    uint32_t point;                      /* where, of the capture points; may be STEERING_POINT_NONE */
    const char *text;                    /* values, and what was expected */
} finding;

/* Which rules are looked at. */
typedef struct finding_rules {
    bool wanted[CATS_RULE_COUNT];
} finding_rules;
/* "cats/lost,affinity/port-zero": these; "-cats/flow-label": all but these; a group ("cats") stands for all
 * its rules. On false *message says what is wrong and what was expected; to be freed. */
bool finding_rules_parse(const char *text, finding_rules *rules, char **message);

typedef struct finding_log finding_log;
/* Told of every finding that is kept, as it is found. */
typedef void (*finding_sink)(void *context, const finding *finding);

/* Of each rule the first `limit` are kept. */
finding_log *finding_log_new(const finding_rules *rules, uint64_t limit);
void finding_log_free(finding_log *log); /* NULL is allowed */
void finding_log_tell(finding_log *log, finding_sink sink, void *context);

/* Copies it. Nothing happens with a rule that is not wanted. */
void finding_log_add(finding_log *log, const finding *found);

uint64_t finding_log_count(const finding_log *log, cats_rule_id rule);
uint64_t finding_log_severity_count(const finding_log *log, cats_severity severity);
/* Those that were kept of a rule: [0, kept). */
uint64_t finding_log_kept(const finding_log *log, cats_rule_id rule);
const finding *finding_log_get(const finding_log *log, cats_rule_id rule, uint64_t index);
bool finding_log_wants(const finding_log *log, cats_rule_id rule);

#endif
