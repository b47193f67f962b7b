/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One JSON object per line. Spec: RFC 8259, one text per line. */
#include "ndjson.h"

bool ndjson_write(FILE *out, JsonBuilder *builder)
{
    JsonNode *root = json_builder_get_root(builder);
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    gsize length;
    g_autofree char *text = json_generator_to_data(generator, &length);
    json_node_unref(root);
    json_builder_reset(builder);
    return fwrite(text, 1, length, out) == length && putc('\n', out) != EOF;
}
