/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The control socket: commands and refusals, lines in pieces and too long, sockets left behind and taken. */
#include "capture-tools/live/control.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

typedef struct scene {
    char *folder, *path;
    live_loop *loop;
    control *control;
    unsigned value;
} scene;

static bool run_set(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                    GError **error)
{
    scene *s = context;
    (void)now;
    if (!g_ascii_isdigit(arguments[1][0])) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, "\"%s\", expected a digit", arguments[1]);
        return false;
    }
    s->value = (unsigned)g_ascii_digit_value(arguments[1][0]);
    json_builder_set_member_name(answer, arguments[0]);
    json_builder_add_int_value(answer, s->value);
    return true;
}

static bool run_end(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                    GError **error)
{
    (void)now, (void)arguments, (void)answer, (void)error;
    live_loop_stop(((scene *)context)->loop);
    return true;
}

static const control_command commands[] = { { "set", "NAME VALUE", run_set },
                                            { "end", "", run_end },
                                            { NULL, NULL, NULL } };

static scene start(void)
{
    scene s = { .folder = g_dir_make_tmp("catshark-control-XXXXXX", NULL), .loop = live_loop_new() };
    s.path = g_build_filename(s.folder, "socket", NULL);
    GError *error = NULL;
    s.control = control_open(s.loop, s.path, &error);
    g_assert_no_error(error);
    return s;
}

static void stop(scene *s)
{
    control_close(s->control);
    g_assert_false(g_file_test(s->path, G_FILE_TEST_EXISTS));
    live_loop_free(s->loop);
    g_rmdir(s->folder);
    g_free(s->path);
    g_free(s->folder);
}

/* The other side runs in a thread; the loop ends with its last command, or after so long. */
static void run(scene *s, GThreadFunc other)
{
    control_add(s->control, commands, s);
    GThread *thread = g_thread_new("client", other, s);
    live_loop_run(s->loop, live_loop_now() + INT64_C(20000000000));
    g_thread_join(thread);
}

static void assert_refused(const char *path, const char *const *words, const char *message)
{
    g_autoptr(GError) error = NULL;
    g_assert_null(control_ask(path, words, &error));
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_REFUSED);
    g_assert_cmpstr(error->message, ==, message);
}

static void ask_end(const char *path)
{
    g_autoptr(JsonNode) answer = control_ask(path, (const char *const[]){ "end", NULL }, NULL);
    g_assert_nonnull(answer);
}

static void *ask_commands(void *context)
{
    const scene *s = context;
    g_autoptr(JsonNode) answer = control_ask(s->path, (const char *const[]){ "set", "x", "7", NULL }, NULL);
    g_assert_nonnull(answer);
    g_assert_cmpint(json_object_get_int_member(json_node_get_object(answer), "x"), ==, 7);
    assert_refused(s->path, (const char *const[]){ "set", "x", "seven", NULL },
                   "\"seven\", expected a digit");
    assert_refused(s->path, (const char *const[]){ "set", "x", NULL },
                   "\"set x\", expected one of: set NAME VALUE, end");
    assert_refused(s->path, (const char *const[]){ "put", NULL },
                   "\"put\", expected one of: set NAME VALUE, end");
    ask_end(s->path);
    return NULL;
}

static void test_commands(void)
{
    scene s = start();
    run(&s, ask_commands);
    g_assert_cmpuint(s.value, ==, 7);
    stop(&s);
}

static int connected(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, path, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(connect(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    return fd;
}

/* What is no request gets a refusal; a line without end, and an octet that no text has, end the connection.
 */
static void *ask_nonsense(void *context)
{
    static const char *const lines[] = { "\n",
                                         "x\n",
                                         "[]\n",
                                         "{\"command\": 5}\n",
                                         "{\"command\": {\"a\": 1}}\n",
                                         "{\"command\": \"set\", \"arguments\": [1, 2]}\n",
                                         "null\n" };
    const scene *s = context;
    char answer[512];
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        int fd = connected(s->path);
        for (const char *at = lines[i]; *at != '\0'; at++) /* octet by octet */
            g_assert_cmpint(send(fd, at, 1, MSG_NOSIGNAL), ==, 1);
        ssize_t got = recv(fd, answer, sizeof answer - 1, 0);
        g_assert_cmpint(got, >, 0);
        answer[got] = '\0';
        g_assert_true(g_str_has_prefix(answer, "{\"ok\":false,\"error\":"));
        close(fd);
    }
    int fd = connected(s->path);
    char many[8192];
    memset(many, 'x', sizeof many);
    (void)send(fd, many, sizeof many, MSG_NOSIGNAL);
    g_assert_cmpint(recv(fd, answer, sizeof answer, 0), <=, 0);
    close(fd);
    fd = connected(s->path);
    (void)send(fd, "a\0b\n", 4, MSG_NOSIGNAL);
    g_assert_cmpint(recv(fd, answer, sizeof answer, 0), <=, 0);
    close(fd);
    ask_end(s->path);
    return NULL;
}

static void test_nonsense(void)
{
    scene s = start();
    run(&s, ask_nonsense);
    stop(&s);
}

static void test_sockets(void)
{
    scene s = start();
    GError *error = NULL;
    g_assert_null(control_open(s.loop, s.path, &error)); /* is listened to */
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET);
    g_clear_error(&error);
    g_autofree char *file = g_build_filename(s.folder, "file", NULL);
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    g_assert_null(control_open(s.loop, file, &error)); /* is no socket, and stays */
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET);
    g_clear_error(&error);
    g_assert_true(g_file_test(file, G_FILE_TEST_IS_REGULAR));
    g_unlink(file);
    /* Left behind by one that died: taken over. */
    g_autofree char *left = g_build_filename(s.folder, "left", NULL);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    g_strlcpy(address.sun_path, left, sizeof address.sun_path);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    g_assert_cmpint(bind(fd, (struct sockaddr *)&address, sizeof address), ==, 0);
    close(fd);
    control *over = control_open(s.loop, left, &error);
    g_assert_no_error(error);
    control_close(over);
    g_autofree char *longest = g_strnfill(200, 'x');
    g_assert_null(control_open(s.loop, longest, &error));
    g_assert_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET);
    g_clear_error(&error);
    stop(&s);
}

/* ---- followers ---- */

static bool run_follow(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                       GError **error)
{
    (void)now, (void)arguments, (void)answer, (void)error;
    control_follow(((scene *)context)->control);
    return true;
}

static bool run_say(void *context, int64_t now, const char *const *arguments, JsonBuilder *answer,
                    GError **error)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    (void)now, (void)answer, (void)error;
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "said");
    json_builder_add_string_value(builder, arguments[0]);
    json_builder_end_object(builder);
    control_tell(((scene *)context)->control, builder);
    return true;
}

static const control_command following[] = { { "follow", "", run_follow },
                                             { "say", "WORD", run_say },
                                             { NULL, NULL, NULL } };

static void assert_line(int fd, const char *expected)
{
    char line[64] = "";
    for (size_t i = 0; i + 1 < sizeof line && recv(fd, line + i, 1, 0) == 1 && line[i] != '\n';)
        i++;
    g_assert_cmpstr(line, ==, expected);
}

/* Who follows hears what others cause, in order; one who has gone is no trouble. */
static gpointer follow(gpointer pointer)
{
    scene *s = pointer;
    const char *const begin[] = { "follow", NULL };
    const char *const says[][3] = { { "say", "one", NULL }, { "say", "two", NULL } };
    int fd = control_begin(s->path, begin, NULL), gone = control_begin(s->path, begin, NULL);
    g_assert_cmpint(fd, >=, 0);
    assert_line(fd, "{\"ok\":true}\n");
    assert_line(gone, "{\"ok\":true}\n");
    close(gone);
    for (unsigned i = 0; i < G_N_ELEMENTS(says); i++)
        json_node_unref(control_ask(s->path, says[i], NULL));
    assert_line(fd, "{\"said\":\"one\"}\n");
    assert_line(fd, "{\"said\":\"two\"}\n");
    close(fd);
    json_node_unref(control_ask(s->path, (const char *const[]){ "end", NULL }, NULL));
    return NULL;
}

static void test_follow(void)
{
    scene s = start();
    control_add(s.control, following, &s);
    run(&s, follow);
    stop(&s);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/control/commands", test_commands);
    g_test_add_func("/control/nonsense", test_nonsense);
    g_test_add_func("/control/sockets", test_sockets);
    g_test_add_func("/control/follow", test_follow);
    return g_test_run();
}
