/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the installed Wireshark says of itself: tshark --version, -G folders, -G plugins; dumpcap -D and -d.
 * Programs are run without a shell. */
#ifndef CATSHARK_DOCTOR_WIRESHARK_H
#define CATSHARK_DOCTOR_WIRESHARK_H

#include <glib.h>
#include <stdbool.h>

/* The module's file name. */
#define PLUGIN_FILE "catshark.so"
/* What Wireshark runs to capture with us. */
#define EXTCAP_FILE "catshark-extcap"
/* The name of the configuration profile that comes with it. */
#define PROFILE_NAME "CATS"

typedef struct wireshark_facts {
    char *tshark;          /* path; NULL: none in PATH, and nothing below is known */
    char *version;         /* "4.0.17"; NULL: it did not say */
    unsigned major, minor; /* of `version` */
    char *global_plugins; /* ".../wireshark/plugins/4.0" or what WIRESHARK_PLUGIN_DIR makes of it; may be NULL
                           */
    char *personal_plugins;                              /* may be NULL */
    char *global_configuration, *personal_configuration; /* folders that hold profiles/; may be NULL */
    char *extcap;    /* where it looks for capture programs; may be NULL */
    char *loaded;    /* path of our module as -G plugins lists it; NULL: not loaded */
    char *complaint; /* the line of tshark's that names our module on stderr, or NULL */
} wireshark_facts;

void wireshark_facts_gather(wireshark_facts *facts);
void wireshark_facts_clear(wireshark_facts *facts);

typedef struct dumpcap_facts {
    char *dumpcap;    /* path; NULL: none in PATH that this user may run */
    char *present;    /* path of one that is there but that this user may not run, or NULL */
    unsigned count;   /* interfaces it lists */
    char *interface;  /* the first of them, or NULL */
    bool may_capture; /* it could open that interface */
    char *complaint;  /* its first line of complaint, or NULL */
} dumpcap_facts;

void dumpcap_facts_gather(dumpcap_facts *facts);
void dumpcap_facts_clear(dumpcap_facts *facts);

#endif
