/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark: finds the verb and runs it. */
#include "cli.h"
#include "verbs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int print_help(void)
{
    puts("Usage:\n  catshark VERB [OPTION...]\n\n"
         "See, make and check TCP Service Affinity and CATS-over-SRv6 traffic.\n\nVerbs:");
    for (size_t i = 0; i < verb_count; i++)
        printf("  %-10s %s\n", verbs[i].name, verbs[i].summary);
    puts("\n'catshark help VERB' tells a verb's options, 'catshark --version' the version.");
    return CLI_OK;
}

static int no_such_verb(const char *found)
{
    GString *names = g_string_new(NULL);
    for (size_t i = 0; i < verb_count; i++)
        g_string_append_printf(names, "%s%s",
                               i == 0               ? ""
                               : i + 1 < verb_count ? ", "
                                                    : " or ",
                               verbs[i].name);
    int status = found != NULL ? cli_usage_error(NULL, "\"%s\", expected a verb: %s", found, names->str)
                               : cli_usage_error(NULL, "no verb, expected %s", names->str);
    g_string_free(names, TRUE);
    return status;
}

static int run_verb(int argc, char **argv)
{
    const verb *found = verb_find(argv[0]);
    return found != NULL ? found->run(argc, argv) : no_such_verb(argv[0]);
}

static int run(int argc, char **argv)
{
    if (argc < 2)
        return no_such_verb(NULL);
    const char *word = argv[1];
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0) {
        puts("catshark " CATSHARK_VERSION);
        return CLI_OK;
    }
    bool help = strcmp(word, "help") == 0 || strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
    if (help && argc == 2)
        return print_help();
    if (help) {
        char *help_of_verb[] = { argv[2], (char[]){ "--help" }, NULL };
        return run_verb(2, help_of_verb);
    }
    return run_verb(argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    int status = run(argc, argv);
    /* What was printed and did not arrive (a full disk) is trouble, unless the verb gave its reason already.
     */
    errno = 0; /* an earlier failure's is long gone */
    if (status != CLI_TROUBLE && (fflush(stdout) != 0 || ferror(stdout)))
        return cli_trouble(NULL, "standard output: %s",
                           errno != 0 ? g_strerror(errno) : "what was printed did not all arrive");
    return status;
}
