/* SPDX-License-Identifier: GPL-2.0-or-later */
/* catshark ctl: one question to a running role over its control socket. Spec: man/catshark-ctl.1. */
#include "capture-tools/cli.h"
#include "capture-tools/io/ndjson.h"
#include "capture-tools/live/control.h"
#include "capture-tools/verbs.h"

static const char verb_name[] = "ctl";

static int ask(const char *path, const char *const *words)
{
    g_autoptr(GError) error = NULL;
    JsonNode *answer = control_ask(path, words, &error);
    if (answer == NULL) {
        bool refused = g_error_matches(error, CONTROL_ERROR, CONTROL_ERROR_REFUSED);
        cli_trouble(verb_name, "%s", error->message);
        return refused ? CLI_DIFFERS : CLI_TROUBLE;
    }
    bool written = ndjson_write_node(stdout, answer) && fflush(stdout) == 0;
    json_node_unref(answer);
    return written ? CLI_OK : cli_trouble(verb_name, "standard output: cannot be written");
}

int verb_ctl(int argc, char **argv)
{
    char *path = NULL;
    const GOptionEntry entries[] = {
        { "control", 0, 0, G_OPTION_ARG_FILENAME, &path, "the role's --control (needed)", "PATH" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(verb_name, "COMMAND [ARGUMENT...]",
                  "Asks or tells a running ingress or egress: show, weight, drain, undrain, metric, "
                  "withdraw, reload.",
                  entries, &argc, &argv, &status)) {
        if (path == NULL)
            status = cli_usage_error(verb_name, "no --control, expected --control PATH");
        else if (argc < 2)
            status = cli_usage_error(verb_name, "no command, expected one such as show");
        else
            status = ask(path, (const char *const *)argv + 1);
    }
    g_free(path);
    return status;
}
