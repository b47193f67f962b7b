/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Service node and client on the kernel's own TCP, which a BPF program teaches the affinity option; knows
 * nothing of this project's code. SAF on SYN and SYN-ACK is the lab's nftables' (srv6.sh).
 *
 *   kernel-affinity serve PORT FOLDER IPV4 IPV6   HTTP; to clients with SAF that did not come to the node's
 * own addresses, the FIN names the one of their family kernel-affinity get ADDRESS PORT PATH FILE    gets
 * PATH, goes where the FIN says, gets it again: FILE.1, FILE.2, ...
 *
 * Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 9293 s3.1; RFC 9112; tcp(7) (TCP_SAVED_SYN). */
#include "kernel-affinity.h"

#include "bpf-cgroup.h"
#include "epan-cats/numbers.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ROOM 65536
#define PATH_ROOM 512
#define BACKLOG 256
#define HOPS_MAX 3
#define GET_SECONDS 90
#define TROUBLE 2
/* SAF in octet 12 of the TCP header, which has offsets 0 to 7. */
#define SAF (0x80 >> AFFINITY_SAF_OFFSET_DEFAULT)

static int trouble(const char *what)
{
    fprintf(stderr, "kernel-affinity: ");
    perror(what);
    return TROUBLE;
}

static bool write_all(int fd, const char *octets, size_t length)
{
    for (ssize_t sent = 0; length > 0; octets += sent, length -= (size_t)sent)
        if ((sent = send(fd, octets, length, MSG_NOSIGNAL)) < 0)
            return false;
    return true;
}

/* ---- the service node ---- */

typedef struct node {
    const char *folder;
    struct in6_addr own[2]; /* IPv4, mapped, and IPv6 */
    uint16_t port;          /* network byte order */
    int to_send;
} node;

/* The SYN as it came, from its IP header on, without extension headers. */
static bool has_saf(int fd)
{
    uint8_t syn[256];
    socklen_t length = sizeof syn;
    if (getsockopt(fd, IPPROTO_TCP, TCP_SAVED_SYN, syn, &length) != 0 || length == 0)
        return false;
    size_t tcp = syn[0] >> 4 == 4 ? (size_t)(syn[0] & 0x0f) * 4 : 40;
    return length > tcp + 12 && (syn[tcp + 12] & SAF) != 0;
}

static struct kernel_affinity_option option_with(const struct in6_addr *address, uint16_t port)
{
    bool ipv4 = IN6_IS_ADDR_V4MAPPED(address);
    size_t length = ipv4 ? 4 : 16;
    struct kernel_affinity_option option = {
        .octets = { AFFINITY_KIND_DEFAULT, ipv4 ? KERNEL_AFFINITY_IPV4 : KERNEL_AFFINITY_IPV6 }
    };
    memcpy(option.octets + 2, address->s6_addr + 16 - length, length);
    memcpy(option.octets + 2 + length, &port, sizeof port);
    return option;
}

static void set_redirect(const node *n, int fd)
{
    struct sockaddr_in6 here;
    socklen_t length = sizeof here;
    if (!has_saf(fd) || getsockname(fd, (struct sockaddr *)&here, &length) != 0 ||
        IN6_ARE_ADDR_EQUAL(&here.sin6_addr, &n->own[0]) || IN6_ARE_ADDR_EQUAL(&here.sin6_addr, &n->own[1]))
        return;
    const struct in6_addr *own = &n->own[IN6_IS_ADDR_V4MAPPED(&here.sin6_addr) ? 0 : 1];
    const struct kernel_affinity_option option = option_with(own, n->port);
    if (bpf_map_update_elem(n->to_send, &fd, &option, BPF_ANY) != 0)
        trouble("to_send");
}

/* The path of a whole GET request; false for anything else. */
static bool read_request(int fd, char path[PATH_ROOM])
{
    char request[4096];
    size_t used = 0;
    request[0] = '\0';
    while (strstr(request, "\r\n\r\n") == NULL) {
        ssize_t got = recv(fd, request + used, sizeof request - 1 - used, 0);
        if (got <= 0)
            return false;
        used += (size_t)got;
        request[used] = '\0';
    }
    return sscanf(request, "GET /%255[a-z0-9] ", path) == 1;
}

static void send_file(int fd, int file)
{
    char head[128];
    struct stat about;
    off_t at = 0;
    fstat(file, &about);
    int length = snprintf(head, sizeof head, "HTTP/1.0 200 OK\r\nContent-Length: %lld\r\n\r\n",
                          (long long)about.st_size);
    if (!write_all(fd, head, (size_t)length))
        return;
    while (at < about.st_size && sendfile(fd, file, &at, (size_t)(about.st_size - at)) > 0)
        ;
}

static void answer(const node *n, int fd)
{
    char name[PATH_ROOM], path[2 * PATH_ROOM];
    if (!read_request(fd, name))
        return;
    snprintf(path, sizeof path, "%s/%s", n->folder, name);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        static const char none[] = "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n";
        write_all(fd, none, sizeof none - 1);
        return;
    }
    send_file(fd, file);
    close(file);
}

/* A process for each connection: a slow one delays no other. */
static void take(const node *n, int listener, int fd)
{
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        close(listener);
        set_redirect(n, fd);
        answer(n, fd);
        exit(0);
    }
    close(fd);
}

static int listen_at(uint16_t port)
{
    const int on = 1, off = 0;
    struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_port = port };
    int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) != 0 ||
        setsockopt(fd, IPPROTO_TCP, TCP_SAVE_SYN, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&any, sizeof any) != 0 || listen(fd, BACKLOG) != 0)
        return -1;
    return fd;
}

static int serve(const bpf_cgroup_maps *maps, char **argv)
{
    node n = { .folder = argv[1], .port = htons((uint16_t)atoi(argv[0])), .to_send = maps->to_send };
    char mapped[64];
    snprintf(mapped, sizeof mapped, "::ffff:%s", argv[2]);
    if (inet_pton(AF_INET6, mapped, &n.own[0]) != 1 || inet_pton(AF_INET6, argv[3], &n.own[1]) != 1)
        return trouble("an IPv4 and an IPv6 address");
    int listener = listen_at(n.port);
    if (listener < 0)
        return trouble("listening");
    signal(SIGCHLD, SIG_IGN);
    fprintf(stderr, "Serving on port %s\n", argv[0]);
    for (;;) {
        int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            take(&n, listener, fd);
    }
}

/* ---- the client ---- */

static int connect_to(const char *address, const char *port)
{
    bool ipv6 = strchr(address, ':') != NULL;
    struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons((uint16_t)atoi(port)) };
    struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = to6.sin6_port };
    int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    bool good = ipv6 ? inet_pton(AF_INET6, address, &to6.sin6_addr) == 1 &&
                           connect(fd, (struct sockaddr *)&to6, sizeof to6) == 0
                     : inet_pton(AF_INET, address, &to4.sin_addr) == 1 &&
                           connect(fd, (struct sockaddr *)&to4, sizeof to4) == 0;
    return good ? fd : -1;
}

/* Where the body begins; NULL before the whole head of a good answer is there. */
static const char *body_of(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");
    bool good = strncmp(answer, "HTTP/1.", 7) == 0 && strncmp(answer + 8, " 200", 4) == 0;
    return end != NULL && good ? end + 4 : NULL;
}

/* The whole answer, up to the FIN, without its head. A node may redirect without one: then *answered is
 * false.
 */
static bool get_once(int fd, const char *path, const char *file, bool *answered)
{
    static char room[ROOM];
    char request[PATH_ROOM];
    size_t used = 0;
    ssize_t got;
    bool in_body = false;
    int length = snprintf(request, sizeof request, "GET /%s HTTP/1.0\r\n\r\n", path);
    FILE *out = fopen(file, "wb");
    if (out == NULL || !write_all(fd, request, (size_t)length))
        return false;
    while ((got = recv(fd, room + used, sizeof room - 1 - used, 0)) > 0) {
        used += (size_t)got;
        room[used] = '\0';
        const char *body = in_body ? room : body_of(room);
        if (body == NULL)
            continue;
        fwrite(body, 1, (size_t)(room + used - body), out);
        in_body = true;
        used = 0;
    }
    *answered = in_body;
    return fclose(out) == 0 && got == 0 && (in_body || used == 0);
}

static void read_option(const struct kernel_affinity_option *option, char address[INET6_ADDRSTRLEN],
                        char port[8])
{
    bool ipv4 = option->octets[1] == KERNEL_AFFINITY_IPV4;
    uint16_t number;
    inet_ntop(ipv4 ? AF_INET : AF_INET6, option->octets + 2, address, INET6_ADDRSTRLEN);
    memcpy(&number, option->octets + 2 + (ipv4 ? 4 : 16), sizeof number);
    snprintf(port, 8, "%u", ntohs(number));
}

static int get(const bpf_cgroup_maps *maps, char **argv)
{
    char address[INET6_ADDRSTRLEN], port[8];
    snprintf(address, sizeof address, "%s", argv[0]);
    snprintf(port, sizeof port, "%s", argv[1]);
    alarm(GET_SECONDS);
    for (int hop = 1; hop <= HOPS_MAX; hop++) {
        char file[PATH_ROOM];
        struct kernel_affinity_option option;
        snprintf(file, sizeof file, "%s.%d", argv[3], hop);
        int fd = connect_to(address, port);
        bool answered = false;
        if (fd < 0 || !get_once(fd, argv[2], file, &answered))
            return trouble(address);
        bool redirected = bpf_map_lookup_elem(maps->received, &fd, &option) == 0;
        close(fd);
        if (!answered && !redirected)
            return trouble(address);
        if (answered)
            printf("served %s %s\n", address, port);
        if (!redirected)
            return 0;
        read_option(&option, address, port);
        printf("redirect %s %s\n", address, port);
    }
    fprintf(stderr, "kernel-affinity: redirected %d times\n", HOPS_MAX);
    return 1;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 6 && strcmp(argv[1], "serve") == 0)
        return bpf_cgroup_run(serve, argv + 2);
    if (argc == 6 && strcmp(argv[1], "get") == 0)
        return bpf_cgroup_run(get, argv + 2);
    fprintf(stderr, "usage: kernel-affinity serve PORT FOLDER IPV4 IPV6 | get ADDRESS PORT PATH FILE\n");
    return TROUBLE;
}
