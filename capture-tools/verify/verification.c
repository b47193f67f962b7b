/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes frames from the sources, through decoder and trackers, to the log and the observers. Spec:
 * docs/rules.md. */
#include "verification.h"

#include "capture-tools/inspect/trackers.h"
#include "passing-packet.h"
#include "spread.h"

#include <string.h>

struct verification {
    verification_settings settings;
    capture_sources *sources;
    capture_points *points;
    decoder decoder;
    finding_log *log;
    passage_tracker *passages;
    site_spread *spread; /* NULL without a topology */
    uint32_t placed;     /* points that the passage tracker was told */
    GArray *observers;   /* of verification_observer */
    verification_totals totals;
};

void verification_settings_init(verification_settings *settings)
{
    *settings = (verification_settings){
        .numbers = affinity_numbers_default,
        .codes = cats_route_codes_default,
        .reconnect_limit_ns = affinity_tracker_settings_default.reconnect_limit_ns,
        .connections = AFFINITY_TRACKER_CONNECTIONS_DEFAULT,
        .flows = STEERING_TRACKER_FLOWS_DEFAULT,
        .packets = PASSAGE_TRACKER_PACKETS_DEFAULT,
        .lost_limit_ns = PASSAGE_TRACKER_LIMIT_NS_DEFAULT,
        .limit = UINT64_MAX,
    };
    memset(settings->rules.wanted, true, sizeof settings->rules.wanted);
    cats_context_init(&settings->cats);
}

/* ---- what trackers tell and ask ---- */

/* Calls all observers that want it. */
#define TELL(v, call, ...)                                                                             \
    do {                                                                                               \
        for (guint i = 0; i < (v)->observers->len; i++) {                                              \
            const verification_observer *o = &g_array_index((v)->observers, verification_observer, i); \
            if (o->call != NULL)                                                                       \
                o->call(o->context, __VA_ARGS__);                                                      \
        }                                                                                              \
    } while (0)

static void tell_connection(void *context, const affinity_connection *connection)
{
    const verification *v = context;
    TELL(v, connection, connection);
}

static void tell_verdict(void *context, uint32_t session, affinity_verdict verdict)
{
    const verification *v = context;
    TELL(v, verdict, session, verdict);
}

static void tell_flow(void *context, const steering_flow *flow)
{
    const verification *v = context;
    TELL(v, flow, flow);
}

static const char *point_name(void *context, uint32_t point)
{
    return capture_points_name(((const verification *)context)->points, point);
}

static void frame_name(void *context, uint32_t frame, char text[CATS_FRAME_NAME])
{
    capture_sources_frame_name(((const verification *)context)->sources, frame, text);
}

static affinity_tracker *session_tracker(verification *v)
{
    affinity_tracker_settings settings = affinity_tracker_settings_default;
    settings.topology = v->settings.topology;
    settings.reconnect_limit_ns = v->settings.reconnect_limit_ns;
    settings.connections = v->settings.connections;
    settings.listener = (affinity_listener){
        .context = v, .connection = tell_connection, .verdict = tell_verdict, .frame_name = frame_name
    };
    return affinity_tracker_new(&settings);
}

static steering_tracker *flow_tracker(verification *v)
{
    steering_tracker_settings settings = steering_tracker_settings_default;
    settings.topology = v->settings.topology;
    settings.routes = v->decoder.cats.routes;
    settings.flows = v->settings.flows;
    settings.listener = (steering_listener){
        .context = v, .flow = tell_flow, .point_name = point_name, .frame_name = frame_name
    };
    return steering_tracker_new(&settings);
}

static void broken_passage(void *context, const passage_finding *told)
{
    verification *v = context;
    const finding found = { .rule = told->rule,
                            .time_ns = told->time_ns,
                            .frame_count = told->other_frame != 0 ? 2 : 1,
                            .frames = { told->frame, told->other_frame },
                            .point = told->point,
                            .text = told->text };
    finding_log_add(v->log, &found);
}

/* A capture shows its points from its first frame to its last one. */
static bool point_covers(void *context, uint32_t point, int64_t from_ns, int64_t to_ns)
{
    const verification *v = context;
    const capture_point *of = capture_points_get(v->points, point);
    capture_source source = capture_sources_get(v->sources, of->capture);
    return source.frames > 0 && source.first_ns <= from_ns && (!source.ended || source.last_ns >= to_ns);
}

static passage_tracker *link_tracker(verification *v)
{
    passage_settings settings = passage_settings_default;
    settings.topology = v->settings.topology;
    settings.packets = v->settings.packets;
    settings.limit_ns = v->settings.lost_limit_ns;
    settings.listener = (passage_listener){ .context = v,
                                            .broken = broken_passage,
                                            .covers = point_covers,
                                            .point_name = point_name,
                                            .frame_name = frame_name };
    return passage_tracker_new(&settings);
}

/* ---- life ---- */

verification *verification_new(const verification_settings *settings, capture_sources *sources,
                               capture_points *points)
{
    verification *v = g_new0(verification, 1);
    v->settings = *settings;
    v->sources = sources;
    v->points = points;
    v->observers = g_array_new(FALSE, FALSE, sizeof(verification_observer));
    v->log = finding_log_new(&settings->rules, settings->limit);
    v->decoder = (decoder){ .numbers = settings->numbers, .cats = settings->cats, .points = points };
    decoder_follow_routes(&v->decoder, &settings->codes);
    v->decoder.tracker = session_tracker(v);
    v->decoder.flows = flow_tracker(v);
    v->passages = link_tracker(v);
    if (settings->topology != NULL)
        v->spread = site_spread_new(settings->topology, points, sources);
    return v;
}

void verification_free(verification *v)
{
    if (v == NULL)
        return;
    affinity_tracker_free(v->decoder.tracker);
    steering_tracker_free(v->decoder.flows);
    route_reader_free(v->decoder.routes);
    passage_tracker_free(v->passages);
    site_spread_free(v->spread);
    finding_log_free(v->log);
    g_array_free(v->observers, TRUE);
    g_free(v);
}

void verification_observe(verification *v, const verification_observer *observer)
{
    g_array_append_val(v->observers, *observer);
}

/* ---- frames ---- */

static void log_findings(verification *v, const source_frame *source, const cats_findings *findings)
{
    for (unsigned i = 0; i < findings->count; i++) {
        const finding found = { .rule = findings->list[i].rule,
                                .time_ns = source->frame.time_ns,
                                .frame_count = 1,
                                .frames = { source->id },
                                .point = source->point,
                                .text = findings->list[i].text };
        finding_log_add(v->log, &found);
    }
}

static void follow_passage(verification *v, const source_frame *source, const decoded *frame)
{
    const decoded_steering *around;
    uint32_t points = capture_points_count(v->points);
    for (; v->placed < points; v->placed++)
        passage_tracker_place(v->passages, v->placed, &capture_points_get(v->points, v->placed)->place);
    const packet_ip *ip = points > 1 ? passing_packet(frame, &around) : NULL;
    if (ip == NULL || source->point == STEERING_POINT_NONE)
        return;
    const passage_sight sight = { .frame = source->id,
                                  .time_ns = source->frame.time_ns,
                                  .point = source->point,
                                  .packet = &frame->packet,
                                  .ip = ip,
                                  .steering = around != NULL ? &around->steering : NULL,
                                  .flow = around != NULL && around->flow.in_flow ? around->flow.flow.number
                                                                                 : PASSAGE_NO_FLOW };
    passage_tracker_see(v->passages, &sight);
}

bool verification_step(verification *v)
{
    source_frame source;
    decoded frame;
    capture_status status = capture_sources_next(v->sources, &source);
    if (status != CAPTURE_FRAME) {
        v->totals.broken = status == CAPTURE_BROKEN;
        return false;
    }
    const capture_point *point = capture_points_get(v->points, source.point);
    decoder_frame octets = decoder_frame_of(&source.frame, point);
    octets.number = source.id;
    decode_frame(&v->decoder, &octets, &frame);
    v->totals.frames++;
    v->totals.octets += source.frame.wire;
    v->totals.ends[frame.packet.end]++;
    log_findings(v, &source, &frame.findings);
    for (unsigned i = 0; i < frame.update_count; i++)
        log_findings(v, &source, &frame.updates[i].findings);
    follow_passage(v, &source, &frame);
    if (v->spread != NULL && frame.flow.in_flow && frame.flow.flow.site_frame == source.id)
        site_spread_see(v->spread, &frame, steering_tracker_count_get(v->decoder.flows).flows_let_go == 0);
    const verified_frame verified = { &source, point, &v->decoder, &frame };
    TELL(v, frame, v, &verified);
    return true;
}

void verification_end(verification *v)
{
    if (v->spread != NULL)
        site_spread_judge(v->spread, v->log);
    TELL(v, end, v);
}

/* ---- what came of it ---- */

finding_log *verification_findings(verification *v)
{
    return v->log;
}

const capture_sources *verification_sources(const verification *v)
{
    return v->sources;
}

const capture_points *verification_points(const verification *v)
{
    return v->points;
}

const cats_topology *verification_topology(const verification *v)
{
    return v->settings.topology;
}

verification_totals verification_count(const verification *v)
{
    verification_totals totals = v->totals;
    totals.sessions = affinity_tracker_count_get(v->decoder.tracker);
    totals.flows = steering_tracker_count_get(v->decoder.flows);
    totals.packets = passage_tracker_count_get(v->passages);
    totals.routes = route_reader_count_get(v->decoder.routes);
    return totals;
}

/* By routes, which tell which SIDs are announced once they told of services. */
static char *silence_of_routes(const verification *v, uint32_t *from)
{
    const cats_route_gap gap = cats_route_table_gap(v->decoder.cats.routes);
    uint32_t begin = cats_route_table_with_metrics(v->decoder.cats.routes);
    const char *cause = cats_route_gap_text(gap.cause);
    if (gap.cause == CATS_ROUTE_NO_GAP)
        return begin != 0 ? NULL : g_strdup("no topology file, no metrics announced in BGP");
    if (begin != 0 && begin < gap.frame) {
        *from = gap.frame;
        return g_strdup(cause);
    }
    char name[CATS_FRAME_NAME];
    capture_sources_frame_name(v->sources, gap.frame, name);
    return g_strdup_printf("no topology file, routes known in part from %s on: %s", name, cause);
}

char *verification_silence(const verification *v, cats_rule_id rule, uint32_t *from)
{
    const cats_rule_needs needs = cats_rule_get(rule)->needs;
    *from = 0;
    if (needs == CATS_NEEDS_TOPOLOGY && v->settings.topology == NULL)
        return g_strdup("no topology file");
    if (needs == CATS_NEEDS_NETWORK && v->settings.topology == NULL)
        return silence_of_routes(v, from);
    if (rule == CATS_RULE_CATS_LOST && v->settings.expects)
        return NULL;
    if (cats_rule_get(rule)->scope == CATS_SCOPE_LINKS && capture_points_count(v->points) < 2)
        return g_strdup("one capture point");
    if (rule == CATS_RULE_CATS_SPREAD && !site_spread_is_judged(v->spread))
        return g_strdup("no flows to sites all of which are captured");
    return NULL;
}
