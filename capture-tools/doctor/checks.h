/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The findings of `catshark doctor`: from what the machine says to what mends it. */
#ifndef CATSHARK_DOCTOR_CHECKS_H
#define CATSHARK_DOCTOR_CHECKS_H

#include <glib.h>

typedef enum finding_status { FINDING_OK, FINDING_WARN, FINDING_FAIL } finding_status;

typedef struct finding {
    const char *check; /* static: "wireshark", "plugin-place", "plugin-version", "plugin-loads", "profile",
                          "capture" */
    finding_status status;
    char *text;
    char *mend; /* the line to type; NULL with FINDING_OK */
} finding;

const char *finding_status_name(finding_status status);

/* Runs every check that can be run; findings in the order of the checks. Free with g_ptr_array_unref(). */
GPtrArray *doctor_findings(void);

/* Why Wireshark does not show what the plugin knows, and what mends it, in one line; to be freed. Empty when
 * nothing is wrong. */
char *doctor_plugin_advice(void);

#endif
