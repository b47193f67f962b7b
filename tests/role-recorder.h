/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A role_sink for tests: keeps what came out of a role last, and how often. */
#ifndef CATSHARK_TESTS_ROLE_RECORDER_H
#define CATSHARK_TESTS_ROLE_RECORDER_H

#include "capture-tools/roles/role.h"

#define ROLE_RECORDER_FIELDS 16
#define ROLE_RECORDER_TEXT 256

typedef struct role_recorder {
    role_sink sink; /* its context is the recorder */
    unsigned packets, events, drops;
    unsigned port; /* of the last packet */
    size_t length;
    char comment[ROLE_RECORDER_TEXT];
    const char *drop;               /* the last reason, NULL for none */
    char event[ROLE_RECORDER_TEXT]; /* the last event, "" for none, and its fields */
    role_field fields[ROLE_RECORDER_FIELDS];
    char texts[ROLE_RECORDER_FIELDS][ROLE_RECORDER_TEXT];
    size_t field_count;
    uint8_t octets[65575]; /* of the last packet, `length` of them */
} role_recorder;

role_recorder *role_recorder_new(void);
void role_recorder_free(role_recorder *recorder);
/* Forgets what was kept. */
void role_recorder_clear(role_recorder *recorder);
/* A field of the last event; the test fails when it is not there. */
const role_field *role_recorder_field(const role_recorder *recorder, const char *key);

#endif
