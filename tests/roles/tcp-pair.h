/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two bare TCP end points on a virtual link, each with an application that writes, closes and checks what it
 * reads. */
#ifndef TESTS_ROLES_TCP_PAIR_H
#define TESTS_ROLES_TCP_PAIR_H

#include "capture-tools/roles/tcp-endpoint.h"
#include "virtual-link.h"

/* When an application closes its side. */
typedef enum close_when { CLOSE_AT_ONCE, CLOSE_AFTER_PEER, CLOSE_AFTER_READING, CLOSE_NEVER } close_when;

typedef struct application {
    tcp_settings settings;
    tcp_endpoint tcp;
    uint64_t write; /* octets to send, once established */
    close_when closes;
    uint64_t close_after; /* CLOSE_AFTER_READING: so many octets */
    const affinity_option *fin_option;
    uint64_t peer_seed; /* of the payload it must read */
    uint64_t read;
    unsigned happened; /* everything so far */
    unsigned states;   /* a bit for each tcp_state it has been in */
    bool listening;    /* accepts the first SYN */
    const char *failure;
    tcp_segment last; /* the last segment that arrived; its payload pointer is not valid */
} application;

typedef struct tcp_pair {
    virtual_link *link;
    application ends[2];
} tcp_pair;

/* Party 0 opens, party 1 listens. Settings may be changed before tcp_pair_open(). */
tcp_pair *tcp_pair_new(uint32_t seed, unsigned family);
void tcp_pair_free(tcp_pair *pair);
/* For bad links: nobody gives up, nor loses patience while the other waits for its timeout of up to a minute.
 */
void tcp_pair_be_patient(tcp_pair *pair);
/* The SYN of party `end` leaves. */
void tcp_pair_open(tcp_pair *pair, unsigned end);
void tcp_pair_run(tcp_pair *pair, int64_t duration);
/* Sends what is due at `end`, after the test has called tcp_endpoint_write() or the like. */
void tcp_pair_output(tcp_pair *pair, unsigned end);
/* The flow of what arrives at `end`. */
cats_flow_key tcp_pair_flow(unsigned family, unsigned end);
/* Builds a segment that travels to `to` as if from the other; sequence and acknowledgment absolute. With
 * timestamps agreed it has a current one. Returns its length. */
typedef struct forged {
    uint32_t sequence, acknowledgment;
    uint16_t flags, window;
    const uint8_t *options;
    size_t options_length;
    const uint8_t *payload;
    size_t payload_length;
} forged;
size_t tcp_pair_forge(const tcp_pair *pair, unsigned to, const forged *f, uint8_t *octets, size_t size);
/* The same, and it arrives at once (the link is run for no time). */
void tcp_pair_hit(tcp_pair *pair, unsigned to, const forged *f);
/* Both have read all that the other wrote, and both are done. */
void tcp_pair_assert_done(const tcp_pair *pair);

#endif
