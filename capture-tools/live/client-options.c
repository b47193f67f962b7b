/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the command line of `catshark client` to flows. Spec: man/catshark-client.1. */
#include "client-options.h"

#include "capture-tools/cli.h"
#include "capture-tools/endpoints/capability.h"
#include "capture-tools/roles/http.h"
#include <string.h>

#define SECOND_NS INT64_C(1000000000)
enum { RATE_DEFAULT = 100, RATE_MAX = 1000000, REQUEST_DEFAULT = 120, REQUEST_MAX = 1000000000 };
#define FLOWS_MAX UINT64_C(1000000000)
#define TIMEOUT_NS (60 * SECOND_NS)

void client_options_clear(client_options *o)
{
    char **texts[] = { &o->service, &o->flows, &o->rate, &o->parallel, &o->capability,
                       &o->request, &o->http,  &o->hold, &o->timeout };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(o->sources);
    g_strfreev(o->targets);
    endpoint_options_clear(&o->place);
}

bool client_options_parse(client_options *o, int *argc, char ***argv, int *status)
{
    const GOptionEntry entries[] = {
        { "name", 0, 0, G_OPTION_ARG_STRING, &o->place.name, "ingress that the clients are behind", "NAME" },
        { "service", 0, 0, G_OPTION_ARG_STRING, &o->service, "service of the topology (all)", "NAME" },
        { "source", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->sources,
          "clients' addresses; may be given again (the ingress's clients)", "PREFIX" },
        { "to", 0, 0, G_OPTION_ARG_STRING_ARRAY, &o->targets,
          "where to connect, without a topology; may be given again", "ADDRESS:PORT" },
        { "flows", 0, 0, G_OPTION_ARG_STRING, &o->flows, "how many (1; with --duration no limit)", "N" },
        { "rate", 0, 0, G_OPTION_ARG_STRING, &o->rate, "new flows a second (100)", "N" },
        { "parallel", 0, 0, G_OPTION_ARG_STRING, &o->parallel, "connections at once (no limit)", "N" },
        { "ipv4", '4', 0, G_OPTION_ARG_NONE, &o->ipv4, "IPv4 only", NULL },
        { "ipv6", '6', 0, G_OPTION_ARG_NONE, &o->ipv6, "IPv6 only", NULL },
        { "both", 0, 0, G_OPTION_ARG_NONE, &o->both, "both families (the default)", NULL },
        { "capability", 0, 0, G_OPTION_ARG_STRING, &o->capability,
          "announced on the SYN: saf (default), permit, raw or none", "WORD" },
        { "request", 0, 0, G_OPTION_ARG_STRING, &o->request, "octets to ask with (120)", "N" },
        { "http", 0, 0, G_OPTION_ARG_STRING, &o->http, "ask by HTTP: GET PATH", "PATH" },
        { "hold", 0, 0, G_OPTION_ARG_STRING, &o->hold, "wait so long before the request", "TIME" },
        { "timeout", 0, 0, G_OPTION_ARG_STRING, &o->timeout,
          "give up a connection that hears nothing for so long (60s)", "TIME" },
        ENDPOINT_OPTION_ENTRIES(&o->place),
        { NULL, 0, 0, 0, NULL, NULL, NULL },
    };
    return cli_parse("client", "",
                     "Clients on a real link, at addresses that no host owns: they follow redirects.",
                     entries, argc, argv, status);
}

/* ---- values ---- */

/* Always false: a usage error. */
static bool refuse(const char *option, const char *message, GError **error)
{
    g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "%s%s%s", option,
                *option != '\0' ? ": " : "", message);
    return false;
}

static bool take_words(const client_options *o, client_plan *plan, GError **error)
{
    g_autofree char *message = NULL;
    plan->config.capability = CLIENT_SAF;
    if (!cli_families(o->ipv4, o->ipv6, o->both, &plan->families[0], &plan->families[1]))
        return refuse("", cli_families_message, error);
    if (o->capability != NULL && !client_capability_read(o->capability, &plan->config.capability, &message))
        return refuse("--capability", message, error);
    if (o->http != NULL && o->request != NULL)
        return refuse("", "--http and --request, expected one of them", error);
    if (o->http != NULL && !http_path_is_valid(o->http)) {
        message =
            g_strdup_printf("\"%s\", expected a path such as /1000: printable, without spaces", o->http);
        return refuse("--http", message, error);
    }
    plan->config.http_path = o->http;
    return true;
}

bool client_options_read(const client_options *o, client_plan *plan, GError **error)
{
    uint64_t rate = RATE_DEFAULT, request = REQUEST_DEFAULT;
    *plan = (client_plan){ .flows = o->place.live.duration != NULL ? CLIENT_UNLIMITED : 1,
                           .parallel = CLIENT_UNLIMITED };
    plan->config.timeout_ns = TIMEOUT_NS;
    if (!cli_option_number("--flows", o->flows, 1, FLOWS_MAX, &plan->flows, error) ||
        !cli_option_number("--rate", o->rate, 1, RATE_MAX, &rate, error) ||
        !cli_option_number("--parallel", o->parallel, 1, FLOWS_MAX, &plan->parallel, error) ||
        !cli_option_number("--request", o->request, 1, REQUEST_MAX, &request, error) ||
        !cli_option_duration("--hold", o->hold, &plan->config.hold_ns, error) ||
        !cli_option_duration("--timeout", o->timeout, &plan->config.timeout_ns, error) ||
        !take_words(o, plan, error))
        return false;
    plan->interval_ns = SECOND_NS / (int64_t)rate;
    plan->config.request_length = (uint32_t)request;
    return true;
}

size_t client_options_ingress(const client_options *o, const cats_topology *topology, GError **error)
{
    for (size_t i = 0; i < topology->ingress_count; i++)
        if (o->place.name != NULL ? g_str_equal(topology->ingresses[i].name, o->place.name)
                                  : topology->ingress_count == 1)
            return i;
    if (o->place.name == NULL)
        refuse("", "no --name, expected the ingress that the clients are behind: there are several", error);
    else
        g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                    "%s: no [ingress %s], expected one: see --name", o->place.topology, o->place.name);
    return SIZE_MAX;
}

/* ---- who asks ---- */

/* "10.1.0.0/24", "10.1.0.2". */
static bool read_prefix(const char *text, cats_client_prefix *prefix)
{
    const char *slash = strchr(text, '/');
    g_autofree char *address = slash != NULL ? g_strndup(text, (gsize)(slash - text)) : g_strdup(text);
    guint64 length = 0;
    if (!cats_address_parse(address, &prefix->prefix))
        return false;
    prefix->length = 8 * (unsigned)cats_address_length(&prefix->prefix);
    if (slash == NULL)
        return true;
    if (!g_ascii_string_to_unsigned(slash + 1, 10, 0, prefix->length, &length, NULL))
        return false;
    prefix->length = (unsigned)length;
    for (unsigned bit = prefix->length; bit < 8 * cats_address_length(&prefix->prefix); bit++)
        if ((prefix->prefix.octets[bit / 8] >> (7 - bit % 8) & 1) != 0)
            return false;
    return true;
}

static bool lies_in_clients(const cats_client_prefix *prefix, const cats_ingress *in)
{
    for (size_t i = 0; i < in->client_count; i++)
        if (prefix->length >= in->clients[i].length &&
            cats_address_in_prefix(&prefix->prefix, &in->clients[i].prefix, in->clients[i].length))
            return true;
    return false;
}

/* Of cats_client_prefix: --source, or the ingress's clients. */
static bool take_sources(const client_options *o, const cats_ingress *in, GArray *sources, GError **error)
{
    for (char **each = o->sources; each != NULL && *each != NULL; each++) {
        cats_client_prefix prefix;
        g_autofree char *message = NULL;
        if (!read_prefix(*each, &prefix))
            message = g_strdup_printf("\"%s\", expected an address, or a prefix such as 10.1.0.0/24", *each);
        else if (in != NULL && !lies_in_clients(&prefix, in))
            message = g_strdup_printf("\"%s\", expected a part of the clients of %s", *each, in->name);
        if (message != NULL)
            return refuse("--source", message, error);
        g_array_append_val(sources, prefix);
    }
    if (sources->len == 0 && in != NULL)
        g_array_append_vals(sources, in->clients, (guint)in->client_count);
    return sources->len > 0 || refuse("", "no --source, expected the clients' addresses", error);
}

/* ---- whom ---- */

typedef struct target {
    cats_address address;
    uint16_t port;
} target;

/* "192.0.2.80:80", "[2001:db8::80]:80". */
static bool read_target(const char *text, target *t)
{
    const char *colon = strrchr(text, ':');
    guint64 port;
    if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 1, UINT16_MAX, &port, NULL))
        return false;
    bool brackets = text[0] == '[' && colon > text + 1 && colon[-1] == ']';
    g_autofree char *address =
        brackets ? g_strndup(text + 1, (gsize)(colon - text - 2)) : g_strndup(text, (gsize)(colon - text));
    t->port = (uint16_t)port;
    return cats_address_parse(address, &t->address) && (t->address.family == 6) == brackets;
}

static void add_target(GArray *targets, const cats_address *address, uint16_t port)
{
    if (address->family != 0)
        g_array_append_val(targets, ((target){ *address, port }));
}

/* The services of the topology: --service, or all. */
static bool take_services(const client_options *o, const cats_topology *t, GArray *targets, GError **error)
{
    for (size_t i = 0; i < t->service_count; i++) {
        const cats_service *service = &t->services[i];
        if (o->service != NULL && !g_str_equal(service->name, o->service))
            continue;
        add_target(targets, &service->ipv4, service->port);
        add_target(targets, &service->ipv6, service->port);
    }
    if (targets->len > 0)
        return true;
    g_set_error(error, CATS_TOPOLOGY_ERROR, CATS_TOPOLOGY_ERROR_REFERENCE,
                "%s: no [service %s], expected one: see --service", o->place.topology,
                o->service != NULL ? o->service : "NAME");
    return false;
}

static bool take_targets(const client_options *o, const cats_topology *t, GArray *targets, GError **error)
{
    if (t != NULL)
        return endpoint_refuse_option("--to", o->targets,
                                      "expected none with a topology, whose services are it", error) &&
               take_services(o, t, targets, error);
    for (char **each = o->targets; each != NULL && *each != NULL; each++) {
        target one;
        if (!read_target(*each, &one)) {
            g_autofree char *message = g_strdup_printf(
                "\"%s\", expected ADDRESS:PORT such as 192.0.2.80:80 or [2001:db8::80]:80", *each);
            return refuse("--to", message, error);
        }
        g_array_append_val(targets, one);
    }
    return endpoint_refuse_option("--service", o->service, "expected none without a topology", error) &&
           (targets->len > 0 || refuse("", "no --to, expected ADDRESS:PORT, or --topology FILE", error));
}

/* Every prefix with every target of its family, of the families that are wanted. */
static bool combine(const GArray *sources, const GArray *targets, client_plan *plan, flow_plan *flows,
                    GError **error)
{
    bool found[ENDPOINT_FAMILIES] = { false };
    for (guint t = 0; t < targets->len; t++)
        for (guint s = 0; s < sources->len; s++) {
            const target *to = &g_array_index(targets, target, t);
            const cats_client_prefix *from = &g_array_index(sources, cats_client_prefix, s);
            int family = endpoint_family(&to->address);
            if (from->prefix.family != to->address.family || !plan->families[family])
                continue;
            found[family] = true;
            flow_plan_add(flows, 0, &from->prefix, from->length, &to->address, to->port);
        }
    memcpy(plan->families, found, sizeof found);
    return found[0] || found[1] ||
           refuse("", "no client has the family of a service, expected one of them", error);
}

bool client_options_populate(const client_options *o, const endpoint *e, size_t ingress, client_plan *plan,
                             flow_plan *flows, GError **error)
{
    g_autoptr(GArray) sources = g_array_new(FALSE, FALSE, sizeof(cats_client_prefix));
    g_autoptr(GArray) targets = g_array_new(FALSE, FALSE, sizeof(target));
    const cats_ingress *in = e->topology != NULL ? &e->topology->ingresses[ingress] : NULL;
    return take_targets(o, e->topology, targets, error) && take_sources(o, in, sources, error) &&
           combine(sources, targets, plan, flows, error);
}
