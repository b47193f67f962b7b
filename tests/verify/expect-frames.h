/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for tests of the semantic difference: of every kind that the comparison tells apart. */
#ifndef CATSHARK_TESTS_EXPECT_FRAMES_H
#define CATSHARK_TESTS_EXPECT_FRAMES_H

#include <glib.h>
#include <stdint.h>

typedef struct expect_frame {
    const char *name; /* "IPv6 UDP, last fragment" */
    uint32_t length;
    uint8_t octets[2048];
} expect_frame;

/* Ethernet frames, of expect_frame: TCP, UDP, ICMP, ICMP errors and fragments, IPv4 and IPv6, bare and in
 * SRv6 of three shapes, tagged and not; checksums are right. To be freed with g_array_free(). */
GArray *expect_frames_make(void);
/* The frames of a capture of samples/ are appended, at most `most` of them. */
void expect_frames_read(GArray *frames, const char *sample, unsigned most);

#endif
