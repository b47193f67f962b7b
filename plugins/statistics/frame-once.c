/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which keys each table was asked for in the frame at hand. */
#include "frame-once.h"

typedef struct asked {
    const conv_hash_t *table;
    uint8_t key[FRAME_ONCE_KEY_MAX];
} asked;

static GArray *all_asked;
static uint32_t frame;

static void forget_table(const conv_hash_t *table)
{
    for (guint i = all_asked->len; i-- > 0;)
        if (g_array_index(all_asked, asked, i).table == table)
            g_array_remove_index_fast(all_asked, i);
}

bool frame_once(const conv_hash_t *table, const packet_info *pinfo, const void *key, size_t length)
{
    asked now = { .table = table };
    memcpy(now.key, key, MIN(length, sizeof now.key));
    if (all_asked == NULL)
        all_asked = g_array_new(FALSE, FALSE, sizeof(asked));
    if (frame != pinfo->num)
        g_array_set_size(all_asked, 0);
    else if (table->hashtable == NULL)
        forget_table(table);
    frame = pinfo->num;
    for (guint i = 0; i < all_asked->len; i++) {
        const asked *before = &g_array_index(all_asked, asked, i);
        if (before->table == table && memcmp(before->key, now.key, sizeof now.key) == 0)
            return false;
    }
    g_array_append_val(all_asked, now);
    return true;
}
