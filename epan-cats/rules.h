/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules that traffic must hold to: one table of id, severity, scope, sentence and source section.
 * Everything that reports a defect names a rule of this table. */
#ifndef EPAN_CATS_RULES_H
#define EPAN_CATS_RULES_H

#include <stdbool.h>
#include <stddef.h>

/* X(symbol, group, name, severity, scope, needs, sentence, source): CATS_RULE_<symbol>, id group/name. */
#include "rules.def"

typedef enum cats_rule_id {
#define X(symbol, group, name, severity, scope, needs, sentence, source) CATS_RULE_##symbol,
    CATS_RULES(X)
#undef X
        CATS_RULE_COUNT
} cats_rule_id;

typedef enum cats_severity { CATS_NOTE, CATS_WARNING, CATS_ERROR } cats_severity;

/* What must have been seen before the rule can be judged. */
typedef enum cats_rule_scope {
    CATS_SCOPE_PACKET,  /* the packet alone (with what needs says) */
    CATS_SCOPE_SESSION, /* earlier or later packets of the TCP connection or redirect session */
    CATS_SCOPE_FLOW,    /* earlier packets of the steered flow */
    CATS_SCOPE_LINKS,   /* more than one capture point */
    CATS_SCOPE_CAPTURE, /* the whole capture (statistics) */
    CATS_SCOPE_UPDATE   /* one BGP UPDATE, in whichever packets */
} cats_rule_scope;

typedef enum cats_rule_needs {
    CATS_NEEDS_NOTHING,
    CATS_NEEDS_TOPOLOGY,
    CATS_NEEDS_NETWORK /* the topology file (of what SIDs are, a SID table), or routes learned from BGP */
} cats_rule_needs;

typedef struct cats_rule {
    const char *id;     /* "affinity/not-on-fin" */
    const char *filter; /* "affinity.not-on-fin": the same with a dot, a Wireshark filter name */
    cats_severity severity;
    cats_rule_scope scope;
    cats_rule_needs needs;
    const char *sentence; /* what was seen */
    const char *source;   /* "draft-wang s4; RFC 9293 s3.1" */
} cats_rule;

const cats_rule *cats_rule_get(cats_rule_id id);
/* By id ("cats/segments-left"); false when there is no such rule. */
bool cats_rule_find(const char *id, cats_rule_id *found);
const char *cats_severity_name(cats_severity severity); /* "note", "warning", "error" */
const char *cats_rule_scope_name(cats_rule_scope scope);
const char *cats_rule_needs_name(cats_rule_needs needs); /* "nothing", "topology", "topology or routes" */

/* A rule seen broken in one packet, with the values in a sentence of its own. */
#define CATS_FINDING_TEXT 224
typedef struct cats_finding {
    cats_rule_id rule;
    char text[CATS_FINDING_TEXT]; /* "port 0, expected a port of the service node" */
} cats_finding;

/* The findings of one packet: at most one of each rule and eight in all (a ninth sets `more`). */
#define CATS_FINDINGS_MAX 8
typedef struct cats_findings {
    unsigned count;
    bool more;
    cats_finding list[CATS_FINDINGS_MAX];
} cats_findings;

/* Sets count and more to zero; the list is not touched (hot path). */
void cats_findings_clear(cats_findings *findings);
/* Adds the rule with its sentence, cut at a whole character. Does nothing when the rule is in the list
 * already or `findings` is NULL. */
void cats_findings_add(cats_findings *findings, cats_rule_id rule, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
