/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Chooses the interface of a frame, rewrites it, and finds what cannot be sent. Spec: man/catshark-inject.1.
 */
#include "preparer.h"

#include "epan-cats/packet.h"

enum { ETHERNET = 14, TAG = 4, ETHERTYPE_AT = 12, ETHERTYPE_VLAN = 0x8100 };

static const struct kind_name {
    const char *key, *words;
} kind_names[READY_KINDS] = {
    [READY_TO_SEND] = { "to_send", "to send" },
    [READY_CUT_SHORT] = { "cut_short", "cut short by the snapshot length" },
    [READY_TOO_LONG] = { "too_long", "longer than the MTU" },
    [READY_TOO_SHORT] = { "too_short", "shorter than an Ethernet header" },
    [READY_NOT_IP] = { "not_ip", "without an IP packet, of a link type that is not Ethernet" },
    [READY_NO_HEADER] = { "no_header",
                          "without an Ethernet header, expected --mac-destination to put one on" },
    [READY_NOT_SELECTED] = { "not_selected", "of other links" },
};

const char *ready_kind_key(ready_kind kind)
{
    return kind_names[kind].key;
}

const char *ready_kind_words(ready_kind kind)
{
    return kind_names[kind].words;
}

void preparer_init(preparer *p, frame_source *source, outlets *o)
{
    p->source = source;
    p->outlets = o;
    p->outlet_of = g_array_new(FALSE, FALSE, sizeof(int));
    /* A simulation tells all of its links at once. */
    for (uint32_t i = 0; i < frame_source_link_count(source); i++) {
        int found = outlets_find(o, frame_source_link_name(source, i));
        g_array_append_val(p->outlet_of, found);
    }
}

void preparer_clear(preparer *p)
{
    g_clear_pointer(&p->outlet_of, g_array_unref);
}

static int outlet_of(preparer *p, uint32_t link)
{
    if (link == SOURCE_NO_LINK)
        return outlets_find(p->outlets, NULL);
    while (p->outlet_of->len <= link) {
        int found = outlets_find(p->outlets, frame_source_link_name(p->source, p->outlet_of->len));
        g_array_append_val(p->outlet_of, found);
    }
    return g_array_index(p->outlet_of, int, link);
}

/* As the kernel allows it: the MTU counts neither the Ethernet header nor one 802.1Q tag. */
static bool fits(const ready_frame *ready, uint32_t mtu)
{
    uint32_t head = packet_get16(ready->octets + ETHERTYPE_AT) == ETHERTYPE_VLAN ? ETHERNET + TAG : ETHERNET;
    return ready->length <= head + mtu && ready->length <= LIVE_LINK_FRAME_MAX;
}

static ready_kind prepare(preparer *p, const source_frame *frame, ready_frame *ready)
{
    int place = outlet_of(p, frame->link);
    if (place == OUTLET_NONE)
        return READY_NOT_SELECTED;
    ready->outlet = (uint16_t)place;
    if (frame->captured < frame->wire)
        return READY_CUT_SHORT;
    if (frame->link_type != PACKET_LINK_ETHERNET && !p->rules.has_destination)
        return READY_NO_HEADER;
    const live_interface *interface = g_array_index(p->outlets->list, outlet, (guint)place).interface;
    switch (rewrite_frame(&p->rules, frame->link_type, interface->mac, frame->data, frame->captured,
                          ready->octets, &ready->length)) {
    case REWRITE_SHORT:
        return READY_TOO_SHORT;
    case REWRITE_NOT_IP:
        return READY_NOT_IP;
    default:
        return fits(ready, interface->mtu) ? READY_TO_SEND : READY_TOO_LONG;
    }
}

void preparer_take(preparer *p, const source_frame *frame, ready_frame *ready)
{
    *ready = (ready_frame){ .time_ns = frame->time_ns };
    ready->kind = (uint16_t)prepare(p, frame, ready);
    if (ready->kind != READY_TO_SEND)
        ready->length = 0;
}

char *preparer_missing(const preparer *p)
{
    const outlets *o = p->outlets;
    if (o->not_found->len == 0)
        return NULL;
    GString *text = g_string_new(NULL);
    uint32_t count = frame_source_link_count(p->source);
    g_string_printf(text, "no link \"%s\" in %s, which %s", (const char *)g_ptr_array_index(o->not_found, 0),
                    frame_source_name(p->source), count > 0 ? "has" : "tells no interface of its frames");
    for (uint32_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s %s", i > 0 ? "," : "", frame_source_link_name(p->source, i));
    return g_string_free(text, FALSE);
}
