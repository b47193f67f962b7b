#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inject where something is in its way: broken captures, frames that cannot be sent, interfaces that are down, small or gone,
# no rights, an interruption.
# usage: trouble.sh CATSHARK
set -euo pipefail
. "$(dirname "$0")/../live/lib.sh"
. "$(dirname "$0")/lib.sh"
inject_start "$1"
sent=$(frames one.pcap)

says() { # STATUS PATTERN NAME: of the last inject, on standard error
  expect "$1 yes" "$status $(grep -Eq -- "$2" error && echo yes || cat error)" "$3:"
}

echo "== a capture cut short: what was read is sent"
head -c "$(($(stat -c %s one.pcap) - 20))" one.pcap >cut.pcap
listen got v2 $((sent - 1))
inject -i v1 -r cut.pcap --topspeed
heard got
says 2 "cut.pcap: broken after frame $((sent - 1))" "cut short"
expect "sent $((sent - 1)) frames" "$(head -n 1 report | cut -d , -f 1)"
inject -i v1 -r cut.pcap --topspeed --loop 5
says 2 "broken after frame" "cut short, in a loop"

echo "== frames that cannot be sent"
editcap -s 60 -F pcap one.pcap snap.pcap
inject -i v1 -r snap.pcap --topspeed --json
expect "1 yes" "$status $(jq -r 'if .skipped.cut_short > 0 then "yes" else . end' report)" "snapshot length:"
ip -n "catshark-$$-one" link set v1 mtu 600
long=$(frames one.pcap greater 615)
expect yes "$([ "$long" -gt 0 ] && echo yes)" "long frames:"
inject -i v1 -r one.pcap --topspeed --json
expect "1 $long $((sent - long))" "$status $(jq -r '"\(.skipped.too_long) \(.frames)"' report)" "smaller MTU:"
inject -i v1 -r one.pcap --topspeed
expect yes "$(grep -q "^skipped: $long longer than the MTU" report && echo yes || cat report)"
# The tag's octets are not counted.
tcpdump -r one.pcap -w short.pcap less 614 2>/dev/null
inject -i v1 -r short.pcap --vlan 7 --topspeed --json
expect "0 $(frames short.pcap)" "$status $(jq .frames report)" "MTU and tag:"
ip -n "catshark-$$-one" link set v1 mtu 9000

echo "== a few frames among many that are skipped, in less memory than all take"
pcap_header='\xd4\xc3\xb2\xa1\x02\0\x04\0\0\0\0\0\0\0\0\0\xff\xff\0\0\x01\0\0\0'
printf '\0\0\0\0\0\0\0\0\x04\0\0\0\x04\0\0\0abcd' >skipped
for _ in $(seq 18); do
  cat skipped skipped >twice
  mv twice skipped
done
# shellcheck disable=SC2059
{
  printf "$pcap_header"
  for octet in a b c; do
    printf '\0\0\0\0\0\0\0\0\x14\0\0\0\x14\0\0\0\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\xb5'"$octet$octet$octet$octet$octet$octet"
    cat skipped
  done
} >rare.pcap
listen got v2 3
inject -i v1 -r rare.pcap --topspeed --preload 4M --json
heard got
expect "1 3 0 $((3 * 262144))" "$status $(jq -r '"\(.frames) \(.refused) \(.skipped.too_short)"' report)" "rare frames:"
expect "6161 6262 6363" "$(octets got.pcap | awk '/0x0000/ { printf "%s%s", n++ ? " " : "", $9 }')" "rare frames, octets:"

echo "== interfaces"
inject -i none -r one.pcap
says 2 'interface "none": none of this name' "no interface"
inject -i lo -r one.pcap
says 2 'interface "lo": hardware type' "no Ethernet"
ip -n "catshark-$$-one" link set v1 down
inject -i v1 -r one.pcap
says 2 'interface "v1": it is down, expected it up: ip link set v1 up' "down"
ip -n "catshark-$$-one" link set v1 up
inject -i v1 -r nowhere.pcap
says 2 'nowhere.pcap: No such file' "no capture"

echo "== no rights"
status=0
chmod 711 .
cp one.pcap readable.pcap
chmod 644 readable.pcap
in_ns one setpriv --reuid 65534 --regid 65534 --clear-groups "$catshark" inject -i v1 -r readable.pcap >report 2>error || status=$?
if [ $status -eq 126 ] || grep -q "Permission denied" error; then
  echo "not run: no rights: the program cannot be run by another user"
else
  says 2 "no cap_net_raw.*setcap cap_net_raw\+ep .*catshark" "no rights"
fi

# The verb in the background, in a namespace where `ip netns exec` becomes the verb: $! is its pid.
endless() {
  exec ip netns exec "catshark-$$-one" "$catshark" inject "$@" >report 2>error
}
begin() {
  listen got v2 20
  endless "$@" &
  runs=$!
  heard got
}
finish() {
  status=0
  wait "$runs" || status=$?
}

echo "== an interruption ends with the report"
begin -i v1 -r one.pcap --pps 1000 --loop 0 --json
kill -INT "$runs"
finish
expect "0 yes" "$status $(jq -r 'if .frames >= 20 and .late_ns.max >= 0 then "yes" else . end' report)" "SIGINT:"
# In a gap of an hour.
# shellcheck disable=SC2059
printf "$pcap_header" >gap.pcap
for time in '\0\0\0\0' '\x10\x0e\0\0'; do
  # shellcheck disable=SC2059
  printf "$time"'\0\0\0\0\x14\0\0\0\x14\0\0\0\x02\0\0\0\0\x01\x02\0\0\0\0\x02\x88\xb5\0\0\0\0\0\0' >>gap.pcap
done
listen got v2 1
endless -i v1 -r gap.pcap &
runs=$!
heard got
kill -TERM "$runs"
finish
expect "0 sent 1 frames" "$status $(cut -d , -f 1 report | head -n 1)" "SIGTERM in a gap:"
# While it waits for standard input.
mkfifo pipe
listen got v2 "$sent"
endless -i v1 -r - --topspeed <pipe &
runs=$!
exec 9>pipe
cat one.pcap >&9
heard got
kill -INT "$runs"
finish
exec 9>&-
expect "0 sent $sent frames" "$status $(cut -d , -f 1 report | head -n 1)" "SIGINT on a silent pipe:"
inject -i v1 -r one.pcap --topspeed --loop 0 --duration 200ms --json
expect "0 true" "$status $(jq '.duration_ns >= 200000000 and .frames > 0' report)" "duration:"

echo "== an interface that goes away"
begin -i v1 -r one.pcap --pps 1000 --loop 0
ip -n "catshark-$$-one" link delete v1
finish
says 2 'interface "v1": it went away after [0-9]+ frames' "gone"
expect yes "$(grep -q 'refused by the kernel: [0-9]*, ' report && echo yes || cat report)"
live_end
