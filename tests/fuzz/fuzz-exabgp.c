/* SPDX-License-Identifier: GPL-2.0-or-later */
/* libFuzzer: any text as lines of ExaBGP's JSON. A line is understood or refused with words; what the offers
 * tell of it adds up: nothing is withdrawn that was not on offer, each offer is in force once, and the end of
 * all sessions withdraws everything. */
#include "capture-tools/routes/exabgp-update.h"
#include "capture-tools/routes/route-offers.h"

#include <glib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of an offer: which egress for which CS-ID. */
static char *name_of(const route_offer *offer)
{
    char service[CATS_ADDRESS_TEXT], locator[CATS_ADDRESS_TEXT];
    cats_address_format(&offer->service, service);
    cats_address_format(&offer->locator, locator);
    return g_strdup_printf("%s %s/%u", service, locator, offer->locator_length);
}

static void take_offer(void *context, const route_offer *offer)
{
    g_assert_true(offer->service.family == 4 || offer->service.family == 6);
    g_assert_true(cats_sid_structure_valid(&offer->structure));
    g_hash_table_add(context, name_of(offer));
}

static void take_withdrawal(void *context, const route_offer *offer)
{
    g_autofree char *name = name_of(offer);
    g_assert_true(g_hash_table_remove(context, name));
}

typedef struct tally {
    GHashTable *known;
    unsigned count;
} tally;

static void count_offer(void *context, const route_offer *offer)
{
    tally *t = context;
    g_autofree char *name = name_of(offer);
    g_assert_true(g_hash_table_contains(t->known, name));
    t->count++;
}

static void take_update(route_offers *offers, const exabgp_line *line)
{
    route_trouble trouble = { .handling = NULL };
    g_assert_nonnull(line->peer);
    bool good = route_offers_update(offers, &cats_route_codes_default, line->peer, line->body->data,
                                    line->body->len, &trouble);
    g_assert_true(good == (trouble.handling == NULL));
    g_assert_true(good == (*trouble.text == '\0'));
}

static void take_line(route_offers *offers, const char *text)
{
    exabgp_line line;
    g_autofree char *message = NULL;
    bool good = exabgp_read(text, &line, &message);
    g_assert_true(good == (message == NULL));
    if (good && line.kind == EXABGP_UPDATE)
        take_update(offers, &line);
    else if (good && line.kind == EXABGP_DOWN)
        route_offers_down(offers, line.peer);
    exabgp_clear(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup((const char *)data, size);
    g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const route_offers_sink sink = { take_offer, take_withdrawal, known };
    route_offers *offers = route_offers_new(&sink);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    for (char **line = lines; *line != NULL; line++) {
        tally t = { .known = known };
        take_line(offers, *line);
        route_offers_each(offers, count_offer, &t);
        g_assert_cmpuint(t.count, ==, g_hash_table_size(known));
    }
    route_offers_down(offers, NULL);
    g_assert_cmpuint(g_hash_table_size(known), ==, 0);
    g_assert_cmpuint(route_offers_count(offers), ==, 0);
    route_offers_free(offers);
    return 0;
}
