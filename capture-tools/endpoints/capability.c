/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What clients announce on their SYN, by a word. Spec: man/catshark-simulate.1. */
#include "capability.h"

#include <glib.h>

static const struct {
    const char *text;
    client_capability value;
} words[] = {
    { "saf", CLIENT_SAF },
    { "permit", CLIENT_PERMIT_EXID },
    { "raw", CLIENT_PERMIT_RAW },
    { "none", CLIENT_INCAPABLE },
};

bool client_capability_read(const char *text, client_capability *value, char **message)
{
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (!g_str_equal(text, words[i].text))
            continue;
        *value = words[i].value;
        return true;
    }
    GString *expected = g_string_new(NULL);
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        g_string_append_printf(expected, "%s%s",
                               i == 0                        ? ""
                               : i + 1 < G_N_ELEMENTS(words) ? ", "
                                                             : " or ",
                               words[i].text);
    *message = g_strdup_printf("\"%s\", expected %s", text, expected->str);
    g_string_free(expected, TRUE);
    return false;
}
