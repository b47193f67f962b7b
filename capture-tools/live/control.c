/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Listening, reading lines, answering. Spec: unix(7); man/catshark-ctl.1. */
#include "control.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 8
#define CLIENTS_MAX 16
/* A request is short; whoever sends more in one line is let go. */
#define REQUEST_MAX 4096
#define FOLDER "/run/catshark"

G_DEFINE_QUARK(control_error, control_error)

typedef struct command_table {
    const control_command *commands;
    void *context;
} command_table;

typedef struct control_client {
    control *owner;
    int fd;
    bool follows;
    GString *line; /* what came of the next request */
} control_client;

struct control {
    live_loop *loop;
    char *path;
    int fd;
    GArray *tables;         /* of command_table */
    GPtrArray *clients;     /* of control_client */
    control_client *asking; /* whose request is run */
};

/* ---- the socket ---- */

static bool fill_address(const char *path, struct sockaddr_un *address, GError **error)
{
    *address = (struct sockaddr_un){ .sun_family = AF_UNIX };
    if (g_strlcpy(address->sun_path, path, sizeof address->sun_path) < sizeof address->sun_path)
        return true;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: %zu characters, expected at most %zu", path,
                strlen(path), sizeof address->sun_path - 1);
    return false;
}

static int connect_to(const char *path, GError **error)
{
    struct sockaddr_un address;
    if (!fill_address(path, &address, error))
        return -1;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: %s, expected a role that listens there",
                path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* A socket file whose owner has died. */
static bool remove_stale(const char *path, GError **error)
{
    struct stat status;
    if (lstat(path, &status) != 0)
        return true;
    int fd = S_ISSOCK(status.st_mode) ? connect_to(path, NULL) : -1;
    if (fd < 0 && S_ISSOCK(status.st_mode))
        return unlink(path) == 0 || errno == ENOENT;
    if (fd >= 0)
        close(fd);
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: %s, expected a path of its own", path,
                fd >= 0 ? "another role listens there" : "is there and is no socket");
    return false;
}

static int listen_at(const char *path, GError **error)
{
    struct sockaddr_un address;
    if (!fill_address(path, &address, error) || !remove_stale(path, error))
        return -1;
    if (g_str_has_prefix(path, FOLDER "/"))
        (void)mkdir(FOLDER, 0755);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    mode_t before = umask(0177);
    bool bound = fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof address) == 0;
    umask(before);
    if (bound && listen(fd, BACKLOG) == 0)
        return fd;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: %s", path, g_strerror(errno));
    if (fd >= 0)
        close(fd);
    return -1;
}

/* ---- one request ---- */

/* How many words "SITE WEIGHT" are. */
static guint word_count(const char *arguments)
{
    guint count = *arguments != '\0';
    for (const char *at = arguments; *at != '\0'; at++)
        count += *at == ' ';
    return count;
}

static const control_command *find_command(const control *c, const char *name, void **context)
{
    for (guint i = 0; i < c->tables->len; i++) {
        const command_table *table = &g_array_index(c->tables, command_table, i);
        for (const control_command *each = table->commands; each->name != NULL; each++)
            if (g_str_equal(each->name, name)) {
                *context = table->context;
                return each;
            }
    }
    return NULL;
}

static char *usage(const control *c)
{
    GString *text = g_string_new(NULL);
    for (guint i = 0; i < c->tables->len; i++)
        for (const control_command *each = g_array_index(c->tables, command_table, i).commands;
             each->name != NULL; each++)
            g_string_append_printf(text, "%s%s%s%s", text->len > 0 ? ", " : "", each->name,
                                   *each->arguments != '\0' ? " " : "", each->arguments);
    return g_string_free(text, FALSE);
}

static bool is_text(JsonNode *node)
{
    return node != NULL && JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING;
}

/* The words of the request, NULL ended; NULL when it has none or not only strings. */
static GStrv request_words(JsonNode *root)
{
    JsonObject *object = root != NULL && JSON_NODE_HOLDS_OBJECT(root) ? json_node_get_object(root) : NULL;
    JsonNode *command = object != NULL ? json_object_get_member(object, "command") : NULL;
    if (!is_text(command))
        return NULL;
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(words, g_strdup(json_node_get_string(command)));
    JsonNode *list = json_object_get_member(object, "arguments");
    JsonArray *array = list != NULL && JSON_NODE_HOLDS_ARRAY(list) ? json_node_get_array(list) : NULL;
    for (guint i = 0; array != NULL && i < json_array_get_length(array); i++) {
        JsonNode *each = json_array_get_element(array, i);
        if (!is_text(each))
            return NULL;
        g_ptr_array_add(words, g_strdup(json_node_get_string(each)));
    }
    g_ptr_array_add(words, NULL);
    return (GStrv)g_ptr_array_steal(words, NULL);
}

static bool run_command(const control *c, int64_t now, const char *line, JsonBuilder *answer, GError **error)
{
    g_autoptr(JsonNode) root = json_from_string(line, NULL);
    g_auto(GStrv) words = request_words(root);
    g_autofree char *commands = usage(c);
    if (words == NULL) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST,
                    "\"%.64s\", expected {\"command\": ..., \"arguments\": [...]} with one of: %s", line,
                    commands);
        return false;
    }
    void *context;
    const control_command *command = find_command(c, words[0], &context);
    if (command == NULL || g_strv_length(words) - 1 != word_count(command->arguments)) {
        g_autofree char *said = g_strjoinv(" ", words);
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_REQUEST, "\"%s\", expected one of: %s", said,
                    commands);
        return false;
    }
    return command->run(context, now, (const char *const *)words + 1, answer, error);
}

/* An answer always has "ok", and "error" when that is false. */
static char *answer_to(const control *c, int64_t now, const char *line)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "ok");
    json_builder_add_boolean_value(builder, TRUE);
    if (!run_command(c, now, line, builder, &error)) {
        json_builder_reset(builder);
        json_builder_begin_object(builder);
        json_builder_set_member_name(builder, "ok");
        json_builder_add_boolean_value(builder, FALSE);
        json_builder_set_member_name(builder, "error");
        json_builder_add_string_value(builder, error->message);
    }
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    return g_strconcat(text, "\n", NULL);
}

/* ---- clients ---- */

static void client_free(void *data)
{
    control_client *client = data;
    live_loop_unwatch(client->owner->loop, client->fd);
    close(client->fd);
    g_string_free(client->line, TRUE);
    g_free(client);
}

static bool send_text(int fd, const char *text)
{
    size_t length = strlen(text);
    return send(fd, text, length, MSG_NOSIGNAL) == (ssize_t)length;
}

/* False when the client does not read: it is let go, a role does not wait for it. */
static bool answer_lines(control_client *client, int64_t now)
{
    bool good = true;
    for (char *end = strchr(client->line->str, '\n'); good && end != NULL;
         end = strchr(client->line->str, '\n')) {
        *end = '\0';
        client->owner->asking = client;
        g_autofree char *answer = answer_to(client->owner, now, client->line->str);
        client->owner->asking = NULL;
        good = send_text(client->fd, answer);
        g_string_erase(client->line, 0, end - client->line->str + 1);
    }
    return good;
}

static void client_ready(void *context, int64_t now)
{
    control_client *client = context;
    char octets[1024];
    ssize_t got = recv(client->fd, octets, sizeof octets, 0);
    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got > 0 && memchr(octets, '\0', (size_t)got) == NULL) {
        g_string_append_len(client->line, octets, got);
        if (answer_lines(client, now) && client->line->len <= REQUEST_MAX)
            return;
    }
    g_ptr_array_remove_fast(client->owner->clients, client);
}

static void accept_client(void *context, int64_t now)
{
    control *c = context;
    (void)now;
    int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd < 0)
        return;
    if (c->clients->len == CLIENTS_MAX) {
        close(fd);
        return;
    }
    control_client *client = g_new0(control_client, 1);
    *client = (control_client){ .owner = c, .fd = fd, .line = g_string_new(NULL) };
    g_ptr_array_add(c->clients, client);
    live_loop_watch(c->loop, fd, client_ready, client);
}

control *control_open(live_loop *loop, const char *path, GError **error)
{
    int fd = listen_at(path, error);
    if (fd < 0)
        return NULL;
    control *c = g_new0(control, 1);
    c->loop = loop;
    c->path = g_strdup(path);
    c->fd = fd;
    c->tables = g_array_new(FALSE, FALSE, sizeof(command_table));
    c->clients = g_ptr_array_new_with_free_func(client_free);
    live_loop_watch(loop, fd, accept_client, c);
    return c;
}

void control_add(control *c, const control_command *commands, void *context)
{
    command_table table = { commands, context };
    g_array_append_val(c->tables, table);
}

void control_follow(control *c)
{
    c->asking->follows = true;
}

void control_tell(control *c, JsonBuilder *builder)
{
    if (c == NULL)
        return;
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    g_autofree char *line = g_strconcat(text, "\n", NULL);
    for (guint i = c->clients->len; i-- > 0;) {
        const control_client *client = g_ptr_array_index(c->clients, i);
        /* Who asks is answered first; what it learns by that is the newest already. */
        if (client->follows && client != c->asking && !send_text(client->fd, line))
            g_ptr_array_remove_index_fast(c->clients, i);
    }
}

void control_close(control *c)
{
    if (c == NULL)
        return;
    g_ptr_array_free(c->clients, TRUE);
    live_loop_unwatch(c->loop, c->fd);
    close(c->fd);
    unlink(c->path);
    g_array_free(c->tables, TRUE);
    g_free(c->path);
    g_free(c);
}

/* ---- the other side ---- */

static char *request_text(const char *const *words)
{
    g_autoptr(JsonBuilder) builder = json_builder_new();
    json_builder_begin_object(builder);
    json_builder_set_member_name(builder, "command");
    json_builder_add_string_value(builder, words[0]);
    json_builder_set_member_name(builder, "arguments");
    json_builder_begin_array(builder);
    for (size_t i = 1; words[i] != NULL; i++)
        json_builder_add_string_value(builder, words[i]);
    json_builder_end_array(builder);
    json_builder_end_object(builder);
    g_autoptr(JsonNode) root = json_builder_get_root(builder);
    g_autofree char *text = json_to_string(root, FALSE);
    return g_strconcat(text, "\n", NULL);
}

/* One line, without its end; NULL when the other side closed before. */
static char *read_line(int fd)
{
    GString *line = g_string_new(NULL);
    char octet;
    while (recv(fd, &octet, 1, 0) == 1 && octet != '\n')
        g_string_append_c(line, octet);
    if (line->len > 0)
        return g_string_free(line, FALSE);
    g_string_free(line, TRUE);
    return NULL;
}

int control_begin(const char *path, const char *const *words, GError **error)
{
    g_autofree char *request = request_text(words);
    int fd = connect_to(path, error);
    if (fd < 0 || send_text(fd, request))
        return fd;
    g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: %s", path, g_strerror(errno));
    close(fd);
    return -1;
}

JsonNode *control_ask(const char *path, const char *const *words, GError **error)
{
    int fd = control_begin(path, words, error);
    if (fd < 0)
        return NULL;
    g_autofree char *line = read_line(fd);
    close(fd);
    JsonNode *answer = line != NULL ? json_from_string(line, NULL) : NULL;
    if (answer == NULL || !JSON_NODE_HOLDS_OBJECT(answer)) {
        g_set_error(error, CONTROL_ERROR, CONTROL_ERROR_SOCKET, "%s: no answer, expected a JSON object",
                    path);
        g_clear_pointer(&answer, json_node_unref);
        return NULL;
    }
    JsonObject *object = json_node_get_object(answer);
    if (json_object_get_boolean_member_with_default(object, "ok", FALSE))
        return answer;
    g_set_error_literal(error, CONTROL_ERROR, CONTROL_ERROR_REFUSED,
                        json_object_get_string_member_with_default(object, "error", "refused"));
    json_node_unref(answer);
    return NULL;
}
