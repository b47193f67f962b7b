/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Flow after flow in another population, host and port. Spec: man/catshark-simulate.1 (CLIENTS). */
#include "flow-plan.h"

#include "seeded-random.h"

/* A flow has an even port; the one behind it is for the re-established connection. */
#define PORT_FIRST 32768u
#define PORT_PAIRS 16384u
/* Flow numbers tried when addresses and ports are in use. */
#define TRIES 64

void flow_plan_init(flow_plan *plan, uint64_t seed, int64_t interval_ns)
{
    *plan = (flow_plan){ .populations = g_array_new(FALSE, FALSE, sizeof(flow_population)),
                         .seed = seed,
                         .random = seeded_random_derive(seed, 0),
                         .interval_ns = interval_ns };
}

void flow_plan_clear(flow_plan *plan)
{
    g_clear_pointer(&plan->populations, g_array_unref);
}

static bool set_hosts(flow_population *p, unsigned length)
{
    unsigned bits = 8 * (unsigned)cats_address_length(&p->prefix) - length;
    if (bits >= 4) {
        uint32_t usable = (bits >= 16 ? 65536u : 1u << bits) - 4;
        p->first_host = 4;
        p->hosts = MIN(usable, FLOW_PLAN_HOSTS_MAX);
        return true;
    }
    p->first_host = bits >= 2 ? 1 : 0;
    p->hosts = bits >= 2 ? (1u << bits) - 2 : 1u << bits;
    return false;
}

bool flow_plan_add(flow_plan *plan, size_t owner, const cats_address *prefix, unsigned length,
                   const cats_address *service, uint16_t service_port)
{
    flow_population added = {
        .owner = owner, .prefix = *prefix, .service = *service, .service_port = service_port
    };
    bool large = set_hosts(&added, length);
    g_array_append_val(plan->populations, added);
    return large;
}

/* Writes a host number, below 2^16, into the low bits of the prefix. */
cats_address flow_plan_host(const flow_population *population, uint32_t index)
{
    uint32_t host = population->first_host + index;
    cats_address address = population->prefix;
    uint8_t *last = address.octets + cats_address_length(&address) - 1;
    last[0] = (uint8_t)(last[0] | (host & 0xff));
    last[-1] = (uint8_t)(last[-1] | (host >> 8));
    return address;
}

static planned_flow flow_of(const flow_plan *plan, uint64_t number)
{
    const flow_population *p =
        &g_array_index(plan->populations, flow_population, number % plan->populations->len);
    uint64_t k = number / plan->populations->len;
    uint64_t host = k % p->hosts;
    uint64_t pair = (k / p->hosts + seeded_random_derive(plan->seed, host)) % PORT_PAIRS;
    return (planned_flow){ .owner = p->owner,
                           .source = flow_plan_host(p, (uint32_t)host),
                           .service = p->service,
                           .source_port = (uint16_t)(PORT_FIRST + 2 * pair),
                           .service_port = p->service_port };
}

bool flow_plan_start(flow_plan *plan, flow_plan_open open, void *context)
{
    bool opened = false;
    for (unsigned i = 0; i < TRIES && !opened; i++) {
        planned_flow flow = flow_of(plan, plan->next_number++);
        opened = open(context, &flow);
    }
    return opened;
}

int64_t flow_plan_pause(flow_plan *plan)
{
    seeded_random random = { plan->random };
    uint64_t jitter = seeded_random_next(&random) % (uint64_t)plan->interval_ns;
    plan->random = random.state;
    return plan->interval_ns / 2 + (int64_t)jitter;
}
