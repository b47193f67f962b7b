#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: octets.sh CATSHARK PACKETS
# The same packets through the kernel's ingress and egress and then through ours, between the same hosts: what arrives at
# the core, at the site and at the client is the same, octet by octet, Ethernet header included. All shapes, both
# families, both ways. No field is left out.
set -u
catshark=$1 packets=$2
here=$(dirname "$0")
. "$here/srv6.sh"

# Hosts that take packets and answer to none.
mute() {
    n "$1" nft 'table inet mute { chain input { type filter hook input priority 0
        icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
        drop
    }; }'
}

# FROM WORDS...: sends from that host to the forwarder there; prints how many.
send() {
    local from=$1 to
    shift
    case $from in
    client)
        to=$(n ingress cat /sys/class/net/i0/address)
        ip netns exec "$P-client" "$packets" c0 "$to" "${client[$family]}" "${service[$family]}" "$@"
        ;;
    site1)
        to=$(n egress cat /sys/class/net/e1/address)
        ip netns exec "$P-site1" "$packets" s0 "$to" "${service[$family]}" "${client[$family]}" "$@"
        ;;
    esac || lab_fail "packets were not sent"
}

# NAME NS INTERFACE: what arrives there but for neighbour discovery and the like.
capture() {
    ip netns exec "$P-$2" tcpdump -i "$3" -Q in -U --immediate-mode -s 0 -Z root -w "$lab_files/$1.pcap" \
        'not arp and not multicast and not (ip6 proto 58 and ip6[40] >= 133 and ip6[40] <= 137)' 2>"$lab_files/$1.err" &
    captures+=($!)
    names+=("$1")
    lab_wait "$lab_files/$1.err" 'listening on'
}

frames() {
    tcpdump -r "$lab_files/$1.pcap" -t -n -xx 2>/dev/null | grep '^	0x'
}

count() {
    tcpdump -r "$lab_files/$1.pcap" -t -n 2>/dev/null | wc -l
}

# COUNT: waits until so many arrived at both places; false when they do not in time.
arrived() {
    local _
    for _ in $(seq 200); do
        [ "$(count "${names[0]}")" -lt "$1" ] || [ "$(count "${names[1]}")" -lt "$1" ] || return 0
        sleep 0.05
    done
    return 1
}

# FROM KIND CORE-INTERFACE NS INTERFACE WORDS...: sends with captures in the core and at the other end.
one_try() {
    local from=$1 kind=$2 core=$3 ns=$4 interface=$5 sent all=0
    shift 5
    captures=() names=()
    capture "$kind-$family-$from-core" core "$core"
    capture "$kind-$family-$from-end" "$ns" "$interface"
    sent=$(send "$from" "$@")
    arrived "$sent" || all=1
    kill "${captures[@]}"
    wait "${captures[@]}"
    total=$sent
    return "$all"
}

# The same words: one packet until next hops are known, then all. A flood elsewhere on this machine may fill the queue
# that all veth links of a processor share: three tries.
one_way() {
    local try name
    for try in 1 2 3; do one_try "$@" 1 && break; done
    for try in 1 2 3; do one_try "$@" && break; done
    for name in "${names[@]}"; do
        [ "$(count "$name")" = "$total" ] ||
            lab_fail "$shape, $name: $total packets sent, $(count "$name") arrived in try $try"
        frames "$name" >"$lab_files/$name.hex"
    done
}

# KIND: both families, both ways.
both_ways() {
    for family in 4 6; do
        [ "$1" = ours ] || lab_kernel_cats "$family"
        one_way client "$1" k0 site1 s0
        one_way site1 "$1" k1 client c0
    done
}

compare() {
    local family name
    for family in 4 6; do
        for name in client-core client-end site1-core site1-end; do
            diff "$lab_files/kernel-$family-$name.hex" "$lab_files/ours-$family-$name.hex" >"$lab_files/diff" && continue
            head -n 20 "$lab_files/diff"
            lab_fail "$shape, IPv$family, $name: octets differ (< the kernel's, > ours)"
        done
    done
}

one_shape() {
    local mode segments word via role roles=() topology
    lab_shape "$shape"
    lab_up
    lab_host_addresses ingress egress
    mute client
    mute site1
    lab_kernel_ingress "$shape"
    lab_kernel_egress "$shape"
    both_ways kernel
    lab_kernel_retire ingress
    lab_kernel_retire egress
    topology=$(lab_topology "$segments" "$word")
    sed -i 's/^\[site site[23]\]/&\nweight=0/' "$topology" # the kernel's egress has one site
    for role in egress ingress; do
        lab_start "$role" "$role" --topology "$topology" --name "${role}1" --encapsulation "$word" --takeover \
            --kernel-flow-label --json
        roles+=("$lab_role")
    done
    both_ways ours
    for role in "${roles[@]}"; do lab_stop "$role" || lab_fail "a role ended with $?"; done
    compare
    lab_down
}

declare -A client=([4]=10.1.0.2 [6]=2001:db8:1::2) service=([4]=192.0.2.80 [6]=2001:db8:80::80)
lab_begin
command -v tcpdump >/dev/null || lab_skip "no tcpdump here"
for shape in full2 full1 reduced2 absent; do
    one_shape
    echo "ok: $shape: $total packets each way, both families: the same octets from the kernel and from ours"
done
