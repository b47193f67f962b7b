/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two parties and a link between them under a virtual clock. */
#include "virtual-link.h"

#include "capture-tools/roles/tcp-payload.h"
#include <string.h>

enum { PACKET_ROOM = 10000 };

typedef struct travelling {
    timer arrival;
    unsigned to;
    size_t length;
    uint8_t octets[];
} travelling;

typedef struct side {
    virtual_link *link;
    unsigned number;
} side;

void virtual_link_inject(virtual_link *link, unsigned to, const uint8_t *octets, size_t length, int64_t delay)
{
    travelling *t = g_malloc0(sizeof *t + length);
    t->arrival.owner = t;
    t->to = to;
    t->length = length;
    if (length)
        memcpy(t->octets, octets, length);
    timers_set(link->queue, &t->arrival, link->now + delay);
}

static int64_t travel_time(virtual_link *link)
{
    return link->delay + (link->jitter ? (int64_t)(g_rand_double(link->random) * (double)link->jitter) : 0);
}

static void digest(virtual_link *link, const uint8_t *octets, size_t length)
{
    link->digest = tcp_mix(link->digest ^ (uint64_t)link->now);
    for (size_t i = 0; i < length; i++)
        link->digest = (link->digest ^ octets[i]) * UINT64_C(0x100000001b3);
}

static void on_packet(void *context, unsigned port, const uint8_t *octets, size_t length, const char *comment)
{
    const side *s = context;
    virtual_link *link = s->link;
    uint8_t copy[PACKET_ROOM];
    g_assert_cmpuint(port, ==, 0);
    g_assert_cmpuint(length, <=, sizeof copy);
    g_assert_nonnull(comment);
    memcpy(copy, octets, length);
    link->sent[s->number]++;
    if (link->keep_digest)
        digest(link, octets, length);
    if (link->tap && !link->tap(link, s->number, copy, &length, comment)) {
        link->lost[s->number]++;
        return;
    }
    if (link->loss > 0 && g_rand_double(link->random) < link->loss) {
        link->lost[s->number]++;
        return;
    }
    virtual_link_inject(link, !s->number, copy, length, travel_time(link));
    if (link->duplication > 0 && g_rand_double(link->random) < link->duplication)
        virtual_link_inject(link, !s->number, copy, length, travel_time(link));
}

static void on_event(void *context, const char *name, const role_field *fields, size_t count)
{
    const side *s = context;
    if (!s->link->keep_events)
        return;
    GString *text = g_string_new(NULL);
    for (size_t i = 0; i < count; i++) {
        char address[CATS_ADDRESS_TEXT];
        g_string_append_printf(text, "%s%s=", i ? " " : "", fields[i].key);
        switch (fields[i].type) {
        case ROLE_TEXT:
            g_string_append(text, fields[i].text);
            break;
        case ROLE_NUMBER:
            g_string_append_printf(text, "%" G_GINT64_FORMAT, fields[i].number);
            break;
        case ROLE_ADDRESS:
            cats_address_format(&fields[i].address, address);
            g_string_append(text, address);
            break;
        }
    }
    const link_event event = {
        .from = s->number, .time = s->link->now, .name = g_strdup(name), .text = g_string_free(text, FALSE)
    };
    g_array_append_val(s->link->events, event);
}

static void on_drop(void *context, const char *reason)
{
    const side *s = context;
    s->link->drops[s->number]++;
    s->link->last_drop = reason;
}

virtual_link *virtual_link_new(uint32_t seed)
{
    virtual_link *link = g_new0(virtual_link, 1);
    link->random = g_rand_new_with_seed(seed);
    link->queue = timers_new();
    link->events = g_array_new(FALSE, FALSE, sizeof(link_event));
    link->keep_events = true;
    link->now = SECOND;
    link->delay = 10 * MS;
    for (unsigned i = 0; i < 2; i++) {
        side *s = g_new0(side, 1);
        *s = (side){ .link = link, .number = i };
        link->sinks[i] = (role_sink){ .context = s, .packet = on_packet, .event = on_event, .drop = on_drop };
    }
    return link;
}

void virtual_link_free(virtual_link *link)
{
    timer *t;
    while ((t = timers_pop(link->queue, INT64_MAX)))
        g_free(t->owner);
    timers_free(link->queue);
    for (unsigned i = 0; i < link->events->len; i++) {
        g_free(g_array_index(link->events, link_event, i).name);
        g_free(g_array_index(link->events, link_event, i).text);
    }
    g_array_free(link->events, TRUE);
    g_rand_free(link->random);
    g_free(link->sinks[0].context);
    g_free(link->sinks[1].context);
    g_free(link);
}

static int64_t party_deadline(const party *p)
{
    return p->deadline ? p->deadline(p->self) : ROLE_NEVER;
}

void virtual_link_run(virtual_link *link, int64_t until, uint64_t steps)
{
    for (uint64_t step = 0;; step++) {
        g_assert_cmpuint(step, <, steps);
        const int64_t arrival = timers_earliest(link->queue);
        const int64_t wake[2] = { party_deadline(&link->parties[0]), party_deadline(&link->parties[1]) };
        const int64_t next = MIN(arrival, MIN(wake[0], wake[1]));
        if (next == ROLE_NEVER || next > until) {
            link->now = MAX(link->now, MIN(until, next));
            return;
        }
        link->now = MAX(link->now, next);
        if (arrival == next) {
            travelling *t = timers_pop(link->queue, link->now)->owner;
            link->delivered[t->to]++;
            link->parties[t->to].packet(link->parties[t->to].self, link->now, t->octets, t->length,
                                        &link->sinks[t->to]);
            g_free(t);
        } else {
            const unsigned who = wake[0] == next ? 0 : 1;
            link->parties[who].expire(link->parties[who].self, link->now, &link->sinks[who]);
        }
    }
}

const link_event *virtual_link_event(const virtual_link *link, const char *name, unsigned n)
{
    for (unsigned i = 0; i < link->events->len; i++) {
        const link_event *event = &g_array_index(link->events, link_event, i);
        if (strcmp(event->name, name) == 0 && n-- == 0)
            return event;
    }
    return NULL;
}

unsigned virtual_link_event_count(const virtual_link *link, const char *name)
{
    unsigned count = 0;
    while (virtual_link_event(link, name, count))
        count++;
    return count;
}
