/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs a command and writes to a file the most memory that it held at once, in octets. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int trouble(const char *about)
{
    fprintf(stderr, "%s: %s\n", about, strerror(errno));
    return 2;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        fprintf(stderr, "usage: %s RESULT COMMAND ARGUMENT...\n", argv[0]);
        return 2;
    }
    pid_t child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        _exit(trouble(argv[2]));
    }
    int status;
    struct rusage usage;
    if (child < 0 || wait4(child, &status, 0, &usage) < 0)
        return trouble("wait4");
    FILE *result = fopen(argv[1], "w");
    if (result == NULL || fprintf(result, "%ld\n", usage.ru_maxrss * 1024) < 0 || fclose(result) != 0)
        return trouble(argv[1]); /* Linux counts in KiB */
    return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}
