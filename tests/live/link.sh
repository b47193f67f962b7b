#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A packet link sends and receives: direction, VLAN tags, filter, frame sizes, drop counts, an interface that goes away.
# usage: link.sh LIVE-PROBE CATSHARK
set -euo pipefail
. "$(dirname "$0")/lib.sh"
live_start "$1"
catshark=$2
namespace one two
veth one v1 two v2

# Frames that leave v1 arrive at v2: receiver's options, sender's options, what is to be heard.
between() {
  local hear=$1 say=$2 heard=$3 sent=$4 pid
  # shellcheck disable=SC2086
  background heard probe_in two receive -i v2 $hear
  pid=$!
  # shellcheck disable=SC2086
  expect "$sent" "$(in_ns one "$probe" send -i v1 $say)" "send $say:"
  wait "$pid" || true
  expect "$heard" "$(tail -n 1 "$work/heard")" "receive $hear:"
}

for manner in "" --immediate; do
  between "$manner -c 1000" "-c 1000" \
    "received 1000 tagged 0 disordered 0 from 60 to 60 octets dropped 0" "sent 1000 failed 0 "
  between "$manner -c 100 --vlan 100" "-c 100 --vlan 100 -l 200" \
    "received 100 tagged 100 disordered 0 from 200 to 200 octets dropped 0" "sent 100 failed 0 "
  # The longest that the MTU allows, with the tag's 4 octets beyond it; more frames than fill the room of a batch.
  between "$manner -c 300 --vlan 4094" "-c 300 --vlan 4094 -l 1518" \
    "received 300 tagged 300 disordered 0 from 1518 to 1518 octets dropped 0" "sent 300 failed 0 "
done
between "-t 0.3" "-c 10 -l 1515" \
  "received 0 tagged 0 disordered 0 from 0 to 0 octets dropped 0" "sent 0 failed 10 Message too long"
expect "sent 99 failed 1 Message too long" "$(in_ns one "$probe" send -i v1 -c 100 --oversize 20)" "one refused:"

# Jumbo frames.
ip -n "catshark-$$-one" link set v1 mtu 9000
ip -n "catshark-$$-two" link set v2 mtu 9000
between "-c 200" "-c 200 -l 9014" \
  "received 200 tagged 0 disordered 0 from 9014 to 9014 octets dropped 0" "sent 200 failed 0 "

# An interface that takes 10 frames a millisecond at most: those that wait for room get it. One that takes 12 a second: what
# finds none is lost, counted, and the sender is not held up.
slow() {
  in_ns one tc qdisc replace dev v1 root tbf rate "$1" burst 20000 limit 10000000 2>"$work/why"
}
if command -v tc >/dev/null && slow 80mbit; then
  expect "sent 2000 failed 0 " "$(in_ns one "$probe" send -i v1 -c 2000 -l 1000)" "slow:"
  slow 100kbit
  read -r _ sent _ failed reason < <(in_ns one timeout 20 "$probe" send -i v1 -c 2000 -l 1000)
  expect "2000 Resource temporarily unavailable" "$((sent + failed)) $reason" "too slow:"
  expect yes "$([ "$failed" -gt 1000 ] && echo yes || echo "$failed")" "too slow, lost:"
  in_ns one tc qdisc delete dev v1 root
else
  echo "not run: a slow interface: $(cat "$work/why" 2>/dev/null || echo no tc)"
fi

# The filter: the test's EtherType, and one that no frame has.
between "-c 10 --filter ether[12:2]==0x88b5" "-c 10" \
  "received 10 tagged 0 disordered 0 from 60 to 60 octets dropped 0" "sent 10 failed 0 "
between "-t 0.3 --filter arp" "-c 10" \
  "received 0 tagged 0 disordered 0 from 0 to 0 octets dropped 0" "sent 10 failed 0 "
expect 2 "$(in_ns one "$probe" receive -i v1 --filter "no such filter" 2>"$work/error" >&2; echo $?)"
expect 'filter "no such filter"' "$(cut -d : -f 1 "$work/error")"

# What is sent on the link itself comes in only where both directions are asked for.
own() {
  local pid
  # shellcheck disable=SC2086
  background heard probe_in one receive -i v1 $1
  pid=$!
  in_ns one "$probe" send -i v1 -c 50 >/dev/null
  wait "$pid" || true
  expect "$2" "$(tail -n 1 "$work/heard")" "own frames, $1:"
}
own "-t 0.3" "received 0 tagged 0 disordered 0 from 0 to 0 octets dropped 0"
own "-c 50 --both" "received 50 tagged 0 disordered 0 from 60 to 60 octets dropped 0"

# Groups that the host has not joined, for as long as the link is open. Where `ip` does not say, nothing is compared.
all_multicast() {
  ip -n "catshark-$$-two" -d link show v2 | grep -o 'allmulti [0-9]*'
}
before=$(all_multicast || true)
if [ -n "$before" ]; then
  background heard probe_in two receive -i v2 -t 60
  pid=$!
  expect "allmulti 1" "$(all_multicast)"
  kill -TERM "$pid"
  wait "$pid" || true
  expect "$before" "$(all_multicast)" "closed:"
else
  echo "not run: all multicast: ip does not show it"
fi

# A ring of 1 MiB that no one reads: what did not fit is counted.
background heard probe_in two receive -i v2 --lazy --buffer 1048576 --immediate
pid=$!
expect "sent 20000 failed 0 " "$(in_ns one "$probe" send -i v1 -c 20000)"
kill -TERM "$pid"
wait "$pid" || true
read -r _ received _ _ _ _ _ _ _ _ _ _ dropped < <(tail -n 1 "$work/heard")
expect 20000 "$((received + dropped))" "received and dropped:"
expect yes "$([ "$dropped" -gt 1000 ] && [ "$received" -gt 100 ] && echo yes || echo "$received and $dropped")" "dropped:"

# An interface that is down, comes back, and then goes away under the link.
expect 2 "$(in_ns one "$probe" receive -i none 2>"$work/error" >&2; echo $?)" "no interface:"
expect 'interface "none": ' "$(cut -c 1-18 "$work/error")"
background heard probe_in two receive -i v2 -c 5 -t 20
pid=$!
ip -n "catshark-$$-two" link set v2 down
ip -n "catshark-$$-two" link set v2 up
# A link that has just come up may lose frames until its carrier is seen.
for _ in $(seq 400); do
  [ "$(in_ns one cat /sys/class/net/v1/operstate)" = up ] && break
  sleep 0.05
done
in_ns one "$probe" send -i v1 -c 5 >/dev/null
wait "$pid" || true
expect "received 5 tagged 0" "$(tail -n 1 "$work/heard" | cut -d ' ' -f 1-4)" "down and up:"

background heard probe_in two receive -i v2 -c 5 -t 20
pid=$!
ip -n "catshark-$$-two" link delete v2
status=0
wait "$pid" || status=$?
expect 2 "$status" "interface gone:"
expect 'interface "v2": The interface disappeared' "$(grep ^interface "$work/heard")"

# It goes down first, and away when that has long been told: links of each kind learn of both.
cat >"$work/net.conf" <<END
[egress egress1]
source=5f00:0:e1::100
locator=5f00:0:e1::/48
[sid egress1-dt4]
prefix=5f00:0:e1:4::/64
behavior=End.DT4
egress=egress1
[link core-egress]
from=core
to=egress1
interface=lost
END
catshark_in() {
  exec ip netns exec "catshark-$$-two" "$catshark" "$@"
}
times_asleep() {
  awk '/^voluntary/ { print $2 }' "/proc/$1/status"
}
down_then_gone() {
  local pid status=0 before
  veth one kept two lost
  background heard "$@"
  pid=$!
  before=$(times_asleep "$pid")
  ip -n "catshark-$$-two" link set lost down
  for _ in $(seq 500); do # until it has read that and sleeps again
    [ "$(times_asleep "$pid")" -gt "$before" ] && break
    sleep 0.02
  done
  ip -n "catshark-$$-two" link delete lost
  wait "$pid" || status=$?
  expect 2 "$status" "down, then gone: $*:"
  expect 'interface "lost": The interface disappeared' \
    "$(grep -o 'interface "lost": The.*' "$work/heard")" "down, then gone: $*:"
}
down_then_gone probe_in two receive -i lost -c 5 -t 20
down_then_gone catshark_in capture -i lost --duration 20s -w "$work/lost.pcapng"
down_then_gone catshark_in egress --topology "$work/net.conf" --name egress1 --duration 20s
live_end
