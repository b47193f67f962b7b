/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What tshark says of a frame as such: its size, and which layers it found. Spec: tshark(1) -T json. */
#ifndef CATSHARK_VERIFY_TSHARK_LAYERS_H
#define CATSHARK_VERIFY_TSHARK_LAYERS_H

#include <json-glib/json-glib.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct tshark_layers {
    uint32_t captured, wire; /* octets */
    bool walked;             /* the tool's walker passes all layers in front of the innermost IP or transport
                                header, and around it */
} tshark_layers;

/* False, all 0, when the frame's own fields are not there. */
bool tshark_layers_read(JsonNode *frame, tshark_layers *layers);
/* Of "eth:ethertype:ipv6:ipv6.routing:ip:tcp:http": true. */
bool tshark_layers_are_walked(const char *protocols);

#endif
