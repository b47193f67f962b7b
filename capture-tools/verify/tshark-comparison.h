/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Holds the tool's decoder against Wireshark's with the plugin: both read the same captures, one after the
 * other, and every field that both read is compared. Spec: man/catshark-verify.1 (TWO DECODERS). */
#ifndef CATSHARK_VERIFY_TSHARK_COMPARISON_H
#define CATSHARK_VERIFY_TSHARK_COMPARISON_H

#include "capture-tools/inspect/decode.h"
#include "sources.h"

typedef struct tshark_comparison tshark_comparison;

typedef struct tshark_settings {
    affinity_numbers numbers;
    cats_route_codes codes;
    cats_context cats;    /* its topology is the one of the file */
    const char *topology; /* path, NULL: none */
    int64_t reconnect_limit_ns;
    uint64_t limit; /* disagreements that are kept */
} tshark_settings;

/* A field that the decoders read differently. Texts are owned. */
typedef struct disagreement {
    const char *capture; /* name of the file */
    uint64_t frame;
    char *field;
    char *ours, *theirs; /* NULL: it has none */
} disagreement;

typedef struct tshark_counts {
    const char *capture; /* as in disagreements; NULL: of all */
    uint64_t frames, fields, differ;
    uint64_t unread; /* frames of which one reader walks layers that the other does not; */
    bool unfollowed; /* one of them had fields of ours: sessions and flows are not compared from there on */
    bool unlearned;  /* one of them had routes: nor is what routes have a say in */
} tshark_counts;

/* Of the files of all sources. NULL and *error when tshark cannot be used: none in PATH, or it does not load
 * the plugin; the message says what to do. Standard input and pipes are refused. Borrowed: the sources, the
 * texts and the topology of the settings. */
tshark_comparison *tshark_comparison_new(const tshark_settings *settings, const capture_sources *sources,
                                         GError **error);
void tshark_comparison_free(tshark_comparison *comparison); /* NULL is allowed */

/* Compares the next frame, or goes on to the next capture. False when all are read. */
bool tshark_comparison_step(tshark_comparison *comparison);

unsigned tshark_comparison_captures(const tshark_comparison *comparison);
tshark_counts tshark_comparison_of(const tshark_comparison *comparison, unsigned capture);
tshark_counts tshark_comparison_count(const tshark_comparison *comparison);
/* "4.0.17" */
const char *tshark_comparison_version(const tshark_comparison *comparison);
unsigned tshark_comparison_kept(const tshark_comparison *comparison);
const disagreement *tshark_comparison_get(const tshark_comparison *comparison, unsigned index);
/* What kept captures from being compared to their ends, in whole sentences; NULL-ended. */
char **tshark_comparison_troubles(const tshark_comparison *comparison);

#endif
