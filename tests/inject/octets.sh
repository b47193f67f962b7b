#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What arrives is what was sent, octet for octet and in its order: captures, several interfaces, loops, tags, other link
# types, standard input, a scenario.
# usage: octets.sh CATSHARK
set -euo pipefail
. "$(dirname "$0")/../live/lib.sh"
. "$(dirname "$0")/lib.sh"
inject_start "$1"
sent=$(frames one.pcap)
expect yes "$([ "$sent" -gt 50 ] && echo yes || echo "$sent frames")" "the capture:"

same() { # NAME EXPECTED-CAPTURE [FILTER]
  local name=$1
  shift
  octets "$name.pcap" >found.txt
  octets "$@" >expected.txt
  expect yes "$(cmp -s found.txt expected.txt && echo yes || diff found.txt expected.txt | head -n 4)" "$name, octets:"
}

echo "== every manner of timing"
for manner in "" "--speed 20" "--pps 2000" "--topspeed" "--topspeed --preload 4M"; do
  listen got v2 "$sent"
  # shellcheck disable=SC2086
  inject -i v1 -r one.pcap $manner --json
  heard got
  same got one.pcap
  expect 0 "$status" "exit, $manner:"
  expect "$sent" "$(jq .frames report)" "frames, $manner:"
  late=$(jq -rc '.late_ns | if . then [.min <= .median, .median <= .p95, .p95 <= .p99, .p99 <= .max] else "none" end' report)
  case $manner in
    --topspeed*) expect none "$late" "lateness, $manner:" ;;
    *) expect '[true,true,true,true]' "$late" "lateness, $manner:" ;;
  esac
done

echo "== the whole takes as long as in the capture"
inject -i v1 -r one.pcap --speed 4 --json
wanted=$(tcpdump -tt -n -r one.pcap 2>/dev/null | awk 'NR == 1 { a = $1 } { b = $1 } END { printf "%d", (b - a) * 1e9 / 4 - 1000 }')
expect true "$(jq ".duration_ns >= $wanted" report)" "at speed 4:"

echo "== loops and counts"
listen got v2 $((3 * sent))
inject -i v1 -r one.pcap --topspeed --loop 3
heard got
{ octets one.pcap; octets one.pcap; octets one.pcap; } >expected.txt
octets got.pcap >found.txt
expect yes "$(cmp -s found.txt expected.txt && echo yes)" "three times:"
listen got v2 $((sent + 7))
inject -i v1 -r one.pcap --pps 5000 --loop 0 -c $((sent + 7)) --json
heard got
expect "$((sent + 7)) 1" "$(jq -r '"\(.frames) \(.passes)"' report)" "a count ends an endless loop:"
# More than may be held: the file is read again for each pass.
for _ in $(seq 100); do cat all.pcapng; done >large.pcapng
expect yes "$([ "$(stat -c %s large.pcapng)" -gt 6000000 ] && echo yes)" "a large file:"
inject -i v1 -r large.pcapng --topspeed --preload 4M --loop 2 --json
expect "0 $(($(frames all.pcapng) * 200))" "$status $(jq .frames report)" "a large file, twice:"

echo "== tags"
listen got v2 "$sent"
inject -i v1 -r one.pcap --topspeed --vlan 100
heard got
expect "$sent" "$(frames got.pcap vlan 100)" "tagged:"
cp got.pcap tagged.pcap
listen got v2 "$sent"
inject -i v1 -r tagged.pcap --topspeed
heard got
same got tagged.pcap
listen got v2 "$sent"
inject -i v1 -r tagged.pcap --topspeed --untag
heard got
same got one.pcap

echo "== standard input: a pipe, and a file"
listen got v2 "$sent"
inject -i v1 -r - --topspeed < <(cat one.pcap)
heard got
same got one.pcap
listen got v2 $((2 * sent))
inject -i v1 -r - --topspeed --loop 2 <one.pcap
heard got

echo "== several interfaces of a pcapng"
links=$(tshark -n -r all.pcapng -T fields -e frame.interface_name 2>/dev/null | sort | uniq -c)
count_of() {
  awk -v name="$1" '$2 == name { print $1 }' <<<"$links"
}
a=$(count_of ingress1-core) b=$(count_of core-egress1)
if [ -z "$a" ] || [ -z "$b" ]; then
  echo "not run: several interfaces: no tshark"
else
  listen got v2 "$a"
  listen other w2 "$b"
  inject -i ingress1-core=v1 -i core-egress1=w1 -r all.pcapng --topspeed --json
  heard got
  heard other
  expect "0 $a $b" "$status $(jq -r '[.interfaces[].frames] | join(" ")' report)" "two links:"
  listen got v2 "$a"
  inject -i v1 --link ingress1-core -r all.pcapng --topspeed
  heard got
  expect "$(octets got.pcap | md5sum)" "$(tshark -n -r all.pcapng -Y 'frame.interface_name == "ingress1-core"' -w - -F pcapng 2>/dev/null | octets - | md5sum)" "one link:"
fi
inject -i nowhere=v1 -r all.pcapng --topspeed
expect 2 "$status" "no such link:"
expect yes "$(grep -q 'no link "nowhere" in all.pcapng, which has .*core-egress1' error && echo yes || cat error)"
inject -i nowhere=v1 -i ingress1-core=w1 -r all.pcapng --topspeed --json
expect "2 0" "$status $(jq .frames report)" "no such link, one that is there:"
inject -i any=v1 -r one.pcap --topspeed
expect "2 yes" "$status $(grep -q 'one.pcap, which tells no interface' error && echo yes || cat error)" "no interfaces:"

echo "== other link types"
editcap -C 14 -L -T rawip -F pcap one.pcap raw.pcap
inject -i v1 -r raw.pcap --topspeed
expect "1 yes" "$status $(grep -q "skipped: $sent without an Ethernet header, expected --mac-destination" report && echo yes || cat report)" "raw IP:"
listen got v2 "$sent"
inject -i v1 -r raw.pcap --topspeed --mac-destination 02:00:00:00:00:77
heard got
expect "$sent" "$(frames got.pcap "ether src $(mac_of one v1) and ether dst 02:00:00:00:00:77")" "raw IP:"
editcap -C 14 -L -T rawip -F pcap got.pcap again.pcap
expect "$(tcpdump -n -t -x -r raw.pcap 2>/dev/null | md5sum)" "$(tcpdump -n -t -x -r again.pcap 2>/dev/null | md5sum)" "raw IP, octets:"

echo "== a scenario's link, as inspect sees it on the other side"
tshark -n -r all.pcapng -Y 'frame.interface_name == "ingress1-core"' -F pcap -w link.pcap 2>/dev/null
fields() {
  "$catshark" inspect --json -r "$1" | jq -c 'del(.["frame.time_epoch"])'
}
count=$(frames link.pcap)
listen got v2 "$count"
inject -i v1 --scenario --link ingress1-core --seed 3 --flows 8 --speed 20 --json
heard got
expect "0 $count" "$status $(jq .frames report)" "scenario:"
same got link.pcap
fields got.pcap >found.txt
fields link.pcap >expected.txt
expect yes "$(cmp -s found.txt expected.txt && [ -s found.txt ] && echo yes || diff found.txt expected.txt | head -n 3)" "fields:"

echo "== addresses, with every checksum"
listen got v2 "$count"
inject -i v1 -r link.pcap --topspeed --map 5f00::/16=fc00::/16 --map 192.0.2.0/24=100.64.2.0/24 --map 2001:db8::/32=2001:db9::/32 \
  --map-port 443=9443
heard got
expect 0 "$(frames got.pcap 'ip6[8:2] = 0x5f00 or ip6[24:2] = 0x5f00')" "mapped:"
expect 0 "$(tcpdump -n -vv -r got.pcap 2>/dev/null | grep -c -E 'incorrect|bad cksum')" "checksums:"
listen back v2 "$count"
inject -i v1 -r got.pcap --topspeed --map fc00::/16=5f00::/16 --map 100.64.2.0/24=192.0.2.0/24 --map 2001:db9::/32=2001:db8::/32 \
  --map-port 9443=443
heard back
same back link.pcap
live_end
