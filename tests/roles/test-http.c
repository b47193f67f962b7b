/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP heads: requests and what they are answered with, answers; whole, cut short, and wrong. Spec: RFC 9112.
 */
#include "capture-tools/roles/http.h"

#include <glib.h>
#include <string.h>

#define OTHERWISE 777

static void test_head_length(void)
{
    static const struct {
        const char *text;
        size_t length;
    } rows[] = {
        { "", 0 },
        { "GET / HTTP/1.1", 0 },
        { "GET / HTTP/1.1\r\n", 0 },
        { "GET / HTTP/1.1\r\nHost: a\r\n", 0 },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r", 0 },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 27 },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\nmore", 27 },
        { "GET / HTTP/1.0\n\n", 16 },
        { "\r\nGET / HTTP/1.0\n\n", 18 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        g_assert_cmpuint(http_head_length(rows[i].text, strlen(rows[i].text)), ==, rows[i].length);
}

static void test_requests(void)
{
    static const struct {
        const char *text;
        unsigned status;
        uint64_t length;
        bool body;
    } rows[] = {
        { "GET /10000000 HTTP/1.1\r\nHost: a\r\n\r\n", 200, 10000000, true },
        { "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 200, OTHERWISE, true },
        { "GET /0 HTTP/1.0\r\n\r\n", 200, 0, true },
        { "GET /5?x=1 HTTP/1.0\r\n\r\n", 200, 5, true },
        { "GET http://a/6 HTTP/1.1\r\nhost: a\r\n\r\n", 200, 6, true },
        { "\r\nGET /7 HTTP/1.0\n\n", 200, 7, true },
        { "HEAD /8 HTTP/1.0\r\n\r\n", 200, 8, false },
        { "GET /1000000000000000000 HTTP/1.0\r\n\r\n", 200, UINT64_C(1000000000000000000), true },
        { "GET /1000000000000000001 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET /18446744073709551500 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET /18446744073709551615 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET /99999999999999999999999 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET /a HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET /1/2 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET 5 HTTP/1.0\r\n\r\n", 404, 0, false },
        { "GET http://a HTTP/1.0\r\n\r\n", 404, 0, false },
        { "POST /1 HTTP/1.0\r\n\r\n", 405, 0, false },
        { "GET /1 HTTP/2.0\r\nHost: a\r\n\r\n", 505, 0, false },
        { "GET /1 HTTP/1.1\r\n\r\n", 400, 0, false },                        /* no Host */
        { "GET /1 HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400, 0, false },  /* two */
        { "GET /1 HTTP/1.1\r\nHost : a\r\n\r\n", 400, 0, false },            /* space before the colon */
        { "GET /1 HTTP/1.1\r\nHost: a\r\nnonsense\r\n\r\n", 400, 0, false }, /* no colon */
        { "GET /1 HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n", 400, 0, false },
        { "GET /1\r\n\r\n", 400, 0, false }, /* HTTP/0.9 */
        { "GET  /1 HTTP/1.0\r\n\r\n", 400, 0, false },
        { "nonsense\r\n\r\n", 400, 0, false },
        { "\r\n\r\n", 400, 0, false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const http_answer answer = http_request_read(rows[i].text, strlen(rows[i].text), OTHERWISE);
        g_test_message("%s", rows[i].text);
        g_assert_cmpuint(answer.status, ==, rows[i].status);
        g_assert_cmpuint(answer.length, ==, rows[i].length);
        g_assert_cmpint(answer.with_body, ==, rows[i].body);
    }
}

/* Every part of a right request, and every octet of it changed: some answer comes, and reads nothing beyond.
 */
static void test_total(void)
{
    static const char text[] = "GET http://a/6?x HTTP/1.1\r\nHost: a\r\nB: c\r\n\r\n";
    const size_t whole = strlen(text);
    for (size_t length = 0; length <= whole; length++) {
        g_autofree char *part = g_memdup2(text, MAX(length, 1));
        http_response response;
        http_request_read(part, length, OTHERWISE);
        http_response_read(part, length, &response);
        g_assert_cmpuint(http_head_length(part, length), ==, length == whole ? whole : 0);
        for (unsigned octet = 0; length == whole && octet < 256 * whole; octet++) {
            part[octet / 256] = (char)(octet % 256);
            http_request_read(part, length, OTHERWISE);
            http_response_read(part, length, &response);
            part[octet / 256] = text[octet / 256];
        }
    }
}

/* What one side writes the other reads. */
static void test_inverse(void)
{
    const http_answer answer = { .status = 200, .length = 12345, .with_body = true };
    cats_address host;
    http_response response;
    g_autofree char *head = http_answer_head(&answer);
    g_assert_cmpuint(http_head_length(head, strlen(head)), ==, strlen(head));
    g_assert_true(http_response_read(head, strlen(head), &response));
    g_assert_cmpuint(response.status, ==, 200);
    g_assert_true(response.has_length);
    g_assert_cmpuint(response.length, ==, 12345);
    for (unsigned i = 0; i < 2; i++) {
        g_assert_true(cats_address_parse(i == 0 ? "192.0.2.80" : "2001:db8:80::80", &host));
        g_autofree char *request = http_request_write("/99", &host, 8080);
        g_assert_nonnull(
            strstr(request, i == 0 ? "Host: 192.0.2.80:8080\r\n" : "Host: [2001:db8:80::80]:8080\r\n"));
        g_assert_cmpuint(http_request_read(request, strlen(request), 0).length, ==, 99);
    }
    static const unsigned all[] = { 400, 404, 405, 431, 505 };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        const http_answer refusal = http_answer_status(all[i]);
        g_autofree char *text = http_answer_head(&refusal);
        g_assert_true(http_response_read(text, strlen(text), &response));
        g_assert_cmpuint(response.status, ==, all[i]);
        g_assert_cmpuint(response.length, ==, 0);
    }
}

static void test_answers(void)
{
    static const struct {
        const char *text;
        bool good, has_length;
        uint64_t length;
    } rows[] = {
        { "HTTP/1.0 200 OK\r\ncontent-length:  5 \r\n\r\n", true, true, 5 },
        { "HTTP/1.1 200\r\n\r\n", true, false, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n", true, true, 5 },
        { "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n", false, true, 5 },
        { "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", false, false, 0 },
        { "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n", false, false, 0 },
        { "HTTP/1.1 20 OK\r\n\r\n", false, false, 0 },
        { "HTTP/2 200\r\n\r\n", false, false, 0 },
        { "SSH-2.0-x\r\n\r\n", false, false, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        http_response response;
        g_test_message("%s", rows[i].text);
        g_assert_cmpint(http_response_read(rows[i].text, strlen(rows[i].text), &response), ==, rows[i].good);
        g_assert_cmpint(response.has_length, ==, rows[i].has_length);
        g_assert_cmpuint(response.length, ==, rows[i].length);
    }
    g_assert_true(http_path_is_valid("/1000"));
    g_assert_false(http_path_is_valid("1000"));
    g_assert_false(http_path_is_valid("/a b"));
    g_assert_false(http_path_is_valid("/a\r\nX: y"));
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/http/head-length", test_head_length);
    g_test_add_func("/http/requests", test_requests);
    g_test_add_func("/http/total", test_total);
    g_test_add_func("/http/inverse", test_inverse);
    g_test_add_func("/http/answers", test_answers);
    return g_test_run();
}
