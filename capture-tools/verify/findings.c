/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts findings by rule and keeps the first of each. Spec: docs/rules.md. */
#include "findings.h"

#include <glib.h>
#include <string.h>

struct finding_log {
    finding_rules rules;
    uint64_t limit;
    uint64_t counts[CATS_RULE_COUNT];
    GArray *kept[CATS_RULE_COUNT]; /* of finding, its text owned; NULL while there is none */
    finding_sink sink;
    void *context;
};

/* ---- which rules ---- */

/* The rule, or all of a group. */
static bool names_rule(const char *word, cats_rule_id id)
{
    const char *name = cats_rule_get(id)->id;
    size_t length = strlen(word);
    return strcmp(name, word) == 0 || (strncmp(name, word, length) == 0 && name[length] == '/');
}

static bool set_rules(const char *word, bool wanted, finding_rules *rules)
{
    bool found = false;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        if (!names_rule(word, id))
            continue;
        rules->wanted[id] = wanted;
        found = true;
    }
    return found;
}

bool finding_rules_parse(const char *text, finding_rules *rules, char **message)
{
    bool without = text[0] == '-';
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        rules->wanted[id] = without;
    g_auto(GStrv) words = g_strsplit(text, ",", -1);
    for (char **word = words; *word != NULL; word++) {
        bool negative = (*word)[0] == '-';
        if (negative == without && set_rules(*word + negative, !negative, rules))
            continue;
        *message = g_strdup_printf("\"%s\", expected ids of rules or groups with commas between, such as "
                                   "cats/lost,affinity, or all of "
                                   "them behind \"-\" (catshark verify --list-rules shows them)",
                                   *word);
        return false;
    }
    return true;
}

/* ---- the log ---- */

static void clear_finding(gpointer data)
{
    g_free((char *)((finding *)data)->text);
}

finding_log *finding_log_new(const finding_rules *rules, uint64_t limit)
{
    finding_log *log = g_new0(finding_log, 1);
    log->rules = *rules;
    log->limit = limit;
    return log;
}

void finding_log_free(finding_log *log)
{
    if (log == NULL)
        return;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        if (log->kept[id] != NULL)
            g_array_free(log->kept[id], TRUE);
    g_free(log);
}

void finding_log_tell(finding_log *log, finding_sink sink, void *context)
{
    log->sink = sink;
    log->context = context;
}

static void keep(finding_log *log, const finding *found)
{
    GArray **kept = &log->kept[found->rule];
    if (*kept == NULL) {
        *kept = g_array_new(FALSE, FALSE, sizeof(finding));
        g_array_set_clear_func(*kept, clear_finding);
    }
    finding copy = *found;
    copy.text = g_strdup(found->text);
    g_array_append_val(*kept, copy);
}

void finding_log_add(finding_log *log, const finding *found)
{
    if (!log->rules.wanted[found->rule] || log->counts[found->rule]++ >= log->limit)
        return;
    keep(log, found);
    if (log->sink != NULL)
        log->sink(log->context, found);
}

uint64_t finding_log_count(const finding_log *log, cats_rule_id rule)
{
    return log->counts[rule];
}

uint64_t finding_log_severity_count(const finding_log *log, cats_severity severity)
{
    uint64_t count = 0;
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++)
        if (cats_rule_get(id)->severity == severity)
            count += log->counts[id];
    return count;
}

uint64_t finding_log_kept(const finding_log *log, cats_rule_id rule)
{
    return log->kept[rule] != NULL ? log->kept[rule]->len : 0;
}

const finding *finding_log_get(const finding_log *log, cats_rule_id rule, uint64_t index)
{
    return &g_array_index(log->kept[rule], finding, index);
}

bool finding_log_wants(const finding_log *log, cats_rule_id rule)
{
    return log->rules.wanted[rule];
}
