/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of frames for texts. Spec: docs/rules.md (texts of findings). */
#include "frame-name.h"

#include <stdio.h>

cats_frame_name cats_frame_name_of(cats_frame_namer namer, void *context, uint32_t frame)
{
    cats_frame_name name;
    if (namer != NULL)
        namer(context, frame, name.text);
    else
        snprintf(name.text, sizeof name.text, "frame %u", frame);
    return name;
}

cats_point_name cats_point_name_of(cats_point_namer namer, void *context, uint32_t point)
{
    cats_point_name name;
    if (namer != NULL)
        snprintf(name.text, sizeof name.text, "%s", namer(context, point));
    else
        snprintf(name.text, sizeof name.text, "capture point %u", point);
    return name;
}
