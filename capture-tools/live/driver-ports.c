/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An interface is opened once, however many ports are on it. Spec: IEEE 802.1Q. */
#include "driver-ports.h"
#include <string.h>

/* The longest Ethernet header that frame_read() takes, rounded up. */
#define FRAME_HEADER_ROOM 64

static void attachment_free(void *data)
{
    driver_attachment *at = data;
    live_link_close(at->link);
    live_interface_free(at->interface);
    g_free(at);
}

GPtrArray *driver_attachments_new(void)
{
    return g_ptr_array_new_with_free_func(attachment_free);
}

driver_attachment *driver_attach(GPtrArray *attachments, const char *name, GError **error)
{
    for (unsigned i = 0; i < attachments->len; i++) {
        driver_attachment *at = g_ptr_array_index(attachments, i);
        if (g_str_equal(at->interface->name, name))
            return at;
    }
    live_interface *interface = live_interface_read(name, error);
    if (interface == NULL)
        return NULL;
    /* A slot of the kernel's ring has room for a snapshot: what is longer than the MTU takes no part. */
    const link_options options = { .interface = name,
                                   .direction = LINK_INBOUND,
                                   .all_multicast = true,
                                   .immediate = true,
                                   .snapshot = interface->mtu + FRAME_HEADER_ROOM };
    driver_attachment *at = g_new0(driver_attachment, 1);
    at->interface = interface;
    memset(at->ports, 0xff, sizeof at->ports);
    at->link = interface->up ? live_link_open(&options, error) : NULL;
    if (!interface->up)
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                    "interface \"%s\": down, expected up: ip link set %s up", name, name);
    if (at->link == NULL) {
        attachment_free(at);
        return NULL;
    }
    g_ptr_array_add(attachments, at);
    return at;
}

static void port_clear(void *data)
{
    driver_port *port = data;
    for (int family = 0; family < FAMILIES; family++)
        waiting_free(port->queues[family]);
    neighbor_answers_free(port->answers);
}

GArray *driver_ports_new(void)
{
    GArray *ports = g_array_new(FALSE, TRUE, sizeof(driver_port));
    g_array_set_clear_func(ports, port_clear);
    return ports;
}

static bool port_is_free(const driver_attachment *at, uint16_t vlan, GError **error)
{
    if (at->ports[vlan] == DRIVER_NO_PORT)
        return true;
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                "interface \"%s\": two links on it%s, expected a vlan= of its own for each",
                at->interface->name, vlan == FRAME_NO_VLAN ? " without a vlan" : " with the same vlan");
    return false;
}

bool driver_ports_add(GArray *ports, driver_attachment *at, const driver_port_spec *spec, next_hops *hops,
                      GError **error)
{
    if (!port_is_free(at, spec->vlan, error))
        return false;
    driver_port port = { .at = at, .vlan = spec->vlan };
    port.end_point = spec->end_point;
    port.answers = neighbor_answers_new(at->interface->mac);
    for (int family = 0; family < FAMILIES; family++) {
        const cats_address *own = &spec->own[family];
        port.own[family] = *own;
        port.queues[family] = waiting_new(DRIVER_WAITING_MAX, DRIVER_WAITING_NS);
        if (own->family != 0 && !live_interface_owns(at->interface, own))
            neighbor_answers_add(port.answers, own, 8 * (unsigned)cats_address_length(own));
        if (spec->peer[family].family != 0 || spec->peer_mac != NULL)
            port.hops[family] = next_hops_add(hops, at->link, at->interface, spec->vlan, &spec->peer[family],
                                              own, spec->peer_mac);
    }
    at->ports[spec->vlan] = (uint16_t)ports->len;
    g_array_append_val(ports, port);
    return true;
}
