/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Learns so many UPDATEs, no two alike, into a table of routes as large as the plugin's: prints the CPU time
 * that one takes, read and learned, in nanoseconds. */
#include "bench/cpu-time.h"
#include "bench/numbered-update.h"
#include "epan-cats/cats-route-table.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    char *end = "";
    unsigned long count = argc == 2 ? strtoul(argv[1], &end, 10) : 0;
    if (count == 0 || count > NUMBERED_UPDATE_MAX || *end != '\0') {
        fprintf(stderr, "usage: %s UPDATES\n", argv[0]);
        return 2;
    }
    cats_route_table *table = cats_route_table_new(CATS_ROUTE_TABLE_ROUTES_DEFAULT);
    const cats_route_peer peer = { { 4, { 10, 9, 1, 1 } }, { 4, { 10, 9, 1, 2 } } };
    numbered_update update = numbered_update_begin();
    unsigned long learned = 0;
    int64_t begin = cpu_ns();
    for (uint32_t n = 0; n < count; n++) {
        cats_route_update read;
        cats_defect defect;
        numbered_update_set(&update, n);
        if (cats_route_update_read(&cats_route_codes_default, update.octets + BGP_HEADER_LENGTH,
                                   update.length - BGP_HEADER_LENGTH, &read, &defect))
            learned += cats_route_table_learn(table, &peer, (cats_moment){ n + 1, n }, &read, false);
    }
    printf("%.0f\n", (double)(cpu_ns() - begin) / (double)count);
    cats_route_table_free(table);
    return learned == count ? 0 : 2;
}
