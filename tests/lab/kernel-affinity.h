/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The affinity option as both halves of kernel-affinity hold it: as on the wire, Kind, Length, address, port
 * in network byte order. Spec: docs/wire-formats.md. */
#ifndef TESTS_LAB_KERNEL_AFFINITY_H
#define TESTS_LAB_KERNEL_AFFINITY_H

#define KERNEL_AFFINITY_IPV4 8
#define KERNEL_AFFINITY_IPV6 20

struct kernel_affinity_option {
    unsigned char octets[KERNEL_AFFINITY_IPV6];
};

#endif
