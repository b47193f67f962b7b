/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `catshark doctor`: prints the findings and the line that mends each. Spec: catshark-doctor(1). */
#include "cli.h"
#include "doctor/checks.h"
#include "io/ndjson.h"
#include "verbs.h"

#include <stdio.h>

static void print_line(const finding *f)
{
    printf("%-4s  %-15s %s\n", finding_status_name(f->status), f->check, f->text);
    if (f->mend != NULL)
        printf("%-4s  %-15s mend: %s\n", "", "", f->mend);
}

static void add_member(JsonBuilder *builder, const char *name, const char *value)
{
    json_builder_set_member_name(builder, name);
    json_builder_add_string_value(builder, value);
}

static void print_json(JsonBuilder *builder, const finding *f)
{
    json_builder_begin_object(builder);
    add_member(builder, "check", f->check);
    add_member(builder, "status", finding_status_name(f->status));
    add_member(builder, "text", f->text);
    if (f->mend != NULL)
        add_member(builder, "mend", f->mend);
    json_builder_end_object(builder);
    ndjson_write(stdout, builder);
}

int verb_doctor(int argc, char **argv)
{
    gboolean json = FALSE;
    const GOptionEntry options[] = {
        { "json", 0, 0, G_OPTION_ARG_NONE, &json, "A JSON object per finding: check, status, text, mend",
          NULL },
        { .long_name = NULL },
    };
    int status;
    if (!cli_parse("doctor", NULL,
                   "Checks whether the plugin is built for the Wireshark that is installed, lies where "
                   "Wireshark looks\n"
                   "and loads as this user, whether Wireshark finds our captures, and whether this user may "
                   "capture.\n"
                   "Exit status: 0 all well, 1 something is to mend, 2 trouble.",
                   options, &argc, &argv, &status))
        return status;
    if (argc > 1)
        return cli_usage_error("doctor", "\"%s\", expected no argument", argv[1]);

    g_autoptr(GPtrArray) findings = doctor_findings();
    g_autoptr(JsonBuilder) builder = json_builder_new();
    status = CLI_OK;
    for (guint i = 0; i < findings->len; i++) {
        const finding *f = g_ptr_array_index(findings, i);
        if (json)
            print_json(builder, f);
        else
            print_line(f);
        if (f->status != FINDING_OK)
            status = CLI_DIFFERS;
    }
    return status;
}
