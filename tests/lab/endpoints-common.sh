# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2034,SC2154
# Links for clients and service nodes, to be sourced by bash behind srv6.sh:
#
#   here --(10.9.1.0/24, 2001:db8:91::/64)-- router --(10.9.2.0/24, 2001:db8:92::/64)-- there
#   here --(10.9.1.0/24, 2001:db8:91::/64)-- there                                  (endpoints_direct)
#
# The interfaces are h0, r0, r1 and t0. Of the router and the kernels the host parts are 1 (router), 2 (a kernel's own
# address); of our clients 4 and above; of our service node 80, which is at 192.0.2.80 and 2001:db8:80::80 too.
endpoints_sources=(--source 10.9.1.0/24 --source 2001:db8:91::/64)
endpoints_targets=(--to 192.0.2.80:80 --to '[2001:db8:80::80]:80')
endpoints_anycast=(--anycast 192.0.2.80 --anycast 2001:db8:80::80)

# MTU: of the router's link to `there` (1500).
endpoints_router() {
    lab_namespace here router there
    lab_link here h0 router r0 1500
    lab_link router r1 there t0 "${1:-1500}"
    lab_address router r0 10.9.1.1/24 2001:db8:91::1/64
    lab_address router r1 10.9.2.1/24 2001:db8:92::1/64
    n router sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    ip -n "$P-router" route add 192.0.2.80/32 via 10.9.2.80
    ip -n "$P-router" -6 route add 2001:db8:80::80/128 via 2001:db8:92::80
    endpoints_client_via=(--via 10.9.1.1 --via 2001:db8:91::1)
    endpoints_service_at=(--address 10.9.2.80 --address 2001:db8:92::80 --via 10.9.2.1 --via 2001:db8:92::1)
}

# MTU (1500): one link; the next hop is the other end point itself.
endpoints_direct() {
    lab_namespace here there
    lab_link here h0 there t0 "${1:-1500}"
    endpoints_client_via=(--via 10.9.1.80 --via 2001:db8:91::80)
    endpoints_service_at=(--address 10.9.1.80 --address 2001:db8:91::80 --via 10.9.1.4 --via 2001:db8:91::4)
}

# A kernel with addresses and routes on its end of the link to the router.
endpoints_kernel_here() {
    lab_address here h0 10.9.1.2/24 2001:db8:91::2/64
    ip -n "$P-here" route add default via 10.9.1.1
    ip -n "$P-here" -6 route add default via 2001:db8:91::1
}
endpoints_kernel_there() {
    lab_address there t0 10.9.2.2/24 2001:db8:92::2/64
    ip -n "$P-there" route add default via 10.9.2.1
    ip -n "$P-there" -6 route add default via 2001:db8:92::1
}

# WORDS...: our node; its process is $node.
endpoints_serve() {
    rm -f "$lab_files/service.ndjson"
    lab_start there service -i t0 "${endpoints_service_at[@]}" "${endpoints_anycast[@]}" \
        --events "$lab_files/service.ndjson" --json "$@"
    node=$lab_role
}

# Ends the node; its summary is in service.out.
endpoints_end_node() {
    lab_stop "$node" || lab_fail "the service node ended with $?: $(cat "$lab_files/service.err")"
}

# WORDS...: our clients, to their end; the exit status is theirs, the summary in client.out.
endpoints_clients() {
    rm -f "$lab_files/client.ndjson"
    ip netns exec "$P-here" "$catshark" client -i h0 "${endpoints_client_via[@]}" --events "$lab_files/client.ndjson" \
        --json "$@" >"$lab_files/client.out" 2>"$lab_files/client.err"
}

# FILE KEY: a number of a summary; of a node's, the first one's.
endpoints_number() {
    jq -r ".$2 // .nodes[0].$2" "$lab_files/$1.out"
}

# FILE KEY EXPECTED WHAT
endpoints_expect() {
    local found
    found=$(endpoints_number "$1" "$2")
    [ "$found" = "$3" ] || lab_fail "$4: $1 has $2 $found, expected $3: $(cat "$lab_files/$1.out")"
}

# NS INTERFACE: captures until endpoints_end_capture.
endpoints_capture() {
    ip netns exec "$P-$1" tcpdump -i "$2" --immediate-mode -U -w "$lab_files/capture.pcap" >"$lab_files/tcpdump.err" 2>&1 &
    capture=$!
    lab_wait "$lab_files/tcpdump.err" "listening on"
}

# WHAT RECONNECTED: waits until the capture has so many redirects that were followed; it breaks no rule.
endpoints_end_capture() {
    local try inspected
    for try in $(seq 400); do
        inspected=$("$catshark" inspect --sessions -q --json -r "$lab_files/capture.pcap")
        [ "$(jq .sessions.reconnected <<<"$inspected")" = "$2" ] && break
        sleep 0.05
    done
    kill -INT "$capture"
    wait "$capture"
    [ "$(jq -c '[.rules, .sessions.reconnected, .sessions.pending]' <<<"$inspected")" = "[{},$2,0]" ] ||
        lab_fail "$1: expected $2 redirects followed and no rule broken ($try looks): $inspected"
}
