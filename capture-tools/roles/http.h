/* SPDX-License-Identifier: GPL-2.0-or-later */
/* As much of HTTP/1.1 as a node and a client of generated octets need: one request and one answer a
 * connection. Nothing is kept and nothing allocated but what is returned. Spec: RFC 9112 s2-3, s6, s9.6; RFC
 * 9110 s9.3, s15. */
#ifndef CATSHARK_ROLES_HTTP_H
#define CATSHARK_ROLES_HTTP_H

#include "epan-cats/address.h"

/* A head, start line and header fields, is not followed beyond this. */
#define HTTP_HEAD_MAX 8192
/* No path names more octets: with its head an answer is then countable in 63 bits. */
#define HTTP_BODY_MAX UINT64_C(1000000000000000000)
/* Of the stream (tcp_payload_fill()) that every node answers with: the octets of a path are the same
 * everywhere. */
#define HTTP_BODY_SEED UINT64_C(0x6361747368617266)

/* Octets of the head with its empty line, which is CRLF or LF; 0: not all of it is here. */
size_t http_head_length(const char *octets, size_t length);

/* What a request is answered with. */
typedef struct http_answer {
    unsigned status; /* 200, 400, 404, 405, 431, 505 */
    uint64_t length; /* Content-Length */
    bool with_body;  /* HEAD asks for none */
} http_answer;

/* The answer to a whole head: "/N" is N octets, at most HTTP_BODY_MAX, "/" is `otherwise` octets, all else
 * 404. The target may be in absolute form, and a query is not looked at. Total. */
http_answer http_request_read(const char *head, size_t length, uint64_t otherwise);
/* An answer of this status without a body: to what is no head, and will not be. */
http_answer http_answer_status(unsigned status);
/* "HTTP/1.1 200 OK" and header fields, the empty line included. To be freed. */
char *http_answer_head(const http_answer *answer);

/* "GET /PATH HTTP/1.0" with Host and Connection: close: an answer to 1.0 is never chunked. To be freed. */
char *http_request_write(const char *path, const cats_address *host, uint16_t port);
/* True when it can be a request target: begins with "/", visible characters only. */
bool http_path_is_valid(const char *path);

typedef struct http_response {
    unsigned status;
    bool has_length;
    uint64_t length; /* Content-Length, when it has one */
} http_response;
/* False when the head is none of a HTTP/1 answer, or its Content-Length no number or two that differ. Total.
 */
bool http_response_read(const char *head, size_t length, http_response *response);

#endif
