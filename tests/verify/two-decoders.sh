#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The tool's own decoder and Wireshark with the plugin read the same captures: every field that both know must agree.
# usage: two-decoders.sh CATSHARK PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 plugins=$2 source=$3
here=$source/tests/golden
. "$source/tests/tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$plugins"
cp -- "$catshark" "$tshark_home/catshark"

# agree OPTION... CAPTURE...: both decoders read all of each capture, and no field differs.
agree() {
  local status=0 captures=0 argument
  for argument; do [ ! -f "$tshark_home/$argument" ] || [ "${argument%.conf}" != "$argument" ] || captures=$((captures + 1)); done
  as_user ./catshark verify --with-tshark --json -q --fail-on error --limit 50 "$@" >"$tshark_home/report" 2>"$tshark_home/err" || status=$?
  grep '"disagreement"' "$tshark_home/report" || true
  jq -r 'select(.with_tshark) | [.capture, .frames, .fields, .differ, .unread] | @tsv' "$tshark_home/report" >"$tshark_home/counts"
  [ "$status" -lt 2 ] || fail "exit $status of $*: $(cat "$tshark_home/err")"
  [ "$(wc -l <"$tshark_home/counts")" -eq "$captures" ] || fail "$(wc -l <"$tshark_home/counts") of $captures captures compared"
  awk '$4 != 0 || $5 != 0 { print "differs: " $0; bad = 1 } { frames += $2; fields += $3 }
    END { print NR " captures, " frames " frames, " fields " fields"; exit bad }' "$tshark_home/counts" || fail "$*: some differ"
}
# has_fields: in each capture of the last run some were compared.
has_fields() { awk '$3 == 0 { print "no field of ours: " $1; bad = 1 } END { exit bad }' "$tshark_home/counts" || fail "nothing compared"; }

tshark_home_take "$here/settings/samples.conf"
list=()
for capture in "$source"/samples/*.pcap* "$here"/captures/*.hex; do
  make_capture "$(basename "$capture")"
  mv "$tshark_home/capture.pcap" "$tshark_home/$(basename "$capture").cap"
  list+=("$(basename "$capture").cap")
done
agree "${list[@]}"
agree --topology samples.conf "${list[@]}"

# BGP in segments that are split, joined, copied, lost, late and cut; by a segment routing header, and in a tunnel.
list=()
for what in plain within copies again lost late cut all routed; do
  for seed in 1 2 3; do
    python3 "$source/tests/verify/hostile-bgp.py" $seed $what "$tshark_home/bgp-$what-$seed.pcap"
    list+=("bgp-$what-$seed.pcap")
  done
done
chmod a+r "$tshark_home"/*
agree "${list[@]}"
has_fields

"$catshark" simulate --print-topology >"$tshark_home/topology.conf"
list=()
# simulated NAME OPTION...: a capture, with something of ours in it.
simulated() {
  local name=$1
  shift
  "$catshark" simulate --flows 12 -q -w "$tshark_home/$name.pcapng" "$@"
  list+=("$name.pcapng")
}
for family in ipv4 ipv6; do
  for capability in saf permit raw none; do
    simulated "$family-$capability" --seed 5 --$family --capability $capability
  done
done
for encapsulation in full reduced bare; do
  simulated "$encapsulation" --seed 5 --both --encapsulation $encapsulation
done
simulated kernel-flow-label --seed 5 --both --kernel-flow-label
simulated bgp --seed 5 --both --bgp
while read -r fault _; do
  case $fault in cats/route-*) bgp=(--bgp) ;; *) bgp=() ;; esac
  simulated "fault-${fault/\//-}" --seed 6 --both --fault "$fault" "${bgp[@]}"
done < <("$catshark" simulate --list-faults | grep '^[a-z]')
chmod a+r "$tshark_home"/*
agree "${list[@]}"
has_fields
agree --topology topology.conf "${list[@]}"
has_fields

exit $((failures > 0))
