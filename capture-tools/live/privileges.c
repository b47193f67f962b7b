/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The capabilities of live verbs: looked for, raised, dropped. Spec: capabilities(7), prctl(2). */
#include "privileges.h"

#include "interface.h"
#include <errno.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

static const struct right {
    privilege bit;
    cap_value_t value;
    const char *name, *needed_for;
} rights[] = {
    { PRIVILEGE_RAW, CAP_NET_RAW, "cap_net_raw", "packet sockets" },
    { PRIVILEGE_ADMIN, CAP_NET_ADMIN, "cap_net_admin", "routes and neighbours" },
};

char *privileges_setcap_line(unsigned wanted)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *quoted = g_shell_quote(program != NULL ? program : "catshark");
    bool plain = program == NULL || strpbrk(program, " \t\n\"'\\$`&|;<>()*?[]#~") == NULL;
    GString *line = g_string_new("setcap ");
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++)
        if ((wanted & rights[i].bit) != 0)
            g_string_append_printf(line, "%s%s", line->str[line->len - 1] == ' ' ? "" : ",", rights[i].name);
    g_string_append_printf(line, "+ep %s", plain && program != NULL ? program : quoted);
    return g_string_free(line, FALSE);
}

/* ---- asking ---- */

static bool has(cap_t set, cap_flag_t flag, cap_value_t value)
{
    cap_flag_value_t state;
    return cap_get_flag(set, value, flag, &state) == 0 && state == CAP_SET;
}

/* True when the right is effective, or permitted and could be raised. */
static bool raise_right(cap_t set, const struct right *right)
{
    if (has(set, CAP_EFFECTIVE, right->value))
        return true;
    return has(set, CAP_PERMITTED, right->value) &&
           cap_set_flag(set, CAP_EFFECTIVE, 1, &right->value, CAP_SET) == 0 && cap_set_proc(set) == 0;
}

bool privileges_check(unsigned wanted, GError **error)
{
    cap_t set = cap_get_proc();
    const struct right *missing = set == NULL ? &rights[0] : NULL;
    for (size_t i = 0; set != NULL && missing == NULL && i < G_N_ELEMENTS(rights); i++)
        if ((wanted & rights[i].bit) != 0 && !raise_right(set, &rights[i]))
            missing = &rights[i];
    cap_free(set);
    if (missing == NULL)
        return true;
    g_autofree char *line = privileges_setcap_line(wanted);
    g_set_error(error, LIVE_ERROR, LIVE_ERROR_PERMISSION,
                "no %s, needed for %s; run as root, or give it with: %s", missing->name, missing->needed_for,
                line);
    return false;
}

/* ---- dropping ---- */

/* The bounding set is for root's children; without CAP_SETPCAP it stays, and no_new_privs stands in its way.
 */
static void empty_bounding_set(cap_t set)
{
    if (!has(set, CAP_EFFECTIVE, CAP_SETPCAP))
        return;
    for (cap_value_t value = 0; CAP_IS_SUPPORTED(value); value++)
        cap_drop_bound(value);
}

static bool keep_only(cap_t now, unsigned kept)
{
    cap_t left = cap_init();
    if (left == NULL)
        return false;
    for (size_t i = 0; i < G_N_ELEMENTS(rights); i++) {
        if ((kept & rights[i].bit) == 0 || !has(now, CAP_PERMITTED, rights[i].value))
            continue;
        cap_set_flag(left, CAP_PERMITTED, 1, &rights[i].value, CAP_SET);
        cap_set_flag(left, CAP_EFFECTIVE, 1, &rights[i].value, CAP_SET);
    }
    bool done = cap_set_proc(left) == 0;
    cap_free(left);
    return done;
}

bool privileges_drop(unsigned kept, GError **error)
{
    cap_t now = cap_get_proc();
    bool done = now != NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
    if (done) {
        empty_bounding_set(now);
        cap_reset_ambient();
        done = keep_only(now, kept);
    }
    if (!done)
        g_set_error(error, LIVE_ERROR, LIVE_ERROR_PERMISSION, "capabilities cannot be dropped: %s",
                    g_strerror(errno));
    cap_free(now);
    return done;
}
