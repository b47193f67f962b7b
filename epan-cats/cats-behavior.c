/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The table of SRv6 endpoint behaviours. Spec: IANA "SRv6 Endpoint Behaviors" (RFC 8986 s10.2), RFC 9800 s4.
 */
#include "cats-behavior.h"

#include "numbers.h"
#include <glib.h>

/* What a behaviour does, as far as the rules ask. */
enum {
    DECAPSULATES_IPV4 = 1 << 0,
    DECAPSULATES_IPV6 = 1 << 1,
    DECAPSULATES_ETHERNET = 1 << 2,
    PICKS_SITE = 1 << 3,
    SHIFTS_CONTAINER = 1 << 4,
    NO_ARGUMENT = 1 << 5,
    DECAPSULATES_IP = DECAPSULATES_IPV4 | DECAPSULATES_IPV6,
    DECAPSULATES_ANY = DECAPSULATES_IP | DECAPSULATES_ETHERNET
};

typedef struct behavior {
    const char *name; /* NULL: not assigned */
    unsigned does;
} behavior;

/* Indexed by code point, 1-187. Only what RFC 8986, RFC 9800 or a name of theirs says plainly stands in
 * `does`; the rules are silent about the rest. The registry spells 155-157 "REPPLACE". */
/* clang-format off */
static const behavior registered[] = {
    [1] = { "End", NO_ARGUMENT },
    [2] = { "End with PSP", NO_ARGUMENT },
    [3] = { "End with USP", NO_ARGUMENT },
    [4] = { "End with PSP & USP", NO_ARGUMENT },
    [5] = { "End.X", NO_ARGUMENT },
    [6] = { "End.X with PSP", NO_ARGUMENT },
    [7] = { "End.X with USP", NO_ARGUMENT },
    [8] = { "End.X with PSP & USP", NO_ARGUMENT },
    [9] = { "End.T", NO_ARGUMENT },
    [10] = { "End.T with PSP", NO_ARGUMENT },
    [11] = { "End.T with USP", NO_ARGUMENT },
    [12] = { "End.T with PSP & USP", NO_ARGUMENT },
    [13] = { "End.B6.Insert", 0 },
    [14] = { "End.B6.Encaps", 0 },
    [15] = { "End.BM", 0 },
    [16] = { "End.DX6", DECAPSULATES_IPV6 | PICKS_SITE | NO_ARGUMENT },
    [17] = { "End.DX4", DECAPSULATES_IPV4 | PICKS_SITE | NO_ARGUMENT },
    [18] = { "End.DT6", DECAPSULATES_IPV6 | NO_ARGUMENT },
    [19] = { "End.DT4", DECAPSULATES_IPV4 | NO_ARGUMENT },
    [20] = { "End.DT46", DECAPSULATES_IP | NO_ARGUMENT },
    [21] = { "End.DX2", DECAPSULATES_ETHERNET | PICKS_SITE | NO_ARGUMENT },
    [22] = { "End.DX2V", DECAPSULATES_ETHERNET | NO_ARGUMENT },
    [23] = { "End.DT2U", DECAPSULATES_ETHERNET | NO_ARGUMENT },
    [24] = { "End.DT2M", DECAPSULATES_ETHERNET },
    [26] = { "End.B6.Insert.Red", 0 },
    [27] = { "End.B6.Encaps.Red", 0 },
    [28] = { "End with USD", NO_ARGUMENT },
    [29] = { "End with PSP & USD", NO_ARGUMENT },
    [30] = { "End with USP & USD", NO_ARGUMENT },
    [31] = { "End with PSP, USP & USD", NO_ARGUMENT },
    [32] = { "End.X with USD", NO_ARGUMENT },
    [33] = { "End.X with PSP & USD", NO_ARGUMENT },
    [34] = { "End.X with USP & USD", NO_ARGUMENT },
    [35] = { "End.X with PSP, USP & USD", NO_ARGUMENT },
    [36] = { "End.T with USD", NO_ARGUMENT },
    [37] = { "End.T with PSP & USD", NO_ARGUMENT },
    [38] = { "End.T with USP & USD", NO_ARGUMENT },
    [39] = { "End.T with PSP, USP & USD", NO_ARGUMENT },
    [40] = { "End.MAP", 0 },
    [41] = { "End.Limit", 0 },
    [42] = { "End with NEXT-ONLY-CSID", SHIFTS_CONTAINER },
    [43] = { "End with NEXT-CSID", SHIFTS_CONTAINER },
    [44] = { "End with NEXT-CSID & PSP", SHIFTS_CONTAINER },
    [45] = { "End with NEXT-CSID & USP", SHIFTS_CONTAINER },
    [46] = { "End with NEXT-CSID, PSP & USP", SHIFTS_CONTAINER },
    [47] = { "End with NEXT-CSID & USD", SHIFTS_CONTAINER },
    [48] = { "End with NEXT-CSID, PSP & USD", SHIFTS_CONTAINER },
    [49] = { "End with NEXT-CSID, USP & USD", SHIFTS_CONTAINER },
    [50] = { "End with NEXT-CSID, PSP, USP & USD", SHIFTS_CONTAINER },
    [51] = { "End.X with NEXT-ONLY-CSID", SHIFTS_CONTAINER },
    [52] = { "End.X with NEXT-CSID", SHIFTS_CONTAINER },
    [53] = { "End.X with NEXT-CSID & PSP", SHIFTS_CONTAINER },
    [54] = { "End.X with NEXT-CSID & USP", SHIFTS_CONTAINER },
    [55] = { "End.X with NEXT-CSID, PSP & USP", SHIFTS_CONTAINER },
    [56] = { "End.X with NEXT-CSID & USD", SHIFTS_CONTAINER },
    [57] = { "End.X with NEXT-CSID, PSP & USD", SHIFTS_CONTAINER },
    [58] = { "End.X with NEXT-CSID, USP & USD", SHIFTS_CONTAINER },
    [59] = { "End.X with NEXT-CSID, PSP, USP & USD", SHIFTS_CONTAINER },
    [60] = { "End.DX6 with NEXT-CSID", DECAPSULATES_IPV6 | PICKS_SITE },
    [61] = { "End.DX4 with NEXT-CSID", DECAPSULATES_IPV4 | PICKS_SITE },
    [62] = { "End.DT6 with NEXT-CSID", DECAPSULATES_IPV6 },
    [63] = { "End.DT4 with NEXT-CSID", DECAPSULATES_IPV4 },
    [64] = { "End.DT46 with NEXT-CSID", DECAPSULATES_IP },
    [65] = { "End.DX2 with NEXT-CSID", DECAPSULATES_ETHERNET | PICKS_SITE },
    [66] = { "End.DX2V with NEXT-CSID", DECAPSULATES_ETHERNET },
    [67] = { "End.DT2U with NEXT-CSID", DECAPSULATES_ETHERNET },
    [68] = { "End.DT2M with NEXT-CSID", DECAPSULATES_ETHERNET },
    [69] = { "End.M.GTP6.D", 0 },
    [70] = { "End.M.GTP6.Di", 0 },
    [71] = { "End.M.GTP6.E", 0 },
    [72] = { "End.M.GTP4.E", 0 },
    [73] = { "End.DTM", 0 },
    [74] = { "End.M (Mirror SID)", 0 },
    [75] = { "End.Replicate", 0 },
    [76] = { "End.DTMC4", DECAPSULATES_IPV4 },
    [77] = { "End.DTMC6", DECAPSULATES_IPV6 },
    [78] = { "End.DTMC46", DECAPSULATES_IP },
    [79] = { "End.BXC", 0 },
    [80] = { "End.BXC with PSP", 0 },
    [81] = { "End.BXC with USP", 0 },
    [82] = { "End.BXC with USD", 0 },
    [83] = { "End.BXC with PSP, USP & USD", 0 },
    [84] = { "End.NSH - NSH Segment", 0 },
    [85] = { "End.T with NEXT-CSID", SHIFTS_CONTAINER },
    [86] = { "End.T with NEXT-CSID & PSP", SHIFTS_CONTAINER },
    [87] = { "End.T with NEXT-CSID & USP", SHIFTS_CONTAINER },
    [88] = { "End.T with NEXT-CSID, PSP & USP", SHIFTS_CONTAINER },
    [89] = { "End.T with NEXT-CSID & USD", SHIFTS_CONTAINER },
    [90] = { "End.T with NEXT-CSID, PSP & USD", SHIFTS_CONTAINER },
    [91] = { "End.T with NEXT-CSID, USP & USD", SHIFTS_CONTAINER },
    [92] = { "End.T with NEXT-CSID, PSP, USP & USD", SHIFTS_CONTAINER },
    [93] = { "End.B6.Encaps with NEXT-CSID", SHIFTS_CONTAINER },
    [94] = { "End.B6.Encaps.Red with NEXT-CSID", SHIFTS_CONTAINER },
    [95] = { "End.BM with NEXT-CSID", SHIFTS_CONTAINER },
    [96] = { "End.LBS with NEXT-CSID", 0 },
    [97] = { "End.XLBS with NEXT-CSID", 0 },
    [98] = { "End.B6.Encaps.Red with NEXT-CSID, PSP & USD", SHIFTS_CONTAINER },
    [99] = { "End.B6.Insert.Red with NEXT-CSID, PSP & USD", 0 },
    [100] = { "End.PSID", 0 },
    [101] = { "End with REPLACE-CSID", 0 },
    [102] = { "End with REPLACE-CSID & PSP", 0 },
    [103] = { "End with REPLACE-CSID & USP", 0 },
    [104] = { "End with REPLACE-CSID, PSP & USP", 0 },
    [105] = { "End.X with REPLACE-CSID", 0 },
    [106] = { "End.X with REPLACE-CSID & PSP", 0 },
    [107] = { "End.X with REPLACE-CSID & USP", 0 },
    [108] = { "End.X with REPLACE-CSID, PSP & USP", 0 },
    [109] = { "End.T with REPLACE-CSID", 0 },
    [110] = { "End.T with REPLACE-CSID & PSP", 0 },
    [111] = { "End.T with REPLACE-CSID & USP", 0 },
    [112] = { "End.T with REPLACE-CSID, PSP & USP", 0 },
    [114] = { "End.B6.Encaps with REPLACE-CSID", 0 },
    [115] = { "End.BM with REPLACE-CSID", 0 },
    [116] = { "End.DX6 with REPLACE-CSID", DECAPSULATES_IPV6 | PICKS_SITE },
    [117] = { "End.DX4 with REPLACE-CSID", DECAPSULATES_IPV4 | PICKS_SITE },
    [118] = { "End.DT6 with REPLACE-CSID", DECAPSULATES_IPV6 },
    [119] = { "End.DT4 with REPLACE-CSID", DECAPSULATES_IPV4 },
    [120] = { "End.DT46 with REPLACE-CSID", DECAPSULATES_IP },
    [121] = { "End.DX2 with REPLACE-CSID", DECAPSULATES_ETHERNET | PICKS_SITE },
    [122] = { "End.DX2V with REPLACE-CSID", DECAPSULATES_ETHERNET },
    [123] = { "End.DT2U with REPLACE-CSID", DECAPSULATES_ETHERNET },
    [124] = { "End.DT2M with REPLACE-CSID", DECAPSULATES_ETHERNET },
    [127] = { "End.B6.Encaps.Red with REPLACE-CSID", 0 },
    [128] = { "End with REPLACE-CSID & USD", 0 },
    [129] = { "End with REPLACE-CSID, PSP & USD", 0 },
    [130] = { "End with REPLACE-CSID, USP & USD", 0 },
    [131] = { "End with REPLACE-CSID, PSP, USP & USD", 0 },
    [132] = { "End.X with REPLACE-CSID & USD", 0 },
    [133] = { "End.X with REPLACE-CSID, PSP & USD", 0 },
    [134] = { "End.X with REPLACE-CSID, USP & USD", 0 },
    [135] = { "End.X with REPLACE-CSID, PSP, USP & USD", 0 },
    [136] = { "End.T with REPLACE-CSID & USD", 0 },
    [137] = { "End.T with REPLACE-CSID, PSP & USD", 0 },
    [138] = { "End.T with REPLACE-CSID, USP & USD", 0 },
    [139] = { "End.T with REPLACE-CSID, PSP, USP & USD", 0 },
    [140] = { "End.LBS with REPLACE-CSID", 0 },
    [141] = { "End.XLBS with REPLACE-CSID", 0 },
    [142] = { "End.DTM46", 0 },
    [143] = { "End.DXM4", 0 },
    [144] = { "End.DXM6", 0 },
    [145] = { "End.DXM2", 0 },
    [150] = { "End.XU", 0 },
    [151] = { "End.XU with PSP", 0 },
    [152] = { "End.XU with USP", 0 },
    [153] = { "End.XU with USD", 0 },
    [154] = { "End.XU with PSP, USP & USD", 0 },
    [155] = { "End.XU with REPLACE-CSID", 0 },
    [156] = { "End.XU with REPLACE-CSID & PSP", 0 },
    [157] = { "End.XU with REPLACE-CSID & PSP & USP & USD", 0 },
    [158] = { "End.DX1", 0 },
    [159] = { "End.DX1 with NEXT-CSID", 0 },
    [160] = { "End.DX1 with REPLACE-CSID", 0 },
    [161] = { "End.AN - SR-aware function", 0 },
    [162] = { "End.AS - Static proxy", 0 },
    [163] = { "End.AD - Dynamic proxy", 0 },
    [164] = { "End.AM - Masquerading proxy", 0 },
    [165] = { "End.AM - Masquerading proxy with NAT", 0 },
    [166] = { "End.AM - Masquerading proxy with Caching", 0 },
    [167] = { "End.AM - Masquerading proxy with NAT & Caching", 0 },
    [168] = { "End.M.GTP6.E.Red", 0 },
    [169] = { "End.AN.CI.S", 0 },
    [170] = { "End.AN.CI.D.A", 0 },
    [171] = { "End.AN.CI.D.T", 0 },
    [172] = { "End.AN.CI.D.V", 0 },
    [173] = { "End.AN.CI.D.D", 0 },
    [180] = { "End.AS with REPLACE-CSID", 0 },
    [181] = { "End.AS with NEXT-CSID", 0 },
    [182] = { "End.AD with REPLACE-CSID", 0 },
    [183] = { "End.AD with NEXT-CSID", 0 },
    [184] = { "End.AM with REPLACE-CSID", 0 },
    [185] = { "End.AM with NEXT-CSID", 0 },
    [186] = { "End.AMN with REPLACE-CSID", 0 },
    [187] = { "End.AMN with NEXT-CSID", 0 },
};

static const struct {
    uint16_t code;
    behavior behavior;
} beyond[] = {
    { 0x7FFF, { "The SID defined in RFC 8754", 0 } },
    { CATS_BEHAVIOR_END_CATS, { "End.CATS", DECAPSULATES_ANY } },
    { CATS_BEHAVIOR_OPAQUE, { "Opaque", 0 } },
};
/* clang-format on */

static const behavior *find(uint16_t code)
{
    static const behavior unknown = { NULL, 0 };
    if (code < G_N_ELEMENTS(registered))
        return &registered[code];
    for (size_t i = 0; i < G_N_ELEMENTS(beyond); i++) {
        if (beyond[i].code == code)
            return &beyond[i].behavior;
    }
    return &unknown;
}

const char *cats_behavior_name(uint16_t code)
{
    return find(code)->name;
}

bool cats_behavior_at(size_t index, uint16_t *code, const char **name)
{
    for (uint16_t i = 0; i < G_N_ELEMENTS(registered); i++) {
        if (registered[i].name != NULL && index-- == 0) {
            *code = i;
            *name = registered[i].name;
            return true;
        }
    }
    if (index >= G_N_ELEMENTS(beyond))
        return false;
    *code = beyond[index].code;
    *name = beyond[index].behavior.name;
    return true;
}

/* Hexadecimal behind "0x", else decimal: a leading 0 is no octal here. */
static bool parse_number(const char *text, uint16_t *code)
{
    bool hexadecimal = text[0] == '0' && (text[1] == 'x' || text[1] == 'X');
    guint64 number;
    if (!g_ascii_string_to_unsigned(hexadecimal ? text + 2 : text, hexadecimal ? 16 : 10, 1, UINT16_MAX,
                                    &number, NULL))
        return false;
    *code = (uint16_t)number;
    return true;
}

bool cats_behavior_parse(const char *text, uint16_t *code)
{
    if (parse_number(text, code))
        return true;
    uint16_t candidate;
    const char *name;
    for (size_t i = 0; cats_behavior_at(i, &candidate, &name); i++) {
        if (g_ascii_strcasecmp(text, name) == 0) {
            *code = candidate;
            return true;
        }
    }
    return false;
}

bool cats_behavior_decapsulates(uint16_t code)
{
    return (find(code)->does & DECAPSULATES_ANY) != 0;
}

bool cats_behavior_picks_site(uint16_t code)
{
    return (find(code)->does & PICKS_SITE) != 0;
}

bool cats_behavior_accepts(uint16_t code, uint8_t next_header)
{
    unsigned does = find(code)->does;
    switch (next_header) {
    case CATS_INNER_IPV4:
        return (does & DECAPSULATES_IPV4) != 0;
    case CATS_INNER_IPV6:
        return (does & DECAPSULATES_IPV6) != 0;
    case CATS_INNER_ETHERNET:
        return (does & DECAPSULATES_ETHERNET) != 0;
    default:
        return false;
    }
}

bool cats_behavior_has_no_argument(uint16_t code)
{
    const behavior *found = find(code);
    return found != NULL && (found->does & NO_ARGUMENT) != 0;
}

bool cats_behavior_shifts_container(uint16_t code)
{
    return (find(code)->does & SHIFTS_CONTAINER) != 0;
}
