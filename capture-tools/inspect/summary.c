/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counting and printing the summary of a capture. */
#include "summary.h"

#include "capture-tools/io/ndjson.h"
#include "epan-cats/capture-time.h"
#include "epan-cats/numbers.h"

#include <inttypes.h>
#include <stddef.h>

static void count_broken(summary *s, const cats_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++)
        s->broken[findings->list[i].rule]++;
}

void summary_add(summary *s, const decoded *frame, int64_t time_ns)
{
    const packet *p = &frame->packet;

    if (s->frames++ == 0)
        s->first_ns = time_ns;
    s->last_ns = time_ns;
    s->octets += p->wire;
    if (p->ip_count == 0)
        s->no_ip++;
    else if (packet_innermost(p)->version == 4)
        s->ipv4++;
    else
        s->ipv6++;
    s->cut += p->end == PACKET_CUT;
    s->malformed += p->end == PACKET_MALFORMED;
    s->too_deep += p->end == PACKET_TOO_DEEP;
    for (unsigned i = 0; i < frame->steering_count; i++) {
        s->encapsulated += frame->steerings[i].steering.encapsulated;
        s->cats += frame->steerings[i].steering.behavior == CATS_BEHAVIOR_END_CATS;
    }
    s->tcp += p->transport == PACKET_TCP;
    if (frame->whole_segment) {
        s->saf += frame->seen.saf;
        for (unsigned i = 0; i < frame->seen.count && i < 2; i++)
            *(frame->seen.option[i].permit ? &s->permits : &s->redirects) += 1;
    }
    count_broken(s, &frame->findings);
    for (unsigned i = 0; i < frame->update_count; i++)
        count_broken(s, &frame->updates[i].findings);
}

void summary_add_tracked(summary *s, const decoder *d)
{
    s->has_sessions = d->tracker != NULL;
    if (s->has_sessions)
        s->sessions = affinity_tracker_count_get(d->tracker);
    s->has_flows = d->flows != NULL;
    if (s->has_flows)
        s->flows = steering_tracker_count_get(d->flows);
    if (d->routes != NULL)
        s->routes = route_reader_count_get(d->routes);
    s->has_routes = s->routes.seen;
}

/* A count, under the names in which the two forms of the summary show it. */
typedef struct count_row {
    const char *key, *label;
    size_t offset; /* of a uint64_t in the summary */
} count_row;

static const count_row counts[] = {
    { "frames", "frames", offsetof(summary, frames) },
    { "octets", "octets", offsetof(summary, octets) },
    { "ipv4", "IPv4 (innermost)", offsetof(summary, ipv4) },
    { "ipv6", "IPv6 (innermost)", offsetof(summary, ipv6) },
    { "no_ip", "no IP", offsetof(summary, no_ip) },
    { "cut", "cut by the capture", offsetof(summary, cut) },
    { "malformed", "malformed", offsetof(summary, malformed) },
    { "too_deep", "tunnels too deep", offsetof(summary, too_deep) },
    { "encapsulated", "SRv6 encapsulations", offsetof(summary, encapsulated) },
    { "end_cats", "of these to End.CATS", offsetof(summary, cats) },
    { "tcp", "TCP segments", offsetof(summary, tcp) },
    { "saf", "SAF set", offsetof(summary, saf) },
    { "redirects", "affinity options", offsetof(summary, redirects) },
    { "permits", "affinity permits", offsetof(summary, permits) },
};

#define SESSIONS(member) offsetof(summary, sessions.member)
static const count_row session_counts[] = {
    { "followed", "sessions followed", SESSIONS(sessions) },
    { "pending", "redirects pending", SESSIONS(verdicts[AFFINITY_PENDING]) },
    { "reconnected", "reconnected", SESSIONS(verdicts[AFFINITY_RECONNECTED]) },
    { "elsewhere", "elsewhere", SESSIONS(verdicts[AFFINITY_ELSEWHERE]) },
    { "refused", "refused", SESSIONS(verdicts[AFFINITY_REFUSED]) },
    { "ignored", "ignored", SESSIONS(verdicts[AFFINITY_IGNORED]) },
    { "looped", "looped", SESSIONS(verdicts[AFFINITY_LOOPED]) },
    { "redirects_let_go", "redirects let go", SESSIONS(redirects_let_go) },
    { "connections_held", "connections held", SESSIONS(connections_held) },
    { "connections_let_go", "connections let go", SESSIONS(connections_let_go) },
};

#define FLOWS(member) offsetof(summary, flows.member)
static const count_row flow_counts[] = {
    { "followed", "flows followed", FLOWS(flows) },
    { "steered", "flows steered", FLOWS(verdicts[STEERING_STEERED]) },
    { "delivered", "flows delivered", FLOWS(verdicts[STEERING_DELIVERED]) },
    { "moved", "flows moved", FLOWS(verdicts[STEERING_MOVED]) },
    { "flows_held", "flows held", FLOWS(flows_held) },
    { "flows_let_go", "flows let go", FLOWS(flows_let_go) },
};

#define ROUTES(member) offsetof(summary, routes.member)
static const count_row route_counts[] = {
    { "updates", "BGP UPDATEs", ROUTES(updates) },
    { "learned", "routes learned", ROUTES(routes.learned) },
    { "withdrawn", "routes withdrawn", ROUTES(routes.withdrawn) },
    { "in_force", "routes in force", ROUTES(routes.in_force) },
    { "let_go", "routes let go", ROUTES(routes.let_go) },
    { "sessions_let_go", "BGP sessions let go", ROUTES(sessions_let_go) },
};

/* What a tracker tells, shown whole when it ran, of routes when there was BGP: JSON has an object of that
 * name. */
static const struct {
    const char *key;
    size_t has; /* offset of a bool in the summary */
    const count_row *rows;
    size_t row_count;
} tracked[] = {
    { "sessions", offsetof(summary, has_sessions), session_counts, G_N_ELEMENTS(session_counts) },
    { "flows", offsetof(summary, has_flows), flow_counts, G_N_ELEMENTS(flow_counts) },
    { "routes", offsetof(summary, has_routes), route_counts, G_N_ELEMENTS(route_counts) },
};

static uint64_t count_of(const summary *s, const count_row *row)
{
    return *(const uint64_t *)(const void *)((const char *)s + row->offset);
}

static bool was_tracked(const summary *s, size_t index)
{
    return *(const bool *)((const char *)s + tracked[index].has);
}

static int64_t duration_ns(const summary *s)
{
    return s->frames ? capture_time_between(s->first_ns, s->last_ns) : 0;
}

static void print_count(const summary *s, const count_row *row, FILE *out)
{
    fprintf(out, "  %-22s %" PRIu64 "\n", row->label, count_of(s, row));
}

void summary_print_counts(const summary *s, FILE *out)
{
    for (size_t i = 1; i < G_N_ELEMENTS(counts); i++)
        if (count_of(s, &counts[i]) != 0)
            print_count(s, &counts[i], out);
    for (size_t i = 0; i < G_N_ELEMENTS(tracked); i++)
        for (size_t row = 0; was_tracked(s, i) && row < tracked[i].row_count; row++)
            print_count(s, &tracked[i].rows[row], out);
    if (s->routes.gap.cause != CATS_ROUTE_NO_GAP)
        fprintf(out, "  %-22s from frame %" PRIu32 " on: %s\n", "routes known in part", s->routes.gap.frame,
                cats_route_gap_text(s->routes.gap.cause));
    bool any = false;
    for (int severity = CATS_ERROR; severity >= CATS_NOTE; severity--) {
        for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
            const cats_rule *rule = cats_rule_get(id);
            if (s->broken[id] == 0 || rule->severity != (cats_severity)severity)
                continue;
            fprintf(out, "  %-7s %-30s %" PRIu64 "  %s\n", cats_severity_name(rule->severity), rule->id,
                    s->broken[id], rule->sentence);
            any = true;
        }
    }
    if (!any)
        fputs("  no rule broken of those that were judged\n", out);
}

bool summary_print(const summary *s, const char *name, FILE *out)
{
    fprintf(out, "%s: %" PRIu64 " frames in %.6f s\n", name, s->frames, (double)duration_ns(s) / 1e9);
    summary_print_counts(s, out);
    return !ferror(out);
}

static void add_counts(JsonBuilder *builder, const summary *s, const count_row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        json_builder_set_member_name(builder, rows[i].key);
        json_builder_add_int_value(builder, (gint64)count_of(s, &rows[i]));
    }
}

void summary_add_members(const summary *s, JsonBuilder *builder)
{
    json_builder_set_member_name(builder, "duration_ns");
    json_builder_add_int_value(builder, duration_ns(s));
    add_counts(builder, s, counts, G_N_ELEMENTS(counts));
    for (size_t i = 0; i < G_N_ELEMENTS(tracked); i++) {
        if (!was_tracked(s, i))
            continue;
        json_builder_set_member_name(builder, tracked[i].key);
        json_builder_begin_object(builder);
        add_counts(builder, s, tracked[i].rows, tracked[i].row_count);
        json_builder_end_object(builder);
    }
    if (s->routes.gap.cause != CATS_ROUTE_NO_GAP) {
        json_builder_set_member_name(builder, "routes_known_in_part");
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "frame");
        json_builder_add_int_value(builder, s->routes.gap.frame);
        json_builder_set_member_name(builder, "reason");
        json_builder_add_string_value(builder, cats_route_gap_text(s->routes.gap.cause));
        json_builder_end_object(builder);
    }
    json_builder_set_member_name(builder, "rules");
    json_builder_begin_object(builder);
    for (cats_rule_id id = 0; id < CATS_RULE_COUNT; id++) {
        if (s->broken[id]) {
            json_builder_set_member_name(builder, cats_rule_get(id)->id);
            json_builder_add_int_value(builder, (gint64)s->broken[id]);
        }
    }
    json_builder_end_object(builder);
}

bool summary_write_json(const summary *s, const char *name, FILE *out)
{
    JsonBuilder *builder = json_builder_new();

    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "summary");
    json_builder_add_string_value(builder, name);
    summary_add_members(s, builder);
    json_builder_end_object(builder);
    bool written = ndjson_write(out, builder);
    g_object_unref(builder);
    return written;
}
