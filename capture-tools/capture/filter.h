/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The filter expression that lets through what belongs to our protocols. Spec: pcap-filter(7);
 * man/catshark-capture.1 (FILTER). */
#ifndef CATSHARK_CAPTURE_FILTER_H
#define CATSHARK_CAPTURE_FILTER_H

#include <stdbool.h>

/* How many 802.1Q and 802.1ad tags the filter looks behind, at most. */
#define CAPTURE_FILTER_TAGS_MAX 2

/* TCP; IPv4 and IPv6 in IP, Ethernet in IPv6, routing headers; AH, which hides them; fragments of all these;
 * ICMP errors about them: untagged, and behind up to `tags` tags. It may let through a packet too many (a
 * chain of extension headers is followed for one header), never one too few of what the walker of epan-cats
 * reads up to there.
 *
 * `expression` (NULL: none) narrows that, at each depth of tags. With `ours` false the expression is all
 * there is. `link_type` is a DLT: only Ethernet's tags can be looked behind; of a cooked capture all tagged
 * frames are taken, whatever the expression, where any tags are wanted. To be freed; NULL: no filter at all.
 */
char *capture_filter_text(int link_type, unsigned tags, bool ours, const char *expression);

/* Whether the user's expression is one by itself. On false *message quotes it and says why; to be freed. */
bool capture_filter_check(const char *expression, char **message);

#endif
