/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The rules of a hop that takes the encapsulation off. Spec: RFC 8986 s4, RFC 2473 s3, RFC 8200 s3, RFC 1812
 * s5.3.1; draft-du-cats-aggregated-metrics-on-egress s3; docs/rules.md. */
#include "passage-tracker-private.h"

#include <glib.h>
#include <stdarg.h>
#include <stdio.h>

static cats_point_name point_name(const passage_tracker *t, uint32_t point)
{
    return cats_point_name_of(t->settings.listener.point_name, t->settings.listener.context, point);
}

static cats_frame_name name_of(const passage_tracker *t, uint32_t frame)
{
    return cats_frame_name_of(t->settings.listener.frame_name, t->settings.listener.context, frame);
}

G_GNUC_PRINTF(3, 4)
static void tell(const passage_tracker *t, const passage_finding *finding, const char *format, ...)
{
    const passage_listener *listener = &t->settings.listener;
    char text[CATS_FINDING_TEXT];
    passage_finding told = *finding;
    va_list arguments;
    if (listener->broken == NULL)
        return;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    told.text = text;
    listener->broken(listener->context, &told);
}

void passage_judge_passed(passage_tracker *t, tracked_packet *p, uint32_t frame, uint32_t point,
                          int64_t time_ns, uint8_t hop_limit)
{
    p->done = true;
    t->count.passed++;
    passage_hop_learn(t, p, point);
    if (t->settings.listener.passed != NULL)
        t->settings.listener.passed(t->settings.listener.context, p->before_point, point,
                                    capture_time_between(p->before_ns, time_ns));
    if (hop_limit + 1 == p->before_hop_limit)
        return;
    const passage_finding finding = { .rule = CATS_RULE_CATS_HOP_LIMIT,
                                      .frame = frame,
                                      .other_frame = p->before_frame,
                                      .point = point,
                                      .time_ns = time_ns };
    tell(t, &finding, "%s %u behind the hop, expected %d: one less than inside the encapsulation (%s)",
         p->octets[0] >> 4 == 4 ? "TTL" : "hop limit", hop_limit, p->before_hop_limit - 1,
         name_of(t, p->before_frame).text);
}

static passage_finding changed_at(const tracked_packet *p, const passage_sight *sight)
{
    return (passage_finding){ .rule = CATS_RULE_CATS_INNER_CHANGED,
                              .frame = sight->frame,
                              .other_frame = p->before_frame,
                              .point = sight->point,
                              .time_ns = sight->time_ns };
}

void passage_judge_changed(passage_tracker *t, tracked_packet *p, const passage_sight *sight,
                           const packet_digest *digest)
{
    const uint8_t *octets = sight->packet->data + sight->ip->offset;
    const passage_finding finding = changed_at(p, sight);
    uint32_t length = MIN(MIN(p->length, digest->length), PACKET_DIGEST_HEAD);
    size_t at = packet_digest_differs(p->octets, octets, length);
    if (at == SIZE_MAX)
        tell(t, &finding, "%u octets, expected %u as inside the encapsulation (%s)", digest->length,
             p->length, name_of(t, p->before_frame).text);
    else
        tell(t, &finding,
             "octet %zu of the packet is 0x%02x, expected 0x%02x as inside the encapsulation (%s)", at,
             octets[at], p->octets[at], name_of(t, p->before_frame).text);
}

void passage_judge_rest(passage_tracker *t, tracked_packet *p, const passage_sight *sight,
                        const packet_digest *digest)
{
    if (!p->whole || !digest->whole || p->rest == digest->rest)
        return;
    const passage_finding finding = changed_at(p, sight);
    tell(t, &finding, "octets behind the first %d differ, expected those inside the encapsulation (%s)",
         PACKET_DIGEST_HEAD, name_of(t, p->before_frame).text);
}

void passage_judge_not_local(passage_tracker *t, tracked_packet *p, const passage_sight *sight)
{
    const passage_finding finding = { .rule = CATS_RULE_CATS_NOT_LOCAL,
                                      .frame = sight->frame,
                                      .other_frame = p->before_frame,
                                      .point = sight->point,
                                      .time_ns = sight->time_ns };
    p->done = true;
    tell(t, &finding, "decapsulated at %s, towards the core, expected a local site (%s)",
         point_name(t, sight->point).text, name_of(t, p->before_frame).text);
}

void passage_judge_lost(passage_tracker *t, tracked_packet *p)
{
    const passage_finding finding = { .rule = CATS_RULE_CATS_LOST,
                                      .frame = p->before_frame,
                                      .point = p->before_point,
                                      .time_ns = p->before_ns };
    const passage_hop *hop = &t->hops[p->hop];
    char owner[CATS_ADDRESS_TEXT];
    if (hop->owner == NULL)
        cats_address_format(&hop->locator, owner);
    t->count.lost++;
    tell(t, &finding, "seen at %s, not behind %s within %d ms, expected there",
         point_name(t, p->before_point).text, hop->owner != NULL ? hop->owner : owner,
         (int)(t->settings.limit_ns / 1000000));
}
