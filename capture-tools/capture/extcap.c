/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences of extcap: a word, then {name=value} in a row. Spec: Wireshark Developer's Guide, "extcap". */
#include "extcap.h"

#include "filter.h"
#include "interfaces.h"
#include <string.h>

#define PREFIX "catshark-"
#define DISPLAY "CATS and Service Affinity"

/* Braces end a value: they become parentheses. To be freed. */
static char *value_of(const char *text)
{
    return g_strdelimit(g_strdelimit(g_strdup(text), "{", '('), "}", ')');
}

void extcap_write_interfaces(const GPtrArray *list, const char *version, FILE *out)
{
    fprintf(out, "extcap {version=%s}{display=" DISPLAY "}\n", version);
    for (guint i = 0; i < list->len; i++) {
        const capture_interface *each = g_ptr_array_index(list, i);
        if (each->link_type < 0)
            continue;
        g_autofree char *name = value_of(each->name);
        fprintf(out, "interface {value=" PREFIX "%s}{display=" DISPLAY " on %s}\n", name, name);
    }
}

const char *extcap_host_interface(const char *name)
{
    return g_str_has_prefix(name, PREFIX) && name[strlen(PREFIX)] != '\0' ? name + strlen(PREFIX) : NULL;
}

static const capture_interface *find(const GPtrArray *list, const char *name)
{
    for (guint i = 0; i < list->len; i++) {
        const capture_interface *each = g_ptr_array_index(list, i);
        if (each->link_type >= 0 && strcmp(each->name, name) == 0)
            return each;
    }
    return NULL;
}

bool extcap_write_link_types(const GPtrArray *list, const char *interface, FILE *out)
{
    static const struct {
        int dlt;
        const char *name, *display;
    } names[] = { { 1, "EN10MB", "Ethernet" },
                  { 113, "LINUX_SLL", "Linux cooked" },
                  { -1, "RAW", "Raw IP" } };
    const capture_interface *found = find(list, interface);
    if (found == NULL)
        return false;
    size_t i = 0;
    while (names[i].dlt >= 0 && names[i].dlt != found->link_type)
        i++;
    fprintf(out, "dlt {number=%d}{name=%s}{display=%s}\n", capture_link_type_of_file(found->link_type),
            names[i].name, names[i].display);
    return true;
}

/* The options have the names that they have on the command line, where the man page tells them. */
bool extcap_write_options(const GPtrArray *list, const char *interface, FILE *out)
{
    if (find(list, interface) == NULL)
        return false;
    fputs("arg {number=0}{call=--also}{display=Also capture on}{type=multicheck}"
          "{tooltip=One capture of several links: what a packet passes is seen on each}\n"
          "arg {number=1}{call=--no-filter}{display=Everything}{type=boolflag}{default=false}"
          "{tooltip=Without it: TCP, SRv6 and other tunnels, and ICMP errors about these}\n"
          "arg {number=2}{call=--vlan-tags}{display=Look behind VLAN tags}{type=selector}"
          "{tooltip=802.1Q and 802.1ad tags in front of what is looked for}\n"
          "arg {number=3}{call=--snapshot-length}{display=Snapshot length}{type=unsigned}{range=1,262144}"
          "{default=262144}{tooltip=Octets kept of a packet}\n"
          "arg {number=4}{call=--no-promiscuous}{display=No promiscuous mode}{type=boolflag}{default=false}"
          "{tooltip=Only what this host sends and receives}\n"
          "arg {number=5}{call=--buffer-size}{display=Buffer (MiB)}{type=unsigned}{range=1,2047}{default=32}"
          "{tooltip=Of the kernel, for each interface}\n",
          out);
    for (guint i = 0; i < list->len; i++) {
        const capture_interface *each = g_ptr_array_index(list, i);
        g_autofree char *name = value_of(each->name);
        if (each->link_type >= 0 && strcmp(each->name, interface) != 0 && strcmp(each->name, "any") != 0)
            fprintf(out, "value {arg=0}{value=%s}{display=%s}{default=false}{enabled=true}\n", name, name);
    }
    for (int tags = CAPTURE_FILTER_TAGS_MAX; tags >= 0; tags--)
        fprintf(out, "value {arg=2}{value=%d}{display=%s}{default=%s}\n", tags,
                tags == 0   ? "no"
                : tags == 1 ? "one tag"
                            : "up to two tags",
                tags == CAPTURE_FILTER_TAGS_MAX ? "true" : "false");
    return true;
}
