/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line to a forwarder that runs, and back. Spec: man/catshark-egress.1,
 * man/catshark-ingress.1. */
#include "forwarder.h"
#include "capture-tools/cli.h"
#include "capture-tools/io/ndjson.h"
#include "forwarder-report.h"
#include "privileges.h"
#include <stdio.h>
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
#define FLOW_IDLE_NS (300 * SECOND_NS)

/* The command line as it stands; texts are owned. */
typedef struct forwarder_options {
    char *topology, *name, *control, *events, *duration, *encapsulation, *flow_idle;
    char **interfaces;
    gboolean takeover, json, quiet, kernel_flow_label;
} forwarder_options;

static void clear_options(forwarder_options *o)
{
    char **texts[] = { &o->topology, &o->name,          &o->control,  &o->events,
                       &o->duration, &o->encapsulation, &o->flow_idle };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(o->interfaces);
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

static bool take_duration(const char *option, const char *text, int64_t *value, GError **error)
{
    g_autofree char *message = NULL;
    if (text == NULL || (cli_duration(text, value, &message) && *value > 0))
        return true;
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s: %s", option,
                message != NULL ? message : "0, expected more");
    return false;
}

/* The interface of a link: what --interface LINK=IF says, or the topology. */
static const char *interface_of(const forwarder_options *o, const cats_link *link)
{
    size_t length = strlen(link->name);
    for (char **each = o->interfaces; each != NULL && *each != NULL; each++)
        if (strncmp(*each, link->name, length) == 0 && (*each)[length] == '=')
            return *each + length + 1;
    return link->interface;
}

/* Every --interface names a link of this forwarder. */
static bool check_interfaces(const forwarder_options *o, const GArray *ports, GError **error)
{
    for (char **each = o->interfaces; each != NULL && *each != NULL; each++) {
        const char *equals = strchr(*each, '=');
        bool known = false;
        for (guint i = 0; equals != NULL && equals[1] != '\0' && i < ports->len; i++) {
            const char *name = g_array_index(ports, setup_port, i).link->name;
            known = known || (strlen(name) == (size_t)(equals - *each) &&
                              strncmp(*each, name, (size_t)(equals - *each)) == 0);
        }
        if (known)
            continue;
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--interface: \"%s\", expected LINK=INTERFACE with a link of %s in the topology", *each,
                    o->name);
        return false;
    }
    return true;
}

/* ---- start ---- */

static bool add_ports(forwarder *f, const forwarder_options *o, GError **error)
{
    for (guint i = 0; i < f->ports->len; i++) {
        const setup_port *port = &g_array_index(f->ports, setup_port, i);
        driver_port_spec spec = { .interface = interface_of(o, port->link),
                                  .vlan = port->link->vlan,
                                  .own = { port->here->ipv4, port->here->ipv6 },
                                  .peer = { port->there->ipv4, port->there->ipv6 },
                                  .peer_mac = port->there->has_mac ? port->there->mac : NULL };
        if (!driver_add_port(f->driver, &spec, error))
            return false;
    }
    return true;
}

router_port forwarder_router_port(const forwarder *f, unsigned port)
{
    const setup_port *at = &g_array_index(f->ports, setup_port, port);
    return (router_port){ at->here->ipv4, at->here->ipv6,
                          MIN(at->link->mtu, driver_interface(f->driver, port)->mtu) };
}

static bool find_forwarder(forwarder *f, const forwarder_kind *kind, const forwarder_options *o,
                           GError **error)
{
    f->topology_path = o->topology;
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
           take_duration("--flow-idle", o->flow_idle, &f->flow_idle_ns, error) &&
           (f->ports = kind->ports(f->topology, f->index, error)) != NULL &&
           check_interfaces(o, f->ports, error);
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

static bool start(forwarder *f, const forwarder_kind *kind, const forwarder_options *o, live_loop *loop,
                  GError **error)
{
    unsigned kept = rights_to_keep(f, o);
    if (!privileges_check(PRIVILEGE_RAW | kept, error) ||
        (f->events = live_events_open(o->events, f->name, error)) == NULL ||
        (f->driver = driver_new(loop, f->events, error)) == NULL || !add_ports(f, o, error))
        return false;
    if (o->takeover) {
        GArray *prefixes = kind->prefixes(f->topology, f->index);
        f->taken = takeover_begin(f->name, prefixes, error);
        g_array_free(prefixes, TRUE);
        if (f->taken == NULL)
            return false;
    }
    return privileges_drop(kept, error);
}

/* What the user should know before packets flow. */
static void warn(const forwarder *f, const forwarder_kind *kind)
{
    g_autofree char *advice = driver_offload_advice(f->driver);
    if (advice != NULL)
        fprintf(stderr, "catshark %s: warning: %s\n", kind->verb, advice);
}

static void say_ready(const forwarder *f, const forwarder_kind *kind)
{
    fprintf(stderr, "catshark %s: %s is ready on", kind->verb, f->name);
    for (guint i = 0; i < f->ports->len; i++) {
        const cats_link *link = g_array_index(f->ports, setup_port, i).link;
        fprintf(stderr, "%s %s (%s", i > 0 ? "," : "", driver_interface(f->driver, i)->name, link->name);
        fprintf(stderr, link->vlan != 0 ? ", vlan %u)" : ")", link->vlan);
    }
    fputc('\n', stderr);
    live_events_write(f->events, "ready", NULL, 0);
}

/* ---- run ---- */

static int run(forwarder *f, const forwarder_kind *kind, const forwarder_options *o, live_loop *loop,
               control *c, int64_t duration)
{
    int64_t now = live_loop_now();
    kind->create(f);
    if (c != NULL)
        control_add(c, kind->commands, f);
    driver_start(f->driver, kind->take, f->role);
    warn(f, kind);
    say_ready(f, kind);
    live_loop_run(loop, duration == INT64_MAX ? INT64_MAX : now + duration);
    const GError *failure = driver_failure(f->driver);
    int status = failure == NULL ? CLI_OK : cli_trouble(kind->verb, "%s", failure->message);
    bool taken = o->events != NULL && g_str_equal(o->events, "-");
    if (!o->quiet)
        forwarder_report(f, kind, o->json, live_loop_now() - now, taken ? stderr : stdout);
    return status;
}

static int with_options(const forwarder_kind *kind, const forwarder_options *o)
{
    forwarder f = { .kind = kind, .name = o->name };
    GError *error = NULL;
    int64_t duration = INT64_MAX;
    control *c = NULL;
    live_loop *loop = live_loop_new();
    takeover_mend(o->name);
    bool good = find_forwarder(&f, kind, o, &error) &&
                take_duration("--duration", o->duration, &duration, &error) &&
                (o->control == NULL || (c = control_open(loop, o->control, &error)) != NULL) &&
                start(&f, kind, o, loop, &error);
    bool usage = !good && error->domain == G_OPTION_ERROR;
    int status = good    ? run(&f, kind, o, loop, c, duration)
                 : usage ? cli_usage_error(kind->verb, "%s", error->message)
                         : cli_trouble(kind->verb, "%s", error->message);
    g_clear_error(&error);
    control_close(c);
    takeover_end(f.taken);
    if (f.role != NULL)
        kind->destroy(f.role);
    driver_free(f.driver);
    live_events_close(f.events);
    live_loop_free(loop);
    g_clear_pointer(&f.ports, g_array_unref);
    cats_topology_free(f.topology);
    return status;
}

int forwarder_verb(const forwarder_kind *kind, int argc, char **argv)
{
    forwarder_options o = { 0 };
    const GOptionEntry entries[] = {
        { "topology", 0, 0, G_OPTION_ARG_FILENAME, &o.topology, "topology file (needed)", "FILE" },
        { "name", 0, 0, G_OPTION_ARG_STRING, &o.name, "which one of the topology (needed)", "NAME" },
        { "interface", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o.interfaces,
          "interface of a link, for the topology's; may be given again", "LINK=IF" },
        { "takeover", 0, 0, G_OPTION_ARG_NONE, &o.takeover,
          "keep the kernel from what is forwarded here: blackhole routes, undone at the end", NULL },
        { "control", 0, 0, G_OPTION_ARG_FILENAME, &o.control, "socket for catshark ctl", "PATH" },
        { "events", 0, 0, G_OPTION_ARG_FILENAME, &o.events, "append NDJSON events; - is standard output",
          "FILE" },
        { "duration", 0, 0, G_OPTION_ARG_STRING, &o.duration, "end after so long", "TIME" },
        { "encapsulation", 0, 0, G_OPTION_ARG_STRING, &o.encapsulation,
          "topology (default), full, reduced or bare: one segment without SRH", "WORD" },
        { "kernel-flow-label", 0, 0, G_OPTION_ARG_NONE, &o.kernel_flow_label,
          "outer flow label as Linux writes it: 0 for IPv4", NULL },
        { "flow-idle", 0, 0, G_OPTION_ARG_STRING, &o.flow_idle,
          "forget flows that are silent for so long (300s)", "TIME" },
        { "json", 0, 0, G_OPTION_ARG_NONE, &o.json, "the summary as one JSON object", NULL },
        { "quiet", 'q', 0, G_OPTION_ARG_NONE, &o.quiet, "no summary", NULL },
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
            status = with_options(kind, &o);
    }
    clear_options(&o);
    return status;
}
