/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: arbitrary text as a topology file gives a topology or an error that says where. */
#include "epan-cats/topology.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    GError *error = NULL;
    cats_topology *topology = cats_topology_parse((const char *)data, size, "fuzz.conf", &error);

    g_assert_true((topology == NULL) == (error != NULL));
    if (error != NULL)
        g_assert_true(g_str_has_prefix(error->message, "fuzz.conf"));
    g_clear_error(&error);
    cats_topology_free(topology);
    return 0;
}
