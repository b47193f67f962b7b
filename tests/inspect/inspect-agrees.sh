#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tool's own decoder and Wireshark with the plugin read the same captures: every field that both know must agree.
# usage: inspect-agrees.sh CATSHARK COMPARE-FIELDS PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 compare=$2 plugins=$3 source=$4
. "$source/tests/tshark-user.sh"
tshark_user_start "$plugins"
home=$tshark_home

failed=0 captures=0
# agree CAPTURE [TOPOLOGY]
agree() {
  local capture=$1 topology=${2:-} inspect_options=() tshark_options=()
  if [ -n "$topology" ]; then
    inspect_options=(--topology "$topology")
    tshark_options=(-o "cats.topology:$topology")
  fi
  cp "$capture" "$home/capture"
  chmod a+r "$home/capture"
  captures=$((captures + 1))
  "$catshark" inspect -r "$home/capture" --json "${inspect_options[@]}" >"$home/inspect.ndjson"
  as_user tshark -n -o ip.defragment:FALSE -o ipv6.defragment:FALSE -r "$home/capture" -T json --no-duplicate-keys "${tshark_options[@]}" >"$home/tshark.json" 2>"$home/tshark.err"
  if "$compare" "$home/inspect.ndjson" "$home/tshark.json" >"$home/report"; then
    echo "agree   $(basename "$capture"): $(tail -n 1 "$home/report")"
  else
    failed=$((failed + 1))
    echo "DIFFER  $(basename "$capture"):"
    head -n 20 "$home/report"
  fi
}

for capture in "$source"/samples/*.pcap; do
  agree "$capture"
done

"$catshark" simulate --print-topology >"$home/topology.conf"
chmod a+r "$home/topology.conf"
for family in ipv4 ipv6; do
  for capability in saf permit raw none; do
    "$catshark" simulate --seed 5 --flows 12 --$family --capability $capability -q -w "$home/simulated-$family-$capability.pcapng"
    agree "$home/simulated-$family-$capability.pcapng"
    agree "$home/simulated-$family-$capability.pcapng" "$home/topology.conf"
  done
done
while read -r fault _; do
  name=fault-${fault/\//-}.pcapng
  "$catshark" simulate --seed 6 --flows 12 --both --fault "$fault" -q -w "$home/$name"
  agree "$home/$name"
  agree "$home/$name" "$home/topology.conf"
done < <("$catshark" simulate --list-faults | grep '^[a-z]')

echo "$captures captures, $failed differ"
[ "$failed" -eq 0 ]
