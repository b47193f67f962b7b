/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `catshark extcap`: Wireshark asks for interfaces, link types and options, and then for a capture into a
 * pipe, which is one of `catshark capture`. Spec: Wireshark Developer's Guide, "extcap";
 * man/catshark-capture.1 (EXTCAP). */
#include "capture-tools/capture/extcap.h"
#include "capture-tools/capture/filter.h"
#include "capture-tools/capture/interfaces.h"
#include "capture-tools/cli.h"
#include "capture-tools/verbs.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const char verb_name[] = "extcap";

/* Wireshark opens the pipe some time after it has started us. */
#define PIPE_LOOKS 100
#define PIPE_PAUSE_MICROSECONDS 20000

/* The command line as it stands; texts are owned. */
typedef struct extcap_options {
    gboolean interfaces, link_types, config, capture;
    char *version, *interface, *fifo, *filter, *control_in, *control_out;
    char *also, *tags, *snapshot, *buffer;
    gboolean no_filter, no_promiscuous;
} extcap_options;

static void clear_options(extcap_options *o)
{
    char **texts[] = { &o->version,     &o->interface, &o->fifo, &o->filter,   &o->control_in,
                       &o->control_out, &o->also,      &o->tags, &o->snapshot, &o->buffer };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
}

/* ---- capture ---- */

static void add(GPtrArray *words, const char *option, const char *value)
{
    if (value == NULL)
        return;
    if (option != NULL)
        g_ptr_array_add(words, g_strdup(option));
    g_ptr_array_add(words, g_strdup(value));
}

static int capture(const extcap_options *o, const char *host)
{
    if (o->fifo == NULL)
        return cli_usage_error(verb_name, "--capture without --fifo, expected the pipe to write to");
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) also = g_strsplit(o->also != NULL ? o->also : "", ",", -1);
    add(words, NULL, "capture");
    add(words, "-i", host);
    for (char **each = also; *each != NULL; each++)
        add(words, "-i", **each != '\0' ? *each : NULL);
    add(words, "-w", o->fifo);
    add(words, "-s", o->snapshot);
    add(words, "-B", o->buffer);
    add(words, "--vlan-tags", o->tags);
    add(words, NULL, o->no_promiscuous ? "-p" : NULL);
    add(words, NULL, o->no_filter ? "--no-filter" : NULL);
    add(words, "-q", "--silent");
    add(words, "--", o->filter != NULL && *o->filter != '\0' ? o->filter : NULL);
    /* GOption takes words out of the list that it is given; they stay ours. */
    g_autofree char **arguments = g_new0(char *, words->len + 1);
    for (guint i = 0; i < words->len; i++)
        arguments[i] = g_ptr_array_index(words, i);
    return verb_capture((int)words->len, arguments);
}

/* After a failure: a reader that opens the pipe when we are gone waits for a writer for ever, dumpcap even
 * past the time at which its capture is to end. It is shown the pipe's end. */
static void end_pipe(const char *path)
{
    struct stat status;
    if (stat(path, &status) != 0 || !S_ISFIFO(status.st_mode))
        return;
    for (unsigned look = 0; look < PIPE_LOOKS; look++) {
        int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0)
            close(fd);
        if (fd >= 0 || errno != ENXIO)
            return;
        g_usleep(PIPE_PAUSE_MICROSECONDS);
    }
}

/* ---- questions ---- */

/* Wireshark takes any output for the reason why the filter is none. */
static int check_filter(const extcap_options *o)
{
    g_autofree char *message = NULL;
    if (*o->filter != '\0' && !capture_filter_check(o->filter, &message))
        puts(message);
    return CLI_OK;
}

static int about_interface(const extcap_options *o, const GPtrArray *list)
{
    const char *host = extcap_host_interface(o->interface != NULL ? o->interface : "");
    if (host == NULL)
        return cli_usage_error(verb_name,
                               "--extcap-interface \"%s\", expected one that --extcap-interfaces lists",
                               o->interface != NULL ? o->interface : "");
    if (o->capture)
        return capture(o, host);
    bool known = true;
    if (o->link_types)
        known = extcap_write_link_types(list, host, stdout);
    else if (o->config)
        known = extcap_write_options(list, host, stdout);
    else if (o->filter != NULL)
        return check_filter(o);
    else
        return cli_usage_error(
            verb_name, "nothing asked of \"%s\", expected --extcap-dlts, --extcap-config or --capture",
            o->interface);
    return known ? CLI_OK : cli_trouble(verb_name, "interface \"%s\": none of this name here", host);
}

static int answer(const extcap_options *o)
{
    g_autoptr(GPtrArray) list = capture_interfaces_list(verb_name);
    if (list == NULL)
        return CLI_TROUBLE;
    if (!o->interfaces)
        return about_interface(o, list);
    extcap_write_interfaces(list, CATSHARK_VERSION, stdout);
    return CLI_OK;
}

int verb_extcap(int argc, char **argv)
{
    extcap_options o = { 0 };
    const GOptionEntry entries[] = {
        { "extcap-interfaces", 0, 0, G_OPTION_ARG_NONE, &o.interfaces, "list the interfaces", NULL },
        { "extcap-version", 0, 0, G_OPTION_ARG_STRING, &o.version, "version of the Wireshark that asks",
          "VERSION" },
        { "extcap-interface", 0, 0, G_OPTION_ARG_STRING, &o.interface, "the interface that is meant",
          "NAME" },
        { "extcap-dlts", 0, 0, G_OPTION_ARG_NONE, &o.link_types, "tell its link type", NULL },
        { "extcap-config", 0, 0, G_OPTION_ARG_NONE, &o.config, "tell its options", NULL },
        { "extcap-capture-filter", 0, 0, G_OPTION_ARG_STRING, &o.filter,
          "check this filter, or capture with it", "EXPRESSION" },
        { "capture", 0, 0, G_OPTION_ARG_NONE, &o.capture, "capture", NULL },
        { "fifo", 0, 0, G_OPTION_ARG_FILENAME, &o.fifo, "pipe to write to", "PATH" },
        { "extcap-control-in", 0, 0, G_OPTION_ARG_FILENAME, &o.control_in, "taken and not used", "PATH" },
        { "extcap-control-out", 0, 0, G_OPTION_ARG_FILENAME, &o.control_out, "taken and not used", "PATH" },
        { "also", 0, 0, G_OPTION_ARG_STRING, &o.also, "more interfaces", "IF,IF..." },
        { "no-filter", 0, 0, G_OPTION_ARG_NONE, &o.no_filter, "as of catshark capture", NULL },
        { "vlan-tags", 0, 0, G_OPTION_ARG_STRING, &o.tags, "as of catshark capture", "0-2" },
        { "snapshot-length", 0, 0, G_OPTION_ARG_STRING, &o.snapshot, "as of catshark capture", "N" },
        { "no-promiscuous", 0, 0, G_OPTION_ARG_NONE, &o.no_promiscuous, "as of catshark capture", NULL },
        { "buffer-size", 0, 0, G_OPTION_ARG_STRING, &o.buffer, "as of catshark capture", "MIB" },
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(verb_name, "", verb_find(verb_name)->summary, entries, &argc, &argv, &status))
        status = argc > 1 ? cli_usage_error(verb_name, "\"%s\", expected options only", argv[1]) : answer(&o);
    if (status != CLI_OK && o.capture && o.fifo != NULL)
        end_pipe(o.fifo);
    clear_options(&o);
    return status;
}
