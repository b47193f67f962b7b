/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A hundred ingresses, four egresses, and metrics that are ten seconds old when they arrive: how the load of
 * the egresses moves when every ingress chooses by the offers' weights, as the ingress role does, and when
 * every one of them takes the best score, which is what they are measured against. The real damping, merging
 * and choosing run; flows are numbers. Prints both curves. Spec: draft-du-cats-aggregated-metrics-on-egress
 * s2-3. */
#include "capture-tools/roles/damping.h"
#include "capture-tools/roles/egress-offers.h"
#include "epan-cats/hash-mix.h"

#include <glib.h>
#include <string.h>

enum {
    INGRESSES = 100,
    EGRESSES = 4,
    CAPACITY = 1000,   /* of an egress, in flows */
    SECONDS = 300,     /* of which the first are not judged: */
    WARM_UP = 60,      /* nothing is loaded yet */
    AGE = 10,          /* seconds from a metric to the ingresses that choose by it */
    PER_SECOND = 1,    /* new flows at each ingress */
    FLOW_SECONDS = 24, /* mean length of a flow: 2,400 of 4,000 flows at a time, 60 % of all capacity */
    CURVE_EVERY = 10,  /* seconds between two rows of the curve */
    NOBODY = EGRESSES
};
#define SECOND INT64_C(1000000000)

/* What an egress says, a message for each second. */
typedef struct message {
    bool withdrawn, announced;
    uint8_t score;
    uint32_t aggregate_id;
} message;

typedef unsigned (*choice)(service_offers *service, const uint8_t *scores, uint64_t flow_hash);

typedef struct run {
    choice choose;
    egress_offers *offers[INGRESSES];
    uint8_t scores[INGRESSES][EGRESSES];
    damper dampers[EGRESSES];
    message messages[EGRESSES][SECONDS];
    unsigned ends[EGRESSES][SECONDS + 20 * FLOW_SECONDS]; /* flows that end in that second */
    unsigned load[EGRESSES];
    unsigned curve[SECONDS][EGRESSES];
    unsigned refused; /* new flows that found no egress */
    uint64_t random;
} run;

static const cats_address service = { .family = 4, .octets = { 192, 0, 2, 80 } };

static unsigned number_of(const char *egress)
{
    return (unsigned)(egress[1] - '0');
}

static unsigned choose_weighted(service_offers *offers, const uint8_t *scores, uint64_t flow_hash)
{
    (void)scores;
    const segment_path *path = service_offers_choose(offers, flow_hash);
    return path != NULL ? number_of(path->egress) : NOBODY;
}

/* The baseline. Of equal ones the flow decides, so that it is no worse than it has to be. */
static unsigned choose_best(service_offers *offers, const uint8_t *scores, uint64_t flow_hash)
{
    unsigned best[EGRESSES], count = 0;
    uint8_t score = 1;
    (void)offers;
    for (unsigned e = 0; e < EGRESSES; e++) {
        if (scores[e] > score)
            count = 0;
        if (scores[e] >= score) {
            score = scores[e];
            best[count++] = e;
        }
    }
    return count > 0 ? best[flow_hash % count] : NOBODY;
}

static void give_offer(run *r, unsigned ingress, unsigned e, const message *said)
{
    char name[] = { 'e', (char)('0' + e), '\0' };
    const uint8_t segments[1][16] = { { 0x5f, 0, 0, 0, 0, (uint8_t)e } };
    r->scores[ingress][e] = said->withdrawn ? 0 : said->score;
    if (said->withdrawn) {
        egress_offers_withdraw(r->offers[ingress], &service, name);
        return;
    }
    segment_path *path = segment_path_new(segments, 1, name, NULL);
    path->score = said->score;
    path->aggregate_id = said->aggregate_id;
    g_assert_true(egress_offers_set(r->offers[ingress], &service, path));
}

/* The egress merges what it serves now; the ingresses get what was merged AGE seconds ago, the first at once.
 */
static void announce(run *r, unsigned second)
{
    for (unsigned e = 0; e < EGRESSES; e++) {
        int64_t now = (second + 1) * SECOND;
        cats_report report = { .capacity = CAPACITY, .load = r->load[e], .time_ns = now };
        cats_merged merged = cats_metric_merge(&report, 1, now, SECOND);
        bool changed = damper_take(&r->dampers[e], now, &merged);
        r->messages[e][second] = (message){ .withdrawn = !merged.available,
                                            .announced = changed,
                                            .score = merged.score,
                                            .aggregate_id = r->dampers[e].generation };
        unsigned from = second == 0 ? 0 : second - AGE;
        if (second != 0 && second < AGE + 1)
            continue;
        for (unsigned i = 0; i < INGRESSES && r->messages[e][from].announced; i++)
            give_offer(r, i, e, &r->messages[e][from]);
    }
}

static uint64_t next_random(run *r)
{
    return hash_mix(++r->random);
}

/* Geometric: what an exponential length is in whole seconds. */
static unsigned flow_length(run *r)
{
    unsigned length = 1;
    while (length < 20 * FLOW_SECONDS - 1 && next_random(r) % FLOW_SECONDS != 0)
        length++;
    return length;
}

static void open_flows(run *r, unsigned second)
{
    for (unsigned i = 0; i < INGRESSES * PER_SECOND; i++) {
        unsigned at = i % INGRESSES;
        service_offers *offers = egress_offers_find(r->offers[at], &service);
        unsigned e = r->choose(offers, r->scores[at], next_random(r));
        unsigned length = flow_length(r);
        if (e == NOBODY) {
            r->refused++;
            continue;
        }
        r->load[e]++;
        r->ends[e][second + length]++;
    }
}

static run *run_with(choice choose)
{
    run *r = g_new0(run, 1);
    r->choose = choose;
    for (unsigned i = 0; i < INGRESSES; i++)
        r->offers[i] = egress_offers_new();
    for (unsigned e = 0; e < EGRESSES; e++)
        r->dampers[e].how = (damping){ .interval_ns = SECOND, .hysteresis = 2 };
    for (unsigned second = 0; second < SECONDS; second++) {
        for (unsigned e = 0; e < EGRESSES; e++)
            r->load[e] -= r->ends[e][second];
        announce(r, second);
        open_flows(r, second);
        memcpy(r->curve[second], r->load, sizeof r->load);
    }
    for (unsigned i = 0; i < INGRESSES; i++)
        egress_offers_free(r->offers[i]);
    return r;
}

static unsigned peak(const run *r)
{
    unsigned most = 0;
    for (unsigned second = WARM_UP; second < SECONDS; second++)
        for (unsigned e = 0; e < EGRESSES; e++)
            most = MAX(most, r->curve[second][e]);
    return most;
}

/* The peak that an even spread would have: a quarter of all at the fullest second. */
static double even_peak(const run *r)
{
    unsigned most = 0;
    for (unsigned second = WARM_UP; second < SECONDS; second++) {
        unsigned all = 0;
        for (unsigned e = 0; e < EGRESSES; e++)
            all += r->curve[second][e];
        most = MAX(most, all);
    }
    return (double)most / EGRESSES;
}

static void print_curves(const run *weighted, const run *best)
{
    g_test_message("flows at the egresses, capacity %d each:", (int)CAPACITY);
    g_test_message(" second   weighted by score         best score wins");
    for (unsigned second = 0; second < SECONDS; second += CURVE_EVERY) {
        const unsigned *w = weighted->curve[second], *b = best->curve[second];
        g_test_message("%7u   %4u %4u %4u %4u      %4u %4u %4u %4u", second, w[0], w[1], w[2], w[3], b[0],
                       b[1], b[2], b[3]);
    }
    g_test_message("peak     %4u (an even spread %.0f)     %4u; flows without egress: %u and %u",
                   peak(weighted), even_peak(weighted), peak(best), weighted->refused, best->refused);
}

static void test_herd(void)
{
    run *weighted = run_with(choose_weighted), *best = run_with(choose_best);
    print_curves(weighted, best);
    g_assert_cmpuint(weighted->refused, ==, 0);
    g_assert_cmpuint(peak(weighted), <, CAPACITY);
    g_assert_cmpuint(peak(best), >, CAPACITY); /* the herd: more than the egress can serve */
    g_assert_cmpfloat(peak(weighted), <, 1.25 * even_peak(weighted));
    g_assert_cmpfloat(peak(best), >, 1.5 * peak(weighted));
    g_free(weighted);
    g_free(best);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/herd/weighted-and-best", test_herd);
    return g_test_run();
}
