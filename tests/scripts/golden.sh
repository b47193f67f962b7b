#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what a script of tshark-scripts/ says of a capture with what it said when a person last looked at it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: golden.sh [--refresh] CATSHARK PLUGIN-DIRECTORY NAME

Runs the row NAME of TESTLIST. A capture in TESTLIST is a file of samples/, several with "+" between them, or fault:ID,
simulated with that fault; stdin: before it gives it to -r -, live: to -i -. The options go to the script; topology.conf is
the built-in network.

  --refresh   write what is said now to expected/, to be read before it is committed
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../golden-row.sh"
. "$here/lib.sh"
golden_arguments 3 "$@"
catshark=${golden_words[0]} plugins=${golden_words[1]} name=${golden_words[2]}
golden_row "$here/TESTLIST" "$name"
read -r script capture options <<<"$row"
[ "$options" != - ] || options=

scripts_start "$plugins"
way=file
case $capture in
  live:* | stdin:*)
    way=${capture%%:*}
    capture=${capture#*:}
    ;;
esac
arguments=()
for file in ${capture//+/ }; do
  if [ "${file#fault:}" != "$file" ]; then
    "$catshark" simulate --seed 3 --flows 4 --rate 1 --fault "${file#fault:}" -q -w "$tshark_home/simulated.pcapng"
    file=simulated.pcapng
  else
    sample "$file"
  fi
  arguments+=(-r "$file")
done
"$catshark" simulate --print-topology >"$tshark_home/topology.conf"
chmod -R a+r "$tshark_home"
eval "options=($options)"

status=0
case $way in
  file) as_user "tshark-scripts/$script" "${arguments[@]}" "${options[@]}" ;;
  stdin) as_user "tshark-scripts/$script" -r - "${options[@]}" <"$tshark_home/$file" ;;
  live) as_user "tshark-scripts/$script" -i - "${options[@]}" <"$tshark_home/$file" 2>"$tshark_home/err" ;;
esac >"$tshark_home/shown" || status=$?
[ $status -eq 0 ] || { cat "$tshark_home/err" || true; echo "exit status $status, expected 0"; exit 1; }
golden_compare "$here/expected/$name.txt" "$tshark_home/shown"
