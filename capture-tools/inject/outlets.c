/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The texts of -i and --link, and the interfaces behind them. Spec: man/catshark-inject.1 (LINKS). */
#include "outlets.h"

#include "capture-tools/live/privileges.h"
#include <errno.h>
#include <string.h>

/* A slow interface is waited for: what is injected is not to be lost here. */
#define PATIENCE_MILLISECONDS 1000

static void clear_outlet(gpointer data)
{
    outlet *out = data;
    g_free(out->link);
    g_free(out->name);
    live_interface_free(out->interface);
    link_sender_close(out->sender);
}

static bool add_outlet(outlets *o, const char *text, unsigned count, GError **error)
{
    const char *equals = strchr(text, '=');
    const char *name = equals != NULL ? equals + 1 : text;
    if (*name == '\0' || equals == text || (equals == NULL && count > 1)) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "-i: \"%s\", expected one interface, or LINK=INTERFACE each time", text);
        return false;
    }
    outlet out = { .link = equals != NULL ? g_strndup(text, (gsize)(equals - text)) : NULL,
                   .name = g_strdup(name) };
    if (out.link != NULL && outlets_find(o, out.link) != OUTLET_NONE) {
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "-i: \"%s\", expected each link once",
                    text);
        clear_outlet(&out);
        return false;
    }
    g_array_append_val(o->list, out);
    if (out.link != NULL)
        g_ptr_array_add(o->not_found, g_strdup(out.link));
    return true;
}

static bool add_links(outlets *o, char *const *links, GError **error)
{
    for (; links != NULL && *links != NULL; links++) {
        if (g_array_index(o->list, outlet, 0).link != NULL) {
            g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                        "--link: \"%s\" beside -i LINK=INTERFACE, expected one of them", *links);
            return false;
        }
        g_ptr_array_add(o->selected, g_strdup(*links));
        g_ptr_array_add(o->not_found, g_strdup(*links));
    }
    return true;
}

outlets *outlets_new(char *const *interfaces, char *const *links, GError **error)
{
    outlets *o = g_new0(outlets, 1);
    o->list = g_array_new(FALSE, FALSE, sizeof(outlet));
    g_array_set_clear_func(o->list, clear_outlet);
    o->selected = g_ptr_array_new_with_free_func(g_free);
    o->not_found = g_ptr_array_new_with_free_func(g_free);
    unsigned count = g_strv_length((char **)(uintptr_t)interfaces);
    bool good = true;
    for (unsigned i = 0; good && i < count; i++)
        good = add_outlet(o, interfaces[i], count, error);
    if (good && add_links(o, links, error))
        return o;
    outlets_free(o);
    return NULL;
}

/* Two links may leave by one interface: each has a socket, and counts, of its own. */
static bool open_outlet(outlet *out, GError **error)
{
    live_interface *found = live_interface_read(out->name, error);
    out->interface = found;
    if (found == NULL)
        return false;
    if (!found->up) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_INTERFACE,
                    "interface \"%s\": it is down, expected it up: ip link set %s up", found->name,
                    found->name);
        return false;
    }
    out->sender = link_sender_open(found->index);
    if (out->sender == NULL) {
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_IO, "interface \"%s\": packet socket: %s", found->name,
                    g_strerror(errno));
        return false;
    }
    link_sender_set_patience(out->sender, PATIENCE_MILLISECONDS);
    return true;
}

bool outlets_open(outlets *o, GError **error)
{
    if (!privileges_check(PRIVILEGE_RAW, error))
        return false;
    for (guint i = 0; i < o->list->len; i++)
        if (!open_outlet(&g_array_index(o->list, outlet, i), error))
            return false;
    return true;
}

void outlets_free(outlets *o)
{
    if (o == NULL)
        return;
    g_array_free(o->list, TRUE);
    g_ptr_array_free(o->selected, TRUE);
    g_ptr_array_free(o->not_found, TRUE);
    g_free(o);
}

static void note_found(outlets *o, const char *link)
{
    guint at;
    if (g_ptr_array_find_with_equal_func(o->not_found, link, g_str_equal, &at))
        g_ptr_array_remove_index(o->not_found, at);
}

int outlets_find(outlets *o, const char *link)
{
    bool all = o->selected->len == 0;
    if (link != NULL && !all && g_ptr_array_find_with_equal_func(o->selected, link, g_str_equal, NULL)) {
        note_found(o, link);
        return 0;
    }
    for (guint i = 0; i < o->list->len; i++) {
        const char *of = g_array_index(o->list, outlet, i).link;
        if (of == NULL && all)
            return (int)i;
        if (of == NULL || link == NULL || !g_str_equal(of, link))
            continue;
        note_found(o, link);
        return (int)i;
    }
    return OUTLET_NONE;
}
