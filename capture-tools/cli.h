/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What all verbs share: exit codes, error messages, options parsed by GOption, one manner of usage error. */
#ifndef CATSHARK_CLI_H
#define CATSHARK_CLI_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* 0 all well, 1 differs (verify, doctor), 2 trouble. */
enum { CLI_OK = 0, CLI_DIFFERS = 1, CLI_TROUBLE = 2 };

/* Prints "catshark VERB: REASON" and one hint line to stderr; returns CLI_TROUBLE. */
int cli_usage_error(const char *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The same without the hint, for a file or a permission. */
int cli_trouble(const char *verb, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Parses argv by the table (a GOption table, NULL ended). `argv` keeps what is no option. True to go on; on
 * false *status is what to exit with (--help prints and gives CLI_OK). */
bool cli_parse(const char *verb, const char *arguments, const char *summary, const GOptionEntry *entries,
               int *argc, char ***argv, int *status);

/* "1000", "10k", "1M", "0x5341"; the whole text, within [low, high]. On false *message quotes the text and
 * names the range. */
bool cli_number(const char *text, uint64_t low, uint64_t high, uint64_t *value, char **message);
/* A number that names something, of which nobody has thousands: "255", "0xff". */
bool cli_code(const char *text, uint64_t low, uint64_t high, uint64_t *value);
/* "500ms", "10s", "2m", a bare number is seconds; result in nanoseconds. */
bool cli_duration(const char *text, int64_t *nanoseconds, char **message);
/* The longest run that a verb is asked for: a leap year. */
#define CLI_DURATION_MAX_NS (INT64_C(366) * 24 * 3600 * 1000000000)

/* The same for the text of an option; NULL when it was not given: then the value stays. A duration is above 0
 * and at most CLI_DURATION_MAX_NS. On false *error is a G_OPTION_ERROR that begins with the option, */
bool cli_option_number(const char *option, const char *text, uint64_t low, uint64_t high, uint64_t *value,
                       GError **error);
bool cli_option_duration(const char *option, const char *text, int64_t *nanoseconds, GError **error);
/* or the usage error is said. */
bool cli_take_number(const char *verb, const char *option, const char *text, uint64_t low, uint64_t high,
                     uint64_t *value);
bool cli_take_duration(const char *verb, const char *option, const char *text, int64_t *nanoseconds);

/* The families that --ipv4, --ipv6 and --both choose; without any of them both. False when more than one is
 * given, which is what the message says. */
bool cli_families(bool only_ipv4, bool only_ipv6, bool both, bool *ipv4, bool *ipv6);
extern const char cli_families_message[];

/* Set by SIGINT, SIGTERM and SIGHUP (unless that was ignored) once cli_watch_interrupt() was called: verbs
 * finish their files and print the summary. */
void cli_watch_interrupt(void);
bool cli_interrupted(void);
/* For poll(2): readable from then on. -1 before cli_watch_interrupt(). Not to be read or closed. */
int cli_interrupt_fd(void);

#endif
