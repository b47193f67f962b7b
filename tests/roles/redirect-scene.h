/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A client role and a service node role on a virtual link: party 0 is the client. */
#ifndef TESTS_ROLES_REDIRECT_SCENE_H
#define TESTS_ROLES_REDIRECT_SCENE_H

#include "capture-tools/roles/client.h"
#include "capture-tools/roles/service-node.h"
#include "virtual-link.h"

typedef struct scene {
    virtual_link *link;
    client_config client_config;
    service_node_config node_config;
    tcp_settings tcp; /* of both, unless the configurations say otherwise */
    client *client;   /* made by scene_start() */
    service_node *node;
    unsigned family;
    uint8_t edited[2048]; /* the last FIN a tap has changed */
} scene;

/* Configurations may be changed before scene_start(). Time-outs are patient enough for bad links. */
scene *scene_new(uint32_t seed, unsigned family);
void scene_start(scene *s);
void scene_free(scene *s);
bool scene_open(scene *s, uint16_t source_port);
void scene_run(scene *s, int64_t duration);

cats_address scene_client(unsigned family);
cats_address scene_anycast(unsigned family);
cats_address scene_own(unsigned family);
#define SCENE_ANYCAST_PORT 80
#define SCENE_OWN_PORT 8080
/* The flow of what arrives at the client from the anycast address. */
cats_flow_key scene_flow(unsigned family, uint16_t client_port);

/* The packet again with other TCP options (checksums right), `fin` telling whether FIN is set; returns its
 * length. */
size_t scene_with_options(const uint8_t *octets, size_t length, const uint8_t *options, size_t options_length,
                          bool fin, uint8_t *out, size_t size);
/* Reads a packet that a role has built. */
tcp_segment scene_read(const scene *s, const uint8_t *octets, size_t length);

#endif
