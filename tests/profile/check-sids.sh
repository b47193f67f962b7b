#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The profile's table of SIDs names every SID of the samples and of the built-in network, and makes no sample break a rule.
# usage: check-sids.sh PLUGIN-DIRECTORY PROFILES CATSHARK
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/lib.sh"
profile_user_start "$1" "$2"

count=0
for sample in "$here"/../../samples/*.pcap*; do
  tshark_home_take "$sample"
  name=$(basename "$sample")
  as_user tshark -C CATS -n -r "$name" -Y cats.sid -T fields -e cats.sid -e cats.egress -e cats.sid.behavior |
    sort -u >"$tshark_home/sids"
  count=$((count + $(wc -l <"$tshark_home/sids")))
  unnamed=$(awk -F '\t' '$2 == "" || $2 ~ /:/ || $3 == ""' "$tshark_home/sids")
  [ -z "$unnamed" ] || fail "$name: SIDs without a name or a behaviour: $unnamed"
  broken=$(rows colorfilters | sed -n 's/^@CATS: a rule is broken[^@]*@\([^@]*\)@.*/(\1)/p' | paste -sd "|" | sed 's/)|(/) || (/')
  found=$(as_user tshark -C CATS -n -2 -r "$name" -Y "$broken" -T fields -e frame.number | paste -sd ' ')
  [ -z "$found" ] || fail "$name: with the profile these frames break a rule: $found"
done
[ "$count" -ge 20 ] || fail "$count SIDs in the samples, expected at least 20"

# prefix, behaviour, granularity and owner of every SID and locator of the built-in network
"$3" simulate --print-topology | awk -F = '
  function flush() {
    if (prefix != "") print prefix "|" behavior "|" granularity "|" owner
    prefix = behavior = granularity = owner = ""
  }
  /^\[/ { flush(); split($0, word, /[][ ]/); kind = word[2]; name = word[3] }
  (kind == "ingress" || kind == "egress") && $1 == "locator" { prefix = $2; owner = name }
  kind == "sid" && $1 == "prefix" { prefix = $2 }
  kind == "sid" && $1 == "behavior" { behavior = $2 }
  kind == "sid" && $1 == "granularity" { granularity = $2 }
  kind == "sid" && ($1 == "egress" || $1 == "ingress") { owner = $2 }
  END { flush() }' >"$tshark_home/built-in"
[ "$(wc -l <"$tshark_home/built-in")" -ge 10 ] || fail "$(wc -l <"$tshark_home/built-in") prefixes in the built-in network"
rows cats_sids | awk -F '","' '{ sub(/^"/, ""); sub(/"$/, ""); print $1 "|" $3 "|" $4 "|" $5 }' >"$tshark_home/table"
while IFS= read -r row; do
  grep -qxF -- "$row" "$tshark_home/table" || fail "cats_sids: the built-in network's $row is not in the table"
done <"$tshark_home/built-in"

echo "$count SIDs in the samples, $failures failed"
[ "$failures" -eq 0 ]
