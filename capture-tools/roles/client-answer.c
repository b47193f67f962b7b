/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The head of an answer is gathered until it is whole; the body is compared with what a node generates. Spec:
 * RFC 9112 s6.3. */
#include "capture-tools/roles/client-answer.h"

#include "capture-tools/roles/tcp-payload.h"
#include <string.h>

typedef struct http_exchange {
    char *request;
    GString *head; /* as far as it came; NULL: it is read */
    http_response response;
    bool understood;    /* `response` is what the head says */
    uint64_t body_from; /* position of the body's first octet */
} http_exchange;

void client_answer_use_http(client_answer *a, const char *path, const cats_flow_key *flow)
{
    a->http = g_new0(http_exchange, 1);
    a->http->head = g_string_new(NULL);
    a->http->request = http_request_write(path, &flow->source, flow->source_port);
}

void client_answer_clear(client_answer *a)
{
    if (a->http == NULL)
        return;
    if (a->http->head != NULL)
        g_string_free(a->http->head, TRUE);
    g_free(a->http->request);
    g_clear_pointer(&a->http, g_free);
}

void client_answer_ask(const client_answer *a, tcp_endpoint *tcp, uint32_t length)
{
    if (a->http != NULL)
        tcp_endpoint_write_head(tcp, a->http->request, strlen(a->http->request), 0);
    else
        tcp_endpoint_write(tcp, length);
}

static void check(client_answer *a, uint64_t seed, uint64_t position, const uint8_t *octets, size_t length)
{
    if (a->differs || length == 0)
        return;
    a->differs = tcp_payload_check(seed, position, octets, length) < length;
    a->checked += length;
}

/* Takes octets of the head; returns how many were the head's. */
static size_t take_head(http_exchange *http, uint64_t position, const uint8_t *octets, size_t length)
{
    const size_t before = http->head->len;
    g_string_append_len(http->head, (const char *)octets, (gssize)length);
    const size_t head = http_head_length(http->head->str, http->head->len);
    if (head == 0 && http->head->len <= HTTP_HEAD_MAX)
        return length;
    const size_t taken = head > before ? head - before : 0;
    http->understood = head != 0 && http_response_read(http->head->str, head, &http->response);
    http->body_from = position + taken;
    g_string_free(http->head, TRUE);
    http->head = NULL;
    return taken;
}

void client_answer_take(client_answer *a, const tcp_endpoint *tcp, uint64_t position, const uint8_t *octets,
                        size_t length)
{
    http_exchange *http = a->http;
    if (http == NULL) {
        check(a, tcp_payload_seed(&tcp->flow), position, octets, length);
        return;
    }
    const size_t head = http->head != NULL ? take_head(http, position, octets, length) : 0;
    if (http->head == NULL)
        check(a, HTTP_BODY_SEED, position + head - http->body_from, octets + head, length - head);
}

static uint64_t body_length(const http_exchange *http, const tcp_endpoint *tcp)
{
    return http->head != NULL ? 0 : tcp->received - http->body_from;
}

const char *client_answer_failure(const client_answer *a, const tcp_endpoint *tcp)
{
    const http_exchange *http = a->http;
    if (http == NULL)
        return NULL;
    if (!http->understood || http->response.status != 200)
        return "http-status";
    return http->response.has_length && http->response.length != body_length(http, tcp) ? "http-length"
                                                                                        : NULL;
}

size_t client_answer_fields(const client_answer *a, const tcp_endpoint *tcp, role_field fields[2])
{
    if (a->http == NULL)
        return 0;
    fields[0] = ROLE_FIELD_NUMBER("http.status", a->http->response.status);
    fields[1] = ROLE_FIELD_NUMBER("http.octets", body_length(a->http, tcp));
    return 2;
}
