#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Next hops found through the kernel and by the tool's own questions; and answers for addresses that no host owns, given to
# the kernel and to the tool.
# usage: next-hop.sh LIVE-PROBE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
live_start "$1"
namespace one two
veth one v1 two v2
one=catshark-$$-one two=catshark-$$-two
mac=$(mac_of two v2)

# Asks from `one`; the last lines of what the probe says.
hop() {
  in_ns one "$probe" resolve -i v1 --immediate "$@" 2>&1 | tail -n 2 | xargs
}
found() {
  echo "$mac all known"
}

# ---- by the tool: v1 has no IPv4 address, and for a while no IPv6 one ----
ip -n "$two" address add 10.3.1.2/24 dev v2
ip -n "$two" address add 2001:db8:3::2/64 dev v2
in_ns one sh -c 'echo 1 >/proc/sys/net/ipv6/conf/v1/disable_ipv6'
expect "$(found)" "$(hop 10.3.1.2)" "probe:"
expect "$(found)" "$(hop --own 10.3.1.77 10.3.1.2)" "own IPv4 source:"
expect "$(found)" "$(hop 2001:db8:3::2)" "link-local source of the MAC:"
expect "$(found)" "$(hop --own 2001:db8:3::77 2001:db8:3::2)" "own IPv6 source:"
expect "10.3.1.9 on v1: no answer to ARP after 3 questions" "$(hop -t 2.5 10.3.1.9)"
expect "2001:db8:3::9 on v1: no answer to neighbour discovery after 3 questions" "$(hop -t 2.5 2001:db8:3::9)"

# Within a VLAN the tool asks too, with the tag. Some kernels have no VLAN interfaces; below the tool answers itself.
vlans=no
if ip -n "$two" link add link v2 name v2.100 type vlan id 100 2>"$work/why"; then
  vlans=yes
  ip -n "$two" link set v2.100 up
  ip -n "$two" address add 10.3.100.2/24 dev v2.100
  ip -n "$two" address add 2001:db8:100::2/64 dev v2.100
  expect "$(found)" "$(hop --vlan 100 10.3.100.2)" "VLAN 100:"
  expect "$(found)" "$(hop --vlan 100 2001:db8:100::2)" "VLAN 100:"
else
  echo "not run: VLAN interfaces of the kernel: $(cat "$work/why")"
fi
expect "10.3.100.2 on v1: no answer to ARP after 1 question" "$(hop -t 0.5 --vlan 101 10.3.100.2)" "VLAN 101:"

# ---- through the kernel ----
in_ns one sh -c 'echo 0 >/proc/sys/net/ipv6/conf/v1/disable_ipv6'
ip -n "$one" address add 10.3.1.1/24 dev v1
ip -n "$one" address add 2001:db8:3::1/64 dev v1
for address in 10.3.1.2 2001:db8:3::2; do
  ip -n "$one" neigh flush dev v1
  expect "$(found)" "$(hop "$address")" "through the kernel:"
  # The kernel knows it now, in whatever state.
  expect "$mac" "$(ip -n "$one" neigh show "$address" dev v1 | sed 's/.*lladdr \([^ ]*\).*/\1/')" "the kernel's:"
  expect "$(found)" "$(hop "$address")" "known to the kernel already:"
done
expect "10.3.1.9 on v1: no answer to ARP after 1 question through the kernel" "$(hop -t 0.5 10.3.1.9)"

# Without CAP_NET_ADMIN the kernel refuses, and the tool asks.
for address in 10.3.1.2 2001:db8:3::2; do
  ip -n "$one" neigh flush dev v1
  expect "$(found)" "$(hop --forget "$address")" "without CAP_NET_ADMIN:"
done

# A neighbour that changes its MAC is followed.
in_ns one "$probe" resolve -i v1 --immediate -c 2 -t 20 10.3.1.2 >"$work/changed" &
pid=$!
until grep -q "$mac" "$work/changed"; do
  kill -0 "$pid" || break
  sleep 0.02
done
ip -n "$two" link set v2 address 02:00:00:00:99:99
in_ns two "$probe" resolve -i v2 -t 1 10.3.1.1 >/dev/null # whose question tells the new one
ip -n "$one" neigh replace 10.3.1.2 dev v1 lladdr 02:00:00:00:99:99 nud reachable
wait "$pid" || true
expect "$mac 02:00:00:00:99:99 all known" "$(xargs <"$work/changed")" "changed MAC:"

# ---- answers, to the kernel and to the tool ----
background answers probe_in two answer -i v2 --immediate -t 60 10.3.1.80 2001:db8:3::80 10.3.100.80
answers=$!
mac=02:00:00:00:99:99
expect "$(found)" "$(hop 10.3.1.80)" "owned by no host, IPv4:"
expect "$(found)" "$(hop 2001:db8:3::80)" "owned by no host, IPv6:"
expect "$(found)" "$(hop --forget 10.3.1.80)" "owned by no host, asked by the tool, IPv4:"
expect "$(found)" "$(hop --forget 2001:db8:3::80)" "owned by no host, asked by the tool, IPv6:"
expect "$(found)" "$(hop --vlan 100 10.3.100.80)" "owned by no host, in a VLAN:"
expect "10.3.1.81 on v1: no answer to ARP after 1 question through the kernel" "$(hop -t 0.5 10.3.1.81)" "not owned:"

if [ $vlans = yes ]; then
  ip -n "$one" link add link v1 name v1.100 type vlan id 100
  ip -n "$one" link set v1.100 up
  ip -n "$one" address add 10.3.100.1/24 dev v1.100
  expect "$mac all known" "$(in_ns one "$probe" resolve -i v1.100 10.3.100.80 | xargs)" "the kernel in a VLAN:"
fi

# Duplicate detection: a host that would take an address of ours learns that it is taken.
in_ns one sh -c 'echo 1 >/proc/sys/net/ipv6/conf/v1/accept_dad; echo 1 >/proc/sys/net/ipv6/conf/all/accept_dad'
ip -n "$one" address add 2001:db8:3::80/64 dev v1
for _ in $(seq 400); do
  [[ $(ip -n "$one" address show dev v1) == *"2001:db8:3::80/64"*tentative* ]] || break
  [[ $(ip -n "$one" address show dev v1) == *dadfailed* ]] && break
  sleep 0.05
done
expect dadfailed "$(ip -n "$one" address show dev v1 | grep '2001:db8:3::80/64' | grep -o dadfailed)" "duplicate detection:"

kill -TERM "$answers"
status=0
wait "$answers" || status=$?
expect 0 "$status" "SIGTERM:"
live_end
