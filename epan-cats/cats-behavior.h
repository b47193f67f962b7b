/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SRv6 endpoint behaviours: names, code points and what each does to a packet.
 * Spec: RFC 8986 s4 and s10.2, RFC 9800 s4; IANA "SRv6 Endpoint Behaviors"; docs/wire-formats.md s3 for
 * End.CATS. */
#ifndef EPAN_CATS_CATS_BEHAVIOR_H
#define EPAN_CATS_CATS_BEHAVIOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The egress does not tell (RFC 9252 s3.1). */
#define CATS_BEHAVIOR_OPAQUE 0xFFFF

/* The registry's description ("End.DT46 with NEXT-CSID"), "End.CATS" for ours, NULL when not registered. */
const char *cats_behavior_name(uint16_t code);
/* A name in any case ("End.DT46") or a number from 1 to 65535 ("20", "0x80CA"), the whole of `text`. */
bool cats_behavior_parse(const char *text, uint16_t *code);
/* Walks the table by code for value_strings: false past the end. */
bool cats_behavior_at(size_t index, uint16_t *code, const char **name);

/* What SRv6 encapsulates, as the Next Header field tells it (RFC 8986 s4). */
enum { CATS_INNER_IPV4 = 4, CATS_INNER_IPV6 = 41, CATS_INNER_ETHERNET = 143 };

/* True for behaviours that always remove the outer header: End.DX*, End.DT*, End.CATS. Not for USD flavours,
 * which do so only when they are the last segment. */
bool cats_behavior_decapsulates(uint16_t code);
/* True for decapsulating behaviours whose next hop is one site: End.DX4, End.DX6, End.DX2. */
bool cats_behavior_picks_site(uint16_t code);
/* Next headers that a decapsulating behaviour accepts, e.g. 4 for End.DX4; End.CATS takes 4, 41 and 143.
 * False for every other behaviour. */
bool cats_behavior_accepts(uint16_t code, uint8_t next_header);
/* True for behaviours of the NEXT-CSID flavour that go on to the next C-SID of the container while its
 * argument is not zero: End, End.X, End.T, End.B6.Encaps*, End.BM. A decapsulating one of that flavour is the
 * last C-SID. */
bool cats_behavior_shifts_container(uint16_t code);
/* True for behaviours that RFC 8986 defines without an argument; of many others that is not known here. */
bool cats_behavior_has_no_argument(uint16_t code);

#endif
