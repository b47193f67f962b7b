/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether a redirect is obeyed. Spec: draft-wang-tcpm-tcp-service-affinity-option; RFC 6994 s3. */
#include "capture-tools/roles/client-redirect.h"

static const char *const refusal_names[] = {
    [CLIENT_ACCEPTS] = "accepts",
    [CLIENT_REFUSES_OPTION_LENGTH] = "option-length",
    [CLIENT_REFUSES_NOT_ON_FIN] = "not-on-fin",
    [CLIENT_REFUSES_OUT_OF_WINDOW] = "out-of-window",
    [CLIENT_REFUSES_NO_CAPABILITY] = "no-capability",
    [CLIENT_REFUSES_EXID_NOT_IN_SYN] = "exid-not-in-syn",
    [CLIENT_REFUSES_DUPLICATE] = "duplicate",
    [CLIENT_REFUSES_RETRANSMISSION_DIFFERS] = "retransmission-differs",
    [CLIENT_REFUSES_REDIRECT_LOOP] = "redirect-loop",
    [CLIENT_REFUSES_FAMILY_DIFFERS] = "family-differs",
    [CLIENT_REFUSES_NOT_UNICAST] = "not-unicast",
    [CLIENT_REFUSES_PORT_ZERO] = "port-zero",
    [CLIENT_REFUSES_IS_ANYCAST] = "is-anycast",
    [CLIENT_REFUSES_NOT_ALLOWED] = "not-allowed",
    [CLIENT_REFUSES_PORT_IN_USE] = "port-in-use",
};

const char *client_refusal_name(client_refusal refusal)
{
    return (unsigned)refusal < CLIENT_REFUSALS ? refusal_names[refusal] : "?";
}

static bool is_allowed(const client_config *config, const cats_address *address)
{
    for (size_t i = 0; i < config->allowed_count; i++) {
        if (cats_address_in_prefix(address, &config->allowed[i].prefix, config->allowed[i].length))
            return true;
    }
    return config->allowed == NULL;
}

client_refusal client_judge(const client_config *config, bool reconnect, const cats_flow_key *flow,
                            const affinity_option *option)
{
    if (reconnect)
        return CLIENT_REFUSES_REDIRECT_LOOP;
    if (config->capability == CLIENT_INCAPABLE)
        return CLIENT_REFUSES_NO_CAPABILITY;
    if (option->kind != config->numbers.kind && config->capability != CLIENT_PERMIT_EXID)
        return CLIENT_REFUSES_EXID_NOT_IN_SYN;
    if (option->address.family != flow->destination.family)
        return CLIENT_REFUSES_FAMILY_DIFFERS;
    if (cats_address_not_unicast(&option->address))
        return CLIENT_REFUSES_NOT_UNICAST;
    if (option->port == 0)
        return CLIENT_REFUSES_PORT_ZERO;
    if (cats_address_equal(&option->address, &flow->source))
        return CLIENT_REFUSES_IS_ANYCAST;
    if (!is_allowed(config, &option->address))
        return CLIENT_REFUSES_NOT_ALLOWED;
    return CLIENT_ACCEPTS;
}
