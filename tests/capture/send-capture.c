/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends the frames of a capture on an interface, one after another, each with tags put behind its addresses;
 * the same again and again where asked. usage: send-capture INTERFACE FILE TIMES [TPID...], outermost tag
 * first. */
#include "capture-tools/cli.h"
#include "capture-tools/io/capture-reader.h"
#include "capture-tools/live/link.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESSES = 12, TAG = 4, TAGS_MAX = 4, VID = 100 };

static size_t with_tags(const capture_frame *frame, char **tags, uint8_t *out)
{
    size_t used = ADDRESSES;
    memcpy(out, frame->data, ADDRESSES);
    for (; *tags != NULL; tags++, used += TAG) {
        unsigned long tpid = strtoul(*tags, NULL, 16);
        const uint8_t tag[TAG] = { (uint8_t)(tpid >> 8), (uint8_t)tpid, 0, VID };
        memcpy(out + used, tag, TAG);
    }
    memcpy(out + used, frame->data + ADDRESSES, frame->captured - ADDRESSES);
    return used + frame->captured - ADDRESSES;
}

static bool send_once(live_link *link, const char *path, char **tags, GError **error)
{
    static uint8_t octets[LIVE_LINK_FRAME_MAX];
    capture_frame frame;
    capture_reader *reader = capture_reader_open(path, NULL, error);
    if (reader == NULL)
        return false;
    while (capture_reader_next(reader, &frame) == CAPTURE_FRAME)
        if (frame.captured >= ADDRESSES && frame.captured + TAGS_MAX * TAG < sizeof octets)
            live_link_send(link, octets, with_tags(&frame, tags, octets));
    live_link_flush(link);
    capture_reader_close(reader);
    return true;
}

int main(int argc, char **argv)
{
    if (argc < 4 || argc > 4 + TAGS_MAX)
        return cli_trouble(NULL, "send-capture: %d arguments, expected INTERFACE FILE TIMES [TPID...]",
                           argc - 1);
    GError *error = NULL;
    const link_options options = { .interface = argv[1], .direction = LINK_INBOUND, .filter = "less 1" };
    live_link *link = live_link_open(&options, &error);
    bool good = link != NULL;
    for (long times = strtol(argv[3], NULL, 10); good && times > 0; times--)
        good = send_once(link, argv[2], argv + 4, &error);
    if (!good)
        cli_trouble(NULL, "send-capture: %s", error->message);
    else
        printf("sent %u failed %u\n", (unsigned)live_link_count(link).sent,
               (unsigned)live_link_count(link).send_failures);
    live_link_close(link);
    return good ? CLI_OK : CLI_TROUBLE;
}
