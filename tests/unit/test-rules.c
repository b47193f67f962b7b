/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/rules: the table against docs/rules.md, and the findings of a packet. */
#include "epan-cats/rules.h"

#include <glib.h>
#include <string.h>

static void test_table(void)
{
    for (unsigned i = 0; i < CATS_RULE_COUNT; i++) {
        const cats_rule *rule = cats_rule_get((cats_rule_id)i);
        g_test_message("%s", rule->id);
        g_assert_true(g_str_has_prefix(rule->id, "affinity/") || g_str_has_prefix(rule->id, "cats/"));
        g_autofree char *filter = g_strdelimit(g_strdup(rule->id), "/", '.');
        g_assert_cmpstr(rule->filter, ==, filter);
        g_assert_cmpint(rule->sentence[0], !=, '\0');
        g_assert_cmpint(rule->source[0], !=, '\0');

        cats_rule_id found = CATS_RULE_COUNT;
        g_assert_true(cats_rule_find(rule->id, &found)); /* and no other rule has this id */
        g_assert_cmpint(found, ==, (int)i);
    }
}

static void test_find_refuses(void)
{
    static const char *const ids[] = { "",
                                       "affinity",
                                       "affinity/",
                                       "affinity.not-on-fin",
                                       "cats/not-on-fin",
                                       "affinity/not-on-fin ",
                                       "AFFINITY/NOT-ON-FIN" };
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        cats_rule_id found = CATS_RULE_COUNT;
        g_assert_false(cats_rule_find(ids[i], &found));
        g_assert_cmpint(found, ==, CATS_RULE_COUNT);
    }
}

/* The cells of a table row, without the blanks around them; NULL when the line is no row that begins with a
 * rule. */
static char **rule_cells(const char *line)
{
    if (!g_str_has_prefix(line, "| affinity/") && !g_str_has_prefix(line, "| cats/"))
        return NULL;
    char **cells = g_strsplit(line + 1, "|", -1);
    for (char **cell = cells; *cell != NULL; cell++)
        g_strstrip(*cell);
    return cells;
}

/* What stands behind the scope there. */
static const char *needs_mark(cats_rule_needs needs)
{
    static const char *const marks[] = {
        [CATS_NEEDS_NOTHING] = "", [CATS_NEEDS_TOPOLOGY] = ", T", [CATS_NEEDS_NETWORK] = ", T or routes"
    };
    return marks[needs];
}

/* docs/rules.md has every rule, in the order of the table, with its severity and what it is judged from. */
static void test_document(void)
{
    g_autofree char *text = NULL;
    GError *error = NULL;
    g_file_get_contents(CATSHARK_DOCS "/rules.md", &text, NULL, &error);
    g_assert_no_error(error);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    unsigned next = 0;
    for (char **line = lines; *line != NULL; line++) {
        g_auto(GStrv) cells = rule_cells(*line);
        if (cells == NULL)
            continue;
        g_test_message("%s", *line);
        g_assert_cmpuint(g_strv_length(cells), ==, 5); /* four columns, and nothing behind the last bar */
        g_assert_cmpuint(next, <, CATS_RULE_COUNT);
        const cats_rule *rule = cats_rule_get((cats_rule_id)next++);
        g_autofree char *judged_from =
            g_strconcat(cats_rule_scope_name(rule->scope), needs_mark(rule->needs), NULL);
        g_assert_cmpstr(cells[0], ==, rule->id);
        g_assert_cmpstr(cells[1], ==, cats_severity_name(rule->severity));
        g_assert_cmpstr(cells[2], ==, judged_from);
        g_assert_cmpint(cells[3][0], !=, '\0');
    }
    g_assert_cmpuint(next, ==, CATS_RULE_COUNT);
}

static void test_findings(void)
{
    cats_findings findings;
    memset(&findings, 0xee, sizeof findings);
    cats_findings_clear(&findings);
    g_assert_cmpuint(findings.count, ==, 0);
    g_assert_false(findings.more);

    cats_findings_add(&findings, CATS_RULE_AFFINITY_PORT_ZERO, "port %u, expected %s", 0u, "1-65535");
    g_assert_cmpuint(findings.count, ==, 1);
    g_assert_cmpint(findings.list[0].rule, ==, CATS_RULE_AFFINITY_PORT_ZERO);
    g_assert_cmpstr(findings.list[0].text, ==, "port 0, expected 1-65535");

    /* the same rule again: the first text stays */
    cats_findings_add(&findings, CATS_RULE_AFFINITY_PORT_ZERO, "again");
    g_assert_cmpuint(findings.count, ==, 1);
    g_assert_cmpstr(findings.list[0].text, ==, "port 0, expected 1-65535");

    cats_findings_add(NULL, CATS_RULE_AFFINITY_PORT_ZERO, "nobody listens");
}

static void test_findings_full(void)
{
    cats_findings findings;
    cats_findings_clear(&findings);
    for (unsigned i = 0; i < CATS_FINDINGS_MAX; i++)
        cats_findings_add(&findings, (cats_rule_id)i, "%u", i);
    g_assert_cmpuint(findings.count, ==, CATS_FINDINGS_MAX);
    g_assert_false(findings.more);
    cats_findings_add(&findings, (cats_rule_id)0, "a rule that is there");
    g_assert_false(findings.more);
    cats_findings_add(&findings, (cats_rule_id)CATS_FINDINGS_MAX, "one too many");
    g_assert_cmpuint(findings.count, ==, CATS_FINDINGS_MAX);
    g_assert_true(findings.more);
    for (unsigned i = 0; i < CATS_FINDINGS_MAX; i++)
        g_assert_cmpint(findings.list[i].rule, ==, (int)i);
    cats_findings_clear(&findings);
    g_assert_false(findings.more);
}

/* A text that is too long is cut at a whole character. */
static void test_findings_cut(void)
{
    for (size_t before = CATS_FINDING_TEXT - 8; before <= CATS_FINDING_TEXT + 2; before++) {
        g_autofree char *text = g_strnfill(before, 'x');
        g_autofree char *name = g_strconcat(text, "\xe2\x82\xac\xc3\xa9", NULL); /* 3 octets and 2 */
        cats_findings findings;
        cats_findings_clear(&findings);
        cats_findings_add(&findings, CATS_RULE_AFFINITY_NOT_OWNED, "%s", name);
        const char *kept = findings.list[0].text;
        g_assert_true(g_utf8_validate(kept, -1, NULL));
        g_assert_true(g_str_has_prefix(name, kept));
        size_t room = CATS_FINDING_TEXT - 1;
        size_t whole = before + 5 <= room ? before + 5 : before + 3 <= room ? before + 3 : MIN(before, room);
        g_assert_cmpuint(strlen(kept), ==, whole);
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/rules/table", test_table);
    g_test_add_func("/rules/find-refuses", test_find_refuses);
    g_test_add_func("/rules/document", test_document);
    g_test_add_func("/rules/findings", test_findings);
    g_test_add_func("/rules/findings-full", test_findings_full);
    g_test_add_func("/rules/findings-cut", test_findings_cut);
    return g_test_run();
}
