#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: hostile.sh CATSHARK HOSTILE
# Frames from the core that an egress must drop: each is counted by its reason, nothing leaves but ICMP errors at their
# rate, and clients are served as before.
set -u
catshark=$1 hostile=$2
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
count=200

# REASON: how many of it the summary has.
dropped() {
    grep -o "\"$1\":[0-9]*" "$lab_files/egress.out" | cut -d: -f2
}

lab_begin
lab_core_mtu=9100
lab_up
lab_host_addresses ingress egress
lab_kernel_ingress full2
lab_serve python
topology=$(lab_topology 2 full)
lab_start egress egress --topology "$topology" --name egress1 --takeover --json
egress=$lab_role
before=$(lab_get 192.0.2.80 name) || lab_fail "no answer before"
mac=$(n egress cat /sys/class/net/e0/address)
ip netns exec "$P-core" "$hostile" k1 "$mac" "$count" >"$lab_files/sent" || lab_fail "hostile frames were not sent"
for host in 192.0.2.80 '[2001:db8:80::80]'; do
    lab_get "$host" big >"$lab_files/got"
    cmp -s "$lab_files/got" "$lab_files/big" || lab_fail "10 MB from $host differ afterwards"
done
[ -n "$before" ] || lab_fail "no name before"
lab_stop "$egress" || lab_fail "the egress ended with $?"

total=0
while read -r reason sent; do
    total=$((total + sent))
    [ "$reason" = any ] && continue
    [ "$(dropped "$reason")" -ge "$sent" ] 2>/dev/null ||
        lab_fail "$sent frames to be dropped as $reason: $(cat "$lab_files/egress.out")"
done <"$lab_files/sent"
# Random octets may make a packet that is right; all others are dropped.
[ "$(dropped dropped)" -ge $((total - 5)) ] || lab_fail "$total frames sent, $(dropped dropped) dropped"
errors=$(dropped icmp_errors)
[ "$errors" -ge 50 ] && [ "$errors" -le 500 ] || lab_fail "$errors ICMP errors, expected some and few"
echo "ok: $total hostile frames dropped and counted, $errors ICMP errors"
