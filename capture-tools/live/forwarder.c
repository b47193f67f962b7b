/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to a forwarder that runs, and back. Spec: man/catshark-egress.1,
 * man/catshark-ingress.1. */
#include "forwarder.h"
#include "capture-tools/cli.h"
#include "capture-tools/route-arguments.h"
#include "privileges.h"
#include <stdio.h>

#define SECOND_NS INT64_C(1000000000)
#define FLOW_IDLE_NS (300 * SECOND_NS)

/* The command line as it stands; texts are owned. */
typedef struct forwarder_options {
    live_options live;
    char *topology, *name, *control, *encapsulation, *flow_idle, *routes;
    gboolean takeover, kernel_flow_label;
    route_arguments of_routes;
    cats_route_codes codes; /* as of_routes says */
} forwarder_options;

static void clear_options(forwarder_options *o)
{
    char **texts[] = { &o->topology, &o->name, &o->control, &o->encapsulation, &o->flow_idle, &o->routes };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    route_arguments_clear(&o->of_routes);
    live_options_clear(&o->live);
}

/* ---- what the options mean ---- */

static bool take_encapsulation(const char *text, setup_encapsulation *value, GError **error)
{
    g_autofree char *message = NULL;
    if (text == NULL || setup_encapsulation_read(text, value, &message))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--encapsulation: %s", message);
    return false;
}

/* False after a usage error was said. */
static bool take_codes(const char *verb, forwarder_options *o)
{
    if (o->routes == NULL && (o->of_routes.attribute != NULL || o->of_routes.add_path)) {
        cli_usage_error(verb, "%s: it is for --routes, which is not given",
                        o->of_routes.attribute != NULL ? "--attribute" : "--add-path");
        return false;
    }
    return route_arguments_take(verb, &o->of_routes, &o->codes);
}

/* ---- start ---- */

static bool add_ports(forwarder *f, const forwarder_options *o, GError **error)
{
    for (guint i = 0; i < f->ports->len; i++) {
        const setup_port *port = &g_array_index(f->ports, setup_port, i);
        driver_port_spec spec = live_port_of_link(&o->live, port);
        if (!live_run_add_port(&f->run, &spec, port->link->name, error))
            return false;
    }
    return true;
}

router_port forwarder_router_port(const forwarder *f, unsigned port)
{
    const setup_port *at = &g_array_index(f->ports, setup_port, port);
    return (router_port){ at->here->ipv4, at->here->ipv6,
                          MIN(at->link->mtu, driver_interface(f->run.driver, port)->mtu) };
}

static bool find_forwarder(forwarder *f, const forwarder_options *o, GError **error)
{
    const forwarder_kind *kind = f->kind;
    f->topology_path = o->topology;
    f->routes = o->routes;
    f->codes = o->codes;
    f->topology = cats_topology_load(o->topology, error);
    if (f->topology == NULL)
        return false;
    f->index = kind->find(f->topology, o->name);
    if (f->index == SIZE_MAX) {
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no [%s %s], expected one: see --name", o->topology, kind->verb, o->name);
        return false;
    }
    f->setup.topology = f->topology;
    f->setup.encapsulation = SETUP_ENCAP_TOPOLOGY;
    f->setup.kernel_flow_label = o->kernel_flow_label;
    f->flow_idle_ns = FLOW_IDLE_NS;
    return take_encapsulation(o->encapsulation, &f->setup.encapsulation, error) &&
           cli_option_duration("--flow-idle", o->flow_idle, &f->flow_idle_ns, error) &&
           (f->ports = kind->ports(f->topology, f->index, error)) != NULL &&
           live_check_interfaces(&o->live, f->ports, o->name, error);
}

/* Next hops are asked for through the kernel where the process may; without that right the tool asks itself.
 */
static unsigned rights_to_keep(const forwarder *f, const forwarder_options *o)
{
    bool all_static = true;
    for (guint i = 0; i < f->ports->len; i++)
        all_static = all_static && g_array_index(f->ports, setup_port, i).there->has_mac;
    bool asks = !all_static && privileges_check(PRIVILEGE_ADMIN, NULL);
    return o->takeover || asks ? PRIVILEGE_ADMIN : 0;
}

static bool start(forwarder *f, const forwarder_options *o, GError **error)
{
    unsigned kept = rights_to_keep(f, o);
    if (!live_run_open(&f->run, kept, error) || !add_ports(f, o, error))
        return false;
    if (o->takeover) {
        GArray *prefixes = f->kind->prefixes(f->topology, f->index);
        f->taken = takeover_begin(f->run.name, prefixes, error);
        g_array_free(prefixes, TRUE);
        if (f->taken == NULL)
            return false;
    }
    return privileges_drop(kept, error);
}

/* ---- run ---- */

static void describe(const void *context, JsonBuilder *builder)
{
    const forwarder *f = context;
    f->kind->describe(f, builder);
}

static void print(const void *context, FILE *out)
{
    const forwarder *f = context;
    f->kind->print(f, out);
}

static int run(forwarder *f)
{
    if (f->control != NULL)
        control_add(f->control, f->kind->commands, f);
    driver_start(f->run.driver, f->kind->take, f->role);
    return live_run_loop(&f->run);
}

static int with_options(const forwarder_kind *kind, const forwarder_options *o)
{
    forwarder f = { .run = { .verb = kind->verb,
                             .name = o->name,
                             .options = &o->live,
                             .describe = describe,
                             .print = print },
                    .kind = kind };
    GError *error = NULL;
    f.run.context = &f;
    takeover_mend(o->name);
    bool good = live_run_begin(&f.run, &error) && find_forwarder(&f, o, &error) &&
                (o->control == NULL || (f.control = control_open(f.run.loop, o->control, &error)) != NULL) &&
                start(&f, o, &error) && kind->create(&f, &error);
    int status = good ? run(&f) : live_run_refused(kind->verb, error);
    g_clear_error(&error);
    control_close(f.control);
    takeover_end(f.taken);
    if (f.role != NULL)
        kind->destroy(f.role);
    live_run_end(&f.run);
    g_clear_pointer(&f.ports, g_array_unref);
    cats_topology_free(f.topology);
    return status;
}

int forwarder_verb(const forwarder_kind *kind, int argc, char **argv)
{
    forwarder_options o = { .codes = cats_route_codes_default };
    const GOptionEntry routes = {
        "routes",
        0,
        0,
        G_OPTION_ARG_FILENAME,
        &o.routes,
        "offers come from ExaBGP's JSON, or UPDATEs of a capture, not from the topology; - is standard input",
        "FILE"
    };
    const GOptionEntry entries[] = {
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology, "topology file (needed)", "FILE" },
        { "name", 0, 0, G_OPTION_ARG_STRING, &o.name, "which one of the topology (needed)", "NAME" },
        { "interface", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.live.interfaces,
          "interface of a link, for the topology's; may be given again", "LINK=IF" },
        { "takeover", 0, 0, G_OPTION_ARG_NONE, &o.takeover,
          "keep the kernel from what is forwarded here: blackhole routes, undone at the end", NULL },
        { "control", 0, 0, G_OPTION_ARG_FILENAME, &o.control, "socket for catshark ctl", "PATH" },
        { "encapsulation", 0, 0, G_OPTION_ARG_STRING, &o.encapsulation,
          "topology (default), full, reduced or bare: one segment without SRH", "WORD" },
        { "kernel-flow-label", 0, 0, G_OPTION_ARG_NONE, &o.kernel_flow_label,
          "outer flow label as Linux writes it: 0 for IPv4", NULL },
        { "flow-idle", 0, 0, G_OPTION_ARG_STRING, &o.flow_idle,
          "forget flows that are silent for so long (300s)", "TIME" },
        LIVE_OPTION_ENTRIES(&o.live),
        kind->takes_routes ? routes : (GOptionEntry){ NULL, 0, 0, 0, NULL, NULL, NULL },
        ROUTE_SESSION_ENTRIES(o.of_routes), /* behind an end of the table where no routes are taken */
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    int status;
    if (cli_parse(kind->verb, "", kind->summary, entries, &argc, &argv, &status)) {
        if (argc > 1)
            status = cli_usage_error(kind->verb, "\"%s\", expected options only", argv[1]);
        else if (o.topology == NULL || o.name == NULL)
            status = cli_usage_error(kind->verb, "no %s, expected --topology FILE and --name NAME",
                                     o.topology == NULL ? "--topology" : "--name");
        else
            status = take_codes(kind->verb, &o) ? with_options(kind, &o) : CLI_TROUBLE;
    }
    clear_options(&o);
    return status;
}
