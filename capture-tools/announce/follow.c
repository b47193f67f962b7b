/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Lines of the control socket. Spec: man/catshark-ctl.1. */
#include "follow.h"
#include "capture-tools/live/control.h"
#include <unistd.h>

#define AGGREGATE_ID_MAX 0xffffff

/* A member that is a whole number from 0 to `high`. */
static bool take_number(JsonObject *object, const char *name, int64_t high, uint32_t *value)
{
    JsonNode *node = json_object_get_member(object, name);
    if (node == NULL || !JSON_NODE_HOLDS_VALUE(node) || json_node_get_value_type(node) != G_TYPE_INT64)
        return false;
    int64_t number = json_node_get_int(node);
    *value = (uint32_t)number;
    return number >= 0 && number <= high;
}

bool follow_read(const char *line, cats_merged *merged, uint32_t *aggregate_id)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    if (root == NULL || !JSON_NODE_HOLDS_OBJECT(root))
        return false;
    JsonNode *node = json_object_get_member(json_node_get_object(root), "announcement");
    if (node == NULL || !JSON_NODE_HOLDS_OBJECT(node))
        return false;
    JsonObject *said = json_node_get_object(node);
    uint32_t score;
    *merged =
        (cats_merged){ .available = !json_object_get_boolean_member_with_default(said, "withdrawn", TRUE) };
    if (!take_number(said, "cats.aggregate_id", AGGREGATE_ID_MAX, aggregate_id) ||
        !take_number(said, "score", CATS_SCORE_MAX, &score) ||
        !take_number(said, "capacity", UINT32_MAX, &merged->capacity) ||
        !take_number(said, "load", UINT32_MAX, &merged->load))
        return false;
    merged->score = (uint8_t)score;
    return true;
}

static void take_line(void *context, int64_t now, char *line)
{
    const follow *f = context;
    cats_merged merged;
    uint32_t aggregate_id;
    (void)now;
    if (line != NULL && follow_read(line, &merged, &aggregate_id))
        f->hear(f->context, &merged, aggregate_id);
}

static void disconnect(follow *f)
{
    line_reader_stop(&f->reader);
    close(f->fd);
    f->fd = -1;
}

static void take_end(void *context, int64_t now)
{
    follow *f = context;
    (void)now;
    disconnect(f);
    f->hear(f->context, NULL, 0);
}

bool follow_try(follow *f, live_loop *loop, GError **error)
{
    if (f->fd >= 0)
        return true;
    f->fd = control_begin(f->path, (const char *const[]){ "follow", NULL }, error);
    if (f->fd < 0)
        return false;
    f->reader = (line_reader){ .line = take_line, .end = take_end, .context = f };
    line_reader_start(&f->reader, loop, f->fd);
    return true;
}

void follow_stop(follow *f)
{
    if (f->fd >= 0)
        disconnect(f);
}
