/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An end point on its one link. Spec: man/catshark-client.1, man/catshark-service.1; RFC 8200 s5 (MTU). */
#include "endpoint.h"
#include "capture-tools/cli.h"

#include "capture-tools/roles/icmp-echo.h"
#include "epan-cats/packet.h"
#include "privileges.h"
#include <string.h>
#include <sys/random.h>

enum { HEADERS_IPV4 = 40, HEADERS_IPV6 = 60, MTU_MIN = 128, MTU_MAX = 65535, IPV6_MTU_MIN = 1280 };

void endpoint_options_clear(endpoint_options *o)
{
    g_free(o->topology);
    g_free(o->name);
    g_free(o->mtu);
    g_strfreev(o->via);
    live_options_clear(&o->live);
}

/* ---- values of options ---- */

static bool refuse(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Always false: a usage error. */
static bool refuse(GError **error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error_literal(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, message);
    return false;
}

static bool take_address(const char *option, const char *text, cats_address into[ENDPOINT_FAMILIES],
                         GError **error)
{
    cats_address address;
    if (!cats_address_parse(text, &address))
        return refuse(error, "%s: \"%s\", expected an IPv4 or IPv6 address", option, text);
    if (into[endpoint_family(&address)].family != 0)
        return refuse(error, "%s: \"%s\", expected one address of each family", option, text);
    into[endpoint_family(&address)] = address;
    return true;
}

bool endpoint_take_addresses(const char *option, char **texts, cats_address into[ENDPOINT_FAMILIES],
                             GError **error)
{
    for (char **each = texts; each != NULL && *each != NULL; each++)
        if (!take_address(option, *each, into, error))
            return false;
    return true;
}

bool endpoint_refuse_option(const char *option, const void *given, const char *why, GError **error)
{
    return given == NULL || refuse(error, "%s: %s", option, why);
}

uint64_t endpoint_seed(void)
{
    uint64_t seed;
    if (getrandom(&seed, sizeof seed, 0) != (ssize_t)sizeof seed)
        seed = (uint64_t)g_get_real_time();
    return seed;
}

/* ---- the link ---- */

/* One at most: its interface, behind LINK= or alone. */
static bool take_interface(endpoint *e, GError **error)
{
    char **given = e->options->live.interfaces;
    const cats_link *link = e->port.link;
    if (given == NULL) {
        e->spec.interface = link != NULL ? link->interface : NULL;
        return link != NULL || refuse(error, "no --interface, expected one, or --topology FILE");
    }
    if (given[1] != NULL)
        return refuse(error, "--interface: \"%s\", expected one interface", given[1]);
    const char *equals = strchr(given[0], '=');
    e->spec.interface = equals != NULL ? equals + 1 : given[0];
    if (equals == NULL)
        return *given[0] != '\0' || refuse(error, "--interface: \"\", expected an interface");
    if (link == NULL)
        return refuse(error, "--interface: \"%s\", expected no LINK= without a topology", given[0]);
    g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(setup_port));
    g_array_append_val(ports, e->port);
    return live_check_interfaces(&e->options->live, ports, e->run.name, error);
}

bool endpoint_begin(endpoint *e, GError **error)
{
    if (!live_run_begin(&e->run, error))
        return false;
    e->numbers = affinity_numbers_default;
    if (e->options->topology == NULL)
        return true;
    e->topology = cats_topology_load(e->options->topology, error);
    if (e->topology != NULL)
        e->numbers = e->topology->numbers;
    return e->topology != NULL;
}

bool endpoint_find_link(endpoint *e, const char *here, const char *there, GError **error)
{
    if (e->topology == NULL)
        return take_interface(e, error) &&
               endpoint_take_addresses("--via", e->options->via, e->spec.peer, error);
    if (!endpoint_refuse_option("--via", e->options->via,
                                "expected none with a topology, whose link names it", error))
        return false;
    if (!setup_port_between(e->topology, here, there, &e->port)) {
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no link between %s and %s, expected a [link NAME] with from=%s and to=%s",
                    e->options->topology, here, there, here, there);
        return false;
    }
    e->spec = live_port_of_link(&e->options->live, &e->port);
    return take_interface(e, error);
}

static bool has_next_hop(const endpoint *e, int family, GError **error)
{
    const char *word = family == 0 ? "IPv4" : "IPv6";
    if (e->spec.peer[family].family != 0 || e->spec.peer_mac != NULL)
        return true;
    if (e->topology == NULL)
        return refuse(error, "no --via, expected the %s address of the next hop", word);
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_VALUE,
                "%s: [link %s] has no %s address at the other end, expected one: the next hop",
                e->options->topology, e->port.link->name, word);
    return false;
}

static bool set_mtu(endpoint *e, const bool families[ENDPOINT_FAMILIES], GError **error)
{
    uint64_t told = MTU_MAX;
    if (!cli_option_number("--mtu", e->options->mtu, MTU_MIN, MTU_MAX, &told, error))
        return false;
    e->mtu = MIN((uint32_t)told, driver_interface(e->run.driver, 0)->mtu);
    if (e->port.link != NULL)
        e->mtu = MIN(e->mtu, e->port.link->mtu);
    if (!families[1] || e->mtu >= IPV6_MTU_MIN)
        return true;
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                "interface \"%s\": MTU %u, expected at least %d for IPv6 (--ipv4 does without)",
                e->spec.interface, e->mtu, IPV6_MTU_MIN);
    return false;
}

bool endpoint_open(endpoint *e, const bool families[ENDPOINT_FAMILIES],
                   const cats_address source[ENDPOINT_FAMILIES], GError **error)
{
    for (int family = 0; family < ENDPOINT_FAMILIES; family++) {
        if (families[family] && !has_next_hop(e, family, error))
            return false;
        /* What is not used is not asked for. */
        if (!families[family])
            e->spec.peer[family] = (cats_address){ 0 };
        if (e->spec.own[family].family == 0)
            e->spec.own[family] = source[family];
    }
    e->spec.end_point = true;
    unsigned kept = e->spec.peer_mac == NULL && privileges_check(PRIVILEGE_ADMIN, NULL) ? PRIVILEGE_ADMIN : 0;
    return live_run_open(&e->run, kept, error) &&
           live_run_add_port(&e->run, &e->spec, e->port.link != NULL ? e->port.link->name : "", error) &&
           set_mtu(e, families, error) && privileges_drop(kept, error);
}

bool endpoint_answer_for(endpoint *e, const cats_address *address, GError **error)
{
    if (live_interface_owns(driver_interface(e->run.driver, 0), address)) {
        char text[CATS_ADDRESS_TEXT];
        cats_address_format(address, text);
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                    "interface \"%s\": %s is the host's own, expected an address that no host owns",
                    e->spec.interface, text);
        return false;
    }
    driver_answer(e->run.driver, 0, address, 8 * (unsigned)cats_address_length(address));
    return true;
}

uint16_t endpoint_mss(const endpoint *e, int family)
{
    return (uint16_t)(e->mtu - (family == 0 ? HEADERS_IPV4 : HEADERS_IPV6));
}

void endpoint_end(endpoint *e)
{
    live_run_end(&e->run);
    cats_topology_free(e->topology);
}

bool endpoint_take_echo(const uint8_t *octets, size_t length, const role_sink *sink)
{
    uint8_t reply[ICMP_ECHO_MAX];
    bool may_be =
        octets[0] >> 4 == 4 ? octets[9] == PACKET_PROTOCOL_ICMP : octets[6] == PACKET_PROTOCOL_ICMPV6;
    size_t replied = may_be ? icmp_echo_reply(octets, length, reply) : 0;
    if (replied > 0)
        sink->packet(sink->context, 0, reply, replied, "echo reply");
    return replied > 0;
}
