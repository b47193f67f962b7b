/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of the topology reader share: the lines of the file, the table of keys, and the records
 * under construction. Spec: docs/topology.md. */
#ifndef EPAN_CATS_TOPOLOGY_PRIVATE_H
#define EPAN_CATS_TOPOLOGY_PRIVATE_H

#include "topology.h"

/* In the order in which they are read: a reference is resolved at once, so what it names comes first. */
typedef enum topology_kind {
    TOPOLOGY_SERVICE,
    TOPOLOGY_INGRESS,
    TOPOLOGY_EGRESS,
    TOPOLOGY_SITE,
    TOPOLOGY_NODE,
    TOPOLOGY_SID,
    TOPOLOGY_LINK,
    TOPOLOGY_CORE,
    TOPOLOGY_AFFINITY,
    TOPOLOGY_KINDS
} topology_kind;

/* ---- topology-lines.c: where things stand in the file, which GKeyFile does not tell ---- */

typedef struct topology_key_line {
    char *key;
    unsigned line; /* from 1 */
} topology_key_line;

typedef struct topology_group {
    char *header; /* "service web", as between the brackets */
    unsigned line;
    GArray *keys; /* topology_key_line, in file order */
} topology_group;

typedef struct topology_lines {
    char *name;        /* of the file */
    GPtrArray *groups; /* topology_group, in file order */
    GHashTable *by_header;
} topology_lines;

/* Never NULL without *error: not a key file, a group or a key given twice. */
topology_lines *topology_lines_scan(const char *text, size_t length, const char *name, GError **error);
void topology_lines_free(topology_lines *lines);
/* Line of the key, of the group when it has no such key (or `key` is NULL). */
unsigned topology_group_line(const topology_group *group, const char *key);
/* Sets *error to "net.conf:12: [egress e1] locator: FOUND, expected EXPECTED"; `key` may be NULL. */
void topology_fail(GError **error, cats_topology_error code, const topology_lines *lines,
                   const topology_group *group, const char *key, const char *found, const char *expected);

/* ---- topology-keys.c: the table that says which keys there are ---- */

typedef struct topology_reading topology_reading;
typedef struct topology_key topology_key;

/* One value on its way into the field of a record. */
typedef struct topology_value {
    const topology_key *key;
    const char *text;
    topology_reading *reading;
    const topology_group *group;
    unsigned char *record;
    cats_topology_error code; /* of the failure; a parser changes it when it is not a bad value */
} topology_value;

/* NULL when the value was stored, else what was expected (to be freed). */
typedef char *(*topology_parser)(topology_value *value);

struct topology_key {
    topology_kind kind;
    const char *name;
    topology_parser parse;
    size_t offset;      /* of the field in the record */
    size_t size;        /* of the field, for numbers */
    uint64_t low, high; /* allowed range of a number; of a reference, `low` is the kind named */
    bool required;
    const char *fallback; /* read as if it were in the file when the key is not; NULL: field stays zero */
};

extern const topology_key topology_keys[];
extern const size_t topology_key_count;

const topology_key *topology_key_find(topology_kind kind, const char *name);
/* "ipv4, ipv6 or port" (to be freed). */
char *topology_key_names(topology_kind kind);

/* ---- topology-values.c, topology-link-values.c: the forms of values ---- */

char *topology_parse_number(topology_value *value);
char *topology_parse_kind(topology_value *value);
char *topology_parse_loss(topology_value *value);
char *topology_parse_encapsulation(topology_value *value);
char *topology_parse_ipv4(topology_value *value);
char *topology_parse_ipv6(topology_value *value);
char *topology_parse_source(topology_value *value);
char *topology_parse_ipv6_prefix(topology_value *value);
char *topology_parse_clients(topology_value *value);
char *topology_parse_structure(topology_value *value);
char *topology_parse_behavior(topology_value *value);
char *topology_parse_granularity(topology_value *value);
char *topology_parse_sid(topology_value *value);
char *topology_parse_reference(topology_value *value);
char *topology_parse_link_end(topology_value *value);
char *topology_parse_interface(topology_value *value);
char *topology_parse_routers(topology_value *value);
char *topology_parse_mac(topology_value *value);

/* ---- topology-read.c: groups become records ---- */

/* [sid NAME], on its way into the SID table. */
typedef struct topology_sid {
    const char *name;
    cats_address prefix;
    unsigned length;
    cats_sid_structure structure;
    uint16_t behavior;
    cats_granularity granularity;
    size_t egress, ingress; /* index + 1 of the owner; exactly one is not 0 */
} topology_sid;

/* Addresses of one space must not meet: hosts and client prefixes; locators; SIDs. */
typedef enum topology_space { TOPOLOGY_HOSTS, TOPOLOGY_LOCATORS, TOPOLOGY_SIDS } topology_space;

typedef struct topology_claim {
    topology_space space;
    cats_address address;
    unsigned bits;
    const topology_group *group;
    const char *key; /* static */
} topology_claim;

struct topology_reading {
    cats_topology topology; /* first: public pointer and this one are the same address */
    GStringChunk *texts;
    GArray *records[TOPOLOGY_KINDS];     /* NULL for the kinds that have no name */
    GHashTable *indices[TOPOLOGY_KINDS]; /* name -> index + 1 */
    GPtrArray *client_arrays;            /* GArray of cats_client_prefix */
    cats_sid_table *sids;
    GHashTable *services_at, *nodes_at; /* cats_address -> cats_service, cats_node */

    /* During reading only. */
    topology_lines *lines;
    GKeyFile *file;
    GArray *claims;
};

const char *topology_kind_name(topology_kind kind);
/* Index of the name, or SIZE_MAX. */
size_t topology_index(const topology_reading *reading, topology_kind kind, const char *name);
bool topology_read(topology_reading *reading, GError **error);

/* ---- topology-check.c: what no single key can tell ---- */

void topology_claim_add(topology_value *value, topology_space space, const cats_address *address,
                        unsigned bits);
bool topology_check_claims(const topology_reading *reading, GError **error);
bool topology_check_records(topology_reading *reading, GError **error);

#endif
