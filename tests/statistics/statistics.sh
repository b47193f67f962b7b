#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what tshark -z counts with what it counted when a person last looked at it, in one pass and in two.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: statistics.sh [--refresh] CATSHARK PLUGIN-DIRECTORY NAME

Runs the row NAME of TESTLIST. A capture in TESTLIST is one of samples/, several joined by + that are merged in the order of
time; or one of captures/ (packets written as labelled hexadecimal, .hex); or simulate: then the options up to -- go to
catshark simulate. The rest goes to tshark; @TOPOLOGY@ in it is the built-in network of catshark simulate.

  --refresh   write what is counted now to expected/, to be read before it is committed
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../golden-row.sh"
. "$here/../tshark-user.sh"
. "$here/../golden/capture.sh"
golden_arguments 3 "$@"
catshark=${golden_words[0]} plugins=${golden_words[1]} name=${golden_words[2]}
golden_row "$here/TESTLIST" "$name"
read -r capture options <<<"$row"

tshark_user_start "$plugins"
"$catshark" simulate --print-topology >"$tshark_home/network.conf"
if [ "$capture" = simulate ]; then
  eval "simulation=(${options%% -- *})"
  options=${options#* -- }
  "$catshark" simulate -q "${simulation[@]}" -w "$tshark_home/capture.pcap"
elif [ "${capture%.hex}" != "$capture" ]; then
  make_capture "$capture"
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
golden_compare "$here/expected/$name.txt" "$tshark_home/counted-1"
[ "$failures" -eq 0 ]
