/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Statistics > Conversations and > Endpoints, -z conv,... and -z endpoints,...: the TCP connections of
 * redirect sessions, numbered by session, and the tunnels from an ingress to an egress's SID. */
#include "frame-once.h"
#include "statistics.h"

#include "plugins/addresses.h"
#include "plugins/fields.h"
#include "plugins/taps.h"

/* What a frame adds to a table: who sent it to whom. */
typedef struct passage {
    address source, destination;
    uint32_t source_port, destination_port;
} passage;

/* Filter names by address type and by what is asked for. */
static const char *affinity_filter_name(const address *of, conv_filter_type_e asked)
{
    static const char *const names[][2] = {
        [CONV_FT_SRC_ADDRESS] = { "ip.src", "ipv6.src" },
        [CONV_FT_DST_ADDRESS] = { "ip.dst", "ipv6.dst" },
        [CONV_FT_ANY_ADDRESS] = { "ip.addr", "ipv6.addr" },
        [CONV_FT_SRC_PORT] = { "tcp.srcport", "tcp.srcport" },
        [CONV_FT_DST_PORT] = { "tcp.dstport", "tcp.dstport" },
        [CONV_FT_ANY_PORT] = { "tcp.port", "tcp.port" },
    };
    return (size_t)asked < array_length(names) ? names[asked][of->type == AT_IPv6] : CONV_FILTER_INVALID;
}

static const char *cats_filter_name(conv_filter_type_e asked)
{
    switch (asked) {
    case CONV_FT_SRC_ADDRESS:
        return "ipv6.src";
    case CONV_FT_DST_ADDRESS:
        return "cats.sid";
    case CONV_FT_ANY_ADDRESS:
        return "cats.addr";
    default:
        return CONV_FILTER_INVALID;
    }
}

static const char *affinity_conversation_filter(conv_item_t *item, conv_filter_type_e asked)
{
    return affinity_filter_name(&item->src_address, asked);
}

static const char *affinity_endpoint_filter(endpoint_item_t *item, conv_filter_type_e asked)
{
    return affinity_filter_name(&item->myaddress, asked);
}

static const char *cats_conversation_filter(conv_item_t *item _U_, conv_filter_type_e asked)
{
    return cats_filter_name(asked);
}

static const char *cats_endpoint_filter(endpoint_item_t *item _U_, conv_filter_type_e asked)
{
    return cats_filter_name(asked);
}

static bool read_segment(const conv_hash_t *table, const packet_info *pinfo, const affinity_tap *tap,
                         passage *p)
{
    if (!tap->in_session || !frame_once(table, pinfo, &tap->connection.number, sizeof tap->connection.number))
        return false;
    *p = (passage){ .source = address_from(&tap->source),
                    .destination = address_from(&tap->destination),
                    .source_port = tap->source_port,
                    .destination_port = tap->destination_port };
    return true;
}

static bool read_tunnel(const conv_hash_t *table, const packet_info *pinfo, const cats_tap *tap, passage *p)
{
    enum { LENGTH = 16 };
    if (tap->outer == NULL || !tap->steering->encapsulated)
        return false;
    uint8_t ends[2 * LENGTH];
    memcpy(ends, tap->outer->outer_source, LENGTH);
    memcpy(ends + LENGTH, tap->steering->sid, LENGTH);
    if (!frame_once(table, pinfo, ends, sizeof ends))
        return false;
    *p = (passage){ .source_port = 0 };
    set_address(&p->source, AT_IPv6, LENGTH, tap->outer->outer_source);
    set_address(&p->destination, AT_IPv6, LENGTH, tap->steering->sid);
    return true;
}

static tap_packet_status affinity_conversation(void *table, packet_info *pinfo, epan_dissect_t *edt _U_,
                                               const void *data, tap_flags_t flags)
{
    static ct_dissector_info_t info = { affinity_conversation_filter };
    conv_hash_t *hash = table;
    const affinity_tap *tap = data;
    passage p;
    hash->flags = flags;
    if (!read_segment(hash, pinfo, tap, &p))
        return TAP_PACKET_DONT_REDRAW;
    add_conversation_table_data_with_conv_id(
        hash, &p.source, &p.destination, p.source_port, p.destination_port, tap->connection.session, 1,
        (int)pinfo->fd->pkt_len, &pinfo->rel_ts, &pinfo->abs_ts, &info, CONVERSATION_TCP);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status cats_conversation(void *table, packet_info *pinfo, epan_dissect_t *edt _U_,
                                           const void *data, tap_flags_t flags)
{
    static ct_dissector_info_t info = { cats_conversation_filter };
    conv_hash_t *hash = table;
    passage p;
    hash->flags = flags;
    if (!read_tunnel(hash, pinfo, data, &p))
        return TAP_PACKET_DONT_REDRAW;
    add_conversation_table_data(hash, &p.source, &p.destination, 0, 0, 1, (int)pinfo->fd->pkt_len,
                                &pinfo->rel_ts, &pinfo->abs_ts, &info, CONVERSATION_NONE);
    return TAP_PACKET_REDRAW;
}

static void add_endpoints(conv_hash_t *table, const packet_info *pinfo, const passage *p,
                          et_dissector_info_t *info, endpoint_type type)
{
    int octets = (int)pinfo->fd->pkt_len;
    add_endpoint_table_data(table, &p->source, p->source_port, TRUE, 1, octets, info, type);
    add_endpoint_table_data(table, &p->destination, p->destination_port, FALSE, 1, octets, info, type);
}

static tap_packet_status affinity_endpoints(void *table, packet_info *pinfo, epan_dissect_t *edt _U_,
                                            const void *data, tap_flags_t flags)
{
    static et_dissector_info_t info = { affinity_endpoint_filter };
    conv_hash_t *hash = table;
    passage p;
    hash->flags = flags;
    if (!read_segment(hash, pinfo, data, &p))
        return TAP_PACKET_DONT_REDRAW;
    add_endpoints(hash, pinfo, &p, &info, ENDPOINT_TCP);
    return TAP_PACKET_REDRAW;
}

static tap_packet_status cats_endpoints(void *table, packet_info *pinfo, epan_dissect_t *edt _U_,
                                        const void *data, tap_flags_t flags)
{
    static et_dissector_info_t info = { cats_endpoint_filter };
    conv_hash_t *hash = table;
    passage p;
    hash->flags = flags;
    if (!read_tunnel(hash, pinfo, data, &p))
        return TAP_PACKET_DONT_REDRAW;
    add_endpoints(hash, pinfo, &p, &info, ENDPOINT_NONE);
    return TAP_PACKET_REDRAW;
}

void conversation_tables_register(void)
{
    register_conversation_table(proto_affinity, FALSE, affinity_conversation, affinity_endpoints);
    register_conversation_table(proto_cats, TRUE, cats_conversation, cats_endpoints);
}
