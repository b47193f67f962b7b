#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin shows a fault under the display filter of its rule, in exactly the frames in which the tool's own decoder
# finds it, a fault of announcements in those whose comment names it; and no rule in what is simulated without a fault.
# usage: faults-in-wireshark.sh CATSHARK PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 plugins=$2 source=$3
. "$source/tests/tshark-user.sh"
tshark_user_start "$plugins"
home=$tshark_home

"$catshark" simulate --print-topology >"$home/topology.conf"
"$catshark" simulate --list-faults | awk '/^[a-z]/ { sub("/", ".", $1); print $1 }' | sort >"$home/faults.txt"
as_user tshark -G fields | awk -F'\t' '$1 == "F" { print $3 }' | sort >"$home/fields.txt"
# The rules that the plugin judges: those that a packet alone, a session or a flow can break. Forty flows last longer than
# the limit for reconnecting; an aggregate is stale later than that.
comm -12 "$home/faults.txt" "$home/fields.txt" >"$home/rules.txt"
for rule in cats.argument-changed cats.flow-changed-egress cats.flow-changed-site cats.flow-label cats.stale-aggregate cats.route-value; do
  grep -qx "$rule" "$home/rules.txt" || { echo "the plugin registers no rule $rule"; exit 1; }
done
[ -s "$home/rules.txt" ] || { echo "the plugin registers no rule"; exit 1; }
any=$(paste -sd'|' "$home/rules.txt" | sed 's/|/ || /g')
failed=0

# shown FILTER: how many frames of the capture match it, with topology and plugin.
shown() {
  as_user tshark -n -r "$home/capture.pcapng" -o "cats.topology:${net-$home/topology.conf}" -Y "$1" 2>"$home/errors.txt" | wc -l
}

for bgp in "" --bgp; do
  "$catshark" simulate --flows 40 --seed 3 ${bgp:+"$bgp"} -q -w "$home/capture.pcapng"
  chmod a+r "$home"/*
  # Addresses, ports and payload must look like nothing that Wireshark knows better.
  if [ "$(shown "$any || _ws.malformed || !tcp")" -ne 0 ] || grep -v 'Running as' "$home/errors.txt"; then
    failed=1
    echo "FAIL without a fault $bgp: a rule or something malformed is shown, or tshark complains"
  fi
done

# The rules of UPDATEs, which no topology file changes: nothing else is shown, and nothing elsewhere.
grep '^cats\.route-' "$home/rules.txt" >"$home/updates.txt"
while read -r rule; do
  "$catshark" simulate --flows 40 --seed 3 --bgp --fault "${rule/./\/}" -q -w "$home/capture.pcapng"
  for net in "$home/topology.conf" ""; do
    named=$(shown "frame.comment contains \"fault ${rule/./\/}\"")
    frames=$(shown "$rule && frame.comment contains \"fault ${rule/./\/}\"")
    if [ "$named" -eq 0 ] || [ "$frames" -ne "$named" ] || [ "$(shown "$any")" -ne "$named" ]; then
      failed=1
      echo "FAIL $rule: shown in $frames frames of $(shown "$any") with a rule, expected $named"
    else
      echo "ok $rule: $frames frames"
    fi
  done
  unset net
done <"$home/updates.txt"
grep -v '^cats\.route-' "$home/rules.txt" >"$home/packets.txt"
while read -r rule; do
  flows=40
  [ "$rule" != cats.stale-aggregate ] || flows=120
  "$catshark" simulate --flows $flows --seed 3 --fault "${rule/./\/}" -q -w "$home/capture.pcapng"
  found=$("$catshark" inspect --json --sessions --flows --topology "$home/topology.conf" -r "$home/capture.pcapng" | grep -c "\"$rule\":" || true)
  frames=$(shown "$rule")
  if [ "$found" -ne "$frames" ] || [ "$frames" -eq 0 ]; then
    failed=1
    echo "FAIL $rule: shown in $frames frames, expected $found and some"
  else
    echo "ok $rule: $frames frames"
  fi
done <"$home/packets.txt"
echo "$(wc -l <"$home/rules.txt") rules"
[ "$failed" -eq 0 ]
