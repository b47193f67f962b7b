#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What the kernel says of an interface, and the advice on offloads, which mends what it names.
# usage: interface.sh LIVE-PROBE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
live_start "$1"
namespace one two
ip link add v1 netns "catshark-$$-one" type veth peer name v2 netns "catshark-$$-two"
one=catshark-$$-one

show() {
  in_ns one "$probe" interface -i "$1" 2>&1 || true
}

index=$(in_ns one cat /sys/class/net/v1/ifindex)
ip -n "$one" link set v1 mtu 1400
expect "v1 $index 1400 down $(mac_of one v1)" "$(show v1 | head -n 1)" "down:"
ip -n "$one" link set v1 up
ip -n "$one" address add 10.3.1.1/24 dev v1
ip -n "$one" address add 2001:db8:3::1/64 dev v1
expect "v1 $index 1400 up $(mac_of one v1)" "$(show v1 | head -n 1)" "up:"
expect "address 10.3.1.1 address 2001:db8:3::1" "$(show v1 | grep ^address | grep -v fe80 | sort | xargs)" "addresses:"

advice=$(show v1 | tail -n 1)
case $advice in
  "v1: tx, tso, gso"*" are on: "*"; mend it with: ethtool -K v1 tx off tso off gso off"*) expect said said ;;
  *) expect "advice on tx, tso and gso" "$advice" ;;
esac
# The kernel may say no to one of them alone; what counts is what is on afterwards.
# shellcheck disable=SC2086
in_ns one ${advice#*mend it with: } >/dev/null
expect "no offload" "$(show v1 | tail -n 1)" "after the advice was taken:"
in_ns one ethtool -K v1 gro on >/dev/null
expect "v1: gro is on" "$(show v1 | tail -n 1 | cut -d : -f 1-2)" "one alone:"

expect 'interface "none": none of this name, expected one that `ip link` lists' "$(show none)"
expect 'interface "a-name-longer-than-any": none of this name, expected one that `ip link` lists' \
  "$(show a-name-longer-than-any)"
expect 'interface "lo": hardware type 772, expected 1 (Ethernet)' "$(show lo)"
live_end
