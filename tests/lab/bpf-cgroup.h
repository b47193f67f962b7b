/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A process whose sockets a BPF sockops program serves: in a cgroup of its own, which is removed when it has
 * ended. The program is attached as long as the parent lives, however that ends. Spec: cgroups(7), bpf(2)
 * (BPF_LINK_CREATE). */
#ifndef TESTS_LAB_BPF_CGROUP_H
#define TESTS_LAB_BPF_CGROUP_H

/* File descriptors of the program's maps. */
typedef struct bpf_cgroup_maps {
    int to_send, received;
} bpf_cgroup_maps;

/* Runs `body` in such a process and gives its exit status: 2, with a line on standard error, where the
 * program cannot be loaded or attached. SIGINT and SIGTERM end both. */
int bpf_cgroup_run(int (*body)(const bpf_cgroup_maps *maps, char **argv), char **argv);

#endif
