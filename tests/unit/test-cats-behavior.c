/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of endpoint behaviours: names both ways, order, and what each does. Spec: RFC 8986 s4 and s10.2.
 */
#include "epan-cats/cats-behavior.h"

#include "epan-cats/numbers.h"
#include <glib.h>

static void check_names(void)
{
    static const struct {
        uint16_t code;
        const char *name;
    } known[] = {
        /* RFC 8986 s10.2 */
        { 1, "End" },
        { 8, "End.X with PSP & USP" },
        { 12, "End.T with PSP & USP" },
        { 14, "End.B6.Encaps" },
        { 15, "End.BM" },
        { 16, "End.DX6" },
        { 17, "End.DX4" },
        { 18, "End.DT6" },
        { 19, "End.DT4" },
        { 20, "End.DT46" },
        { 21, "End.DX2" },
        { 22, "End.DX2V" },
        { 23, "End.DT2U" },
        { 24, "End.DT2M" },
        { 27, "End.B6.Encaps.Red" },
        { 28, "End with USD" },
        { 35, "End.X with PSP, USP & USD" },
        { 39, "End.T with PSP, USP & USD" },
        /* RFC 9800 */
        { 43, "End with NEXT-CSID" },
        { 50, "End with NEXT-CSID, PSP, USP & USD" },
        { 52, "End.X with NEXT-CSID" },
        { 60, "End.DX6 with NEXT-CSID" },
        { 64, "End.DT46 with NEXT-CSID" },
        { 68, "End.DT2M with NEXT-CSID" },
        { 85, "End.T with NEXT-CSID" },
        { 92, "End.T with NEXT-CSID, PSP, USP & USD" },
        { 93, "End.B6.Encaps with NEXT-CSID" },
        { 101, "End with REPLACE-CSID" },
        { 105, "End.X with REPLACE-CSID" },
        { 112, "End.T with REPLACE-CSID, PSP & USP" },
        { 116, "End.DX6 with REPLACE-CSID" },
        { 120, "End.DT46 with REPLACE-CSID" },
        { 124, "End.DT2M with REPLACE-CSID" },
        { 127, "End.B6.Encaps.Red with REPLACE-CSID" },
        { 139, "End.T with REPLACE-CSID, PSP, USP & USD" },
        /* RFC 9433 s8 */
        { 69, "End.M.GTP6.D" },
        { 72, "End.M.GTP4.E" },
        /* ours, and the registry's end */
        { CATS_BEHAVIOR_END_CATS, "End.CATS" },
        { 0xFFFF, "Opaque" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
        g_assert_cmpstr(cats_behavior_name(known[i].code), ==, known[i].name);

    static const uint16_t without_name[] = { 0,   25,     113,    125,    126,    149,
                                             188, 0x7FFE, 0x8000, 0x80CB, 0x8800, 0xFFFE };
    for (size_t i = 0; i < G_N_ELEMENTS(without_name); i++)
        g_assert_null(cats_behavior_name(without_name[i]));
}

/* Every row: found by code, parsed by name and by number, in rising order, no name twice. */
static void check_walk(void)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    uint16_t code;
    const char *name;
    uint16_t last = 0;
    size_t count = 0;
    for (; cats_behavior_at(count, &code, &name); count++) {
        g_assert_cmpuint(code, >, last);
        last = code;
        g_assert_cmpstr(cats_behavior_name(code), ==, name);
        g_assert_true(g_hash_table_add(seen, (gpointer)name));

        uint16_t parsed = 0;
        g_autofree char *lower = g_ascii_strdown(name, -1);
        g_assert_true(cats_behavior_parse(lower, &parsed));
        g_assert_cmpuint(parsed, ==, code);
        g_autofree char *decimal = g_strdup_printf("%u", code);
        g_assert_true(cats_behavior_parse(decimal, &parsed));
        g_assert_cmpuint(parsed, ==, code);
        g_autofree char *hexadecimal = g_strdup_printf("0x%04X", code);
        g_assert_true(cats_behavior_parse(hexadecimal, &parsed));
        g_assert_cmpuint(parsed, ==, code);
    }
    g_assert_cmpuint(last, ==, 0xFFFF);
    g_assert_cmpuint(count, >, 170);
    g_assert_false(cats_behavior_at(count + 1, &code, &name));
    g_assert_false(cats_behavior_at(SIZE_MAX, &code, &name));
}

static void check_parse_refuses(void)
{
    static const char *const refused[] = { "",   "End.", "End.DT47", "End.DT46 ", " 20",
                                           "0",  "0x",   "0x10000",  "65536",     "-1",
                                           "+1", "20x",  "0x-1",     "0x0x1",     "20 " };
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        uint16_t code = 7;
        g_assert_false(cats_behavior_parse(refused[i], &code));
        g_assert_cmpuint(code, ==, 7);
    }
}

static void check_what_they_do(void)
{
    enum { V4 = 1, V6 = 2, ETHERNET = 4, SITE = 8, SHIFTS = 16 };
    static const struct {
        uint16_t code;
        unsigned does;
    } rows[] = {
        { 1, 0 },                /* End */
        { 28, 0 },               /* End with USD: removes the header only as the last segment */
        { 16, V6 | SITE },       /* End.DX6 */
        { 17, V4 | SITE },       /* End.DX4 */
        { 18, V6 },              /* End.DT6 */
        { 19, V4 },              /* End.DT4 */
        { 20, V4 | V6 },         /* End.DT46 */
        { 21, ETHERNET | SITE }, /* End.DX2 */
        { 22, ETHERNET },        /* End.DX2V: the VLAN decides */
        { 24, ETHERNET },        /* End.DT2M */
        { 43, SHIFTS },          /* End with NEXT-CSID */
        { 52, SHIFTS },          /* End.X with NEXT-CSID */
        { 85, SHIFTS },          /* End.T with NEXT-CSID */
        { 95, SHIFTS },          /* End.BM with NEXT-CSID */
        { 61, V4 | SITE },       /* End.DX4 with NEXT-CSID */
        { 64, V4 | V6 },         /* End.DT46 with NEXT-CSID */
        { 101, 0 },              /* End with REPLACE-CSID */
        { 120, V4 | V6 },        /* End.DT46 with REPLACE-CSID */
        { CATS_BEHAVIOR_END_CATS, V4 | V6 | ETHERNET },
        { 0, 0 },
        { 0xFFFF, 0 },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        uint16_t code = rows[i].code;
        unsigned does = rows[i].does;
        g_assert_true(cats_behavior_accepts(code, 4) == ((does & V4) != 0));
        g_assert_true(cats_behavior_accepts(code, 41) == ((does & V6) != 0));
        g_assert_true(cats_behavior_accepts(code, 143) == ((does & ETHERNET) != 0));
        g_assert_false(cats_behavior_accepts(code, 6));
        g_assert_true(cats_behavior_decapsulates(code) == ((does & (V4 | V6 | ETHERNET)) != 0));
        g_assert_true(cats_behavior_picks_site(code) == ((does & SITE) != 0));
        g_assert_true(cats_behavior_shifts_container(code) == ((does & SHIFTS) != 0));
    }
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cats-behavior/names", check_names);
    g_test_add_func("/cats-behavior/walk", check_walk);
    g_test_add_func("/cats-behavior/parse/refuses", check_parse_refuses);
    g_test_add_func("/cats-behavior/does", check_what_they_do);
    return g_test_run();
}
