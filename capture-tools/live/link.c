/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One packet link: frames in by libpcap. What is sent is in link-send.c.
 * Spec: pcap(3PCAP), packet(7). */
#include "link.h"

#include "link-send.h"
#include "privileges.h"
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <pcap/pcap.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SNAPSHOT_ALL = 262144, BUFFER_OCTETS = 16 << 20, BLOCK_MILLISECONDS = 1 };

struct live_link {
    char *name;
    pcap_t *pcap;
    link_sender *sender; /* NULL where no frame can be sent */
    live_link_counts counts;
    unsigned last_dropped; /* as libpcap counted, in 32 bits */
    /* Of the batch that is handed over. */
    live_link_take take;
    void *context;
};

/* ---- opening ---- */

/* What libpcap's status means to us. */
static const struct meaning {
    int status;
    int code; /* live_error */
} meanings[] = {
    { PCAP_ERROR_NO_SUCH_DEVICE, LIVE_ERROR_INTERFACE },
    { PCAP_ERROR_IFACE_NOT_UP, LIVE_ERROR_INTERFACE },
    { PCAP_ERROR_PERM_DENIED, LIVE_ERROR_PERMISSION },
    { PCAP_ERROR_PROMISC_PERM_DENIED, LIVE_ERROR_PERMISSION },
};

static int meaning_of(int status)
{
    for (size_t i = 0; i < G_N_ELEMENTS(meanings); i++)
        if (meanings[i].status == status)
            return meanings[i].code;
    return LIVE_ERROR_IO;
}

/* libpcap has words of its own for some failures, in others only the status speaks. */
static void activation_error(const live_link *link, int status, GError **error)
{
    int code = meaning_of(status);
    if (code == LIVE_ERROR_PERMISSION) {
        g_autofree char *line = privileges_setcap_line(PRIVILEGE_RAW);
        g_set_error(
            error, LIVE_ERROR, code,
            "interface \"%s\": no cap_net_raw, needed for packet sockets; run as root, or give it with: %s",
            link->name, line);
        return;
    }
    const char *words = pcap_geterr(link->pcap), *meaning = pcap_statustostr(status);
    bool more = *words != '\0' && strcmp(words, meaning) != 0;
    g_set_error(error, LIVE_ERROR, code, "interface \"%s\": %s%s%s", link->name, meaning, more ? ": " : "",
                more ? words : "");
}

/* As libpcap takes numbers. */
static int octets_or(uint32_t wanted, int otherwise)
{
    return wanted != 0 ? (int)MIN(wanted, (uint32_t)INT_MAX) : otherwise;
}

static bool activate(live_link *link, const link_options *options, GError **error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    link->pcap = pcap_create(options->interface, reason);
    if (link->pcap == NULL) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE, "interface \"%s\": %s", link->name, reason);
        return false;
    }
    pcap_set_snaplen(link->pcap, octets_or(options->snapshot, SNAPSHOT_ALL));
    pcap_set_promisc(link->pcap, options->promiscuous);
    pcap_set_immediate_mode(link->pcap, options->immediate);
    pcap_set_timeout(link->pcap, octets_or(options->block_ms, BLOCK_MILLISECONDS));
    pcap_set_buffer_size(link->pcap, octets_or(options->buffer_octets, BUFFER_OCTETS));
    pcap_set_tstamp_precision(link->pcap, PCAP_TSTAMP_PRECISION_NANO);
    int status = pcap_activate(link->pcap);
    if (status >= 0) /* above 0: a warning */
        return true;
    activation_error(link, status, error);
    return false;
}

/* What we send ourselves would come back to us: the kernel need not even put it in the ring. libpcap's own
 * choice of direction remains for kernels that do not know the option. */
static bool choose_direction(live_link *link, const link_options *options, GError **error)
{
    if (options->direction == LINK_BOTH)
        return true;
    int one = 1;
    (void)setsockopt(pcap_fileno(link->pcap), SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
    if (pcap_setdirection(link->pcap, PCAP_D_IN) == 0)
        return true;
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "interface \"%s\": inbound only: %s", link->name,
                pcap_geterr(link->pcap));
    return false;
}

/* Until the socket is closed; the kernel counts those who want it. */
static bool join_all(live_link *link, const link_options *options, GError **error)
{
    const struct packet_mreq wanted = { .mr_ifindex = (int)if_nametoindex(link->name),
                                        .mr_type = PACKET_MR_ALLMULTI };
    if (!options->all_multicast ||
        setsockopt(pcap_fileno(link->pcap), SOL_PACKET, PACKET_ADD_MEMBERSHIP, &wanted, sizeof wanted) == 0)
        return true;
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "interface \"%s\": all multicast: %s", link->name,
                g_strerror(errno));
    return false;
}

/* Tried on a socket of no use: libpcap itself only warns, and hands over what it then filters too late. */
static bool kernel_takes(const struct bpf_program *program)
{
    const struct sock_fprog code = { .len = (unsigned short)program->bf_len,
                                     .filter = (struct sock_filter *)(void *)program->bf_insns };
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool taken = fd < 0 || setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &code, sizeof code) == 0;
    if (fd >= 0)
        close(fd);
    return taken;
}

/* What libpcap's optimizer makes of some expressions ("ip6" beside "vlan") reads scratch memory that is not
 * written, which the kernel refuses. */
static bool compile(live_link *link, struct bpf_program *program, const char *filter)
{
    if (pcap_compile(link->pcap, program, filter, 1, PCAP_NETMASK_UNKNOWN) != 0)
        return false;
    if (kernel_takes(program))
        return true;
    pcap_freecode(program);
    return pcap_compile(link->pcap, program, filter, 0, PCAP_NETMASK_UNKNOWN) == 0;
}

bool live_link_set_filter(live_link *link, const char *filter, GError **error)
{
    struct bpf_program program;
    bool compiled = compile(link, &program, filter);
    bool set = compiled && pcap_setfilter(link->pcap, &program) == 0;
    if (!set)
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_FILTER,
                    "filter \"%s\": %s, expected an expression of pcap-filter(7)", filter,
                    pcap_geterr(link->pcap));
    if (compiled)
        pcap_freecode(&program);
    return set;
}

static bool set_nonblocking(live_link *link, GError **error)
{
    char reason[PCAP_ERRBUF_SIZE] = "";
    if (pcap_setnonblock(link->pcap, 1, reason) == 0)
        return true;
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "interface \"%s\": %s", link->name, reason);
    return false;
}

live_link *live_link_open(const link_options *options, GError **error)
{
    live_link *link = g_new0(live_link, 1);
    link->name = g_strdup(options->interface);
    if (activate(link, options, error) && choose_direction(link, options, error) &&
        join_all(link, options, error) &&
        (options->filter == NULL || live_link_set_filter(link, options->filter, error)) &&
        set_nonblocking(link, error)) {
        if (!options->receive_only)
            link->sender = link_sender_open(if_nametoindex(link->name));
        return link;
    }
    live_link_close(link);
    return NULL;
}

void live_link_close(live_link *link)
{
    if (link == NULL)
        return;
    live_link_flush(link);
    link_sender_close(link->sender);
    if (link->pcap != NULL)
        pcap_close(link->pcap);
    g_free(link->name);
    g_free(link);
}

int live_link_type(const live_link *link)
{
    return pcap_datalink(link->pcap);
}

/* ---- receiving ---- */

/* Of an interface that goes down and then away, the socket tells only the first. */
void live_link_watch(live_link *link, live_loop *loop, live_loop_ready ready, void *context)
{
    live_loop_watch_and_visit(loop, pcap_get_selectable_fd(link->pcap), ready, context);
}

void live_link_unwatch(live_link *link, live_loop *loop)
{
    live_loop_unwatch(loop, pcap_get_selectable_fd(link->pcap));
}

/* The kernel takes a packet socket off an interface that leaves, whatever now has its name. */
static bool interface_gone(const live_link *link)
{
    struct sockaddr_ll bound = { 0 };
    socklen_t length = sizeof bound;
    return getsockname(pcap_fileno(link->pcap), (struct sockaddr *)&bound, &length) == 0 &&
           bound.sll_family == AF_PACKET && bound.sll_ifindex < 0;
}

static void hand_over(u_char *user, const struct pcap_pkthdr *header, const u_char *octets)
{
    live_link *link = (live_link *)(void *)user;
    link->counts.received++;
    /* With nanosecond precision tv_usec holds nanoseconds. */
    link->take(link->context, header->ts.tv_sec * G_GINT64_CONSTANT(1000000000) + header->ts.tv_usec, octets,
               header->caplen, header->len);
}

int live_link_receive(live_link *link, unsigned limit, live_link_take take, void *context, GError **error)
{
    link->take = take;
    link->context = context;
    int count =
        pcap_dispatch(link->pcap, (int)CLAMP(limit, 1u, (unsigned)INT_MAX), hand_over, (u_char *)link);
    bool gone = count == 0 && interface_gone(link);
    if (count >= 0 && !gone)
        return count;
    g_set_error(error, LIVE_ERROR, gone ? LIVE_ERROR_INTERFACE : meaning_of(count), "interface \"%s\": %s",
                link->name, gone ? "The interface disappeared" : pcap_geterr(link->pcap));
    return -1;
}

/* ---- sending ---- */

bool live_link_send(live_link *link, const uint8_t *octets, size_t length)
{
    return link_sender_gather(link->sender, NULL, octets, length, &link->counts);
}

bool live_link_send_packet(live_link *link, const frame_header *header, const uint8_t *octets, size_t length)
{
    return link_sender_gather(link->sender, header, octets, length, &link->counts);
}

void live_link_flush(live_link *link)
{
    link_sender_flush(link->sender, &link->counts);
}

const char *live_link_send_error(const live_link *link)
{
    return link_sender_error(link->sender);
}

live_link_counts live_link_count(live_link *link)
{
    struct pcap_stat stat;
    if (pcap_stats(link->pcap, &stat) == 0) {
        link->counts.dropped += stat.ps_drop - link->last_dropped;
        link->last_dropped = stat.ps_drop;
    }
    return link->counts;
}
