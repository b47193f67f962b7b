/* SPDX-License-Identifier: GPL-2.0-or-later */
/* TCP goodput. As receiver: takes what comes on a port until it is ended. As sender: fills connections for so
 * long, waits until the receiver has all and closes, and prints megabits a second. Spec: tcp(7). */
#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CHUNK = 128 * 1024, STREAMS_MAX = 64, PATIENCE_MS = 10000 };

static char chunk[CHUNK];

static int fail(const char *what)
{
    perror(what);
    return 2;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static int receive(const struct sockaddr_in *address)
{
    struct pollfd fds[1 + STREAMS_MAX] = { { .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLIN } };
    nfds_t count = 1;
    int one = 1;
    setsockopt(fds[0].fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fds[0].fd, (const struct sockaddr *)address, sizeof *address) != 0 ||
        listen(fds[0].fd, STREAMS_MAX) != 0)
        return fail("listen");
    puts("listening");
    fflush(stdout);
    while (poll(fds, count, -1) > 0) {
        for (nfds_t i = count; i-- > 1;) {
            if (fds[i].revents == 0 || recv(fds[i].fd, chunk, sizeof chunk, 0) > 0)
                continue;
            close(fds[i].fd);
            fds[i] = fds[--count];
        }
        if (fds[0].revents != 0 && count <= STREAMS_MAX)
            fds[count++] = (struct pollfd){ .fd = accept(fds[0].fd, NULL, NULL), .events = POLLIN };
    }
    return fail("poll");
}

/* What the connections take until then. */
static double fill(struct pollfd *fds, nfds_t count, double until)
{
    double octets = 0;
    while (now() < until && poll(fds, count, PATIENCE_MS) > 0)
        for (nfds_t i = 0; i < count; i++) {
            ssize_t taken =
                fds[i].revents != 0 ? send(fds[i].fd, chunk, sizeof chunk, MSG_DONTWAIT | MSG_NOSIGNAL) : 0;
            octets += taken > 0 ? (double)taken : 0;
        }
    return octets;
}

/* The receiver closes once it has all. */
static int wait_for_end(struct pollfd *fds, nfds_t count)
{
    for (nfds_t i = 0; i < count; i++)
        shutdown(fds[i].fd, SHUT_WR);
    for (nfds_t i = 0; i < count; i++) {
        fds[i].events = POLLIN;
        if (poll(&fds[i], 1, PATIENCE_MS) != 1 || recv(fds[i].fd, chunk, 1, 0) != 0)
            return fail("the receiver did not close");
    }
    return 0;
}

static int send_to(const struct sockaddr_in *address, nfds_t count, double seconds)
{
    struct pollfd fds[STREAMS_MAX];
    for (nfds_t i = 0; i < count; i++) {
        fds[i] = (struct pollfd){ .fd = socket(AF_INET, SOCK_STREAM, 0), .events = POLLOUT };
        if (connect(fds[i].fd, (const struct sockaddr *)address, sizeof *address) != 0)
            return fail("connect");
    }
    double begin = now(), octets = fill(fds, count, begin + seconds);
    int status = wait_for_end(fds, count);
    if (status == 0)
        printf("%.0f\n", octets * 8 / (now() - begin) / 1e6);
    return status;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    unsigned long streams = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
    bool good = (argc == 3 || (argc == 5 && streams > 0 && streams <= STREAMS_MAX)) &&
                inet_pton(AF_INET, argv[1], &address.sin_addr) == 1;
    if (!good) {
        fprintf(stderr,
                "usage: %s ADDRESS PORT                 receives\n"
                "       %s ADDRESS PORT STREAMS SECONDS sends, 1-%d streams\n",
                argv[0], argv[0], STREAMS_MAX);
        return 2;
    }
    address.sin_port = htons((uint16_t)strtoul(argv[2], NULL, 10));
    return argc == 3 ? receive(&address) : send_to(&address, streams, strtod(argv[4], NULL));
}
