/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Pearson's test and the chi-square distribution, whose upper tail is a regularized incomplete gamma
 * function. Spec: docs/rules.md; NIST Digital Library of Mathematical Functions 8.2.4, 8.11.4 (series), 8.9.2
 * (continued fraction). */
#include "flow-spread.h"

#include <math.h>

enum { TERMS_MAX = 10000 };
static const double PRECISION = 1e-14;

/* P(a, x) by its series, for x < a + 1. */
static double lower_part(double a, double x)
{
    double term = 1 / a, sum = term;
    for (int n = 1; n < TERMS_MAX && term > sum * PRECISION; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum * exp(a * log(x) - x - lgamma(a));
}

/* Q(a, x) by its continued fraction, for x >= a + 1 (modified Lentz). */
static double upper_part(double a, double x)
{
    const double tiny = 1e-300;
    double b = x + 1 - a, c = 1 / tiny, d = 1 / b, fraction = d;
    for (int n = 1; n < TERMS_MAX; n++) {
        double numerator = -n * (n - a);
        b += 2;
        d = numerator * d + b;
        c = b + numerator / c;
        d = 1 / (fabs(d) < tiny ? tiny : d);
        c = fabs(c) < tiny ? tiny : c;
        fraction *= d * c;
        if (fabs(d * c - 1) < PRECISION)
            break;
    }
    return fraction * exp(a * log(x) - x - lgamma(a));
}

double flow_spread_chance(double value, unsigned freedom)
{
    double a = freedom / 2.0, x = value / 2;
    if (freedom == 0 || value <= 0)
        return 1;
    if (isinf(value))
        return 0;
    return x < a + 1 ? 1 - lower_part(a, x) : upper_part(a, x);
}

/* A class of the test. */
typedef struct spread_class {
    double expected, seen;
} spread_class;

static double off(spread_class c)
{
    return (c.seen - c.expected) * (c.seen - c.expected) / c.expected;
}

flow_spread flow_spread_test(const uint64_t *flows, const uint32_t *weights, size_t sites)
{
    flow_spread spread = { .judged = false };
    double all_flows = 0, all_weights = 0;
    for (size_t i = 0; i < sites; i++) {
        all_flows += (double)flows[i];
        all_weights += weights[i];
    }
    unsigned classes = 0;
    bool impossible = false;
    spread_class few = { 0, 0 }, least = { INFINITY, 0 };
    for (size_t i = 0; i < sites; i++) {
        const spread_class site = { all_weights > 0 ? all_flows * weights[i] / all_weights : 0,
                                    (double)flows[i] };
        impossible |= weights[i] == 0 && flows[i] > 0;
        if (site.expected < FLOW_SPREAD_EXPECTED) {
            few.expected += site.expected;
            few.seen += site.seen;
            continue;
        }
        classes++;
        spread.chi_square += off(site);
        if (site.expected < least.expected)
            least = site;
    }
    if (few.expected >= FLOW_SPREAD_EXPECTED) {
        classes++;
        spread.chi_square += off(few);
    } else if (few.expected > 0 &&
               classes > 0) { /* too few together, too: they join the least of the others */
        spread.chi_square +=
            off((spread_class){ least.expected + few.expected, least.seen + few.seen }) - off(least);
    }
    if (impossible)
        spread.chi_square = INFINITY;
    spread.judged = classes > 1 || (impossible && all_weights > 0);
    spread.freedom = classes > 1 ? classes - 1 : 1;
    spread.p = flow_spread_chance(spread.chi_square, spread.freedom);
    spread.differs = spread.judged && spread.p < FLOW_SPREAD_P;
    return spread;
}
