#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tool's own decoder and Wireshark with the plugin read the same captures: every field that both know must agree.
# usage: inspect-agrees.sh CATSHARK COMPARE-FIELDS PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 compare=$2 plugins=$3 source=$4
here=$source/tests/golden
. "$source/tests/tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$plugins"

failed=0 captures=0 compared=0
# agree NAME [TOPOLOGY]: of $tshark_home/capture.pcap, pcapng or not. TOPOLOGY is a file in $tshark_home.
agree() {
  local name=$1 topology=${2:-} inspect_options=() tshark_options=()
  if [ -n "$topology" ]; then
    inspect_options=(--topology "$tshark_home/$topology")
    tshark_options=(-o "cats.topology:$topology")
  fi
  captures=$((captures + 1))
  "$catshark" inspect -r "$tshark_home/capture.pcap" --json --sessions --flows "${inspect_options[@]}" >"$tshark_home/inspect.ndjson"
  # The tool reads no BGP: it has no routes to learn from.
  as_user tshark -n --disable-protocol bgp -o ip.defragment:FALSE -o ipv6.defragment:FALSE -r capture.pcap -T json --no-duplicate-keys \
    "${tshark_options[@]}" >"$tshark_home/tshark.json" 2>"$tshark_home/tshark.err"
  if "$compare" "$tshark_home/inspect.ndjson" "$tshark_home/tshark.json" >"$tshark_home/report"; then
    echo "agree   $name ${topology:+with $topology}: $(tail -n 1 "$tshark_home/report")"
    compared=$((compared + $(sed -n '$s/.*frames, \([0-9]*\) fields.*/\1/p' "$tshark_home/report")))
  else
    failed=$((failed + 1))
    echo "DIFFER  $name ${topology:+with $topology}:"
    head -n 20 "$tshark_home/report"
  fi
}

# agree_simulated NAME OPTION...: without a topology and with it, and something of ours is in it.
agree_simulated() {
  local name=$1 before=$compared
  shift
  "$catshark" simulate --flows 12 -q -w "$tshark_home/capture.pcap" "$@"
  chmod a+r "$tshark_home/capture.pcap"
  agree "$name"
  agree "$name" topology.conf
  [ "$compared" -gt "$before" ] || { failed=$((failed + 1)); echo "EMPTY   $name: no field was compared"; }
}

tshark_home_take "$here/settings/samples.conf"
for capture in "$source"/samples/*.pcap* "$here"/captures/*.hex; do
  make_capture "$(basename "$capture")"
  agree "$(basename "$capture")"
  agree "$(basename "$capture")" samples.conf
done

"$catshark" simulate --print-topology >"$tshark_home/topology.conf"
chmod a+r "$tshark_home/topology.conf"
for family in ipv4 ipv6; do
  for capability in saf permit raw none; do
    agree_simulated "simulated $family $capability" --seed 5 --$family --capability $capability
  done
done
for encapsulation in full reduced bare; do
  agree_simulated "simulated $encapsulation" --seed 5 --both --encapsulation $encapsulation
done
agree_simulated "simulated with the kernel's flow label" --seed 5 --both --kernel-flow-label
while read -r fault _; do
  agree_simulated "fault $fault" --seed 6 --both --fault "$fault"
done < <("$catshark" simulate --list-faults | grep '^[a-z]')

echo "$captures captures, $compared fields, $failed differ"
[ "$failed" -eq 0 ]
