#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# to-ndjson in one pass says the same as `catshark inspect --json --sessions --flows`, key by key and type by type: of every
# sample, of packets written by hand, and of simulated ones with a topology.
# usage: agrees.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1
. "$(dirname "$0")/lib.sh"
command -v jq >/dev/null || skip "jq is not installed"
scripts_start "$2"
here=$top/tests/golden
. "$here/capture.sh"

# inspect shows every frame.
normal() {
  jq -cS 'select(keys | any(test("^(affinity|cats)[.]")))' "$1"
}

objects=0
# agree FILE [TOPOLOGY]
agree() {
  local file=$1 topology=("${@:2}") options=()
  [ ${#topology[@]} -eq 0 ] || options=(--topology "${topology[0]}")
  # As a live capture, which is read once; a fragment alone is what the tool reads.
  as_user tshark-scripts/to-ndjson -i - "${options[@]}" -- -o ip.defragment:FALSE -o ipv6.defragment:FALSE \
    <"$tshark_home/$file" >"$tshark_home/script" 2>"$tshark_home/err" || fail "$file: $(cat "$tshark_home/err")"
  (cd "$tshark_home" && "$catshark" inspect -r "$file" --json --sessions --flows "${options[@]}") >"$tshark_home/inspect"
  normal "$tshark_home/script" >"$tshark_home/script.normal"
  normal "$tshark_home/inspect" >"$tshark_home/inspect.normal"
  diff --label to-ndjson --label inspect "$tshark_home/script.normal" "$tshark_home/inspect.normal" >"$tshark_home/diff" ||
    fail "$file ${topology[*]} differs: $(head -n 6 "$tshark_home/diff")"
  objects=$((objects + $(wc -l <"$tshark_home/script.normal")))
}

for capture in "$top"/samples/*.pcap*; do
  sample "$(basename "$capture")"
  agree "$(basename "$capture")"
done
"$catshark" simulate --print-topology >"$tshark_home/topology.conf"
chmod a+r "$tshark_home/topology.conf"
agree simulated-first-light.pcapng topology.conf

make_capture_by_hand
tshark_home_take "$here/settings/samples.conf"
agree hex.pcapng
agree hex.pcapng samples.conf

echo "$objects objects"
[ "$objects" -gt 500 ] || fail "only $objects objects were compared"
[ "$failures" -eq 0 ]
