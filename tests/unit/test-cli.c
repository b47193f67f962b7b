/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Numbers, durations and options as the verbs take them; what is refused is quoted with what was expected. */
#include "capture-tools/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* Codes are numbers without units. */
static void test_codes(void)
{
    static const struct {
        const char *text;
        bool good;
        uint64_t value;
    } cases[] = { { "43", true, 43 },  { "0xff", true, 255 }, { "0xFE", true, 254 }, { "42", false, 7 },
                  { "256", false, 7 }, { "1k", false, 7 },    { "", false, 7 },      { "0x", false, 7 },
                  { "-43", false, 7 }, { "+43", false, 7 },   { " 43", false, 7 },   { "43 ", false, 7 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t value = 7;
        g_assert_cmpint(cli_code(cases[i].text, 43, 255, &value), ==, cases[i].good);
        g_assert_cmpuint(value, ==, cases[i].value);
    }
}

static void test_numbers(void)
{
    static const struct {
        const char *text;
        uint64_t value;
    } cases[] = { { "1", 1 },        { "1000", 1000 },     { "10k", 10000 },
                  { "1M", 1000000 }, { "2G", 2000000000 }, { "0x5341", 0x5341 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        uint64_t value;
        char *message = NULL;
        g_assert_true(cli_number(cases[i].text, 1, 2000000000, &value, &message));
        g_assert_cmpuint(value, ==, cases[i].value);
        g_assert_null(message);
    }
    static const char *const refused[] = { "",
                                           "0",
                                           "-1",
                                           "+1",
                                           " 1",
                                           "1 ",
                                           "1kk",
                                           "k",
                                           "1.5",
                                           "0x",
                                           "0xg1",
                                           "0x10k",
                                           "0x77359401",
                                           "3G",
                                           "18446744073709551616",
                                           "18446744073709551615k" };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        uint64_t value = 7;
        char *message = NULL;
        g_assert_false(cli_number(refused[i], 1, 2000000000, &value, &message));
        g_autofree char *expected = g_strdup_printf(
            "\"%s\", expected a number from 1 to 2000000000 (k, M and G may follow it)", refused[i]);
        g_assert_cmpstr(message, ==, expected);
        g_assert_cmpuint(value, ==, 7);
        g_free(message);
    }
    uint64_t value;
    char *message = NULL;
    g_assert_true(cli_number("18446744073709551615", 0, UINT64_MAX, &value, &message));
    g_assert_true(value == UINT64_MAX);
}

static void test_durations(void)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = { { "0", 0 },   { "10", 10000000000 },  { "500ms", 500000000 }, { "7us", 7000 },
                  { "7ns", 7 }, { "10s", 10000000000 }, { "2m", 120000000000 }, { "1h", 3600000000000 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t value;
        char *message = NULL;
        g_assert_true(cli_duration(cases[i].text, &value, &message));
        g_assert_cmpint(value, ==, cases[i].value);
    }
    static const char *const refused[] = {
        "", "s", "-1s", "1d", "1 s", "9223372037s", "99999999999999999999"
    };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        int64_t value;
        char *message = NULL;
        g_assert_false(cli_duration(refused[i], &value, &message));
        g_autofree char *expected = g_strdup_printf(
            "\"%s\", expected a duration such as 500ms, 10s or 2m (units ns, us, ms, s, m, h)", refused[i]);
        g_assert_cmpstr(message, ==, expected);
        g_free(message);
    }
}

/* Runs cli_parse() in a child and hands back how it ended. */
static void parse_in_child(const char *const *words)
{
    if (!g_test_subprocess())
        return;
    static char *file;
    const GOptionEntry entries[] = {
        { "read", 'r', 0, G_OPTION_ARG_FILENAME, &file, "Read FILE", "FILE" },
        { .long_name = NULL },
    };
    int argc = (int)g_strv_length((char **)words), status = -1;
    g_autofree char **own = g_memdup2(words, ((size_t)argc + 1) * sizeof *words);
    char **argv = own;
    if (!cli_parse("inspect", "[FILTER]", "Decode.", entries, &argc, &argv, &status))
        exit(status);
    printf("file %s, %d left, last %s\n", file != NULL ? file : "none", argc, argv[argc - 1]);
    g_free(file);
    exit(0);
}

static void test_parse(void)
{
    static const char *const words[] = { "inspect", "-r", "x.pcap", "tcp", "port", "80", NULL };
    parse_in_child(words);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*file x.pcap, 4 left, last 80\n*");
}

static void test_unknown_option(void)
{
    static const char *const words[] = { "inspect", "--reed", "x", NULL };
    parse_in_child(words);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*catshark inspect: unknown option --reed\nTry 'catshark help inspect'.\n*");
}

static void test_missing_argument(void)
{
    static const char *const words[] = { "inspect", "-r", NULL };
    parse_in_child(words);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_failed();
    g_test_trap_assert_stderr("*catshark inspect: missing argument for -r\nTry 'catshark help inspect'.\n*");
}

static void test_help(void)
{
    static const char *const words[] = { "inspect", "--help", NULL };
    parse_in_child(words);
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stdout("*catshark inspect*FILTER*Decode.*--read=FILE*");
}

static void test_interrupt(void)
{
    if (g_test_subprocess()) {
        cli_watch_interrupt();
        bool before = cli_interrupted();
        raise(SIGTERM);
        exit(!before && cli_interrupted() ? 0 : 1);
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cli/numbers", test_numbers);
    g_test_add_func("/cli/durations", test_durations);
    g_test_add_func("/cli/parse", test_parse);
    g_test_add_func("/cli/unknown-option", test_unknown_option);
    g_test_add_func("/cli/codes", test_codes);
    g_test_add_func("/cli/missing-argument", test_missing_argument);
    g_test_add_func("/cli/help", test_help);
    g_test_add_func("/cli/interrupt", test_interrupt);
    return g_test_run();
}
