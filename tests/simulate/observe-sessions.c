/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Connections and redirects as the capture point in front of the clients shows them.
 * Spec: docs/rules.md; draft-wang-tcpm-tcp-service-affinity-option; RFC 6994 s3.2. */
#include "observer-private.h"

/* Farther than any window of the simulation reaches. */
#define FAR (UINT32_C(1) << 24)

/* By the flow from client to server. */
typedef struct connection {
    bool saf, permit_exid, permit; /* of the client's SYN */
    bool saf_echoed;
    bool node; /* the server is a node's own address */
    bool refused;
    bool server_known;    /* next_server is valid */
    uint32_t next_server; /* sequence number that the server's next octet has */
    bool finned;
    uint32_t fin_sequence; /* of the server's FIN */
    bool fin_has_option;
    affinity_option fin_option;
} connection;

/* By client: what its redirect leads to. */
typedef struct redirect {
    cats_address target;
    uint16_t port;
    bool reached, elsewhere;
    bool again; /* the connection to the target was redirected too, and not followed */
} redirect;

static bool is_node(const observer *o, const cats_address *address)
{
    return cats_topology_node_at(o->topology, address) != NULL;
}

/* The first option of the segment with an address; NULL: none. */
static const affinity_option *option_of(const sighting *s)
{
    const affinity_seen *seen = &s->frame->seen;
    for (unsigned i = 0; i < MIN(seen->count, G_N_ELEMENTS(seen->option)); i++)
        if (!seen->option[i].permit)
            return &seen->option[i];
    return NULL;
}

static connection *connection_of(observer *o, const char *flow)
{
    connection *c = g_hash_table_lookup(o->connections, flow);
    if (c == NULL) {
        c = g_new0(connection, 1);
        g_hash_table_insert(o->connections, g_strdup(flow), c);
    }
    return c;
}

static void client_syn(observer *o, const sighting *s, connection *c)
{
    const affinity_seen *seen = &s->frame->seen;
    c->saf = seen->saf;
    for (unsigned i = 0; i < MIN(seen->count, G_N_ELEMENTS(seen->option)); i++) {
        c->permit = c->permit || seen->option[i].permit;
        c->permit_exid = c->permit_exid || (seen->option[i].permit && seen->option[i].exid != 0);
    }
    const cats_address *server = &s->frame->segment.destination;
    bool anycast = cats_topology_service_at(o->topology, server) != NULL;
    c->node = !anycast;
    if (anycast) {
        o->seen->flows++;
        return;
    }
    redirect *r = g_hash_table_lookup(o->redirects, s->client);
    if (r == NULL)
        return;
    r->again = false;
    if (cats_address_equal(&r->target, server) && r->port == s->frame->segment.destination_port)
        r->reached = true;
    else
        r->elsewhere = true;
}

static void from_client(observer *o, const sighting *s)
{
    connection *c = connection_of(o, s->flow);
    if ((s->frame->segment.flags & TCP_FLAG_SYN) != 0)
        client_syn(o, s, c);
    if (option_of(s) != NULL)
        observer_break(o, CATS_RULE_AFFINITY_FROM_CLIENT, s->client);
}

/* Rules of an option from the server. */
static void judge_option(observer *o, const sighting *s, const connection *c, const affinity_option *option)
{
    bool fin = (s->frame->segment.flags & TCP_FLAG_FIN) != 0;
    if (!c->saf && !c->permit)
        observer_break(o, CATS_RULE_AFFINITY_NO_CAPABILITY, s->client);
    if (option->exid != 0 && !c->permit_exid)
        observer_break(o, CATS_RULE_AFFINITY_EXID_NOT_IN_SYN, s->client);
    if (c->node && fin) {
        observer_break(o, CATS_RULE_AFFINITY_REDIRECT_LOOP, s->client);
        redirect *r = g_hash_table_lookup(o->redirects, s->client);
        if (r != NULL)
            r->again = true;
    }
    if (c->saf && !c->saf_echoed && fin)
        observer_break(o, CATS_RULE_AFFINITY_SAF_NOT_ECHOED, s->client);
    if (fin && c->server_known && s->sequence - c->next_server > FAR && c->next_server - s->sequence > FAR)
        observer_break(o, CATS_RULE_AFFINITY_OUT_OF_WINDOW, s->client);
}

static void note_redirect(observer *o, const sighting *s, const connection *c, const affinity_option *option)
{
    if (c->node || (!c->saf && !c->permit) || g_hash_table_contains(o->redirects, s->client))
        return;
    redirect noted = { .target = option->address, .port = option->port };
    g_hash_table_insert(o->redirects, g_strdup(s->client), g_memdup2(&noted, sizeof noted));
    o->seen->redirects++;
}

static void server_fin(observer *o, const sighting *s, connection *c, const affinity_option *option)
{
    uint32_t at = s->sequence + s->payload;
    if (c->finned && at == c->fin_sequence) {
        bool same = (option != NULL) == c->fin_has_option &&
                    (option == NULL || affinity_option_equal(option, &c->fin_option));
        if (!same)
            observer_break(o, CATS_RULE_AFFINITY_RETRANSMISSION_DIFFERS, s->client);
        return;
    }
    if (c->server_known && at - c->next_server > FAR)
        return;
    c->finned = true;
    c->fin_sequence = at;
    c->fin_has_option = option != NULL;
    if (option != NULL) {
        c->fin_option = *option;
        note_redirect(o, s, c, option);
    }
}

static void to_client(observer *o, const sighting *s)
{
    const affinity_segment *segment = &s->frame->segment;
    char server[CATS_ADDRESS_TEXT], client[CATS_ADDRESS_TEXT];
    cats_endpoint_format(&segment->source, segment->source_port, server);
    cats_endpoint_format(&segment->destination, segment->destination_port, client);
    g_autofree char *flow = g_strdup_printf("%s %s", client, server);
    connection *c = connection_of(o, flow);
    const affinity_option *option = option_of(s);
    if ((segment->flags & TCP_FLAG_SYN) != 0) {
        c->saf_echoed = s->frame->seen.saf;
        c->next_server = s->sequence + 1;
        c->server_known = true;
    }
    if (option != NULL)
        judge_option(o, s, c, option);
    if ((segment->flags & TCP_FLAG_RST) != 0 && is_node(o, &segment->source))
        observer_break(o, CATS_RULE_AFFINITY_RECONNECT_REFUSED, s->client);
    if ((segment->flags & TCP_FLAG_FIN) != 0)
        server_fin(o, s, c, option);
    if (s->payload > 0 && s->sequence == c->next_server)
        c->next_server += s->payload;
}

void observe_session(observer *o, const sighting *s)
{
    if (s->at->kind == FROM_CLIENT)
        from_client(o, s);
    else if (s->at->kind == TO_CLIENT)
        to_client(o, s);
}

void observe_sessions_end(observer *o)
{
    GHashTableIter iter;
    gpointer client, value;
    g_hash_table_iter_init(&iter, o->redirects);
    while (g_hash_table_iter_next(&iter, &client, &value)) {
        const redirect *r = value;
        if (r->elsewhere)
            observer_break(o, CATS_RULE_AFFINITY_RECONNECT_ELSEWHERE, client);
        else if (!r->reached || r->again)
            observer_break(o, CATS_RULE_AFFINITY_NO_RECONNECT, client);
    }
}
