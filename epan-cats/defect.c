/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A defect in words: the value, what was expected, and where. Spec: docs/rules.md. */
#include "defect.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

size_t cats_defect_format(const cats_defect *defect, char *text, size_t size)
{
    if (size == 0)
        return 0;
    const char *after = strchr(defect->expected, '#');
    char limit[24] = "";
    size_t before = strlen(defect->expected);
    if (after != NULL) {
        before = (size_t)(after++ - defect->expected);
        snprintf(limit, sizeof limit, "%" PRIu64, defect->limit);
    }
    int length =
        snprintf(text, size, "%s %" PRIu64 ", expected %.*s%s%s (octet %zu)", defect->subject, defect->found,
                 (int)before, defect->expected, limit, after == NULL ? "" : after, defect->at);
    if (length < 0) {
        text[0] = '\0';
        return 0;
    }
    return (size_t)length < size ? (size_t)length : size - 1;
}
