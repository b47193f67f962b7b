/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket of a running role: a UNIX stream socket, one JSON object a line as question and one as
 * answer. Spec: man/catshark-ctl.1; unix(7). */
#ifndef CATSHARK_LIVE_CONTROL_H
#define CATSHARK_LIVE_CONTROL_H

#include "loop.h"
#include <json-glib/json-glib.h>

#define CONTROL_ERROR control_error_quark()
GQuark control_error_quark(void);
typedef enum control_error {
    CONTROL_ERROR_SOCKET,  /* cannot be made or reached */
    CONTROL_ERROR_REQUEST, /* no command, or its arguments are wrong */
    CONTROL_ERROR_REFUSED  /* the answer says so */
} control_error;

/* A command and what it does. `arguments` are those of the request, `count` of them. Adds members to the
 * object under construction; false and *error when the request is wrong, nothing is changed then. */
typedef struct control_command {
    const char *name;
    const char *arguments; /* as usage shows them: "SITE WEIGHT"; their number is checked */
    bool (*run)(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                GError **error);
} control_command;

typedef struct control control;

/* Listens at `path` (mode 0600; the folder is made when it is /run/catshark). A socket that nobody listens to
 * any more is replaced. NULL and *error on failure. */
control *control_open(live_loop *loop, const char *path, GError **error);
/* Commands of a table (the last row has no name); several tables may be added. `context` goes to run(). */
void control_add(control *c, const control_command *commands, void *context);
/* In run(): who asks is told, behind the answer, all that control_tell() says. */
void control_follow(control *c);
/* The builder's object as a line to all who follow; NULL is allowed. Who does not read is let go. */
void control_tell(control *c, JsonBuilder *builder);
/* Closes and removes the socket. NULL is allowed. */
void control_close(control *c);

/* Connects and sends the request {"command": words[0], "arguments": [words[1], ...]}. The descriptor, whose
 * lines are the caller's to read; -1 and *error. */
int control_begin(const char *path, const char *const *words, GError **error);
/* One request to a running role and its answer. The answer's object, to be freed (json_node_unref()); NULL
 * and *error when there is no answer or it is a refusal. */
JsonNode *control_ask(const char *path, const char *const *words, GError **error);

#endif
