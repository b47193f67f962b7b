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

refresh=false
if [ "${1:-}" = --refresh ]; then
  refresh=true
  shift
fi
if [ $# -ne 3 ]; then
  usage >&2
  exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/lib.sh"
profile_user_start "$1" "$2"
tshark_home_take "$here/../../samples/$3"
expected=$here/expected/${3%.*}.txt

columns=()
for column in SID Egress Site Flow Steering Session Verdict; do
  columns+=(-e "_ws.col.$column")
done
as_user tshark -C CATS -n -2 -r "$3" -T fields -e frame.number "${columns[@]}" >"$tshark_home/columns" 2>"$tshark_home/err"
as_user tshark -C CATS -n -2 -r "$3" --color -V 2>>"$tshark_home/err" |
  awk '/^Frame [0-9]+:/ { if (frame) print rule; frame = $2; rule = "-" }
       /\[Coloring Rule Name: / { sub(/.*Name: /, ""); sub(/\]$/, ""); rule = $0 }
       END { print rule }' >"$tshark_home/colours"
paste -d '\t' "$tshark_home/columns" "$tshark_home/colours" >"$tshark_home/shown"
[ ! -s "$tshark_home/err" ] || fail "tshark complains: $(cat "$tshark_home/err")"
[ "$(wc -l <"$tshark_home/columns")" -eq "$(wc -l <"$tshark_home/colours")" ] || fail "as many packets as colours were expected"

# The list as a user sees it: as many columns as the profile names.
named=$(rows preferences | grep -c '", "%')
as_user tshark -C CATS -n -r "$3" -c 1 -T tabs >"$tshark_home/list"
found=$(awk -F '\t' '{ n = 0; for (i = 1; i <= NF; i++) if ($i != "→") n++; print n }' "$tshark_home/list")
[ "$found" -eq "$named" ] || fail "the list has $found columns, the profile names $named"

if $refresh; then
  cp "$tshark_home/shown" "$expected"
  echo "wrote $expected"
elif ! diff -u --label "expected" --label "shown" "$expected" "$tshark_home/shown"; then
  echo "If what is shown is right: $0 --refresh $*"
  exit 1
fi
[ "$failures" -eq 0 ]
