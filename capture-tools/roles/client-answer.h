/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a client asks on a connection, and whether the answer is what was to come: generated octets, or HTTP.
 * Spec: RFC 9112 s6.3, s8. */
#ifndef CATSHARK_ROLES_CLIENT_ANSWER_H
#define CATSHARK_ROLES_CLIENT_ANSWER_H

#include "capture-tools/roles/http.h"
#include "capture-tools/roles/tcp-endpoint.h"
#include <glib.h>

/* Zeroed memory is that of a connection that asks with generated octets. */
typedef struct client_answer {
    uint64_t checked; /* octets that a node generates */
    bool differs;     /* one of them was another */
    struct http_exchange *http;
} client_answer;

/* Asks for the path by HTTP; `flow` is that of what arrives. */
void client_answer_use_http(client_answer *a, const char *path, const cats_flow_key *flow);
void client_answer_clear(client_answer *a);
/* Queues the request: `length` generated octets, or that of HTTP. */
void client_answer_ask(const client_answer *a, tcp_endpoint *tcp, uint32_t length);
/* Octets in sequence, as tcp_settings' deliver() has them. */
void client_answer_take(client_answer *a, const tcp_endpoint *tcp, uint64_t position, const uint8_t *octets,
                        size_t length);
/* Why what came is no answer though the connection closed in order: "http-status" (none, or not 200),
 * "http-length" (not the octets that it names); NULL: it is one. */
const char *client_answer_failure(const client_answer *a, const tcp_endpoint *tcp);
/* http.status and http.octets (of the body); returns how many fields: 0 without HTTP. */
size_t client_answer_fields(const client_answer *a, const tcp_endpoint *tcp, role_field fields[2]);

#endif
