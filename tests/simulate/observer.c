/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out where each frame was seen, and hands it on. Spec: docs/rules.md. */
#include "observer-private.h"
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/simulation/network.h"
#include "epan-cats/checksum.h"
#include <string.h>

static char *mac_text(const uint8_t *mac)
{
    return g_strdup_printf("%02x%02x%02x%02x%02x%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
}

static void add_place(observer *o, const char *node, const char *link, observed_place kind, size_t index)
{
    uint8_t mac[6];
    network_mac(node, link, mac);
    place added = { kind, index };
    g_assert_true(g_hash_table_insert(o->places, mac_text(mac), g_memdup2(&added, sizeof added)));
}

/* The names of the built-in topology's links are those of their ends, "from-to". */
static void add_places(observer *o)
{
    const cats_topology *t = o->topology;
    for (size_t i = 0; i < t->ingress_count; i++) {
        const char *name = t->ingresses[i].name;
        g_autofree char *access = g_strdup_printf("clients-%s", name);
        g_autofree char *core = g_strdup_printf("%s-core", name);
        add_place(o, name, access, FROM_CLIENT, i);
        add_place(o, "clients", access, TO_CLIENT, i);
        add_place(o, "core", core, INGRESS_TO_CORE, i);
        add_place(o, name, core, CORE_TO_INGRESS, i);
    }
    for (size_t i = 0; i < t->egress_count; i++) {
        g_autofree char *core = g_strdup_printf("core-%s", t->egresses[i].name);
        add_place(o, t->egresses[i].name, core, CORE_TO_EGRESS, i);
        add_place(o, "core", core, EGRESS_TO_CORE, i);
    }
    for (size_t i = 0; i < t->site_count; i++) {
        const char *behind = t->egresses[t->sites[i].egress].name;
        g_autofree char *link = g_strdup_printf("%s-%s", behind, t->sites[i].name);
        add_place(o, t->sites[i].name, link, EGRESS_TO_SITE, i);
        add_place(o, behind, link, SITE_TO_EGRESS, i);
    }
}

void observer_break(observer *o, cats_rule_id rule, const char *client)
{
    o->seen->broken[rule]++;
    if (client != NULL)
        g_hash_table_add(o->faulty, g_strdup(client));
}

static void read_tcp(const observer *o, sighting *s)
{
    const packet *p = &s->frame->packet;
    s->tcp = p->transport == PACKET_TCP && p->transport_captured;
    if (!s->tcp)
        return;
    const affinity_segment *segment = &s->frame->segment;
    char source[CATS_ADDRESS_TEXT], destination[CATS_ADDRESS_TEXT], client[CATS_ADDRESS_TEXT];
    cats_endpoint_format(&segment->source, segment->source_port, source);
    cats_endpoint_format(&segment->destination, segment->destination_port, destination);
    s->flow = g_strdup_printf("%s %s", source, destination);
    bool from_client = cats_topology_ingress_of(o->topology, &segment->source) != NULL;
    unsigned port = from_client ? segment->source_port : segment->destination_port;
    cats_endpoint_format(from_client ? &segment->source : &segment->destination, (uint16_t)(port & ~1u),
                         client);
    s->client = g_strdup(client);
    s->header = p->data + p->transport_offset;
    s->sequence = packet_get32(s->header + 4);
    s->acknowledgment = packet_get32(s->header + 8);
    s->payload = p->transport_payload;
}

static void observe_frame(observer *o, const capture_frame *frame)
{
    decoded read;
    g_assert_cmpuint(frame->captured, >=, 14);
    const decoder_frame octets = { .number = (uint32_t)frame->number,
                                   .time_ns = frame->time_ns,
                                   .point = STEERING_POINT_NONE,
                                   .link_type = frame->link_type,
                                   .data = frame->data,
                                   .captured = frame->captured,
                                   .wire = frame->wire };
    decode_frame(&o->decoder, &octets, &read);
    g_autofree char *mac = mac_text(frame->data);
    sighting s = { .at = g_hash_table_lookup(o->places, mac), .time_ns = frame->time_ns, .frame = &read };
    g_assert_nonnull(s.at);
    g_assert_cmpuint(checksum_verify_transport(&read.packet), !=, CHECKSUM_BAD);
    read_tcp(o, &s);
    for (unsigned i = 0; i < read.findings.count; i++)
        observer_break(o, read.findings.list[i].rule, s.client);
    if (s.tcp) {
        observe_bgp(o, &s);
        observe_session(o, &s);
        observe_steering(o, &s);
        observe_links(o, &s);
    }
    g_free(s.flow);
    g_free(s.client);
    o->seen->frames++;
}

static GHashTable *text_table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

void observe(const char *capture_path, const char *events_path, const cats_topology *topology,
             observation *seen)
{
    memset(seen, 0, sizeof *seen);
    observer o = { .topology = topology,
                   .seen = seen,
                   .places = text_table(),
                   .faulty = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
                   .connections = text_table(),
                   .redirects = text_table(),
                   .flows = text_table(),
                   .announcements = g_array_new(FALSE, FALSE, sizeof(announcement)),
                   .sites = text_table(),
                   .waiting = text_table(),
                   .site_flows = g_new0(uint64_t, topology->site_count) };
    add_places(&o);
    observe_routes_begin(&o);
    cats_context_init(&o.decoder.cats);
    o.decoder.cats.topology = topology;
    o.decoder.numbers = topology->numbers;
    GError *error = NULL;
    capture_reader *reader = capture_reader_open(capture_path, NULL, &error);
    g_assert_no_error(error);
    observe_announcements(&o, events_path);
    capture_frame frame;
    capture_status status;
    while ((status = capture_reader_next(reader, &frame)) == CAPTURE_FRAME)
        observe_frame(&o, &frame);
    g_assert_cmpint(status, ==, CAPTURE_END);
    capture_reader_close(reader);
    observe_sessions_end(&o);
    observe_links_end(&o);
    observe_routes_end(&o);
    seen->faulty_flows = g_hash_table_size(o.faulty);
    GHashTable *tables[] = { o.places, o.faulty, o.connections, o.redirects, o.flows, o.sites, o.waiting };
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
        g_hash_table_destroy(tables[i]);
    g_array_free(o.announcements, TRUE);
    g_free(o.site_flows);
}
