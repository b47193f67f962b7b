#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: hostile.sh CATSHARK HOSTILE FORWARDER   ingress or egress
# Frames from the core and from the edge that our forwarder must drop, beside a kernel at the other end: each is counted
# by its reason, nothing leaves any of its links meanwhile but ICMP errors at their rate, and clients are served as before.
set -u
catshark=$1 hostile=$2 forwarder=$3
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
count=200

# REASON: how many of it the summary has.
dropped() {
    grep -o "\"$1\":[0-9]*" "$lab_files/$forwarder.out" | cut -d: -f2
}

# FAMILY
fetch_big() {
    local host=192.0.2.80
    [ "$1" = 4 ] || host='[2001:db8:80::80]'
    [ "$forwarder" = egress ] || lab_kernel_cats "$1"
    lab_get "$host" big >"$lab_files/got"
    cmp -s "$lab_files/got" "$lab_files/big" || lab_fail "10 MB from $host differ $2"
}

# NS INTERFACE OUR-INTERFACE SIDE: sends there; what was sent is added to `sent`.
attack() {
    local mac
    mac=$(n "$forwarder" cat "/sys/class/net/$3/address")
    ip netns exec "$P-$1" "$hostile" "$2" "$mac" "$count" "$forwarder" "$4" >>"$lab_files/sent" ||
        lab_fail "hostile frames were not sent"
    kill -0 "$lab_role" || lab_fail "the $forwarder is gone: $(cat "$lab_files/$forwarder.err")"
}

# Captures what leaves the forwarder, by whatever link, until end_watch.
watch() {
    ip netns exec "$P-$forwarder" tcpdump -n -i any -Q out -B 16384 --immediate-mode -U -w "$lab_files/left.pcap" 2>"$lab_files/tcpdump" &
    watcher=$!
    lab_wait "$lab_files/tcpdump" "listening on"
}

end_watch() {
    sleep 0.3 # for what is under way, and what would wrongly be
    kill -INT "$watcher"
    wait "$watcher"
}

# FILTER: the frames of it that have left.
left() {
    tshark -n -r "$lab_files/left.pcap" -Y "$1" 2>/dev/null
}
icmp_errors='icmp.type in {3, 11, 12} || icmpv6.type in {1..4}'
# The kernel's and our questions for neighbours, and its reports of groups.
neighbor_talk='arp || icmpv6.type in {133..137, 143}'

lab_begin
for tool in tcpdump tshark; do command -v $tool >/dev/null || lab_skip "no $tool here"; done
lab_core_mtu=9300 # the kernel tells nobody what is too long for its tunnel
lab_access_mtu=9100
lab_up
lab_host_addresses ingress egress
lab_serve python
if [ "$forwarder" = egress ]; then
    lab_kernel_ingress full2
else
    lab_kernel_egress full2
fi
lab_core_mtu=1600 # of the topology: longer packets are too big
topology=$(lab_topology 2 full)
lab_start "$forwarder" "$forwarder" --topology "$topology" --name "${forwarder}1" --takeover --json
fetch_big 4 before
watch
if [ "$forwarder" = egress ]; then
    attack core k1 e0 core
    attack site1 s0 e1 edge
else
    attack core k0 i1 core
    attack client c0 i0 edge
fi
end_watch
fetch_big 4 afterwards
fetch_big 6 afterwards
lab_stop "$lab_role" || lab_fail "the $forwarder ended with $?"

leaked=$(left "!($icmp_errors || $neighbor_talk)") || lab_fail "tshark ended with $?"
[ -z "$leaked" ] || lab_fail "hostile frames left the $forwarder: $(head <<<"$leaked")"
told=$(left "$icmp_errors" | wc -l)
[ "$told" -gt 20 ] || lab_fail "$told ICMP errors left the $forwarder, expected some"

total=0
while read -r reason sent; do
    total=$((total + sent))
    [ "$reason" = any ] && continue
    [ "$(dropped "$reason")" -ge "$sent" ] 2>/dev/null ||
        lab_fail "$sent frames to be dropped as $reason: $(cat "$lab_files/$forwarder.out")"
done < <(awk '{ sum[$1] += $2 } END { for (reason in sum) print reason, sum[reason] }' "$lab_files/sent")
# Random octets may make a packet that is right; all others are dropped.
[ "$(dropped dropped)" -ge $((total - 5)) ] || lab_fail "$total frames sent, $(dropped dropped) dropped"
errors=$(dropped icmp_errors)
# Downloads bring some too: their packets are too big at first.
if [ "$errors" -lt "$told" ] || [ "$errors" -lt 50 ] || [ "$errors" -gt 1000 ]; then
    lab_fail "$errors ICMP errors, expected some and few"
fi
echo "ok: $total hostile frames dropped and counted by our $forwarder, of which nothing left but $told ICMP errors"
