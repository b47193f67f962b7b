/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends frames of the tests on an interface, in small bursts, so that what becomes of them does not depend on
 * room. Spec: packet(7). */
#ifndef TESTS_LAB_FRAME_SENDER_H
#define TESTS_LAB_FRAME_SENDER_H

#include <stddef.h>
#include <stdint.h>

#define FRAME_SENDER_ETHERNET 14
#define FRAME_SENDER_MAX 9014

typedef struct frame_sender_frame {
    size_t length; /* with the Ethernet header */
    uint8_t octets[FRAME_SENDER_MAX];
} frame_sender_frame;

typedef struct frame_sender frame_sender;

/* `mac`: of who receives, as text. Ends the process with a line on standard error where it cannot be. */
frame_sender *frame_sender_open(const char *interface, const char *mac);
void frame_sender_close(frame_sender *s);
/* Writes an Ethernet header without a tag. */
void frame_sender_head(const frame_sender *s, uint16_t ethertype, frame_sender_frame *f);
void frame_sender_send(frame_sender *s, const frame_sender_frame *f);

#endif
