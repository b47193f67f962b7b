/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From a topology and an announcement to octets of UPDATEs. Spec: docs/wire-formats.md s6; RFC 4760 s3-4, RFC
 * 8950 s3, RFC 9252 s2-3. */
#include "bgp-updates.h"
#include "capture-tools/forwarders/announcement.h"
#include "capture-tools/forwarders/lookup-routes.h"
#include "epan-cats/bgp-build.h"
#include "epan-cats/numbers.h"

#define FLAGS_PREFIX_SID 0xc0u /* optional, transitive */
/* More go into another UPDATE: those of IPv6 take up half a message then. */
#define PREFIXES_IN_UPDATE 128

static void said_free(void *data)
{
    update_said *said = data;
    g_byte_array_unref(said->octets);
    g_free(said->comment);
    g_free(said);
}

GPtrArray *update_list_new(void)
{
    return g_ptr_array_new_with_free_func(said_free);
}

/* Takes the comment over. */
static void add_update(GPtrArray *to, const GByteArray *attributes, char *comment)
{
    update_said *said = g_new0(update_said, 1);
    said->octets = g_byte_array_new();
    said->comment = comment;
    bgp_build_update(said->octets, attributes);
    g_ptr_array_add(to, said);
}

static void add_service(GByteArray *attributes, const srv6_service *service)
{
    uint8_t value[PREFIX_SID_SERVICE_MAX];
    bgp_build_attribute(attributes, FLAGS_PREFIX_SID, BGP_ATTRIBUTE_PREFIX_SID, value,
                        prefix_sid_build(service, value, sizeof value));
}

static bgp_prefix unicast(const cats_address *address, size_t length)
{
    return (bgp_prefix){ .address = *address, .length = (uint8_t)length, .safi = BGP_SAFI_UNICAST };
}

/* ---- what an egress offers ---- */

static void add_metrics(GByteArray *attributes, const fault_announcement *said)
{
    uint8_t value[CATS_ROUTE_ATTRIBUTE_MAX];
    size_t length = cats_route_build(&said->metrics, value, sizeof value);
    bgp_build_attribute(attributes, CATS_ROUTE_FLAGS_DEFAULT, CATS_ROUTE_ATTRIBUTE_DEFAULT, value,
                        length - MIN(said->cut, length));
}

static void add_offer(GPtrArray *to, const cats_egress *from, const char *prefix_text,
                      const bgp_prefix *prefix, const fault_announcement *said)
{
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    cats_address hop = cats_address_ipv6(from->source);
    bgp_build_internal_path(attributes);
    bgp_build_reach(attributes, &hop, prefix, 1);
    add_service(attributes, &said->service);
    add_metrics(attributes, said);
    add_update(to, attributes,
               g_strdup_printf("%s%s%s: announces %s, score %u, aggregate 0x%06x",
                               said->comment != NULL ? said->comment : "", said->comment != NULL ? "; " : "",
                               from->name, prefix_text, said->metrics.aggregate.metrics[0].value,
                               said->metrics.aggregate.aggregate_id));
}

static void add_withdrawal(GPtrArray *to, const cats_egress *from, const char *prefix_text,
                           const bgp_prefix *prefix)
{
    g_autoptr(GByteArray) attributes = g_byte_array_new();
    bgp_build_unreach(attributes, prefix, 1);
    add_update(to, attributes, g_strdup_printf("%s: withdraws %s", from->name, prefix_text));
}

void bgp_updates_add_offers(GPtrArray *to, const setup *s, const faults *f, size_t from, const GArray *offers,
                            const egress_announcement *announcement)
{
    const cats_egress *spec = &s->topology->egresses[from];
    const cats_sid_row *sid = setup_second_round(s->topology, from);
    for (unsigned i = 0; i < offers->len; i++) {
        const cats_address *service = &g_array_index(offers, setup_offer, i).offer.service;
        const bgp_prefix prefix = unicast(service, 8 * cats_address_length(service));
        char text[BGP_PREFIX_TEXT];
        bgp_prefix_format(&prefix, text);
        if (announcement->withdrawn) {
            add_withdrawal(to, spec, text, &prefix);
            continue;
        }
        fault_announcement said = {
            .egress = from,
            .offer = i,
            .metrics = setup_announcement(sid, setup_granularity(sid), announcement->merged.score,
                                          announcement->aggregate_id),
            .service = setup_service(sid),
        };
        faults_apply_announcement(f, &said);
        add_offer(to, spec, text, &prefix, &said);
    }
}

/* ---- ordinary prefixes ---- */

/* Prefixes of one family, and the owner's SID that looks them up. */
typedef struct looked_up {
    const cats_sid_row *sid;
    GArray *prefixes; /* of bgp_prefix */
} looked_up;

static void collect(void *context, const cats_address *prefix, unsigned length, const cats_sid_row *sid)
{
    looked_up *of = &((looked_up *)context)[prefix->family == 4 ? 0 : 1];
    const bgp_prefix added = unicast(prefix, length);
    of->sid = sid;
    g_array_append_val(of->prefixes, added);
}

static void add_prefixes(GPtrArray *to, const char *owner, const cats_address *hop, const looked_up *of)
{
    for (guint i = 0; i < of->prefixes->len; i += PREFIXES_IN_UPDATE) {
        const bgp_prefix *first = &g_array_index(of->prefixes, bgp_prefix, i);
        const guint count = MIN(of->prefixes->len - i, PREFIXES_IN_UPDATE);
        const srv6_service service = setup_service(of->sid);
        g_autoptr(GByteArray) attributes = g_byte_array_new();
        char text[BGP_PREFIX_TEXT];
        bgp_prefix_format(first, text);
        bgp_build_internal_path(attributes);
        bgp_build_reach(attributes, hop, first, count);
        add_service(attributes, &service);
        add_update(to, attributes,
                   count > 1 ? g_strdup_printf("%s: announces %s and %u more", owner, text, count - 1)
                             : g_strdup_printf("%s: announces %s", owner, text));
    }
}

/* What stands behind the egress or ingress of this index. */
static void add_looked_up(GPtrArray *to, const char *owner, const uint8_t source[16],
                          void (*routes)(const cats_topology *, size_t, lookup_route, void *),
                          const cats_topology *topology, size_t from)
{
    const cats_address hop = cats_address_ipv6(source);
    looked_up families[2];
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++)
        families[i] = (looked_up){ .prefixes = g_array_new(FALSE, FALSE, sizeof(bgp_prefix)) };
    routes(topology, from, collect, families);
    for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
        add_prefixes(to, owner, &hop, &families[i]);
        g_array_free(families[i].prefixes, TRUE);
    }
}

void bgp_updates_add_nodes(GPtrArray *to, const setup *s, size_t from)
{
    const cats_egress *spec = &s->topology->egresses[from];
    add_looked_up(to, spec->name, spec->source, lookup_routes_to_nodes, s->topology, from);
}

void bgp_updates_add_clients(GPtrArray *to, const setup *s, size_t from)
{
    const cats_ingress *spec = &s->topology->ingresses[from];
    add_looked_up(to, spec->name, spec->source, lookup_routes_to_clients, s->topology, from);
}
