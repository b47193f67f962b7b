/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From the options that say what is simulated to a scenario. Spec: man/catshark-simulate.1. */
#include "scenario-arguments.h"

#include "cli.h"
#include "endpoints/capability.h"

#define FLOWS_DEFAULT 100
#define RATE_DEFAULT 5
#define RESPONSE_DEFAULT 4000
#define RATE_MAX 1000000
#define FLOWS_MAX UINT64_C(1000000000000)
#define RESPONSE_MAX 1000000000
#define NANOSECONDS INT64_C(1000000000)

void scenario_arguments_clear(scenario_arguments *a)
{
    char **texts[] = { &a->topology,   &a->seed,     &a->flows,        &a->rate,
                       &a->capability, &a->response, &a->encapsulation };
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++)
        g_free(*texts[i]);
    g_strfreev(a->faults);
}

const char *scenario_arguments_given(const scenario_arguments *a)
{
    const struct {
        bool given;
        const char *name;
    } options[] = {
        { a->topology != NULL, "--topology" },
        { a->seed != NULL, "--seed" },
        { a->flows != NULL, "--flows" },
        { a->rate != NULL, "--rate" },
        { a->ipv4, "--ipv4" },
        { a->ipv6, "--ipv6" },
        { a->both, "--both" },
        { a->capability != NULL, "--capability" },
        { a->response != NULL, "--response" },
        { a->encapsulation != NULL, "--encapsulation" },
        { a->kernel_flow_label, "--kernel-flow-label" },
        { a->bgp, "--bgp" },
        { a->faults != NULL, "--fault" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(options); i++)
        if (options[i].given)
            return options[i].name;
    return NULL;
}

/* ---- what the options mean ---- */

static bool take_capability(const char *verb, const char *text, client_capability *value)
{
    g_autofree char *message = NULL;
    if (text == NULL || client_capability_read(text, value, &message))
        return true;
    cli_usage_error(verb, "--capability: %s", message);
    return false;
}

static bool take_encapsulation(const char *verb, const char *text, setup_encapsulation *value)
{
    g_autofree char *message = NULL;
    if (text == NULL || setup_encapsulation_read(text, value, &message))
        return true;
    cli_usage_error(verb, "--encapsulation: %s", message);
    return false;
}

static bool take_faults(const char *verb, char **ids, bool faulty[CATS_RULE_COUNT])
{
    for (char **id = ids; id != NULL && *id != NULL; id++) {
        cats_rule_id rule;
        if (!cats_rule_find(*id, &rule)) {
            cli_usage_error(
                verb, "--fault: \"%s\", expected the id of a rule: see catshark simulate --list-faults", *id);
            return false;
        }
        faulty[rule] = true;
    }
    return true;
}

static bool take_families(const char *verb, const scenario_arguments *a, scenario_options *s)
{
    if (cli_families(a->ipv4, a->ipv6, a->both, &s->ipv4, &s->ipv6))
        return true;
    cli_usage_error(verb, "%s", cli_families_message);
    return false;
}

static bool take_texts(const char *verb, const scenario_arguments *a, bool bounded, scenario_options *s)
{
    uint64_t rate = RATE_DEFAULT, response = RESPONSE_DEFAULT;
    *s = (scenario_options){ .seed = 1,
                             .capability = CLIENT_SAF,
                             .encapsulation = SETUP_ENCAP_TOPOLOGY,
                             .duration_ns = EVENT_NEVER,
                             .flows = bounded ? CLIENTS_UNLIMITED : FLOWS_DEFAULT,
                             .kernel_flow_label = a->kernel_flow_label,
                             .bgp = a->bgp };
    if (!take_families(verb, a, s) || !cli_take_number(verb, "--seed", a->seed, 0, UINT64_MAX, &s->seed) ||
        !cli_take_number(verb, "--flows", a->flows, 1, FLOWS_MAX, &s->flows) ||
        !cli_take_number(verb, "--rate", a->rate, 1, RATE_MAX, &rate) ||
        !cli_take_number(verb, "--response", a->response, 0, RESPONSE_MAX, &response) ||
        !take_capability(verb, a->capability, &s->capability) ||
        !take_encapsulation(verb, a->encapsulation, &s->encapsulation) ||
        !take_faults(verb, a->faults, s->faulty))
        return false;
    s->interval_ns = NANOSECONDS / (int64_t)rate;
    s->response = (uint32_t)response;
    return true;
}

bool scenario_arguments_take(const char *verb, const scenario_arguments *a, bool bounded,
                             scenario_options *options)
{
    g_autoptr(GError) error = NULL;
    if (!take_texts(verb, a, bounded, options))
        return false;
    options->topology =
        a->topology == NULL ? cats_topology_builtin() : cats_topology_load(a->topology, &error);
    if (options->topology == NULL)
        cli_trouble(verb, "%s", error->message);
    return options->topology != NULL;
}

int scenario_arguments_drop(scenario_options *options)
{
    cats_topology_free((cats_topology *)(uintptr_t)options->topology);
    options->topology = NULL;
    return CLI_TROUBLE;
}

scenario *scenario_arguments_start(const scenario_arguments *a, const scenario_options *options,
                                   recorder *rec, GError **error)
{
    scenario *s = scenario_new(options, rec, error);
    if (s == NULL && a->topology != NULL)
        g_prefix_error(error, "%s: ", a->topology);
    return s;
}
