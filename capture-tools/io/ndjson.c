/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One JSON object per line. Spec: RFC 8259, one text per line. */
#include "ndjson.h"

bool ndjson_write_node(FILE *out, JsonNode *root)
{
    g_autoptr(JsonGenerator) generator = json_generator_new();
    json_generator_set_root(generator, root);
    gsize length;
    g_autofree char *text = json_generator_to_data(generator, &length);
    return fwrite(text, 1, length, out) == length && putc('\n', out) != EOF;
}

bool ndjson_write(FILE *out, JsonBuilder *builder)
{
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    json_builder_reset(builder);
    return ndjson_write_node(out, root);
}
