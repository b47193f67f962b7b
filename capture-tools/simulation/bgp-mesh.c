/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Speakers at both ends of every session, and what ingresses learn of egresses. Spec: RFC 4271 s3.1, RFC 7606
 * s2; man/catshark-simulate.1 (BGP). */
#include "bgp-mesh.h"
#include "bgp-updates.h"
#include "capture-tools/endpoints/seeded-random.h"
#include "capture-tools/roles/bgp-speaker.h"
#include "capture-tools/routes/routed-ingress.h"
#include "epan-cats/packet.h"
#include <string.h>

#define AS 65000
#define HOLD_TIME 180
#define PORT_FIRST 49152
#define TCP_IPV6_HEADERS 60
enum { IPV6_HEADER = 40, IPV6_NEXT_HEADER = 6, IPV6_SOURCE = 8, IPV6_DESTINATION = 24 };

/* One end of a session. */
typedef struct session_end {
    station at; /* first: context of the speaker's sink */
    bgp_mesh *mesh;
    unsigned port; /* of the node, to the core */
    size_t egress, ingress;
    bool of_egress;
    cats_address peer;
    char peer_text[CATS_ADDRESS_TEXT];
    bgp_speaker *speaker;
    role_sink sink;
    unsigned timer; /* source of events */
} session_end;

/* What an ingress knows by its sessions. */
typedef struct learner {
    ingress_station *station;
    bool frozen; /* FAULT_OFFERS_FROZEN */
    route_offers *offers;
    routed_ingress *routed;
    GHashTable *known; /* frozen: set of "EGRESS CS-ID" that was offered */
} learner;

struct bgp_mesh {
    bgp_mesh_parts parts;
    session_end *ends; /* of each session the egress's and the ingress's, egress by egress */
    size_t end_count;
    learner *learners;              /* by ingress */
    egress_announcement *announced; /* by egress: the last; zeroed: none */
    uint64_t lost;                  /* UPDATEs whose routes offer nothing, for what is wrong with them */
};

/* ---- what is sent ---- */

static void send_list(session_end *end, GPtrArray *list)
{
    int64_t now = event_queue_now(end->at.sim->queue);
    for (guint i = 0; i < list->len; i++) {
        const update_said *said = g_ptr_array_index(list, i);
        bgp_speaker_send(end->speaker, now, said->octets->data, said->octets->len, said->comment, &end->sink);
    }
    g_ptr_array_unref(list);
}

static void add_offers(GPtrArray *to, const bgp_mesh *mesh, size_t from)
{
    const egress_announcement *last = &mesh->announced[from];
    bgp_updates_add_offers(to, mesh->parts.setup, mesh->parts.sim->faults, from, mesh->parts.offers[from],
                           last);
}

/* All that this end has to say when its session is there. */
static void send_all(session_end *end)
{
    GPtrArray *list = update_list_new();
    const bgp_mesh *mesh = end->mesh;
    if (!end->of_egress) {
        bgp_updates_add_clients(list, mesh->parts.setup, end->ingress);
    } else {
        const egress_announcement *last = &mesh->announced[end->egress];
        bgp_updates_add_nodes(list, mesh->parts.setup, end->egress);
        if (last->aggregate_id != 0 && !last->withdrawn)
            add_offers(list, mesh, end->egress);
    }
    send_list(end, list);
}

static void set_timer(session_end *end)
{
    event_queue_set(end->at.sim->queue, end->timer, bgp_speaker_deadline(end->speaker));
}

void bgp_mesh_announce(bgp_mesh *mesh, size_t from, const egress_announcement *announcement)
{
    mesh->announced[from] = *announcement;
    for (size_t i = 0; i < mesh->end_count; i++) {
        session_end *end = &mesh->ends[i];
        if (!end->of_egress || end->egress != from ||
            bgp_speaker_state(end->speaker) != BGP_STATE_ESTABLISHED)
            continue;
        GPtrArray *list = update_list_new();
        add_offers(list, mesh, from);
        send_list(end, list);
        set_timer(end);
    }
}

/* ---- what an ingress learns ---- */

/* FAULT_OFFERS_FROZEN: what it was offered once stays. */
static bool ignores(learner *l, const route_offer *of)
{
    if (!l->frozen)
        return false;
    char service[CATS_ADDRESS_TEXT];
    cats_address_format(&of->service, service);
    return !g_hash_table_add(l->known, g_strdup_printf("%s %s", routed_ingress_name(l->routed, of), service));
}

static void take_offer(void *context, const route_offer *of)
{
    learner *l = context;
    if (!ignores(l, of))
        routed_ingress_offer(l->routed, event_queue_now(l->station->at.sim->queue), of, &l->station->sink);
}

static void take_withdrawal(void *context, const route_offer *of)
{
    learner *l = context;
    if (!ignores(l, of))
        routed_ingress_withdraw(l->routed, event_queue_now(l->station->at.sim->queue), of, &l->station->sink);
}

static void tell_trouble(session_end *end, const route_trouble *trouble)
{
    const role_field fields[] = { ROLE_FIELD_ADDRESS("peer", end->peer),
                                  ROLE_FIELD_TEXT("reason", trouble->text) };
    end->mesh->lost += trouble->loses_routes;
    station_event(end, trouble->handling, fields, G_N_ELEMENTS(fields));
}

/* The way back from an egress stands in its configuration: what ingresses announce only shows it. */
static void take_update(void *context, const uint8_t *body, size_t length)
{
    session_end *end = context;
    route_trouble trouble;
    if (!end->of_egress &&
        !route_offers_update(end->mesh->learners[end->ingress].offers, &cats_route_codes_default,
                             end->peer_text, body, length, &trouble))
        tell_trouble(end, &trouble);
}

/* ---- sessions ---- */

static void react(session_end *end, unsigned happened)
{
    if ((happened & BGP_HAPPENED_DOWN) != 0 && !end->of_egress)
        route_offers_down(end->mesh->learners[end->ingress].offers, end->peer_text);
    if ((happened & BGP_HAPPENED_ESTABLISHED) != 0)
        send_all(end);
    set_timer(end);
}

static void end_sends(void *context, unsigned port, const uint8_t *octets, size_t length, const char *comment)
{
    session_end *end = context;
    (void)port;
    network_send(end->at.sim->net, event_queue_now(end->at.sim->queue), end->at.node, end->port, octets,
                 length, comment);
}

/* The first time is the start. */
static void end_timer(void *context, int64_t now)
{
    session_end *end = context;
    react(end, bgp_speaker_state(end->speaker) == BGP_STATE_IDLE && now == end->mesh->parts.start
                   ? bgp_speaker_start(end->speaker, now, &end->sink)
                   : bgp_speaker_expire(end->speaker, now, &end->sink));
}

/* TCP that is addressed to the forwarder itself, by its peer's address. */
static bool take_packet(void *context, unsigned node, int64_t now, const uint8_t *octets, size_t length)
{
    bgp_mesh *mesh = context;
    if (length < IPV6_HEADER || octets[0] >> 4 != 6 || octets[IPV6_NEXT_HEADER] != PACKET_PROTOCOL_TCP)
        return false;
    for (size_t i = 0; i < mesh->end_count; i++) {
        session_end *end = &mesh->ends[i];
        if (end->at.node != node || memcmp(octets + IPV6_SOURCE, end->peer.octets, 16) != 0)
            continue;
        react(end, bgp_speaker_packet(end->speaker, now, octets, length, &end->sink));
        return true;
    }
    return false;
}

/* BGP identifiers need to differ: a number for each forwarder. */
static bgp_open own_open(const session_end *end)
{
    size_t number = (end->of_egress ? end->egress : end->ingress) + 1;
    return (
        bgp_open){ .as = AS,
                   .hold_time = HOLD_TIME,
                   .identifier = { 10, end->of_egress ? 254 : 253, (uint8_t)(number >> 8), (uint8_t)number },
                   .four_octet_as = true,
                   .ipv4_unicast = true,
                   .ipv6_unicast = true,
                   .ipv4_over_ipv6 = true };
}

static void add_speaker(session_end *end, const cats_address *own, size_t number)
{
    const bgp_mesh_parts *parts = &end->mesh->parts;
    bgp_speaker_config config = { .name = end->at.name,
                                  .own = *own,
                                  .peer = end->peer,
                                  .connects = end->of_egress,
                                  .port = (uint16_t)(PORT_FIRST + end->ingress % 1024),
                                  .open = own_open(end),
                                  .mss = (uint16_t)(MIN(parts->mtu, UINT16_MAX) - TCP_IPV6_HEADERS),
                                  .seed = seeded_random_derive(parts->seed, number),
                                  .update = take_update,
                                  .context = end };
    end->speaker = bgp_speaker_new(&config);
    end->sink =
        (role_sink){ .context = end, .packet = end_sends, .event = station_event, .drop = station_drop };
    end->timer = event_queue_add(parts->sim->queue, end_timer, end);
    cats_address_format(&end->peer, end->peer_text);
    event_queue_set(parts->sim->queue, end->timer, parts->start);
}

/* The ingress's end is the first to be started: it listens by then. */
static void add_session(bgp_mesh *mesh, size_t from, size_t to, session_end ends[2])
{
    const cats_topology *t = mesh->parts.sim->topology;
    const egress_station *e = mesh->parts.egresses[from];
    const ingress_station *in = mesh->parts.ingresses[to];
    const cats_address of_egress = cats_address_ipv6(t->egresses[from].source),
                       of_ingress = cats_address_ipv6(t->ingresses[to].source);
    ends[0] = (session_end){ .at = in->at, .port = INGRESS_PORT_CORE, .peer = of_egress };
    ends[1] = (session_end){ .at = e->at, .port = EGRESS_PORT_CORE, .peer = of_ingress, .of_egress = true };
    for (unsigned i = 0; i < 2; i++) {
        ends[i].mesh = mesh;
        ends[i].egress = from;
        ends[i].ingress = to;
        add_speaker(&ends[i], i == 0 ? &of_ingress : &of_egress, (size_t)(&ends[i] - mesh->ends));
    }
}

static void add_learner(bgp_mesh *mesh, size_t index)
{
    learner *l = &mesh->learners[index];
    const route_offers_sink sink = { .offer = take_offer, .withdraw = take_withdrawal, .context = l };
    l->station = mesh->parts.ingresses[index];
    l->frozen = index == 0 && faults_setting(mesh->parts.sim->faults, FAULT_OFFERS_FROZEN);
    l->offers = route_offers_new(&sink);
    l->routed = routed_ingress_new(mesh->parts.setup, l->station->role);
    l->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    l->station->local = (forwarder_local){ .take = take_packet, .context = mesh };
}

bgp_mesh *bgp_mesh_new(const bgp_mesh_parts *parts)
{
    const cats_topology *t = parts->sim->topology;
    bgp_mesh *mesh = g_new0(bgp_mesh, 1);
    mesh->parts = *parts;
    mesh->learners = g_new0(learner, t->ingress_count);
    mesh->announced = g_new0(egress_announcement, t->egress_count);
    mesh->ends = g_new0(session_end, 2 * t->egress_count * t->ingress_count);
    for (size_t i = 0; i < t->ingress_count; i++)
        add_learner(mesh, i);
    for (size_t i = 0; i < t->egress_count; i++) {
        parts->egresses[i]->local = (forwarder_local){ .take = take_packet, .context = mesh };
        for (size_t k = 0; k < t->ingress_count; k++, mesh->end_count += 2)
            add_session(mesh, i, k, &mesh->ends[mesh->end_count]);
    }
    return mesh;
}

void bgp_mesh_free(bgp_mesh *mesh)
{
    if (mesh == NULL)
        return;
    for (size_t i = 0; i < mesh->end_count; i++)
        bgp_speaker_free(mesh->ends[i].speaker);
    for (size_t i = 0; i < mesh->parts.sim->topology->ingress_count; i++) {
        route_offers_free(mesh->learners[i].offers);
        routed_ingress_free(mesh->learners[i].routed);
        g_hash_table_destroy(mesh->learners[i].known);
    }
    g_free(mesh->ends);
    g_free(mesh->learners);
    g_free(mesh->announced);
    g_free(mesh);
}

bool bgp_mesh_settled(const bgp_mesh *mesh)
{
    for (size_t i = 0; i < mesh->end_count; i++)
        if (!bgp_speaker_settled(mesh->ends[i].speaker))
            return false;
    return true;
}

bgp_mesh_counts bgp_mesh_count(const bgp_mesh *mesh)
{
    bgp_mesh_counts sum = { .lost = mesh->lost };
    for (size_t i = 0; i < mesh->end_count; i++) {
        const session_end *end = &mesh->ends[i];
        bgp_speaker_counts one = bgp_speaker_count(end->speaker);
        sum.sessions += end->of_egress && bgp_speaker_state(end->speaker) == BGP_STATE_ESTABLISHED;
        sum.updates += one.updates_received;
        sum.retransmissions += one.retransmissions;
        sum.dropped += end->at.dropped;
    }
    return sum;
}
