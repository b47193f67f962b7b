/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What one encapsulated packet says about its steering, and the steering rules that a packet alone can break.
 * One implementation for the plugin and the tool: each fills a cats_packet from its own parser.
 * Spec: RFC 8754, RFC 8986, draft-du-cats-aggregated-metrics-on-egress; docs/rules.md. */
#ifndef EPAN_CATS_CATS_RULES_H
#define EPAN_CATS_CATS_RULES_H

#include "cats-route-table.h"
#include "rules.h"
#include "sid-table.h"
#include "srh.h"
#include "topology.h"

/* How the reader's user wants SIDs understood. `topology` may be NULL; `sids` may be NULL (then the
 * topology's). */
typedef struct cats_context {
    cats_sid_structure structure; /* of SIDs in the locator block that no row names */
    cats_address block;           /* default 5f00::/16 */
    unsigned block_length;
    uint32_t function_end_cats; /* function value that means End.CATS where no row says so */
    const cats_sid_table *sids;
    const cats_topology *topology;
    const cats_route_table *routes; /* learned; of configured and learned rows the longest prefix counts, of
                                       equal ones the configured row. May be NULL */
} cats_context;

/* The defaults of docs/wire-formats.md, no table, no topology. */
void cats_context_init(cats_context *context);

/* One IPv6 header with what follows, as a reader's parser found it. Addresses point at 16 octets. */
typedef struct cats_packet {
    uint32_t frame; /* number of the packet: what was learned of SIDs by then holds */
    const uint8_t *outer_source;
    const uint8_t *outer_destination; /* as in the IPv6 header, not the final one */
    uint32_t flow_label;
    const uint8_t *srh;             /* first octet of the SRH, or NULL when there is none */
    size_t srh_available;           /* octets of the packet from there on */
    bool srh_captured;              /* false: the capture cut the SRH short (no rule is judged on it) */
    uint8_t next_header;            /* upper layer behind all extension headers */
    bool fragment;                  /* a fragment other than the first: its upper layer is not judged */
    cats_address inner_destination; /* family 0: not an IP packet, or not captured */
} cats_packet;

/* What is shown. A pointer or name is valid as long as the context and the packet.
 *
 * NEXT-CSID containers (RFC 9800 s4.1): where the row that matches the address has a behaviour of that
 * flavour which goes on to the next C-SID (cats_behavior_shifts_container), the egress SID is what the
 * address will have become when its last C-SID is at the head: block, node and function of the row's
 * structure are taken off, what stands behind them moves up behind the block, and the new address is looked
 * up again, until no such row matches or the next C-SID is zero. One row for a whole block ("5f00::/32, End
 * with NEXT-CSID, 32/16/0/0") is enough. Without such a row an address is one SID. */
typedef struct cats_steering {
    bool is_srv6;      /* an SRH, or an encapsulation whose destination is a known SID: the rest is valid */
    bool encapsulated; /* next header 4, 41 or 143 and no SRH, or a well-formed one: sid is the egress SID and
                          cats.sid is shown */
    uint8_t sid[16];   /* the egress SID: destination when Segments Left is 0 or there is no SRH, else Segment
                          List[0]; not valid behind an SRH that is malformed or cut short */
    bool sid_in_destination; /* where `sid` lies: in the outer destination, or in Segment List[0] */
    bool in_container;       /* `sid` was taken out of the NEXT-CSID container that lies there */
    bool structured;         /* in a row or in the locator block: structure and parts are valid */
    cats_sid_structure structure;
    cats_sid_parts parts;
    const cats_sid_row *row;       /* NULL when no row matched */
    bool learned;                  /* the row is one of the routes, not of a table or topology */
    const cats_sid_row *owner_row; /* that which tells the owner: `row`, or of one that was learned the
                                      configured row around it that has a name; NULL with row */
    bool owner_learned;            /* owner_row is one of the routes */
    uint16_t behavior;             /* from the row, or End.CATS by its function value; 0 when not known */
    uint16_t active_behavior;      /* the same of the SID in force, the outer destination */
    bool has_granularity;          /* from the argument of End.CATS (32 bits, not 0), else from the row */
    uint8_t granularity;
    bool has_argument; /* the argument is a cats_argument: level and aggregate_id are valid */
    cats_argument argument;
    bool has_srh; /* srh is valid (well-formed) */
    srh_view srh;
    bool toward_service; /* an inner destination, and nothing tells which are services, or it is one:
                            cats.service is shown. A topology tells, and for a learned SID the routes */
    bool from_ingress;   /* false when the owner is known and no egress; else cats.ingress, cats.egress are
                            shown */
    cats_address egress_locator; /* shown as cats.egress when there is no row or it has no owner; family 0
                                    unless structured */
} cats_steering;

/* Reads the packet's steering and adds the packet-level rules that it breaks. `findings` may be NULL. Total.
 * For a packet that is not SRv6 only is_srv6, encapsulated and has_srh are sure to be written: it costs next
 * to nothing. */
void cats_steering_read(const cats_context *context, const cats_packet *packet, cats_steering *steering,
                        cats_findings *findings);

/* The judgement alone, on what cats_steering_read() gave; cats/srh-malformed is judged there. */
void cats_steering_judge(const cats_context *context, const cats_packet *packet,
                         const cats_steering *steering, cats_findings *findings);

/* The announcement behind the packet's aggregate ID. False when it has none, or none was learned. */
bool cats_steering_behind(const cats_context *context, const cats_packet *packet,
                          const cats_steering *steering, cats_route_behind *behind);
/* The frame with which the announcement of the packet's SID had ended, where no aggregate ID tells of one:
 * the names shown are those that were known last. 0: it had not, or the SID is not learned. */
uint32_t cats_steering_sid_ended(const cats_context *context, const cats_packet *packet,
                                 const cats_steering *steering);

/* What the owner of the SID is to the packet. Routes tell it of packets to a service that was announced, and
 * of SIDs that are no egress's; that others are is taken for granted only as long as nothing depends on it.
 */
typedef enum cats_owner_side { CATS_OWNER_NOT_KNOWN, CATS_OWNER_EGRESS, CATS_OWNER_INGRESS } cats_owner_side;
cats_owner_side cats_steering_owner_side(const cats_steering *steering);

/* Room for either of the texts below; longer ones are cut at a character. */
#define CATS_SID_NAME_TEXT 96
/* "egress1 End.CATS": owner and behaviour, what is known of the two; 0 and "" when neither is. */
size_t cats_steering_sid_name(const cats_steering *steering, char *text);
/* cats.egress: the owner's name, or the locator as "5f00:0:e::/48"; 0 and "" when neither is known. */
size_t cats_steering_egress(const cats_steering *steering, char *text);

#endif
