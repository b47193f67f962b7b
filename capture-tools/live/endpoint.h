/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What `catshark client` and `catshark service` do alike beyond what every live role does: one link, of a
 * topology or told by options, its next hops and its MTU, and echo replies. Spec: man/catshark-client.1,
 * man/catshark-service.1. */
#ifndef CATSHARK_LIVE_ENDPOINT_H
#define CATSHARK_LIVE_ENDPOINT_H

#include "live-run.h"

/* By family: index 0 is IPv4, 1 is IPv6. */
enum { ENDPOINT_FAMILIES = 2 };

/* The options that both have; texts are owned. */
typedef struct endpoint_options {
    live_options live;
    char *topology, *name, *mtu;
    char **via;
} endpoint_options;

/* clang-format off */
#define ENDPOINT_OPTION_ENTRIES(o) \
    { "topology", 0, 0, G_OPTION_ARG_FILENAME, &(o)->topology, "topology file", "FILE" }, \
    { "interface", 'i', 0, G_OPTION_ARG_STRING_ARRAY, &(o)->live.interfaces, \
      "interface; LINK= may stand before it", "IF" }, \
    { "via", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(o)->via, \
      "next hop, one of each family (without a topology)", "ADDRESS" }, \
    { "mtu", 0, 0, G_OPTION_ARG_STRING, &(o)->mtu, \
      "octets of the longest packet, when the path is narrower than the link", "N" }, \
    LIVE_OPTION_ENTRIES(&(o)->live)
/* clang-format on */

void endpoint_options_clear(endpoint_options *o);

/* An end point that runs. Zeroed memory with run.verb, run.name and options is one that has not begun. */
typedef struct endpoint {
    live_run run;
    const endpoint_options *options;
    cats_topology *topology; /* NULL: options say all */
    setup_port port;         /* in the topology */
    driver_port_spec spec;
    affinity_numbers numbers;
    uint32_t mtu; /* of packets; valid behind endpoint_open() */
} endpoint;

/* Takes the options, loads the topology. */
bool endpoint_begin(endpoint *e, GError **error);
/* The link between these two of the topology, `here` being our end. Without a topology: --interface, --via.
 */
bool endpoint_find_link(endpoint *e, const char *here, const char *there, GError **error);
/* Opens the link for packets of these families: each has a next hop. `source`: what is asked from where the
 * topology gives no address of ours; family 0: none. */
bool endpoint_open(endpoint *e, const bool families[ENDPOINT_FAMILIES],
                   const cats_address source[ENDPOINT_FAMILIES], GError **error);
/* Answers questions for the address; false when the host owns it, and *error says so. */
bool endpoint_answer_for(endpoint *e, const cats_address *address, GError **error);
/* TCP's segment size on this link. */
uint16_t endpoint_mss(const endpoint *e, int family);
void endpoint_end(endpoint *e);

/* True when the packet was an ICMP echo request, which is answered. */
bool endpoint_take_echo(const uint8_t *octets, size_t length, const role_sink *sink);

/* ---- values of options ---- */

/* Puts the addresses that an option gives into the places of their families; a second one of a family is an
 * error. */
bool endpoint_take_addresses(const char *option, char **texts, cats_address into[ENDPOINT_FAMILIES],
                             GError **error);
/* A usage error when the text or list is there: an option that has no meaning with (or without) a topology.
 */
bool endpoint_refuse_option(const char *option, const void *given, const char *why, GError **error);
/* A random number: of the kernel. */
uint64_t endpoint_seed(void);
/* The index of an address's family. */
static inline int endpoint_family(const cats_address *address)
{
    return address->family == 4 ? 0 : 1;
}

#endif
