/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all verbs share: option parsing with one manner of usage error, numbers and durations, interruption.
 * Spec: docs of each verb's --help; exit codes in cli.h. */
#include "cli.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define HOUR_NS (INT64_C(3600) * 1000000000)

/* ---- messages ---- */

static void print_reason(const char *verb, const char *format, va_list arguments)
{
    fputs("catshark", stderr);
    if (verb != NULL)
        fprintf(stderr, " %s", verb);
    fputs(": ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

int cli_usage_error(const char *verb, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_reason(verb, format, arguments);
    va_end(arguments);
    fprintf(stderr, "Try 'catshark help%s%s'.\n", verb != NULL ? " " : "", verb != NULL ? verb : "");
    return CLI_TROUBLE;
}

int cli_trouble(const char *verb, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_reason(verb, format, arguments);
    va_end(arguments);
    return CLI_TROUBLE;
}

/* ---- options ---- */

bool cli_parse(const char *verb, const char *arguments, const char *summary, const GOptionEntry *entries,
               int *argc, char ***argv, int *status)
{
    gboolean help = FALSE;
    const GOptionEntry help_entries[] = {
        { "help", 'h', 0, G_OPTION_ARG_NONE, &help, "Show this text", NULL },
        { .long_name = NULL },
    };
    g_autofree char *program = g_strdup_printf("catshark %s", verb);
    g_set_prgname(program);

    g_autoptr(GOptionContext) context = g_option_context_new(arguments);
    g_option_context_set_help_enabled(context, FALSE);
    g_option_context_set_summary(context, summary);
    if (entries != NULL)
        g_option_context_add_main_entries(context, entries, NULL);
    g_option_context_add_main_entries(context, help_entries, NULL);

    g_autoptr(GError) error = NULL;
    if (!g_option_context_parse(context, argc, argv, &error)) {
        error->message[0] = g_ascii_tolower(error->message[0]);
        *status = cli_usage_error(verb, "%s", error->message);
        return false;
    }
    if (help) {
        g_autofree char *text = g_option_context_get_help(context, TRUE, NULL);
        fputs(text, stdout);
        *status = CLI_OK;
    }
    return !help;
}

/* ---- numbers and durations ---- */

/* Digits at the start of `text`; *rest is what follows. False without digits, or above UINT64_MAX. */
static bool leading_digits(const char *text, uint64_t *number, const char **rest)
{
    size_t count = strspn(text, "0123456789");
    if (count == 0)
        return false;
    g_autofree char *digits = g_strndup(text, count);
    *rest = text + count;
    return g_ascii_string_to_unsigned(digits, 10, 0, UINT64_MAX, number, NULL);
}

typedef struct unit {
    const char *name;
    uint64_t factor;
} unit;

static const unit *find_unit(const unit *units, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(units[i].name, name) == 0)
            return &units[i];
    return NULL;
}

/* Decimal with a unit, or hexadecimal behind 0x. */
static bool whole_number(const char *text, uint64_t *number)
{
    static const unit units[] = { { "", 1 }, { "k", 1000 }, { "M", 1000000 }, { "G", 1000000000 } };
    const char *rest;
    if (g_str_has_prefix(text, "0x"))
        return g_ascii_string_to_unsigned(text + 2, 16, 0, UINT64_MAX, number, NULL);
    bool digits = leading_digits(text, number, &rest);
    const unit *by = digits ? find_unit(units, G_N_ELEMENTS(units), rest) : NULL;
    if (by == NULL || *number > UINT64_MAX / by->factor)
        return false;
    *number *= by->factor;
    return true;
}

bool cli_number(const char *text, uint64_t low, uint64_t high, uint64_t *value, char **message)
{
    uint64_t number = 0;
    if (whole_number(text, &number) && number >= low && number <= high) {
        *value = number;
        return true;
    }
    *message = g_strdup_printf("\"%s\", expected a number from %" PRIu64 " to %" PRIu64
                               " (k, M and G may follow it)",
                               text, low, high);
    return false;
}

bool cli_code(const char *text, uint64_t low, uint64_t high, uint64_t *value)
{
    bool hexadecimal = g_str_has_prefix(text, "0x");
    return g_ascii_string_to_unsigned(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, low, high, value,
                                      NULL);
}

bool cli_duration(const char *text, int64_t *nanoseconds, char **message)
{
    static const unit units[] = {
        { "", 1000000000 },  { "ns", 1 },          { "us", 1000 },         { "ms", 1000000 },
        { "s", 1000000000 }, { "m", 60000000000 }, { "h", 3600000000000 },
    };
    const char *rest;
    uint64_t number = 0;
    bool digits = leading_digits(text, &number, &rest);
    const unit *by = digits ? find_unit(units, G_N_ELEMENTS(units), rest) : NULL;
    if (by != NULL && number <= (uint64_t)INT64_MAX / by->factor) {
        *nanoseconds = (int64_t)(number * by->factor);
        return true;
    }
    *message = g_strdup_printf(
        "\"%s\", expected a duration such as 500ms, 10s or 2m (units ns, us, ms, s, m, h)", text);
    return false;
}

/* ---- values of options ---- */

bool cli_option_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value,
                       GError **error)
{
    g_autofree char *message = NULL;
    if (text == NULL || cli_number(text, low, high, value, &message))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option, message);
    return false;
}

bool cli_option_duration(const char *option, const char *text, int64_t *nanoseconds, GError **error)
{
    g_autofree char *message = NULL;
    int64_t read = 0;
    if (text == NULL)
        return true;
    if (cli_duration(text, &read, &message) && (read <= 0 || read > CLI_DURATION_MAX_NS))
        message = g_strdup_printf("\"%s\", expected more than 0 and at most %" PRId64 "h", text,
                                  CLI_DURATION_MAX_NS / HOUR_NS);
    if (message == NULL) {
        *nanoseconds = read;
        return true;
    }
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option, message);
    return false;
}

/* `good`, or the error said. */
static bool good_or_said(const char *verb, bool good, GError *error)
{
    if (!good)
        cli_usage_error(verb, "%s", error->message);
    g_clear_error(&error);
    return good;
}

bool cli_take_number(const char *verb, const char *option, const char *text, uint64_t low, uint64_t high,
                     uint64_t *value)
{
    GError *error = NULL;
    bool good = cli_option_number(option, text, low, high, value, &error);
    return good_or_said(verb, good, error);
}

bool cli_take_duration(const char *verb, const char *option, const char *text, int64_t *nanoseconds)
{
    GError *error = NULL;
    bool good = cli_option_duration(option, text, nanoseconds, &error);
    return good_or_said(verb, good, error);
}

/* ---- families ---- */

const char cli_families_message[] = "more than one of --ipv4, --ipv6 and --both, expected one of them";

bool cli_families(bool only_ipv4, bool only_ipv6, bool both, bool *ipv4, bool *ipv6)
{
    *ipv4 = !only_ipv6;
    *ipv6 = !only_ipv4;
    return only_ipv4 + only_ipv6 + both <= 1;
}

/* ---- interruption ---- */

static volatile sig_atomic_t interrupted;
static volatile sig_atomic_t interrupt_fd = -1;

static void note_interrupt(int signal_number)
{
    (void)signal_number;
    interrupted = 1;
    if (interrupt_fd >= 0) {
        int saved = errno;
        (void)!write(interrupt_fd, &(const uint64_t){ 1 }, sizeof(uint64_t));
        errno = saved;
    }
}

void cli_watch_interrupt(void)
{
    if (interrupt_fd < 0)
        interrupt_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    /* The second one ends the program, should the first find no one who looks. */
    struct sigaction action = { .sa_handler = note_interrupt, .sa_flags = SA_RESTART | (int)SA_RESETHAND };
    struct sigaction hangup;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* The terminal is closed: an end in order too, unless nohup(1) keeps it away. */
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
}

bool cli_interrupted(void)
{
    return interrupted != 0;
}

int cli_interrupt_fd(void)
{
    return interrupt_fd;
}
