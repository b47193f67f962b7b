/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests of epan-cats/affinity-option: every form and length, what is foreign, what is defective, SAF. */
#include "epan-cats/affinity-option.h"

#include <glib.h>
#include <string.h>

static const affinity_numbers numbers16 = { .kind = 200, .exid = 0x5341, .saf_offset = 6 };
static const affinity_numbers numbers32 = { .kind = 200, .exid = 0x53414646, .saf_offset = 6 };

/* clang-format off */
static const uint8_t own_ipv4[] = {
    200, 8,           /* kind, length */
    10, 3, 2, 2,      /* IPv4 address */
    0x1f, 0x90,       /* port 8080 */
};
static const uint8_t own_ipv6[] = {
    200, 20,          /* kind, length */
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x03, 0x00, 0x02, 0, 0, 0, 0, 0, 0, 0, 2, /* IPv6 address 2001:db8:3:2::2 */
    0x01, 0xbb,       /* port 443 */
};
static const uint8_t own_permit[] = {
    200, 2,           /* kind, length */
};
static const uint8_t exid16_ipv4[] = {
    253, 10,          /* kind, length */
    0x53, 0x41,       /* ExID "SA" */
    10, 3, 2, 2,      /* IPv4 address */
    0x1f, 0x90,       /* port 8080 */
};
static const uint8_t exid16_ipv6[] = {
    254, 22,          /* kind, length */
    0x53, 0x41,       /* ExID "SA" */
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x03, 0x00, 0x02, 0, 0, 0, 0, 0, 0, 0, 2, /* IPv6 address 2001:db8:3:2::2 */
    0x01, 0xbb,       /* port 443 */
};
static const uint8_t exid16_permit[] = {
    253, 4,           /* kind, length */
    0x53, 0x41,       /* ExID "SA" */
};
static const uint8_t exid32_ipv4[] = {
    254, 12,          /* kind, length */
    0x53, 0x41, 0x46, 0x46, /* ExID "SAFF" */
    10, 3, 2, 2,      /* IPv4 address */
    0x1f, 0x90,       /* port 8080 */
};
static const uint8_t exid32_ipv6[] = {
    253, 24,          /* kind, length */
    0x53, 0x41, 0x46, 0x46, /* ExID "SAFF" */
    0x20, 0x01, 0x0d, 0xb8, 0x00, 0x03, 0x00, 0x02, 0, 0, 0, 0, 0, 0, 0, 2, /* IPv6 address 2001:db8:3:2::2 */
    0x01, 0xbb,       /* port 443 */
};
static const uint8_t exid32_permit[] = {
    254, 6,           /* kind, length */
    0x53, 0x41, 0x46, 0x46, /* ExID "SAFF" */
};
/* clang-format on */

typedef struct known_form {
    const affinity_numbers *numbers;
    const uint8_t *octets;
    size_t length;
    size_t decisive;  /* octets from which on it is known to be ours */
    const char *text; /* address and port; NULL for a permit */
} known_form;

static const known_form forms[] = {
    { &numbers16, own_ipv4, sizeof own_ipv4, 1, "10.3.2.2:8080" },
    { &numbers16, own_ipv6, sizeof own_ipv6, 1, "[2001:db8:3:2::2]:443" },
    { &numbers16, own_permit, sizeof own_permit, 1, NULL },
    { &numbers16, exid16_ipv4, sizeof exid16_ipv4, 4, "10.3.2.2:8080" },
    { &numbers16, exid16_ipv6, sizeof exid16_ipv6, 4, "[2001:db8:3:2::2]:443" },
    { &numbers16, exid16_permit, sizeof exid16_permit, 4, NULL },
    { &numbers32, exid32_ipv4, sizeof exid32_ipv4, 6, "10.3.2.2:8080" },
    { &numbers32, exid32_ipv6, sizeof exid32_ipv6, 6, "[2001:db8:3:2::2]:443" },
    { &numbers32, exid32_permit, sizeof exid32_permit, 6, NULL },
};

static void assert_holds(const affinity_option *option, const known_form *form)
{
    g_assert_cmpuint(option->kind, ==, form->octets[0]);
    g_assert_cmpuint(option->exid, ==, form->octets[0] == 200 ? 0 : form->numbers->exid);
    g_assert_cmpint(option->permit, ==, form->text == NULL);
    if (form->text != NULL) {
        char text[CATS_ADDRESS_TEXT];
        cats_endpoint_format(&option->address, option->port, text);
        g_assert_cmpstr(text, ==, form->text);
    } else {
        g_assert_cmpuint(option->address.family, ==, 0);
        g_assert_cmpuint(option->port, ==, 0);
    }
}

/* Parses a copy that ends where the reach ends, so that the address sanitizer sees a read beyond it. */
static affinity_parse_result parse_in_reach(const affinity_numbers *numbers, const uint8_t *octets,
                                            size_t reach, affinity_option *option, cats_defect *defect)
{
    uint8_t *copy = g_malloc(reach == 0 ? 1 : reach);
    if (reach > 0)
        memcpy(copy, octets, reach);
    affinity_parse_result result = affinity_option_parse(numbers, copy, reach, option, defect);
    g_free(copy);
    return result;
}

static void test_forms(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        const known_form *form = &forms[i];
        affinity_option option;
        cats_defect defect;
        g_assert_cmpint(parse_in_reach(form->numbers, form->octets, form->length, &option, &defect), ==,
                        AFFINITY_PARSED);
        assert_holds(&option, form);

        uint8_t built[AFFINITY_OPTION_MAX];
        g_assert_cmpuint(affinity_option_length(&option), ==, form->length);
        g_assert_cmpuint(affinity_option_build(&option, built, sizeof built), ==, form->length);
        g_assert_true(memcmp(built, form->octets, form->length) == 0);
        g_assert_cmpuint(affinity_option_build(&option, built, form->length - 1), ==, 0);
    }
}

/* More octets behind the option (a whole option space) change nothing. */
static void test_oversize_reach(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        uint8_t space[40];
        memset(space, 0xee, sizeof space);
        memcpy(space, forms[i].octets, forms[i].length);
        affinity_option option;
        cats_defect defect;
        g_assert_cmpint(parse_in_reach(forms[i].numbers, space, sizeof space, &option, &defect), ==,
                        AFFINITY_PARSED);
        assert_holds(&option, &forms[i]);
    }
}

/* Every reach short of the whole: foreign until it is known to be ours, then a defect. */
static void test_truncated(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        for (size_t reach = 0; reach < forms[i].length; reach++) {
            affinity_option option = { .kind = 77 };
            cats_defect defect = { 0 };
            affinity_parse_result result =
                parse_in_reach(forms[i].numbers, forms[i].octets, reach, &option, &defect);
            if (reach < forms[i].decisive) {
                g_assert_cmpint(result, ==, AFFINITY_FOREIGN);
                g_assert_null(defect.subject);
            } else {
                g_assert_cmpint(result, ==, AFFINITY_DEFECT);
                g_assert_nonnull(defect.subject);
                g_assert_cmpuint(defect.found, ==, reach == 1 ? 1 : forms[i].length);
                g_assert_cmpuint(defect.at, ==, reach == 1 ? 0 : 1);
            }
            g_assert_cmpuint(option.kind, ==, 77); /* untouched */
        }
    }
}

/* Every value of the length octet, with 255 octets in reach. */
static void test_every_length(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
        size_t before_address = forms[i].octets[0] == 200 ? 2 : forms[i].decisive;
        for (unsigned length = 0; length <= 255; length++) {
            uint8_t octets[255] = { 0 };
            memcpy(octets, forms[i].octets, forms[i].length);
            octets[1] = (uint8_t)length;
            bool is_form =
                length == before_address || length == before_address + 6 || length == before_address + 18;
            bool is_ours = forms[i].octets[0] == 200 || length >= forms[i].decisive;

            affinity_option option;
            cats_defect defect;
            affinity_parse_result result =
                parse_in_reach(forms[i].numbers, octets, sizeof octets, &option, &defect);
            g_assert_cmpint(result, ==,
                            is_form   ? AFFINITY_PARSED
                            : is_ours ? AFFINITY_DEFECT
                                      : AFFINITY_FOREIGN);
            if (result == AFFINITY_DEFECT) {
                g_assert_cmpuint(defect.found, ==, length);
                g_assert_cmpuint(defect.at, ==, 1);
            }
        }
    }
}

static void test_defect_words(void)
{
    static const struct {
        const affinity_numbers *numbers;
        uint8_t octets[8];
        size_t reach;
        const char *words;
    } cases[] = {
        { &numbers16, { 200, 9 }, 8, "affinity option: length 9, expected 2, 8 or 20 (octet 1)" },
        { &numbers16,
          { 200 },
          1,
          "affinity option: octets in reach 1, expected kind and length, 2 (octet 0)" },
        { &numbers16,
          { 253, 9, 0x53, 0x41 },
          8,
          "affinity option: length 9, expected 4, 10 or 22 (octet 1)" },
        { &numbers32,
          { 253, 9, 0x53, 0x41, 0x46, 0x46 },
          8,
          "affinity option: length 9, expected 6, 12 or 24 (octet 1)" },
        { &numbers16,
          { 200, 20 },
          8,
          "affinity option: length 20, expected no more than the option space has left (octet 1)" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        affinity_option option;
        cats_defect defect;
        g_assert_cmpint(parse_in_reach(cases[i].numbers, cases[i].octets, cases[i].reach, &option, &defect),
                        ==, AFFINITY_DEFECT);
        char text[CATS_DEFECT_TEXT];
        g_assert_cmpuint(cats_defect_format(&defect, text, sizeof text), ==, strlen(cases[i].words));
        g_assert_cmpstr(text, ==, cases[i].words);

        /* cut at every size, always ended */
        for (size_t size = 0; size <= strlen(cases[i].words); size++) {
            memset(text, 'x', sizeof text);
            size_t written = cats_defect_format(&defect, text, size);
            g_assert_cmpuint(written, ==, size == 0 ? 0 : size - 1);
            g_assert_cmpint(text[written], ==, size == 0 ? 'x' : '\0');
            g_assert_true(strncmp(text, cases[i].words, written) == 0);
        }
    }
}

/* Other kinds, and experimental options of others, are none of ours. */
static void test_foreign(void)
{
    static const struct {
        const affinity_numbers *numbers;
        uint8_t octets[8];
    } cases[] = {
        { &numbers16, { 8, 8 } }, /* another kind */
        { &numbers16, { 201, 8 } },
        { &numbers16, { 0, 8 } },               /* end of list */
        { &numbers16, { 253, 8, 0x53, 0x42 } }, /* another ExID */
        { &numbers16, { 253, 8, 0x41, 0x53 } }, /* ours, in the other byte order */
        { &numbers16, { 253, 3, 0x53, 0x41 } }, /* too short for an ExID: the 0x41 is not its own */
        { &numbers16, { 254, 0, 0x53, 0x41 } },
        { &numbers32, { 253, 8, 0x53, 0x41, 0x46, 0x47 } }, /* the same upper half */
        { &numbers32, { 253, 5, 0x53, 0x41, 0x46, 0x46 } },
        { &numbers32, { 253, 4, 0x53, 0x41 } },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        affinity_option option;
        cats_defect defect;
        g_assert_cmpint(parse_in_reach(cases[i].numbers, cases[i].octets, 8, &option, &defect), ==,
                        AFFINITY_FOREIGN);
    }
    affinity_option option;
    cats_defect defect;
    g_assert_cmpint(affinity_option_parse(&numbers16, NULL, 0, &option, &defect), ==, AFFINITY_FOREIGN);

    /* a kind is ours only when it is the configured one */
    affinity_numbers other = numbers16;
    other.kind = 66;
    g_assert_cmpint(parse_in_reach(&other, own_ipv4, sizeof own_ipv4, &option, &defect), ==,
                    AFFINITY_FOREIGN);
    other.kind = 253; /* stays the experimental form */
    g_assert_cmpint(parse_in_reach(&other, exid16_ipv4, sizeof exid16_ipv4, &option, &defect), ==,
                    AFFINITY_PARSED);
    g_assert_cmpuint(option.exid, ==, 0x5341);
}

static uint32_t random_exid(void)
{
    uint32_t random = (uint32_t)g_test_rand_int();
    return g_test_rand_bit() ? random & 0xffff : random | 0x10000;
}

static void test_round_trip_random(void)
{
    for (unsigned round = 0; round < 100000; round++) {
        affinity_numbers numbers = { .kind = (uint8_t)g_test_rand_int_range(2, 253), .exid = random_exid() };
        affinity_option option = { .kind = numbers.kind };
        if (g_test_rand_bit()) {
            option.kind = g_test_rand_bit() ? TCP_OPTION_EXPERIMENT_1 : TCP_OPTION_EXPERIMENT_2;
            option.exid = numbers.exid;
        }
        uint8_t octets[16];
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)g_test_rand_int();
        switch (g_test_rand_int_range(0, 3)) {
        case 0:
            option.permit = true;
            break;
        case 1:
            option.address = cats_address_ipv4(octets);
            break;
        default:
            option.address = cats_address_ipv6(octets);
        }
        if (!option.permit)
            option.port = (uint16_t)g_test_rand_int();

        uint8_t built[AFFINITY_OPTION_MAX];
        size_t length = affinity_option_build(&option, built, sizeof built);
        g_assert_cmpuint(length, ==, affinity_option_length(&option));
        g_assert_cmpuint(built[1], ==, length);
        affinity_option parsed;
        cats_defect defect;
        g_assert_cmpint(parse_in_reach(&numbers, built, length, &parsed, &defect), ==, AFFINITY_PARSED);
        g_assert_true(affinity_option_equal(&parsed, &option));
    }
}

/* Whatever is parsed from noise builds to the same octets again. */
static void test_random_octets(void)
{
    static const uint8_t kinds[] = { 200, 253, 254, 0, 1, 8 };
    static const uint8_t lengths[] = { 0, 1, 2, 4, 6, 8, 10, 12, 20, 22, 24, 40 };
    for (unsigned round = 0; round < 200000; round++) {
        const affinity_numbers *numbers = g_test_rand_bit() ? &numbers16 : &numbers32;
        uint8_t octets[48];
        size_t reach = (size_t)g_test_rand_int_range(0, sizeof octets + 1);
        for (size_t i = 0; i < sizeof octets; i++)
            octets[i] = (uint8_t)g_test_rand_int();
        octets[0] = kinds[g_test_rand_int_range(0, G_N_ELEMENTS(kinds))];
        if (g_test_rand_bit())
            octets[1] = lengths[g_test_rand_int_range(0, G_N_ELEMENTS(lengths))];
        if (g_test_rand_bit())
            memcpy(octets + 2, "SAFF", 4);

        affinity_option option;
        cats_defect defect;
        if (parse_in_reach(numbers, octets, reach, &option, &defect) == AFFINITY_PARSED) {
            uint8_t built[AFFINITY_OPTION_MAX];
            size_t length = affinity_option_build(&option, built, sizeof built);
            g_assert_cmpuint(length, <=, reach);
            g_assert_cmpuint(length, ==, octets[1]);
            g_assert_true(memcmp(built, octets, length) == 0);
        }
    }
}

static void test_build_impossible(void)
{
    uint8_t octets[AFFINITY_OPTION_MAX] = { 0xaa };
    affinity_option neither = { .kind = 200 };
    g_assert_cmpuint(affinity_option_length(&neither), ==, 0);
    g_assert_cmpuint(affinity_option_build(&neither, octets, sizeof octets), ==, 0);
    affinity_option permit = { .kind = 200, .permit = true };
    g_assert_cmpuint(affinity_option_build(&permit, octets, 0), ==, 0);
    g_assert_cmpuint(octets[0], ==, 0xaa); /* untouched */
}

static void test_equal(void)
{
    affinity_option base;
    cats_defect defect;
    g_assert_cmpint(affinity_option_parse(&numbers16, exid16_ipv4, sizeof exid16_ipv4, &base, &defect), ==,
                    AFFINITY_PARSED);
    g_assert_true(affinity_option_equal(&base, &base));
    affinity_option kind = base, exid = base, port = base, address = base, permit = base;
    kind.kind = TCP_OPTION_EXPERIMENT_2;
    exid.exid++;
    port.port++;
    address.address.octets[3]++;
    permit.permit = true;
    g_assert_false(affinity_option_equal(&base, &kind));
    g_assert_false(affinity_option_equal(&base, &exid));
    g_assert_false(affinity_option_equal(&base, &port));
    g_assert_false(affinity_option_equal(&base, &address));
    g_assert_false(affinity_option_equal(&base, &permit));
}

static void test_saf_mask(void)
{
    static const uint16_t masks[] = { 0, 0, 0, 0, 0x0800, 0x0400, 0x0200, 0, 0, 0 };
    for (unsigned offset = 0; offset < G_N_ELEMENTS(masks); offset++) {
        affinity_numbers numbers = { .saf_offset = (uint8_t)offset };
        g_assert_cmphex(affinity_saf_mask(&numbers), ==, masks[offset]);
    }
    g_assert_cmphex(affinity_saf_mask(&(affinity_numbers){ .saf_offset = 255 }), ==, 0);
    g_assert_cmphex(affinity_saf_mask(&affinity_numbers_default), ==, 0x0200);
    g_assert_cmpuint(affinity_numbers_default.kind, ==, 200);
    g_assert_cmphex(affinity_numbers_default.exid, ==, 0x5341);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/affinity-option/forms", test_forms);
    g_test_add_func("/affinity-option/oversize-reach", test_oversize_reach);
    g_test_add_func("/affinity-option/truncated", test_truncated);
    g_test_add_func("/affinity-option/every-length", test_every_length);
    g_test_add_func("/affinity-option/defect-words", test_defect_words);
    g_test_add_func("/affinity-option/foreign", test_foreign);
    g_test_add_func("/affinity-option/round-trip-random", test_round_trip_random);
    g_test_add_func("/affinity-option/random-octets", test_random_octets);
    g_test_add_func("/affinity-option/build-impossible", test_build_impossible);
    g_test_add_func("/affinity-option/equal", test_equal);
    g_test_add_func("/affinity-option/saf-mask", test_saf_mask);
    return g_test_run();
}
