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

refresh=false
if [ "${1:-}" = --refresh ]; then
  refresh=true
  shift
fi
if [ $# -ne 3 ]; then
  usage >&2
  exit 2
fi
catshark=$1 plugins=$2 name=$3
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

row=$(grep -E "^$name[[:space:]]" "$here/TESTLIST") || {
  echo "golden.sh: \"$name\" is no row of TESTLIST" >&2
  exit 2
}
read -r _ script capture options <<<"$row"
[ "$options" != - ] || options=
expected=$here/expected/$name.txt

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
esac >"$tshark_home/said" || status=$?
[ $status -eq 0 ] || { cat "$tshark_home/err" || true; echo "exit status $status, expected 0"; exit 1; }

if $refresh; then
  cp "$tshark_home/said" "$expected"
  echo "wrote $expected"
elif ! diff -u --label "expected" --label "said" "$expected" "$tshark_home/said"; then
  echo "If what is said is right: $0 --refresh $catshark $plugins $name"
  exit 1
fi
