/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A role on links, from its options to its summary. Spec: man/catshark-egress.1, man/catshark-client.1. */
#include "live-run.h"
#include "capture-tools/cli.h"
#include "live-report.h"
#include "privileges.h"
#include <signal.h>
#include <string.h>

void live_options_clear(live_options *o)
{
    g_free(o->events);
    g_free(o->duration);
    g_strfreev(o->interfaces);
}

/* ---- links of a topology ---- */

const char *live_interface_of_link(const live_options *o, const cats_link *link)
{
    size_t length = strlen(link->name);
    for (char **each = o->interfaces; each != NULL && *each != NULL; each++)
        if (strncmp(*each, link->name, length) == 0 && (*each)[length] == '=')
            return *each + length + 1;
    return link->interface;
}

bool live_check_interfaces(const live_options *o, const GArray *ports, const char *name, GError **error)
{
    for (char **each = o->interfaces; each != NULL && *each != NULL; each++) {
        const char *equals = strchr(*each, '=');
        bool known = false;
        for (guint i = 0; equals != NULL && equals[1] != '\0' && i < ports->len; i++) {
            const char *link = g_array_index(ports, setup_port, i).link->name;
            known = known || (strlen(link) == (size_t)(equals - *each) &&
                              strncmp(*each, link, (size_t)(equals - *each)) == 0);
        }
        if (known)
            continue;
        g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                    "--interface: \"%s\", expected LINK=INTERFACE with a link of %s in the topology", *each,
                    name);
        return false;
    }
    return true;
}

driver_port_spec live_port_of_link(const live_options *o, const setup_port *port)
{
    return (driver_port_spec){ .interface = live_interface_of_link(o, port->link),
                               .vlan = port->link->vlan,
                               .own = { port->here->ipv4, port->here->ipv6 },
                               .peer = { port->there->ipv4, port->there->ipv6 },
                               .peer_mac = port->there->has_mac ? port->there->mac : NULL };
}

/* ---- start ---- */

bool live_run_begin(live_run *r, GError **error)
{
    signal(SIGPIPE, SIG_IGN); /* a reader that has gone is told by write(2), and the end is one in order */
    r->duration_ns = INT64_MAX;
    r->loop = live_loop_new();
    r->labels = g_array_new(FALSE, FALSE, sizeof(const char *));
    r->vlans = g_array_new(FALSE, FALSE, sizeof(uint16_t));
    return cli_option_duration("--duration", r->options->duration, &r->duration_ns, error);
}

bool live_run_open(live_run *r, unsigned rights, GError **error)
{
    return privileges_check(PRIVILEGE_RAW | rights, error) &&
           (r->events = live_events_open(r->options->events, r->name, error)) != NULL &&
           (r->driver = driver_new(r->loop, r->events, error)) != NULL;
}

bool live_run_add_port(live_run *r, const driver_port_spec *spec, const char *label, GError **error)
{
    g_array_append_val(r->labels, label);
    g_array_append_val(r->vlans, spec->vlan);
    return driver_add_port(r->driver, spec, error);
}

/* ---- run ---- */

/* What the user should know before packets flow. */
static void warn(const live_run *r)
{
    g_autofree char *advice = driver_offload_advice(r->driver);
    if (advice != NULL)
        fprintf(stderr, "catshark %s: warning: %s\n", r->verb, advice);
}

static void say_ready(const live_run *r)
{
    fprintf(stderr, "catshark %s: %s is ready on", r->verb, r->name);
    for (guint i = 0; i < r->labels->len; i++) {
        const char *label = g_array_index(r->labels, const char *, i);
        uint16_t vlan = g_array_index(r->vlans, uint16_t, i);
        g_autofree char *tag = vlan == FRAME_NO_VLAN ? g_strdup("") : g_strdup_printf("vlan %u", vlan);
        const char *between = *label != '\0' && *tag != '\0' ? ", " : "";
        bool more = *label != '\0' || *tag != '\0';
        fprintf(stderr, "%s %s%s%s%s%s%s", i > 0 ? "," : "", driver_interface(r->driver, i)->name,
                more ? " (" : "", label, between, tag, more ? ")" : "");
    }
    fputc('\n', stderr);
    live_events_write(r->events, "ready", NULL, 0);
}

int live_run_loop(live_run *r)
{
    r->started = live_loop_now();
    warn(r);
    say_ready(r);
    live_loop_run(r->loop, r->duration_ns == INT64_MAX ? INT64_MAX : r->started + r->duration_ns);
    if (r->stopped != NULL)
        r->stopped(r->stopped_context);
    g_autoptr(GError) unwritten = NULL;
    const GError *failure = driver_failure(r->driver);
    int status = failure == NULL ? CLI_OK : cli_trouble(r->verb, "%s", failure->message);
    if (live_events_failed(r->events, &unwritten))
        status = cli_trouble(r->verb, "%s", unwritten->message);
    bool taken = r->options->events != NULL && g_str_equal(r->options->events, "-");
    if (!r->options->quiet)
        live_report(r, taken ? stderr : stdout);
    return status;
}

void live_run_end(live_run *r)
{
    driver_free(r->driver);
    live_events_close(r->events);
    live_loop_free(r->loop);
    g_clear_pointer(&r->labels, g_array_unref);
    g_clear_pointer(&r->vlans, g_array_unref);
}

int live_run_refused(const char *verb, const GError *error)
{
    return error->domain == G_OPTION_ERROR ? cli_usage_error(verb, "%s", error->message)
                                           : cli_trouble(verb, "%s", error->message);
}
