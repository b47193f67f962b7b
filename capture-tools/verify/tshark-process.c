/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs tshark and reads both its outputs, so that neither fills up. Spec: tshark(1). */
#include "tshark-process.h"

#include "json-objects.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHUNK 65536
#define COMPLAINTS_MAX 2048 /* octets of what it says on stderr that are kept */

struct tshark_process {
    GPid pid;
    int out, err;        /* -1: closed */
    char *configuration; /* an empty folder in place of the user's */
    char octets[CHUNK];  /* of `out`, */
    gsize begin, end;    /* [begin, end) are not taken yet */
    json_objects objects;
    char *valid; /* the frame, where its text had to be mended */
    GString *complaints;
    int status; /* of waitpid(2), when pid is 0 */
};

static GPtrArray *arguments_of(const char *tshark, const char *capture, char **preferences)
{
    /* The tool puts no fragments together. */
    static const char *const fixed[] = {
        "-n", "-T", "json", "--no-duplicate-keys", "-o", "ip.defragment:FALSE", "-o", "ipv6.defragment:FALSE",
        "-r"
    };
    GPtrArray *arguments = g_ptr_array_new();
    g_ptr_array_add(arguments, (char *)tshark);
    for (; *preferences != NULL; preferences++) {
        g_ptr_array_add(arguments, (char *)"-o");
        g_ptr_array_add(arguments, *preferences);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(fixed); i++)
        g_ptr_array_add(arguments, (char *)fixed[i]);
    g_ptr_array_add(arguments, (char *)capture);
    g_ptr_array_add(arguments, NULL);
    return arguments;
}

/* Its words are looked for in no other language, and the preferences are those that it is given. */
static char **environment_of(const tshark_process *p)
{
    char **environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C.UTF-8", TRUE);
    return g_environ_setenv(environment, "WIRESHARK_CONFIG_DIR", p->configuration, TRUE);
}

static bool spawn(tshark_process *p, GPtrArray *arguments, GError **error)
{
    g_auto(GStrv) environment = environment_of(p);
    return g_spawn_async_with_pipes(NULL, (char **)arguments->pdata, environment, G_SPAWN_DO_NOT_REAP_CHILD,
                                    NULL, NULL, &p->pid, NULL, &p->out, &p->err, error);
}

tshark_process *tshark_process_start(const char *tshark, const char *capture, char **preferences,
                                     GError **error)
{
    tshark_process *p = g_new0(tshark_process, 1);
    p->out = p->err = -1;
    p->objects.text = g_string_new(NULL);
    p->complaints = g_string_new(NULL);
    p->configuration = g_dir_make_tmp("catshark-XXXXXX", error);
    if (p->configuration != NULL) {
        g_autofree char *path = g_canonicalize_filename(capture, NULL);
        g_autoptr(GPtrArray) arguments = arguments_of(tshark, path, preferences);
        if (spawn(p, arguments, error))
            return p;
    }
    tshark_process_free(p);
    return NULL;
}

/* ---- what it writes ---- */

static void close_pipe(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void read_complaints(tshark_process *p)
{
    char octets[1024];
    ssize_t got = read(p->err, octets, sizeof octets);
    if (got > 0 && p->complaints->len < COMPLAINTS_MAX)
        g_string_append_len(p->complaints, octets, got);
    else if (got == 0 || (got < 0 && errno != EINTR))
        close_pipe(&p->err);
}

static void read_frames(tshark_process *p)
{
    ssize_t got = read(p->out, p->octets, sizeof p->octets);
    p->begin = 0;
    p->end = got > 0 ? (gsize)got : 0;
    if (got == 0 || (got < 0 && errno != EINTR))
        close_pipe(&p->out);
}

/* Waits for either output. False when a signal came. */
static bool read_more(tshark_process *p)
{
    struct pollfd pipes[] = { { .fd = p->out, .events = POLLIN }, { .fd = p->err, .events = POLLIN } };
    if (poll(pipes, G_N_ELEMENTS(pipes), -1) < 0)
        return errno != EINTR;
    if (pipes[1].revents != 0)
        read_complaints(p);
    if (pipes[0].revents != 0)
        read_frames(p);
    return true;
}

/* Names and payloads of a capture need not be UTF-8, and JSON is. */
static const char *valid_text(tshark_process *p)
{
    const GString *text = p->objects.text;
    if (g_utf8_validate_len(text->str, text->len, NULL))
        return text->str;
    g_free(p->valid);
    p->valid = g_utf8_make_valid(text->str, (gssize)text->len);
    return p->valid;
}

tshark_status tshark_process_next(tshark_process *p, const char **json)
{
    for (;;) {
        p->begin += json_objects_take(&p->objects, p->octets + p->begin, p->end - p->begin);
        if (p->objects.complete) {
            *json = valid_text(p);
            return TSHARK_FRAME;
        }
        if (p->out < 0 && p->err < 0)
            return TSHARK_END;
        if (!read_more(p))
            return TSHARK_INTERRUPTED;
    }
}

/* ---- its end ---- */

static void wait_for(tshark_process *p)
{
    if (p->pid == 0)
        return;
    while (waitpid(p->pid, &p->status, 0) < 0 && errno == EINTR)
        ;
    g_spawn_close_pid(p->pid);
    p->pid = 0;
}

char *tshark_process_trouble(tshark_process *p)
{
    g_autofree char *how = NULL;
    wait_for(p);
    if (p->status == 0)
        return NULL;
    if (WIFSIGNALED(p->status))
        how =
            g_strdup_printf("ended by signal %d (%s)", WTERMSIG(p->status), g_strsignal(WTERMSIG(p->status)));
    else
        how = g_strdup_printf("exit status %d", WEXITSTATUS(p->status));
    g_autofree char *said = g_utf8_make_valid(p->complaints->str, (gssize)p->complaints->len);
    g_strdelimit(g_strstrip(said), "\n\r\t", ' ');
    return g_strdup_printf("%s%s%s", how, said[0] != '\0' ? ": " : "", said);
}

void tshark_process_free(tshark_process *p)
{
    if (p == NULL)
        return;
    close_pipe(&p->out);
    close_pipe(&p->err);
    if (p->pid != 0)
        kill(p->pid, SIGTERM);
    wait_for(p);
    if (p->configuration != NULL)
        g_rmdir(p->configuration);
    g_free(p->configuration);
    g_string_free(p->objects.text, TRUE);
    g_string_free(p->complaints, TRUE);
    g_free(p->valid);
    g_free(p);
}
