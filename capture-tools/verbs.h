/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of sub-commands: one file each, dispatch and usage from one place. */
#ifndef CATSHARK_VERBS_H
#define CATSHARK_VERBS_H

#include <stddef.h>

typedef struct verb {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv); /* argv[0] is the verb; returns the exit code */
} verb;

extern const verb verbs[];
extern const size_t verb_count;

/* NULL when there is none of this name. */
const verb *verb_find(const char *name);

int verb_announce(int argc, char **argv);
int verb_capture(int argc, char **argv);
int verb_client(int argc, char **argv);
int verb_ctl(int argc, char **argv);
int verb_doctor(int argc, char **argv);
int verb_egress(int argc, char **argv);
int verb_extcap(int argc, char **argv);
int verb_ingress(int argc, char **argv);
int verb_inject(int argc, char **argv);
int verb_inspect(int argc, char **argv);
int verb_service(int argc, char **argv);
int verb_simulate(int argc, char **argv);
int verb_verify(int argc, char **argv);

#endif
