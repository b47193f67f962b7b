/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Fills the forwarders' memory of flows and looks flows up in it, in no order that a memory foresees: prints
 * octets a flow, and CPU time to add a flow, to find one, and of the slowest addition (the memory grows). */
#include "bench/cpu-time.h"
#include "capture-tools/roles/flow-pins.h"
#include "scatter.h"

#include <stdio.h>
#include <stdlib.h>

enum { FINDS = 4000000 };

static cats_flow_key key_of(uint32_t flow)
{
    return (cats_flow_key){ .source = { 4, { 10, 1, (uint8_t)(flow >> 24), (uint8_t)(flow >> 16) } },
                            .destination = { 4, { 192, 0, 2, 80 } },
                            .source_port = (uint16_t)flow,
                            .destination_port = 80,
                            .protocol = 17,
                            .ports_known = 1 };
}

int main(int argc, char **argv)
{
    uint32_t flows = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0, found = 0;
    if (flows == 0) {
        fprintf(stderr, "usage: %s FLOWS\n", argv[0]);
        return 2;
    }
    flow_pins *pins = flow_pins_new(flows, INT64_C(300000000000), NULL);
    int64_t slowest = 0, begin = cpu_ns(), before = begin;
    for (uint32_t i = 0; i < flows; i++) {
        cats_flow_key key = key_of(i);
        flow_pins_add(pins, &key, cats_flow_key_hash(&key), 0, pins);
        int64_t now = cpu_ns();
        slowest = MAX(slowest, now - before);
        before = now;
    }
    int64_t added = before - begin;
    scatter order = { .count = flows };
    for (uint32_t i = 0; i < FINDS; i++) {
        cats_flow_key key = key_of(scatter_next(&order));
        found += flow_pins_find(pins, &key, cats_flow_key_hash(&key), 1) == pins;
    }
    printf("%.1f %.0f %.0f %.2f\n", (double)flow_pins_memory(pins) / flows, (double)added / flows,
           (double)(cpu_ns() - before) / FINDS, (double)slowest / 1e6);
    flow_pins_free(pins);
    return found == FINDS ? 0 : 2;
}
