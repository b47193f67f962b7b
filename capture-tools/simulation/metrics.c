/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One clock tick makes all sites report; messages wait in the order of their arrival.
 * Spec: draft-du-cats-aggregated-metrics-on-egress s2-3; docs/wire-formats.md s4. */
#include "metrics.h"
#include <string.h>

#define SCORE_UNKNOWN 255

typedef enum message_kind { MESSAGE_REPORT, MESSAGE_ANNOUNCEMENT } message_kind;

typedef struct message {
    message_kind kind;
    int64_t arrival;
    size_t egress;
    unsigned site; /* MESSAGE_REPORT: index in the egress */
    cats_report report;
    size_t ingress; /* MESSAGE_ANNOUNCEMENT */
    egress_announcement announcement;
} message;

struct metrics {
    metrics_parts parts;
    unsigned tick_source, mail_source; /* of events */
    uint64_t ticks, announced;
    GQueue *mail;        /* of message, owned; the earliest first */
    uint8_t *site_score; /* by site: last reported */
    bool *frozen;        /* by egress: the first ingress keeps what it has (FAULT_OFFERS_FROZEN) */
};

static gint message_order(gconstpointer a, gconstpointer b, gpointer unused)
{
    (void)unused;
    int64_t at_a = ((const message *)a)->arrival, at_b = ((const message *)b)->arrival;
    return at_a <= at_b ? -1 : 1;
}

static void mail_send(metrics *m, const message *sent)
{
    g_queue_insert_sorted(m->mail, g_memdup2(sent, sizeof(*sent)), message_order, NULL);
    event_queue_set(m->parts.sim->queue, m->mail_source,
                    ((const message *)g_queue_peek_head(m->mail))->arrival);
}

static void announce(metrics *m, int64_t now, size_t from, const egress_announcement *announcement)
{
    m->announced++;
    role_field fields[EGRESS_ANNOUNCEMENT_FIELDS];
    egress_announcement_fields(announcement, fields);
    station_event(&m->parts.egresses[from]->at, "announced", fields, G_N_ELEMENTS(fields));
    if (m->parts.mesh != NULL) {
        bgp_mesh_announce(m->parts.mesh, from, announcement);
        return;
    }
    for (size_t i = 0; i < m->parts.sim->topology->ingress_count; i++) {
        message sent = { .kind = MESSAGE_ANNOUNCEMENT,
                         .egress = from,
                         .ingress = i,
                         .announcement = *announcement,
                         .arrival = now + m->parts.delay(m->parts.context, from, i) };
        mail_send(m, &sent);
    }
}

static void take_report(metrics *m, int64_t now, const message *got)
{
    egress_announcement announcement;
    if (egress_report(m->parts.egresses[got->egress]->role, now, got->site, &got->report, &announcement))
        announce(m, now, got->egress, &announcement);
}

static void take_announcement(metrics *m, int64_t now, const message *got)
{
    ingress_station *in = m->parts.ingresses[got->ingress];
    if (got->ingress == 0 && faults_setting(m->parts.sim->faults, FAULT_OFFERS_FROZEN)) {
        if (m->frozen[got->egress])
            return;
        m->frozen[got->egress] = true;
    }
    const GArray *offers = m->parts.offers[got->egress];
    for (unsigned i = 0; i < offers->len; i++) {
        const setup_offer *from = &g_array_index(offers, setup_offer, i);
        if (got->announcement.withdrawn) {
            ingress_withdraw(in->role, now, from->offer.egress, &from->offer.service, &in->sink);
            continue;
        }
        ingress_offer offer =
            setup_offer_announced(from, got->announcement.merged.score, got->announcement.aggregate_id);
        ingress_set_offer(in->role, now, &offer, &in->sink);
    }
}

static void deliver_mail(void *context, int64_t now)
{
    metrics *m = context;
    message *got = g_queue_pop_head(m->mail);
    if (got->kind == MESSAGE_REPORT)
        take_report(m, now, got);
    else
        take_announcement(m, now, got);
    g_free(got);
    const message *next = g_queue_peek_head(m->mail);
    if (next != NULL)
        event_queue_set(m->parts.sim->queue, m->mail_source, next->arrival);
}

static void report_event(metrics *m, size_t index, const cats_merged *merged)
{
    if (merged->score == m->site_score[index])
        return;
    m->site_score[index] = merged->score;
    const role_field fields[] = {
        ROLE_FIELD_NUMBER("score", merged->score),
        ROLE_FIELD_NUMBER("capacity", merged->capacity),
        ROLE_FIELD_NUMBER("load", merged->load),
    };
    station at = { .sim = m->parts.sim, .name = m->parts.sim->topology->sites[index].name };
    station_event(&at, "reported", fields, G_N_ELEMENTS(fields));
}

static void send_report(metrics *m, int64_t now, size_t index)
{
    const cats_topology *topology = m->parts.sim->topology;
    const cats_site *spec = &topology->sites[index];
    cats_merged merged = site_report(m->parts.sites[index], now);
    if (faults_setting(m->parts.sim->faults, FAULT_SCORES_SWING) && m->ticks % 2 == 1) {
        merged.load = MIN(merged.load + merged.capacity / 2, merged.capacity);
        merged.score = cats_score(merged.capacity, merged.load);
    }
    report_event(m, index, &merged);
    message sent = { .kind = MESSAGE_REPORT,
                     .egress = spec->egress,
                     .report = cats_merged_report(&merged),
                     .site = (unsigned)(index - topology->egresses[spec->egress].first_site),
                     .arrival = now + m->parts.site_delay[index] };
    mail_send(m, &sent);
}

static void tick(void *context, int64_t now)
{
    metrics *m = context;
    for (size_t i = 0; i < m->parts.sim->topology->site_count; i++)
        send_report(m, now, i);
    m->ticks++;
    event_queue_set(m->parts.sim->queue, m->tick_source, now + METRICS_PERIOD_NS);
}

metrics *metrics_new(const metrics_parts *parts, int64_t start)
{
    metrics *m = g_new0(metrics, 1);
    m->parts = *parts;
    m->mail = g_queue_new();
    m->site_score = g_malloc(parts->sim->topology->site_count);
    memset(m->site_score, SCORE_UNKNOWN, parts->sim->topology->site_count);
    m->frozen = g_new0(bool, parts->sim->topology->egress_count);
    m->tick_source = event_queue_add(parts->sim->queue, tick, m);
    m->mail_source = event_queue_add(parts->sim->queue, deliver_mail, m);
    event_queue_set(parts->sim->queue, m->tick_source, start);
    return m;
}

void metrics_free(metrics *m)
{
    if (m == NULL)
        return;
    g_queue_free_full(m->mail, g_free);
    g_free(m->site_score);
    g_free(m->frozen);
    g_free(m);
}

uint64_t metrics_announced(const metrics *m)
{
    return m->announced;
}
