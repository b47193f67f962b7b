/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notes live as long as the dissection of the packet. */
#include "packet-filters.h"

#include "fields.h"

#include "epan-cats/address.h"

typedef enum subject { SESSION, FLOW, SID } subject;

/* Apart from what others keep of our protocols in the same scope. */
static uint32_t key_of(subject of)
{
    return 0x66696c00u + of;
}

static int protocol_of(subject of)
{
    return of == SESSION ? proto_affinity : proto_cats;
}

static const void *noted(packet_info *pinfo, subject of)
{
    return p_get_proto_data(pinfo->pool, pinfo, protocol_of(of), key_of(of));
}

/* No first pass is in view: it costs nothing there. */
static void note(packet_info *pinfo, subject of, const void *octets, size_t length)
{
    if (PINFO_FD_VISITED(pinfo) && noted(pinfo, of) == NULL)
        p_add_proto_data(pinfo->pool, pinfo, protocol_of(of), key_of(of),
                         wmem_memdup(pinfo->pool, octets, length));
}

void packet_filters_note_session(packet_info *pinfo, uint32_t session)
{
    note(pinfo, SESSION, &session, sizeof session);
}

void packet_filters_note_flow(packet_info *pinfo, uint32_t flow)
{
    note(pinfo, FLOW, &flow, sizeof flow);
}

void packet_filters_note_sid(packet_info *pinfo, const uint8_t sid[16])
{
    note(pinfo, SID, sid, 16);
}

/* Wireshark frees the text. */
static char *number_filter(const char *field, const uint32_t *number)
{
    return number == NULL ? NULL : g_strdup_printf("%s == %u", field, *number);
}

COMPAT_FILTER_VALID(has_session)
{
    return noted(pinfo, SESSION) != NULL;
}

COMPAT_FILTER_BUILD(session_filter)
{
    return number_filter("affinity.session", noted(pinfo, SESSION));
}

COMPAT_FILTER_VALID(has_flow)
{
    return noted(pinfo, FLOW) != NULL;
}

COMPAT_FILTER_BUILD(flow_filter)
{
    return number_filter("cats.flow", noted(pinfo, FLOW));
}

COMPAT_FILTER_VALID(has_sid)
{
    return noted(pinfo, SID) != NULL;
}

COMPAT_FILTER_BUILD(sid_filter)
{
    const uint8_t *octets = noted(pinfo, SID);
    if (octets == NULL)
        return NULL;
    char text[CATS_ADDRESS_TEXT];
    cats_address sid = cats_address_ipv6(octets);
    cats_address_format(&sid, text);
    return g_strdup_printf("cats.sid == %s", text);
}

void packet_filters_register(void)
{
    compat_register_filter("affinity", "Service affinity session", has_session, session_filter);
    compat_register_filter("cats", "CATS flow", has_flow, flow_filter);
    compat_register_filter("cats", "CATS egress SID", has_sid, sid_filter);
}
