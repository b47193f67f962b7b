#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: forwarders.sh CATSHARK INGRESS EGRESS   each is "kernel" or "ours"
# curl through both, IPv4 and IPv6, with full, reduced and absent SRH: each answer arrives whole, no packet is dropped,
# and our egress spreads flows over its sites.
set -u
catshark=$1 ingress=$2 egress=$3
here=$(dirname "$0")
. "$here/srv6.sh"

# MODE SEGMENTS: starts what is ours, with a summary each.
start_forwarders() {
    local mode=$1 segments=$2 word=full topology
    [ "$mode" = encap.red ] && word=reduced
    topology=$(lab_topology "$segments" "$word")
    [ "$ingress" = kernel ] && lab_kernel_ingress "$mode" "$segments"
    [ "$egress" = kernel ] && lab_kernel_egress "$mode" "$segments"
    roles=()
    if [ "$egress" = ours ]; then
        lab_start egress egress --topology "$topology" --name egress1 --encapsulation "$word" --takeover --json
        roles+=("$lab_role")
    fi
    if [ "$ingress" = ours ]; then
        lab_start ingress ingress --topology "$topology" --name ingress1 --encapsulation "$word" --takeover --json
        roles+=("$lab_role")
    fi
}

check_summary() {
    local verb=$1 dropped
    [ -s "$lab_files/$verb.out" ] || lab_fail "$verb: no summary"
    dropped=$(sed 's/.*"dropped":\([0-9]*\).*/\1/' "$lab_files/$verb.out")
    [ "$dropped" = 0 ] || lab_fail "$verb dropped $dropped packets: $(cat "$lab_files/$verb.out")"
    grep -q '"decapsulated":0' "$lab_files/$verb.out" && lab_fail "$verb decapsulated nothing"
    grep -q '"encapsulated":0' "$lab_files/$verb.out" && lab_fail "$verb encapsulated nothing"
    return 0
}

# HOST: twelve flows and a long one.
fetch_from() {
    local host=$1 names
    names=$(for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do lab_get "$host" name; done)
    [ "$(echo "$names" | wc -l)" = 12 ] || lab_fail "$2: twelve flows to $host, answers: $names"
    [ "$egress" = kernel ] || [ "$(echo "$names" | sort -u | wc -l)" -ge 2 ] ||
        lab_fail "$2: twelve flows to $host, one site"
    lab_get "$host" big >"$lab_files/got"
    cmp -s "$lab_files/got" "$lab_files/www1/big" || lab_fail "$2: 10 MB from $host differ"
}

# End.CATS takes both families; the kernel has no behaviour that does without a VRF: one after the other.
fetch() {
    [ "$egress" = ours ] || lab_kernel_cats End.DX4 nh4 10.3.1.2
    fetch_from 192.0.2.80 "$1"
    [ "$egress" = ours ] || lab_kernel_cats End.DX6 nh6 2001:db8:3:1::2
    fetch_from '[2001:db8:80::80]' "$1"
}

# MODE SEGMENTS HOST: HOST "bare" has no addresses where a role of ours is: the role answers for its routers.
one_shape() {
    local mode=$1 segments=$2 host=$3 role
    lab_up
    for role in ingress egress; do
        [ "$host" = bare ] && [ "${!role}" = ours ] || lab_host_addresses "$role"
    done
    lab_serve
    start_forwarders "$mode" "$segments"
    fetch "$mode with $segments segments"
    for role in "${roles[@]}"; do lab_stop "$role" || lab_fail "a role ended with $?"; done
    [ "$ingress" = kernel ] || check_summary ingress
    [ "$egress" = kernel ] || check_summary egress
    for role in ingress egress; do
        [ -z "$(n "$role" ip -6 route show type blackhole)$(n "$role" ip route show type blackhole)" ] ||
            lab_fail "$role: a blackhole route stayed"
    done
    echo "ok: $ingress ingress, $egress egress, $mode, $segments segments, $host host"
    lab_down
}

lab_begin
one_shape encap 2 addressed
one_shape encap 1 bare
one_shape encap.red 2 bare
one_shape encap.red 1 addressed
