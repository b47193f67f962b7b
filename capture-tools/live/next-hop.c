/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Next hops: who is asked, when again, and when one is given up.
 * Spec: RFC 4861 s10 (times), linux/neighbour.h (NTF_USE). */
#include "next-hop.h"

#include "loop.h"
#include "neighbor-table.h"
#include <string.h>

#define SECOND G_GINT64_CONSTANT(1000000000)
#define RETRY SECOND          /* RETRANS_TIMER */
#define REFRESH (30 * SECOND) /* REACHABLE_TIME */
#define RETRY_SLOW (3 * SECOND)
enum { QUESTIONS = 3 }; /* MAX_MULTICAST_SOLICIT: so many without answer and it is not there */

typedef enum resolver { BY_NO_ONE, BY_KERNEL, BY_TOOL } resolver;

struct next_hop {
    live_link *link;
    char *interface;
    unsigned index;
    uint16_t vlan;
    uint8_t own_mac[FRAME_ADDRESS];
    cats_address address, source; /* source: of the tool's own questions */
    resolver by;
    unsigned unanswered;
    int64_t due; /* of the next question */
    bool known;
    uint8_t mac[FRAME_ADDRESS];
};

struct next_hops {
    neighbor_table *table;
    GPtrArray *all;
    int64_t due; /* of the first question, where `counted`: asked for in every round, changed seldom */
    bool counted;
};

/* ---- the set ---- */

static void hop_free(gpointer data)
{
    next_hop *hop = data;
    g_free(hop->interface);
    g_free(hop);
}

next_hops *next_hops_new(GError **error)
{
    neighbor_table *table = neighbor_table_open(error);
    if (table == NULL)
        return NULL;
    next_hops *hops = g_new0(next_hops, 1);
    hops->table = table;
    hops->all = g_ptr_array_new_with_free_func(hop_free);
    return hops;
}

void next_hops_free(next_hops *hops)
{
    if (hops == NULL)
        return;
    neighbor_table_close(hops->table);
    g_ptr_array_free(hops->all, TRUE);
    g_free(hops);
}

int next_hops_fd(const next_hops *hops)
{
    return neighbor_table_fd(hops->table);
}

const uint8_t *next_hop_mac(const next_hop *hop)
{
    return hop->known ? hop->mac : NULL;
}

static next_hop *hop_at(const next_hops *hops, guint i)
{
    return g_ptr_array_index(hops->all, i);
}

/* ---- who asks, and from where ---- */

static bool is_link_local(const cats_address *address)
{
    static const cats_address link_local = { 6, { 0xFE, 0x80 } };
    return cats_address_in_prefix(address, &link_local, 10);
}

/* An address of the interface in this family, a link-local one before others; family 0: it has none. */
static cats_address interface_address(const live_interface *interface, uint8_t family)
{
    cats_address found = { 0 };
    for (guint i = 0; i < interface->addresses->len; i++) {
        const cats_address *each = &g_array_index(interface->addresses, cats_address, i);
        if (each->family == family && (found.family == 0 || is_link_local(each)))
            found = *each;
    }
    return found;
}

/* fe80::/64 and the modified EUI-64 (RFC 4291 appendix A). */
static cats_address link_local_of(const uint8_t mac[FRAME_ADDRESS])
{
    const uint8_t *m = mac;
    return (cats_address){
        6,
        { 0xFE, 0x80, [8] = m[0] ^ 2, [9] = m[1], [10] = m[2], [11] = 0xFF, [12] = 0xFE, [13] = m[3], m[4],
          m[5] }
    };
}

static cats_address question_source(const live_interface *interface, const cats_address *own, uint8_t family)
{
    if (own != NULL && own->family == family)
        return *own;
    cats_address source = interface_address(interface, family);
    return source.family == 0 && family == 6 ? link_local_of(interface->mac) : source;
}

/* ---- asking ---- */

static void set_due(next_hops *hops, next_hop *hop, int64_t due)
{
    hop->due = due;
    hops->counted = false;
}

static void ask(next_hops *hops, next_hop *hop, int64_t now)
{
    if (hop->by == BY_KERNEL && neighbor_table_refused(hops->table))
        hop->by = BY_TOOL;
    if (hop->by == BY_KERNEL) {
        neighbor_table_resolve(hops->table, hop->index, &hop->address);
    } else {
        uint8_t frame[NEIGHBOR_ANSWER_MAX];
        size_t length = neighbor_question(hop->own_mac, hop->vlan, &hop->source, &hop->address, frame);
        live_link_send(hop->link, frame, length);
        live_link_flush(hop->link);
        if (hop->unanswered >= QUESTIONS)
            hop->known = false;
    }
    hop->unanswered++;
    bool calm = hop->by == BY_KERNEL && hop->known; /* the kernel says when it fails */
    set_due(hops, hop, now + (calm ? REFRESH : hop->unanswered <= QUESTIONS ? RETRY : RETRY_SLOW));
}

static void learn(next_hops *hops, next_hop *hop, const uint8_t mac[FRAME_ADDRESS])
{
    memcpy(hop->mac, mac, FRAME_ADDRESS);
    hop->known = true;
    hop->unanswered = 0;
    set_due(hops, hop, live_loop_now() + REFRESH);
}

static next_hop *find(const next_hops *hops, const live_link *link, uint16_t vlan,
                      const cats_address *address)
{
    for (guint i = 0; i < hops->all->len; i++) {
        next_hop *hop = hop_at(hops, i);
        if (hop->link == link && hop->vlan == vlan && cats_address_equal(&hop->address, address))
            return hop;
    }
    return NULL;
}

next_hop *next_hops_add(next_hops *hops, live_link *link, const live_interface *interface, uint16_t vlan,
                        const cats_address *address, const cats_address *own, const uint8_t *mac)
{
    next_hop *hop = find(hops, link, vlan, address);
    if (hop != NULL)
        return hop;
    hop = g_new0(next_hop, 1);
    g_ptr_array_add(hops->all, hop);
    hop->link = link;
    hop->interface = g_strdup(interface->name);
    hop->index = interface->index;
    hop->vlan = vlan;
    hop->address = *address;
    hop->due = INT64_MAX;
    memcpy(hop->own_mac, interface->mac, FRAME_ADDRESS);
    if (mac != NULL) {
        memcpy(hop->mac, mac, FRAME_ADDRESS);
        hop->known = true;
        return hop;
    }
    bool kernel_can = vlan == FRAME_NO_VLAN && interface_address(interface, address->family).family != 0;
    hop->by = kernel_can ? BY_KERNEL : BY_TOOL;
    hop->source = question_source(interface, own, address->family);
    ask(hops, hop, live_loop_now());
    return hop;
}

int64_t next_hops_deadline(next_hops *hops)
{
    if (!hops->counted) {
        hops->due = INT64_MAX;
        for (guint i = 0; i < hops->all->len; i++)
            hops->due = MIN(hops->due, hop_at(hops, i)->due);
        hops->counted = true;
    }
    return hops->due;
}

int64_t next_hops_expire(next_hops *hops, int64_t now)
{
    for (guint i = 0; i < hops->all->len; i++)
        if (hop_at(hops, i)->due <= now)
            ask(hops, hop_at(hops, i), now);
    return next_hops_deadline(hops);
}

/* ---- answers ---- */

/* What the kernel knows helps the tool's own questions too; its failures do not count there. */
static void heard(void *context, unsigned interface_index, const cats_address *address, const uint8_t *mac)
{
    next_hops *hops = context;
    for (guint i = 0; i < hops->all->len; i++) {
        next_hop *hop = hop_at(hops, i);
        if (hop->by == BY_NO_ONE || hop->index != interface_index || hop->vlan != FRAME_NO_VLAN ||
            !cats_address_equal(&hop->address, address))
            continue;
        if (mac != NULL) {
            learn(hops, hop, mac);
        } else if (hop->by == BY_KERNEL) {
            set_due(hops, hop, hop->known ? live_loop_now() + RETRY : hop->due);
            hop->known = false;
        }
    }
}

void next_hops_read(next_hops *hops)
{
    bool refused = neighbor_table_refused(hops->table);
    neighbor_table_read(hops->table, heard, hops);
    bool anew = neighbor_table_lost(hops->table) || refused != neighbor_table_refused(hops->table);
    for (guint i = 0; anew && i < hops->all->len; i++)
        if (hop_at(hops, i)->by == BY_KERNEL)
            set_due(hops, hop_at(hops, i), live_loop_now());
}

void next_hops_see(next_hops *hops, const live_link *link, const uint8_t *frame, size_t length)
{
    frame_header header;
    uint8_t mac[FRAME_ADDRESS];
    if (!frame_read(frame, length, &header))
        return;
    for (guint i = 0; i < hops->all->len; i++) {
        next_hop *hop = hop_at(hops, i);
        if (hop->by != BY_NO_ONE && hop->link == link && hop->vlan == header.vlan &&
            neighbor_answered(frame, length, &hop->address, mac))
            learn(hops, hop, mac);
    }
}

char *next_hops_missing(const next_hops *hops)
{
    for (guint i = 0; i < hops->all->len; i++) {
        const next_hop *hop = hop_at(hops, i);
        char text[CATS_ADDRESS_TEXT];
        if (hop->known)
            continue;
        cats_address_format(&hop->address, text);
        return g_strdup_printf("%s on %s: no answer to %s after %u question%s%s", text, hop->interface,
                               hop->address.family == 4 ? "ARP" : "neighbour discovery", hop->unanswered,
                               hop->unanswered == 1 ? "" : "s",
                               hop->by == BY_KERNEL ? " through the kernel" : "");
    }
    return NULL;
}
