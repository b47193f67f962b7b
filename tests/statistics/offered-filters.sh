#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Wireshark's Conversation Filter menu offers the session, the flow and the SID of exactly the packets that have them.
# usage: offered-filters.sh PLUGIN-DIRECTORY OFFERED-FILTERS, the latter "" where there is none for this Wireshark.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
[ -n "$2" ] || skip "the program that asks libwireshark for what its window offers is written for Wireshark 4.0 only"
tshark_user_start "$1"
cp "$2" "$tshark_home/offered-filters"
chmod 755 "$tshark_home/offered-filters"

# What the fields of each frame call for; of a frame with several the first.
wanted() {
  as_user tshark -n -2 -r "$1" -E occurrence=f -T fields -e frame.number -e affinity.session -e cats.flow -e cats.sid |
    awk -F'\t' '
      $2 != "" { print $1 "\tService affinity session\taffinity.session == " $2 }
      $3 != "" { print $1 "\tCATS flow\tcats.flow == " $3 }
      $4 != "" { print $1 "\tCATS egress SID\tcats.sid == " $4 }' | sort
}

for sample in sa-200-100-pe.pcap sa-200-100-client.pcap cats-encap-2sid-pe.pcap srv6-red-1sid-in-i1.pcap \
  simulated-first-light.pcapng bgp-ebgp.pcap; do
  tshark_home_take "$here/../../samples/$sample"
  as_user ./offered-filters "$sample" >"$tshark_home/offered" || fail "$sample: offered-filters ended with status $?"
  wanted "$sample" >"$tshark_home/wanted"
  sort "$tshark_home/offered" | diff -u --label wanted "$tshark_home/wanted" --label offered - ||
    fail "$sample: other filters are offered"
  while IFS=$'\t' read -r title filter; do
    [ -n "$(as_user tshark -n -r "$sample" -Y "$filter" -T fields -e frame.number)" ] ||
      fail "$sample: \"$filter\", offered as \"$title\", lets no packet through"
  done < <(cut -f2- "$tshark_home/offered" | sort -u)
done
[ "$failures" -eq 0 ]
