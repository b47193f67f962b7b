/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the filter expression from tables of protocol numbers. The kernel cannot loop, so nothing here
 * follows chains. Spec: pcap-filter(7); RFC 791 s3.1, RFC 8200 s4, RFC 792, RFC 4443 s2.1; RFC 8986 s9. */
#include "filter.h"

#include "epan-cats/packet.h"

#include <glib.h>
#include <pcap/pcap.h>

#define CAPTURED_MAX 262144

/* What ends the search: the packet is ours. AH hides what follows. */
static const unsigned ours_in_ip[] = { PACKET_PROTOCOL_TCP, PACKET_PROTOCOL_IPV4, PACKET_PROTOCOL_IPV6,
                                       PACKET_PROTOCOL_ETHERNET, PACKET_PROTOCOL_AH };
static const unsigned ours_in_ipv6[] = { PACKET_PROTOCOL_TCP,     PACKET_PROTOCOL_IPV4,
                                         PACKET_PROTOCOL_IPV6,    PACKET_PROTOCOL_ETHERNET,
                                         PACKET_PROTOCOL_ROUTING, PACKET_PROTOCOL_AH };
/* Headers behind which one of ours may stand: they name the next one in their first octet. */
static const unsigned in_front[] = { PACKET_PROTOCOL_HOP_BY_HOP, PACKET_PROTOCOL_FRAGMENT,
                                     PACKET_PROTOCOL_DESTINATION };
/* A second one of these behind the first is not looked through: taken as it is. */
static const unsigned ours_behind[] = { PACKET_PROTOCOL_TCP,      PACKET_PROTOCOL_IPV4,
                                        PACKET_PROTOCOL_IPV6,     PACKET_PROTOCOL_ETHERNET,
                                        PACKET_PROTOCOL_ROUTING,  PACKET_PROTOCOL_AH,
                                        PACKET_PROTOCOL_FRAGMENT, PACKET_PROTOCOL_DESTINATION };
/* What an ICMPv6 error may quote right behind its IPv6 header. */
static const unsigned ours_quoted[] = { PACKET_PROTOCOL_TCP,        PACKET_PROTOCOL_IPV4,
                                        PACKET_PROTOCOL_IPV6,       PACKET_PROTOCOL_ETHERNET,
                                        PACKET_PROTOCOL_ROUTING,    PACKET_PROTOCOL_AH,
                                        PACKET_PROTOCOL_HOP_BY_HOP, PACKET_PROTOCOL_FRAGMENT,
                                        PACKET_PROTOCOL_DESTINATION };
/* Unreachable, source quench, redirect, time exceeded, parameter problem. */
static const unsigned icmp_errors[] = { 3, 4, 5, 11, 12 };

/* " or what=1 or what=2" without the first " or ", in parentheses. */
static void add_any(GString *text, const char *what, const unsigned *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        g_string_append_printf(text, "%s%s=%u", i == 0 ? "(" : " or ", what, values[i]);
    g_string_append_c(text, ')');
}
#define ADD_ANY(text, what, values) add_any(text, what, values, G_N_ELEMENTS(values))

/* Octets count from the IP header; `icmp` looks behind IPv4 options and not into later fragments. In IPv6
 * ICMP errors are types below 128, and the header that one quotes begins at octet 48. */
static char *our_packets(void)
{
    GString *text = g_string_new("(");
    ADD_ANY(text, "ip[9]", ours_in_ip);
    g_string_append(text, " or (");
    ADD_ANY(text, "icmp[0]", icmp_errors);
    g_string_append(text, " and ");
    ADD_ANY(text, "icmp[17]", ours_in_ip);
    g_string_append(text, ") or ");
    ADD_ANY(text, "ip6[6]", ours_in_ipv6);
    g_string_append(text, " or (");
    ADD_ANY(text, "ip6[6]", in_front);
    g_string_append(text, " and ");
    ADD_ANY(text, "ip6[40]", ours_behind);
    g_string_append(text, ") or (ip6[6]=58 and ip6[40]<128 and ");
    ADD_ANY(text, "ip6[54]", ours_quoted);
    g_string_append(text, "))");
    return g_string_free(text, FALSE);
}

/* What is wanted at one depth of tags. */
static char *wanted_packets(bool ours, const char *expression)
{
    g_autofree char *packets = ours ? our_packets() : NULL;
    if (expression == NULL)
        return g_steal_pointer(&packets);
    if (packets == NULL)
        return g_strdup(expression);
    return g_strdup_printf("((%s) and %s)", expression, packets);
}

/* Each "vlan" moves the offsets of all that follows it in the text, so the depths are nested, the deepest
 * last. */
static char *behind_tags(const char *wanted, unsigned tags)
{
    GString *text = g_string_new(wanted);
    for (unsigned i = 0; i < tags; i++)
        g_string_append_printf(text, " or (vlan and (%s", wanted);
    for (unsigned i = 0; i < tags; i++)
        g_string_append(text, "))");
    return g_string_free(text, FALSE);
}

char *capture_filter_text(int link_type, unsigned tags, bool ours, const char *expression)
{
    g_autofree char *wanted = wanted_packets(ours, expression);
    if (!ours || tags == 0)
        return g_steal_pointer(&wanted);
    if (link_type == PACKET_LINK_ETHERNET)
        return behind_tags(wanted, tags);
    if (link_type == PACKET_LINK_LINUX_SLL || link_type == PACKET_LINK_LINUX_SLL2)
        return g_strdup_printf("%s or ether proto 0x8100 or ether proto 0x88a8", wanted);
    return g_steal_pointer(&wanted);
}

bool capture_filter_check(const char *expression, char **message)
{
    struct bpf_program program;
    pcap_t *ethernet = pcap_open_dead(DLT_EN10MB, CAPTURED_MAX);
    bool good = pcap_compile(ethernet, &program, expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
    if (good)
        pcap_freecode(&program);
    else
        *message = g_strdup_printf("\"%s\": %s, expected an expression of pcap-filter(7)", expression,
                                   pcap_geterr(ethernet));
    pcap_close(ethernet);
    return good;
}
