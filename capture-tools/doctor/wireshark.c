/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks tshark and dumpcap what they are and what they see. Spec: tshark(1) -G, dumpcap(1) -D and -d. */
#include "wireshark.h"

#include <stdlib.h>
#include <string.h>

/* Runs a program in the C locale, so that its words are the ones looked for; `complaints` may be NULL. False
 * when it cannot be started. */
static bool run(const char *const *argv, char **out, char **complaints)
{
    g_auto(GStrv) environment = g_environ_setenv(g_get_environ(), "LC_ALL", "C", TRUE);
    g_auto(GStrv) arguments = g_strdupv((char **)argv);
    GSpawnFlags flags = complaints == NULL ? G_SPAWN_STDERR_TO_DEV_NULL : G_SPAWN_DEFAULT;
    return g_spawn_sync(NULL, arguments, environment, flags, NULL, NULL, out, complaints, NULL, NULL);
}

/* "Global Plugins:      \t/usr/lib/...": what stands behind the tab. */
static char *folder(const char *folders, const char *label)
{
    g_auto(GStrv) lines = g_strsplit(folders, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *tab = strchr(*line, '\t');
        if (tab != NULL && g_str_has_prefix(*line, label))
            return g_strstrip(g_strdup(tab + 1));
    }
    return NULL;
}

/* The first X.Y.Z of the text. */
static void read_version(wireshark_facts *facts, const char *text)
{
    g_autoptr(GRegex) form = g_regex_new("([0-9]+)\\.([0-9]+)\\.[0-9]+", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;
    if (!g_regex_match(form, text, 0, &match))
        return;
    g_autofree char *major = g_match_info_fetch(match, 1);
    g_autofree char *minor = g_match_info_fetch(match, 2);
    facts->version = g_match_info_fetch(match, 0);
    facts->major = (unsigned)strtoul(major, NULL, 10);
    facts->minor = (unsigned)strtoul(minor, NULL, 10);
}

/* "catshark.so \t0.1.0\tdissector\t/path": the last column. */
static char *loaded_from(const char *plugins)
{
    g_auto(GStrv) lines = g_strsplit(plugins, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        const char *path = strrchr(*line, '\t');
        if (path != NULL && g_str_has_prefix(*line, PLUGIN_FILE))
            return g_strstrip(g_strdup(path + 1));
    }
    return NULL;
}

static char *first_line_with(const char *text, const char *word)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++)
        if (strstr(*line, word) != NULL)
            return g_strstrip(g_strdup(*line));
    return NULL;
}

void wireshark_facts_gather(wireshark_facts *facts)
{
    *facts = (wireshark_facts){ .tshark = g_find_program_in_path("tshark") };
    if (facts->tshark == NULL)
        return;
    g_autofree char *version = NULL;
    const char *const version_arguments[] = { facts->tshark, "--version", NULL };
    if (run(version_arguments, &version, NULL))
        read_version(facts, version);

    g_autofree char *folders = NULL;
    const char *const folder_arguments[] = { facts->tshark, "-G", "folders", NULL };
    if (run(folder_arguments, &folders, NULL)) {
        facts->global_plugins = folder(folders, "Global Plugins:");
        facts->personal_plugins = folder(folders, "Personal Plugins:");
        facts->extcap = folder(folders, "Extcap path:");
        if (facts->extcap == NULL) /* from 4.2 on there are two */
            facts->extcap = folder(folders, "Global Extcap path:");
        facts->global_configuration = folder(folders, "Global configuration:");
        facts->personal_configuration = folder(folders, "Personal configuration:");
    }

    g_autofree char *plugins = NULL;
    g_autofree char *complaints = NULL;
    const char *const plugin_arguments[] = { facts->tshark, "-G", "plugins", NULL };
    if (run(plugin_arguments, &plugins, &complaints)) {
        facts->loaded = loaded_from(plugins);
        facts->complaint = first_line_with(complaints, "catshark");
    }
}

void wireshark_facts_clear(wireshark_facts *facts)
{
    g_free(facts->tshark);
    g_free(facts->version);
    g_free(facts->global_plugins);
    g_free(facts->personal_plugins);
    g_free(facts->global_configuration);
    g_free(facts->personal_configuration);
    g_free(facts->extcap);
    g_free(facts->loaded);
    g_free(facts->complaint);
}

/* "1. eth0", "3. lo (Loopback)": the name. */
static char *interface_name(const char *line)
{
    const char *dot = strstr(line, ". ");
    if (dot == NULL || !g_ascii_isdigit(*line))
        return NULL;
    return g_strndup(dot + 2, strcspn(dot + 2, " \r"));
}

static void read_interfaces(dumpcap_facts *facts, const char *list)
{
    g_auto(GStrv) lines = g_strsplit(list, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        char *name = interface_name(*line);
        if (name == NULL)
            continue;
        facts->count++;
        if (facts->interface == NULL)
            facts->interface = name;
        else
            g_free(name);
    }
}

/* Debian's dumpcap may be run by group wireshark only: there, and not to be found by
 * g_find_program_in_path(). */
static char *present_in_path(const char *program)
{
    g_auto(GStrv) folders = g_strsplit(g_getenv("PATH") != NULL ? g_getenv("PATH") : "", ":", -1);
    for (char **dir = folders; *dir != NULL; dir++) {
        g_autofree char *path = g_build_filename(*dir, program, NULL);
        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

void dumpcap_facts_gather(dumpcap_facts *facts)
{
    *facts = (dumpcap_facts){ .dumpcap = g_find_program_in_path("dumpcap") };
    if (facts->dumpcap == NULL) {
        facts->present = present_in_path("dumpcap");
        return;
    }
    g_autofree char *list = NULL;
    const char *const list_arguments[] = { facts->dumpcap, "-D", NULL };
    if (run(list_arguments, &list, NULL))
        read_interfaces(facts, list);
    if (facts->interface == NULL)
        return;

    /* -d opens the interface to compile the (empty) filter for it, prints the program and captures nothing;
     * its exit code is 0 either way. */
    g_autofree char *program = NULL;
    g_autofree char *complaints = NULL;
    const char *const open_arguments[] = { facts->dumpcap, "-d", "-i", facts->interface, NULL };
    if (run(open_arguments, &program, &complaints)) {
        facts->may_capture = g_str_has_prefix(program, "(000)");
        facts->complaint = first_line_with(complaints, "dumpcap: ");
    }
}

void dumpcap_facts_clear(dumpcap_facts *facts)
{
    g_free(facts->dumpcap);
    g_free(facts->present);
    g_free(facts->interface);
    g_free(facts->complaint);
}
