/* SPDX-License-Identifier: GPL-2.0-or-later */
/* tshark with the plugin, reading one capture in one pass: a JSON object for each frame, as they come. It
 * runs without a shell and without the user's preferences. Spec: tshark(1). */
#ifndef CATSHARK_VERIFY_TSHARK_PROCESS_H
#define CATSHARK_VERIFY_TSHARK_PROCESS_H

#include <glib.h>
#include <stdbool.h>

typedef struct tshark_process tshark_process;

/* `preferences`: NULL-ended "name:value". NULL and *error when it cannot be started. */
tshark_process *tshark_process_start(const char *tshark, const char *capture, char **preferences,
                                     GError **error);

typedef enum tshark_status {
    TSHARK_FRAME,
    TSHARK_END,        /* it is to be asked how it ended */
    TSHARK_INTERRUPTED /* by a signal to this process; may be asked again */
} tshark_status;
/* The JSON of the next frame, UTF-8, valid until the next call. */
tshark_status tshark_process_next(tshark_process *process, const char **json);

/* After TSHARK_END: NULL when it exited with 0, else how it ended and what it said, to be freed. */
char *tshark_process_trouble(tshark_process *process);
/* Ends it when it still runs. NULL is allowed. */
void tshark_process_free(tshark_process *process);

#endif
