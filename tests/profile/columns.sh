#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what the profile's own columns and colours show of a capture, on the second pass, with what they showed when a
# person last looked at it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: columns.sh [--refresh] PLUGIN-DIRECTORY PROFILES CAPTURE

CAPTURE is a file of samples/. Columns: frame, SID, Egress, Site, Flow, Steering, Session, Verdict, colour rule.

  --refresh   write what is shown now to expected/, to be read before it is committed
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../golden-row.sh"
. "$here/../tshark-user.sh"
. "$here/lib.sh"
golden_arguments 3 "$@"
capture=${golden_words[2]}
profile_user_start "${golden_words[0]}" "${golden_words[1]}"
tshark_home_take "$here/../../samples/$capture"

columns=()
for column in SID Egress Site Flow Steering Session Verdict; do
  columns+=(-e "_ws.col.$column")
done
as_user tshark -C CATS -n -2 -r "$capture" -T fields -e frame.number "${columns[@]}" >"$tshark_home/columns" 2>"$tshark_home/err"
as_user tshark -C CATS -n -2 -r "$capture" --color -V 2>>"$tshark_home/err" |
  awk '/^Frame [0-9]+:/ { if (frame) print rule; frame = $2; rule = "-" }
       /\[Coloring Rule Name: / { sub(/.*Name: /, ""); sub(/\]$/, ""); rule = $0 }
       END { print rule }' >"$tshark_home/colours"
paste -d '\t' "$tshark_home/columns" "$tshark_home/colours" >"$tshark_home/shown"
[ ! -s "$tshark_home/err" ] || fail "tshark complains: $(cat "$tshark_home/err")"
[ "$(wc -l <"$tshark_home/columns")" -eq "$(wc -l <"$tshark_home/colours")" ] || fail "as many packets as colours were expected"

# The list as a user sees it: as many columns as the profile names.
named=$(rows preferences | grep -c '", "%')
as_user tshark -C CATS -n -r "$capture" -c 1 -T tabs >"$tshark_home/list"
found=$(awk -F '\t' '{ n = 0; for (i = 1; i <= NF; i++) if ($i != "→") n++; print n }' "$tshark_home/list")
[ "$found" -eq "$named" ] || fail "the list has $found columns, the profile names $named"

golden_compare "$here/expected/${capture%.*}.txt" "$tshark_home/shown"
[ "$failures" -eq 0 ]
