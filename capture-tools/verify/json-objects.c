/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts braces outside of strings. Spec: RFC 8259 s4, s5, s7. */
#include "json-objects.h"

static void step(json_objects *o, char c)
{
    if (o->in_string) {
        bool ends = c == '"' && !o->escaped;
        o->escaped = c == '\\' && !o->escaped;
        o->in_string = !ends;
        return;
    }
    o->in_string = c == '"' && o->depth > 0;
    if (c == '{')
        o->depth++;
    else if (c == '}' && o->depth > 0)
        o->complete = --o->depth == 0;
}

gsize json_objects_take(json_objects *o, const char *octets, gsize length)
{
    gsize begin = 0, taken = 0;
    if (o->complete)
        g_string_truncate(o->text, 0);
    o->complete = false;
    while (taken < length && !o->complete) {
        if (o->depth == 0)
            begin = taken;
        step(o, octets[taken++]);
    }
    if (o->depth > 0 || o->complete)
        g_string_append_len(o->text, octets + begin, (gssize)(taken - begin));
    return taken;
}
