#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what tshark -z counts with what it counted when a person last looked at it, in one pass and in two.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: statistics.sh [--refresh] PLUGIN-DIRECTORY CATSHARK NAME

Runs the row NAME of TESTLIST. A capture in TESTLIST is one of samples/, several joined by + that are merged in the order of
time; or one of captures/ (packets written as labelled hexadecimal, .hex); or simulate: then the options up to -- go to
catshark simulate. The rest goes to tshark; @TOPOLOGY@ in it is the
built-in network of catshark simulate.

  --refresh   write what is counted now to expected/, to be read before it is committed
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
plugins=$1
catshark=$2
name=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"

row=$(grep -E "^$name[[:space:]]" "$here/TESTLIST") || {
  echo "statistics.sh: \"$name\" is no row of TESTLIST" >&2
  exit 2
}
read -r _ capture options <<<"$row"
expected=$here/expected/$name.txt

tshark_user_start "$plugins"
"$catshark" simulate --print-topology >"$tshark_home/network.conf"
if [ "$capture" = simulate ]; then
  eval "simulation=(${options%% -- *})"
  options=${options#* -- }
  "$catshark" simulate -q "${simulation[@]}" -w "$tshark_home/capture.pcap"
elif [ "${capture%.hex}" != "$capture" ]; then
  awk -f "$here/../golden/labelled-hex.awk" "$here/captures/$capture" >"$tshark_home/capture.txt"
  text2pcap -q -l 101 "$tshark_home/capture.txt" "$tshark_home/capture.pcap"
else
  samples=()
  for sample in ${capture//+/ }; do
    samples+=("$here/../../samples/$sample")
  done
  mergecap -w "$tshark_home/capture.pcap" "${samples[@]}"
fi
chmod 644 "$tshark_home"/capture.pcap "$tshark_home/network.conf"
eval "arguments=(-n -q -r capture.pcap ${options//@TOPOLOGY@/$tshark_home/network.conf})"

for pass in 1 2; do
  passes=()
  [ $pass = 1 ] || passes=(-2)
  as_user tshark "${passes[@]}" "${arguments[@]}" >"$tshark_home/put-out"
  awk -f "$here/our-counts.awk" "$tshark_home/put-out" >"$tshark_home/counted-$pass"
done
diff -u --label "one pass" --label "two passes" "$tshark_home/counted-1" "$tshark_home/counted-2" ||
  fail "$name: -2 counts something else"

if $refresh; then
  cp "$tshark_home/counted-1" "$expected"
  echo "wrote $expected"
elif ! diff -u --label "expected" --label "counted" "$expected" "$tshark_home/counted-1"; then
  echo "If what is counted is right: $0 --refresh $plugins $catshark $name"
  exit 1
fi
[ "$failures" -eq 0 ]
