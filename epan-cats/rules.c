/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of rules in memory, and the findings of one packet. Spec: docs/rules.md. */
#include "rules.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const cats_rule rules[CATS_RULE_COUNT] = {
#define X(symbol, group, name, severity, scope, needs, sentence, source)       \
    { group "/" name,     group "." name, CATS_##severity, CATS_SCOPE_##scope, \
      CATS_NEEDS_##needs, sentence,       source },
    CATS_RULES(X)
#undef X
};

const cats_rule *cats_rule_get(cats_rule_id id)
{
    return &rules[id];
}

bool cats_rule_find(const char *id, cats_rule_id *found)
{
    for (unsigned i = 0; i < CATS_RULE_COUNT; i++) {
        if (strcmp(rules[i].id, id) == 0) {
            *found = (cats_rule_id)i;
            return true;
        }
    }
    return false;
}

const char *cats_severity_name(cats_severity severity)
{
    static const char *const names[] = {
        [CATS_NOTE] = "note",
        [CATS_WARNING] = "warning",
        [CATS_ERROR] = "error",
    };
    return names[severity];
}

const char *cats_rule_scope_name(cats_rule_scope scope)
{
    static const char *const names[] = {
        [CATS_SCOPE_PACKET] = "packet", [CATS_SCOPE_SESSION] = "session", [CATS_SCOPE_FLOW] = "flow",
        [CATS_SCOPE_LINKS] = "links",   [CATS_SCOPE_CAPTURE] = "capture", [CATS_SCOPE_UPDATE] = "UPDATE",
    };
    return names[scope];
}

void cats_findings_clear(cats_findings *findings)
{
    findings->count = 0;
    findings->more = false;
}

/* Takes off a last UTF-8 character of which the room left only the beginning (names come from a file). */
static void trim_cut_character(char *text)
{
    const char *valid_end;
    g_utf8_validate(text, -1, &valid_end);
    text[valid_end - text] = '\0';
}

void cats_findings_add(cats_findings *findings, cats_rule_id rule, const char *format, ...)
{
    if (findings == NULL)
        return;
    for (unsigned i = 0; i < findings->count; i++) {
        if (findings->list[i].rule == rule)
            return;
    }
    if (findings->count == CATS_FINDINGS_MAX) {
        findings->more = true;
        return;
    }
    cats_finding *finding = &findings->list[findings->count++];
    finding->rule = rule;

    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(finding->text, sizeof finding->text, format, arguments);
    va_end(arguments);
    if (length < 0)
        finding->text[0] = '\0';
    else if ((size_t)length >= sizeof finding->text)
        trim_cut_character(finding->text);
}

const char *cats_rule_needs_name(cats_rule_needs needs)
{
    static const char *const names[] = { [CATS_NEEDS_NOTHING] = "nothing",
                                         [CATS_NEEDS_TOPOLOGY] = "topology",
                                         [CATS_NEEDS_NETWORK] = "topology or routes" };
    return names[needs];
}
