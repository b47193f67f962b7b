/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts and times of a client, as text and JSON. Spec: man/catshark-client.1 (SUMMARY). */
#include "client-report.h"

#include "live-report.h"
#include <inttypes.h>

void client_tally_event(client_tally *t, const char *name, const role_field *fields, size_t count)
{
    if (!g_str_equal(name, "failed"))
        return;
    for (size_t i = 0; i < count; i++)
        if (g_str_equal(fields[i].key, "reason"))
            live_drops_add(&t->failed, fields[i].text);
}

bool client_tally_all_finished(const client_tally *t)
{
    client_counts counts = client_count(t->role);
    return counts.failed == 0 && t->busy == 0 && client_busy(&counts) == 0;
}

/* ---- JSON ---- */

static void begin_member(JsonBuilder *builder, const char *key)
{
    json_builder_set_member_name(builder, key);
    json_builder_begin_object(builder);
}

/* In microseconds. */
static void describe_times(JsonBuilder *builder, const char *key, const client_times *times)
{
    int64_t average = times->count > 0 ? times->sum_ns / (int64_t)times->count : 0;
    begin_member(builder, key);
    live_member(builder, "count", times->count);
    live_member(builder, "min", (uint64_t)times->least_ns / 1000);
    live_member(builder, "avg", (uint64_t)average / 1000);
    live_member(builder, "max", (uint64_t)times->most_ns / 1000);
    json_builder_end_object(builder);
}

void client_tally_describe(const void *context, JsonBuilder *builder)
{
    const client_tally *t = context;
    client_counts counts = client_count(t->role);
    const tcp_counts *tcp = client_tcp_counts(t->role);
    const struct {
        const char *key;
        uint64_t value;
    } rows[] = { { "opened", counts.opened },
                 { "busy", t->busy },
                 { "established", counts.established },
                 { "redirects_accepted", counts.redirects_accepted },
                 { "reconnected", counts.reconnected },
                 { "finished", counts.finished },
                 { "failed", counts.failed },
                 { "unanswered", counts.unanswered },
                 { "at_once", counts.peak },
                 { "retransmissions", counts.retransmissions },
                 { "path_mtu_lowered", tcp->path_mtu_lowered },
                 { "unreachable", tcp->unreachable },
                 { "zero_window_probes", tcp->zero_window_probes },
                 { "octets", counts.octets },
                 { "octets_verified", counts.verified } };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
        live_member(builder, rows[i].key, rows[i].value);
    begin_member(builder, "failures");
    for (size_t i = 0; i < t->failed.count; i++)
        live_member(builder, t->failed.rows[i].reason, t->failed.rows[i].count);
    json_builder_end_object(builder);
    begin_member(builder, "redirects_refused");
    for (client_refusal i = CLIENT_ACCEPTS + 1; i < CLIENT_REFUSALS; i++)
        if (counts.refused_by[i] > 0)
            live_member(builder, client_refusal_name(i), counts.refused_by[i]);
    json_builder_end_object(builder);
    describe_times(builder, "establish_us", &counts.establish);
    describe_times(builder, "reconnect_us", &counts.reconnect);
}

/* ---- text ---- */

static void print_times(FILE *out, const char *what, const client_times *times)
{
    if (times->count > 0)
        fprintf(out, "%s: %.3f ms at least, %.3f on average, %.3f at most\n", what,
                (double)times->least_ns / 1e6, (double)times->sum_ns / 1e6 / (double)times->count,
                (double)times->most_ns / 1e6);
}

/* A server that waits for the rest of a request looks like one that is dead. */
static void print_unanswered(FILE *out, uint64_t connections, const client_config *config)
{
    fprintf(out,
            "unanswered: %" PRIu64
            " connected and had their request acknowledged, but no octet came within %.1f s "
            "of it or until the end%s\n",
            connections, (double)config->timeout_ns / 1e9,
            config->http_path ? "" : "; the service may wait for a request of HTTP: --http PATH");
}

void client_tally_print(const void *context, FILE *out)
{
    const client_tally *t = context;
    client_counts counts = client_count(t->role);
    fprintf(out,
            "flows: %" PRIu64 " opened, %" PRIu64 " not started; connections: %" PRIu64
            " established, %" PRIu64 " finished, %" PRIu64 " failed, %" PRIu64 " at once\n",
            counts.opened, t->busy, counts.established, counts.finished, counts.failed, counts.peak);
    for (size_t i = 0; i < t->failed.count; i++)
        fprintf(out, "  %-18s %" PRIu64 "\n", t->failed.rows[i].reason, t->failed.rows[i].count);
    if (counts.unanswered > 0)
        print_unanswered(out, counts.unanswered, t->config);
    fprintf(out,
            "redirects: %" PRIu64 " accepted, %" PRIu64 " refused; %" PRIu64 " connections re-established\n",
            counts.redirects_accepted, counts.redirects_refused, counts.reconnected);
    for (client_refusal i = CLIENT_ACCEPTS + 1; i < CLIENT_REFUSALS; i++)
        if (counts.refused_by[i] > 0)
            fprintf(out, "  %-18s %" PRIu64 "\n", client_refusal_name(i), counts.refused_by[i]);
    fprintf(out,
            "octets received: %" PRIu64 ", as a node generates them: %" PRIu64
            "; segments retransmitted: %" PRIu64 "\n",
            counts.octets, counts.verified, counts.retransmissions);
    print_times(out, "time to establish", &counts.establish);
    print_times(out, "time to reconnect", &counts.reconnect);
}
