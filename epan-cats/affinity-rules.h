/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one TCP segment says about service affinity, and the affinity rules that a segment alone can break.
 * One implementation for the plugin and the tool. Spec: draft-wang-tcpm-tcp-service-affinity-option;
 * docs/rules.md. */
#ifndef EPAN_CATS_AFFINITY_RULES_H
#define EPAN_CATS_AFFINITY_RULES_H

#include "affinity-option.h"
#include "rules.h"
#include "topology.h"

#define TCP_FLAG_FIN 0x001
#define TCP_FLAG_SYN 0x002
#define TCP_FLAG_RST 0x004
#define TCP_FLAG_PSH 0x008
#define TCP_FLAG_ACK 0x010
#define TCP_FLAG_URG 0x020
#define TCP_FLAG_ECE 0x040
#define TCP_FLAG_CWR 0x080
#define TCP_FLAG_AE 0x100
#define TCP_FLAGS_RESERVED 0xE00

typedef struct affinity_segment {
    uint16_t flags; /* the 12 bits of octets 12-13 */
    cats_address source, destination;
    uint16_t source_port, destination_port; /* host byte order */
    const uint8_t *options;                 /* the whole option space of the header; */
    size_t options_length; /* 0 when the capture cut it short: half an option would be taken for a defect */
} affinity_segment;

/* Two options in a segment are enough to judge affinity/duplicate; a third is counted only. */
typedef struct affinity_seen {
    bool saf;
    unsigned count;            /* options (and permits) of ours that parsed */
    affinity_option option[2]; /* the first two; only as many as counted are set */
    size_t at[2];              /* their offsets in the option space */
    bool defective; /* one of ours did not parse: what follows is set and tells of the first such */
    cats_defect defect;
    size_t defective_at;
} affinity_seen;

/* Reads the segment and adds the packet-level rules it breaks. `topology` (may be NULL) is needed by
 * affinity/not-owned; `findings` may be NULL. Total. */
void affinity_segment_read(const affinity_numbers *numbers, const cats_topology *topology,
                           const affinity_segment *segment, affinity_seen *seen, cats_findings *findings);

/* The judgement alone, for a reader that has parsed the options itself (or was handed them one by one):
 * `seen` is filled in by it. */
void affinity_segment_judge(const affinity_numbers *numbers, const cats_topology *topology,
                            const affinity_segment *segment, const affinity_seen *seen,
                            cats_findings *findings);

#endif
