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

# BGP in segments that are split, joined, copied, lost, late, cut and in fragments; by a segment routing header, and in a tunnel.
list=()
for what in plain within copies again lost late cut fragments all routed; do
  for seed in 1 2 3; do
    python3 "$source/tests/verify/hostile-bgp.py" $seed $what "$tshark_home/bgp-$what-$seed.pcap"
    list+=("bgp-$what-$seed.pcap")
  done
done
chmod a+r "$tshark_home"/*
agree "${list[@]}"
has_fields

"$catshark" simulate --print-topology >"$tshark_home/topology.conf"

# BGP where packets are lost: Wireshark hands segments that come again to BGP.
sed '/^\[link/a loss=0.1' "$tshark_home/topology.conf" >"$tshark_home/lossy.conf"
list=()
for seed in 3 5 8; do
  "$catshark" simulate --bgp --flows 12 --seed $seed --topology "$tshark_home/lossy.conf" -q -w "$tshark_home/lossy-$seed.pcapng"
  list+=("lossy-$seed.pcapng")
done
# Four segments that come too soon for Wireshark are spurious retransmissions to it: they hold new octets, and it hands
# them to nobody.
frames=(33 34 39 40)
(
  cd "$tshark_home"
  "$catshark" simulate --bgp --flows 60 --seed 3 -q -w simulated.pcapng
  editcap -r simulated.pcapng soon.pcapng "${frames[@]}"
  editcap -t 0.028 soon.pcapng moved.pcapng
  editcap simulated.pcapng others.pcapng "${frames[@]}" 61 63 85 87
  mergecap -w spurious.pcapng others.pcapng moved.pcapng
)
list+=(spurious.pcapng)
chmod a+r "$tshark_home"/*
agree "${list[@]}"
has_fields
# What the plugin learns is true: announcements are counted once, and SIDs are known.
for capture in "${list[@]}"; do
  for pass in "" -2; do
    as_user tshark $pass -n -q -r "$capture" -z cats-routes,tree >"$tshark_home/tree"
    awk '/^Announcements by prefix/ { count = $4 } END { exit count != 64 }' "$tshark_home/tree" ||
      fail "$capture $pass: expected 64 announcements: $(grep '^Announcements' "$tshark_home/tree")"
    [ -z "$(as_user tshark $pass -n -r "$capture" -Y cats.sid-unknown)" ] || fail "$capture $pass: SIDs are said to be unknown"
  done
done
as_user tshark -n -r spurious.pcapng -V -Y cats.route.prefix >"$tshark_home/shown"
[ "$(grep -c '^BGP UPDATE that Wireshark leaves out' "$tshark_home/shown")" -gt 0 ] || fail "Wireshark leaves no UPDATE of spurious.pcapng out"

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
