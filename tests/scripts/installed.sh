#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts as they are installed: under their names, with what they share, wherever the prefix is.
# usage: installed.sh CMAKE BUILD-DIRECTORY PLUGIN-DIRECTORY
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts_start "$3"
sample sa-200-100-client.pcap
"$1" --install "$2/tshark-scripts" --prefix "$tshark_home/prefix" >"$tshark_home/log" || { cat "$tshark_home/log"; exit 1; }
chmod -R a+rX "$tshark_home/prefix"

for name in affinity-report steering-report redirect-timeline to-ndjson; do
  as_user env PATH="$tshark_home/prefix/bin:$PATH" catshark-$name --help >"$tshark_home/help" || fail "catshark-$name --help"
  grep -q "^usage: catshark-$name " "$tshark_home/help" || fail "catshark-$name says $(head -n 1 "$tshark_home/help")"
done
for name in affinity-report redirect-timeline to-ndjson; do
  as_user "tshark-scripts/$name" -r sa-200-100-client.pcap >"$tshark_home/in-tree"
  as_user "prefix/bin/catshark-$name" -r sa-200-100-client.pcap | cmp - "$tshark_home/in-tree" || fail "catshark-$name says something else"
done
[ "$failures" -eq 0 ]
