/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the four roles have in common: a packet or the time goes in; packets and events come out through a
 * sink. Roles open nothing, print nothing and read no clock; a driver (simulate, later a live interface) owns
 * all of that. */
#ifndef CATSHARK_ROLES_ROLE_H
#define CATSHARK_ROLES_ROLE_H

#include "epan-cats/address.h"

/* Time is nanoseconds since an epoch of the driver's choice. */
#define ROLE_NEVER INT64_MAX

typedef enum role_field_type { ROLE_TEXT, ROLE_NUMBER, ROLE_ADDRESS } role_field_type;

/* One key and value of an event. Keys are field names of the plugin where one fits. */
typedef struct role_field {
    const char *key;
    role_field_type type;
    const char *text;
    int64_t number;
    cats_address address;
} role_field;

#define ROLE_FIELD_TEXT(k, v) ((role_field){ .key = (k), .type = ROLE_TEXT, .text = (v) })
#define ROLE_FIELD_NUMBER(k, v) ((role_field){ .key = (k), .type = ROLE_NUMBER, .number = (int64_t)(v) })
#define ROLE_FIELD_ADDRESS(k, v) ((role_field){ .key = (k), .type = ROLE_ADDRESS, .address = (v) })

/* The driver's side. Octets, fields and texts are valid during the call only. A role may call back any number
 * of times from one input; a driver must not call the role from within a callback. */
typedef struct role_sink {
    void *context;
    /* An IP packet (no link header) leaves by `port`, a number whose meaning the role's header gives.
     * `comment` says what the role did, "" when there is nothing to say. */
    void (*packet)(void *context, unsigned port, const uint8_t *octets, size_t length, const char *comment);
    /* Something a user wants to know: "redirect-sent", "reconnected", "flow-steered" ... */
    void (*event)(void *context, const char *name, const role_field *fields, size_t count);
    /* A packet that the role does not pass on; `reason` is a static word. */
    void (*drop)(void *context, const char *reason);
} role_sink;

#endif
