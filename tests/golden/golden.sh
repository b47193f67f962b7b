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

here=$(cd "$(dirname "$0")" && pwd)
. "$here/../golden-row.sh"
. "$here/../tshark-user.sh"
. "$here/capture.sh"
golden_arguments 2 "$@"
golden_row "$here/TESTLIST" "${golden_words[1]}"
read -r capture expected options <<<"$row"
[ "$options" != - ] || options=

tshark_user_start "${golden_words[0]}"
make_capture "$capture"
for file in "$here"/settings/*; do
  tshark_home_take "$file"
done
eval "arguments=(-n -r capture.pcap ${options//@DIR@/$tshark_home})"

as_user tshark "${arguments[@]}" -T fields -e frame.number -e _ws.col.Info >"$tshark_home/info"
as_user tshark "${arguments[@]}" -T pdml >"$tshark_home/pdml"
awk -f "$here/our-fields.awk" "$tshark_home/info" "$tshark_home/pdml" >"$tshark_home/shown"
golden_compare "$here/expected/$expected" "$tshark_home/shown"
