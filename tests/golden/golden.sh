#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Compares what the plugin shows of a capture with what it showed when a person last looked at it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: golden.sh [--refresh] PLUGIN-DIRECTORY NAME

Runs the row NAME of TESTLIST. A capture in TESTLIST is a file of samples/ or of captures/ (packets written as labelled
hexadecimal, .hex); CAPTURE:OCTETS cuts every frame to that many octets first. The options go to tshark; @DIR@ in them is
this directory.

  --refresh   write what is shown now to expected/, to be read before it is committed
TEXT
}

refresh=false
if [ "${1:-}" = --refresh ]; then
  refresh=true
  shift
fi
if [ $# -ne 2 ]; then
  usage >&2
  exit 2
fi
plugins=$1
name=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"

row=$(grep -E "^$name[[:space:]]" "$here/TESTLIST") || {
  echo "golden.sh: \"$name\" is no row of TESTLIST" >&2
  exit 2
}
read -r _ capture expected options <<<"$row"
[ "$options" != - ] || options=
expected=$here/expected/$expected

tshark_user_start "$plugins"
. "$here/capture.sh"
make_capture "$capture"
for file in "$here"/settings/*; do
  tshark_home_take "$file"
done
eval "arguments=(-n -r capture.pcap ${options//@DIR@/$tshark_home})"

as_user tshark "${arguments[@]}" -T fields -e frame.number -e _ws.col.Info >"$tshark_home/info"
as_user tshark "${arguments[@]}" -T pdml >"$tshark_home/pdml"
awk -f "$here/our-fields.awk" "$tshark_home/info" "$tshark_home/pdml" >"$tshark_home/shown"

if $refresh; then
  cp "$tshark_home/shown" "$expected"
  echo "wrote $expected"
elif ! diff -u --label "expected" --label "shown" "$expected" "$tshark_home/shown"; then
  echo "If what is shown is right: $0 --refresh $plugins $name"
  exit 1
fi
