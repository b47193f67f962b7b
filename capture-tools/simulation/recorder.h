/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the simulation leaves behind: a pcapng with an interface per link, and events as NDJSON.
 * Spec: draft-ietf-opsawg-pcapng; man/catshark-simulate.1 (EVENTS). */
#ifndef CATSHARK_SIMULATION_RECORDER_H
#define CATSHARK_SIMULATION_RECORDER_H

#include "capture-tools/roles/role.h"
#include <glib.h>

/* Room for the longest comment on a packet and its NUL; longer ones are cut. */
#define RECORDER_COMMENT_MAX 96

typedef struct recorder recorder;

/* Either path may be NULL (nothing of that kind is written) or "-" (standard output). */
recorder *recorder_open(const char *capture_path, const char *events_path, GError **error);
/* Interfaces are numbered from 0 in the order of the calls; all are added before the first packet. */
void recorder_add_interface(recorder *rec, const char *name);
/* An Ethernet frame seen on an interface. */
void recorder_packet(recorder *rec, unsigned interface, int64_t time_ns, const uint8_t *octets, size_t length,
                     const char *comment);
/* Besides, each frame is handed over; the octets are valid during the call. */
typedef void (*recorder_tap)(void *context, unsigned interface, int64_t time_ns, const uint8_t *octets,
                             size_t length);
void recorder_set_tap(recorder *rec, recorder_tap tap, void *context);
bool recorder_wants_events(const recorder *rec);
/* An event of `node`; does nothing when no events are written. */
void recorder_event(recorder *rec, int64_t time_ns, const char *node, const char *name,
                    const role_field *fields, size_t count);
/* True after a write failed: there is no use in going on. */
bool recorder_failed(const recorder *rec);
/* Finishes both files and puts them in their places. On failure both are removed and *error says why. Frees.
 */
bool recorder_close(recorder *rec, GError **error);
/* Gives up: removes what was written. Frees. */
void recorder_abandon(recorder *rec);

#endif
