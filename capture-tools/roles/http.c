/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTTP/1.1 heads, read as lines. Spec: RFC 9112 s2.2, s3, s4, s5, s6.3. */
#include "capture-tools/roles/http.h"

#include <glib.h>
#include <inttypes.h>
#include <string.h>

/* A piece of the head. */
typedef struct span {
    const char *at;
    size_t length;
} span;

/* ---- pieces ---- */

static bool span_is(span s, const char *text)
{
    return s.length == strlen(text) && memcmp(s.at, text, s.length) == 0;
}

static bool span_is_name(span s, const char *name)
{
    return s.length == strlen(name) && g_ascii_strncasecmp(s.at, name, s.length) == 0;
}

static bool span_begins(span s, const char *text)
{
    return s.length >= strlen(text) && g_ascii_strncasecmp(s.at, text, strlen(text)) == 0;
}

static span span_behind(span s, size_t octets)
{
    return (span){ s.at + octets, s.length - octets };
}

/* Octets in front of the first `end`; all of them when there is none. */
static size_t span_until(span s, char end)
{
    const char *found = s.length > 0 ? memchr(s.at, end, s.length) : NULL;
    return found != NULL ? (size_t)(found - s.at) : s.length;
}

/* The next line without its end; *rest is what follows. */
static span next_line(span *rest)
{
    span line = { rest->at, span_until(*rest, '\n') };
    *rest = span_behind(*rest, MIN(line.length + 1, rest->length));
    if (line.length > 0 && line.at[line.length - 1] == '\r')
        line.length--;
    return line;
}

/* The part up to a space; *rest is what follows the space. */
static span next_word(span *rest)
{
    span word = { rest->at, span_until(*rest, ' ') };
    *rest = span_behind(*rest, MIN(word.length + 1, rest->length));
    return word;
}

static bool span_number(span s, uint64_t *number)
{
    *number = 0;
    for (size_t i = 0; i < s.length; i++) {
        if (!g_ascii_isdigit(s.at[i]) || *number > (UINT64_MAX - 9) / 10)
            return false;
        *number = *number * 10 + (uint64_t)(s.at[i] - '0');
    }
    return s.length > 0;
}

static span trimmed(span s)
{
    while (s.length > 0 && (s.at[0] == ' ' || s.at[0] == '\t'))
        s = span_behind(s, 1);
    while (s.length > 0 && (s.at[s.length - 1] == ' ' || s.at[s.length - 1] == '\t'))
        s.length--;
    return s;
}

/* The next header field; false behind the last one, with *good false when the line is none. */
static bool next_field(span *rest, span *name, span *value, bool *good)
{
    span line = next_line(rest);
    size_t colon = span_until(line, ':');
    if (line.length == 0)
        return false;
    *name = (span){ line.at, colon };
    *good = colon > 0 && colon < line.length && memchr(line.at, ' ', colon) == NULL &&
            memchr(line.at, '\t', colon) == NULL;
    if (*good)
        *value = trimmed(span_behind(line, colon + 1));
    return *good;
}

size_t http_head_length(const char *octets, size_t length)
{
    span rest = { octets, length };
    while (rest.length > 0 && memchr(rest.at, '\n', rest.length) != NULL) {
        bool first = rest.at == octets;
        /* An empty line in front of the start line is passed (RFC 9112 s2.2). */
        if (next_line(&rest).length == 0 && !first)
            return length - rest.length;
    }
    return 0;
}

/* ---- requests ---- */

/* "HTTP/1.0" or "HTTP/1.1": the minor version. */
static bool read_version(span word, unsigned *minor)
{
    *minor = 0;
    if (word.length != 8 || memcmp(word.at, "HTTP/1.", 7) != 0 || !g_ascii_isdigit(word.at[7]))
        return false;
    *minor = (unsigned)(word.at[7] - '0');
    return true;
}

/* "/N?query", or the same behind "http://authority". */
static bool read_target(span target, uint64_t otherwise, uint64_t *length)
{
    if (span_begins(target, "http://")) {
        target = span_behind(target, strlen("http://"));
        target = span_behind(target, span_until(target, '/'));
    }
    target.length = span_until(target, '?');
    if (span_is(target, "/")) {
        *length = otherwise;
        return true;
    }
    return target.length > 1 && target.at[0] == '/' && span_number(span_behind(target, 1), length) &&
           *length <= HTTP_BODY_MAX;
}

/* RFC 9112 s3.2: one Host in a request of HTTP/1.1, and field lines that are such. */
static bool fields_are_right(span rest, unsigned minor)
{
    span name, value;
    unsigned hosts = 0;
    bool good = true;
    while (next_field(&rest, &name, &value, &good))
        hosts += span_is_name(name, "Host");
    return good && hosts <= 1 && (minor == 0 || hosts == 1);
}

http_answer http_answer_status(unsigned status)
{
    return (http_answer){ .status = status };
}

http_answer http_request_read(const char *head, size_t length, uint64_t otherwise)
{
    span rest = { head, length };
    span line = next_line(&rest);
    if (line.length == 0)
        line = next_line(&rest);
    span method = next_word(&line), target = next_word(&line), version = line;
    http_answer answer = { .status = 200, .with_body = span_is(method, "GET") };
    unsigned minor;
    if (method.length == 0 || target.length == 0 || !span_begins(version, "HTTP/"))
        return http_answer_status(400);
    if (!read_version(version, &minor))
        return http_answer_status(505);
    if (!fields_are_right(rest, minor))
        return http_answer_status(400);
    if (!answer.with_body && !span_is(method, "HEAD"))
        return http_answer_status(405);
    if (!read_target(target, otherwise, &answer.length))
        return http_answer_status(404);
    return answer;
}

static const struct {
    unsigned status;
    const char *reason, *fields;
} reasons[] = {
    { 200, "OK", "Content-Type: text/plain\r\n" },
    { 400, "Bad Request", "" },
    { 404, "Not Found", "" },
    { 405, "Method Not Allowed", "Allow: GET, HEAD\r\n" },
    { 431, "Request Header Fields Too Large", "" },
    { 505, "HTTP Version Not Supported", "" },
};

char *http_answer_head(const http_answer *answer)
{
    size_t row = 0;
    while (row + 1 < G_N_ELEMENTS(reasons) && reasons[row].status != answer->status)
        row++;
    return g_strdup_printf("HTTP/1.1 %u %s\r\nServer: catshark\r\n%sContent-Length: %" PRIu64
                           "\r\nConnection: close\r\n\r\n",
                           reasons[row].status, reasons[row].reason, reasons[row].fields, answer->length);
}

bool http_path_is_valid(const char *path)
{
    if (path[0] != '/')
        return false;
    for (const char *each = path; *each != '\0'; each++)
        if (!g_ascii_isgraph(*each))
            return false;
    return strlen(path) < HTTP_HEAD_MAX / 2;
}

char *http_request_write(const char *path, const cats_address *host, uint16_t port)
{
    char text[CATS_ADDRESS_TEXT];
    cats_endpoint_format(host, port, text);
    return g_strdup_printf("GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: catshark\r\nAccept: */*\r\n"
                           "Connection: close\r\n\r\n",
                           path, text);
}

/* ---- answers ---- */

bool http_response_read(const char *head, size_t length, http_response *response)
{
    span rest = { head, length }, name, value;
    span line = next_line(&rest);
    span version = next_word(&line), status = next_word(&line);
    unsigned minor;
    uint64_t number;
    bool good = true;
    *response = (http_response){ 0 };
    if (!read_version(version, &minor) || status.length != 3 || !span_number(status, &number))
        return false;
    response->status = (unsigned)number;
    while (next_field(&rest, &name, &value, &good)) {
        if (!span_is_name(name, "Content-Length"))
            continue;
        if (!span_number(value, &number) || (response->has_length && response->length != number))
            return false;
        response->has_length = true;
        response->length = number;
    }
    return good;
}
