#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-link.sh CATSHARK
# Links that are not plain: small MTUs, a narrower link behind the router that only ICMP tells of, 802.1Q tags; with a
# capture that shows what left.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"

# Octets of the longest IP packet in the capture.
longest() {
    tcpdump -nn -e -r "$lab_files/capture.pcap" tcp 2>/dev/null |
        awk 'match($0, /length [0-9]+:/) { octets = substr($0, RSTART + 7, RLENGTH - 8) - 14; if (octets > most) most = octets }
            END { print most }'
}

# WHAT MTU WORDS...: both directions carry more than a packet.
small() {
    local what=$1 mtu=$2
    shift 2
    endpoints_serve --response 50000 --request 20000
    endpoints_capture here h0
    endpoints_clients "$@" --flows 2 --rate 20 --request 20000 ||
        lab_fail "$what: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    endpoints_end_capture "$what" 2
    endpoints_end_node
    endpoints_expect client octets_verified 100000 "$what"
    endpoints_expect service path_mtu_lowered 0 "$what"
    [ "$(longest)" = "$mtu" ] || lab_fail "$what: the longest packet has $(longest) octets"
    echo "ok: $what"
}

# INTERFACE WHO WORDS...: one link of the router takes 1300 octets while the host there believes in 1500. WHO sends what
# is too long for it, and hears of it from the router.
narrow() {
    local interface=$1 who=$2
    shift 2
    ip -n "$P-router" link set "$interface" mtu 1300
    endpoints_serve "$@"
    endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows 4 --rate 20 "${asking[@]}" ||
        lab_fail "narrow path of $who: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    endpoints_end_node
    ip -n "$P-router" link set "$interface" mtu 1500
    endpoints_expect client finished 8 "narrow path of $who"
    [ "$(endpoints_number "$who" path_mtu_lowered)" -ge 4 ] ||
        lab_fail "narrow path of $who: no segment became smaller: $(cat "$lab_files/$who.out")"
    echo "ok: narrow path of $who"
}

# The router prohibits it: told at once, long before the time is over. Without a route that time is waited for, as routes
# may come.
unreachable() {
    local targets=(--to 203.0.113.9:80 --to '[2001:db8:dead::1]:80')
    endpoints_clients "${endpoints_sources[@]}" "${targets[@]}" --flows 2 --timeout 4s
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"timeout":2}' ] || lab_fail "no route: $(cat "$lab_files/client.out")"
    [ "$(endpoints_number client unreachable)" -ge 2 ] || lab_fail "no route: no ICMP error: $(cat "$lab_files/client.out")"
    ip -n "$P-router" route add prohibit 203.0.113.9/32
    ip -n "$P-router" -6 route add prohibit 2001:db8:dead::/48
    endpoints_clients "${endpoints_sources[@]}" "${targets[@]}" --flows 2 --timeout 30s
    [ $? = 1 ] || lab_fail "prohibited: expected exit status 1"
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"unreachable":2}' ] || lab_fail "prohibited: $(cat "$lab_files/client.out")"
    [ "$(endpoints_number client elapsed_ms)" -lt 20000 ] || lab_fail "prohibited: it took too long"
    echo "ok: no route, prohibited"
}

tagged() {
    cat >"$lab_files/vlan.conf" <<'END'
[service web]
ipv4=192.0.2.80
ipv6=2001:db8:80::80
port=80

[ingress ingress1]
source=5f00:0:1::100
locator=5f00:0:1::/48
clients=10.9.1.0/25;2001:db8:91::/120

[egress egress1]
source=5f00:0:e1::100
locator=5f00:0:e1::/48

[site site1]
egress=egress1

[node node1]
site=site1
ipv4=10.9.1.180
ipv6=2001:db8:91::180

[node node2]
site=site1
ipv4=10.9.1.181
ipv6=2001:db8:91::181

[link access]
from=clients
to=ingress1
interface=h0
vlan=7
to_address=10.9.1.200;2001:db8:91::200

[link site]
from=egress1
to=site1
vlan=7
from_address=10.9.1.4;2001:db8:91::4
to_address=10.9.1.200;2001:db8:91::200
END
    lab_start there service --topology "$lab_files/vlan.conf" --name site1 -i site=t0 --json
    node=$lab_role
    grep -q 'is ready on t0 (site, vlan 7)' "$lab_files/service.err" || lab_fail "$(cat "$lab_files/service.err")"
    endpoints_capture here h0
    ip netns exec "$P-here" "$catshark" client --topology "$lab_files/vlan.conf" --flows 20 --rate 100 --json \
        >"$lab_files/client.out" 2>"$lab_files/client.err" || lab_fail "tagged: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    endpoints_end_capture tagged 20
    endpoints_end_node
    endpoints_expect client reconnected 20 tagged
    [ "$(jq '[.nodes[].served] | add' "$lab_files/service.out")" = 20 ] || lab_fail "tagged: $(cat "$lab_files/service.out")"
    [ "$(jq '[.nodes[] | select(.served > 0)] | length' "$lab_files/service.out")" = 2 ] ||
        lab_fail "not both nodes of the site served: $(cat "$lab_files/service.out")"
    jq -e '[.nodes[] | .redirected == .served] | all' "$lab_files/service.out" >/dev/null ||
        lab_fail "a node served what it had not redirected: $(cat "$lab_files/service.out")"
    [ "$(tcpdump -nn -r "$lab_files/capture.pcap" 'tcp' 2>/dev/null | wc -l)" = 0 ] || lab_fail "untagged frames left"
    echo "ok: tagged, two nodes of a site"
}

lab_begin
for tool in jq tcpdump; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
endpoints_direct 1280
small "MTU 1280" 1280 "${endpoints_sources[@]}" "${endpoints_targets[@]}"
lab_down
endpoints_direct 576
endpoints_service_at=(--address 10.9.1.80 --via 10.9.1.4)
endpoints_anycast=(--anycast 192.0.2.80)
endpoints_client_via=(--via 10.9.1.80)
small "MTU 576, IPv4" 576 --source 10.9.1.0/24 --to 192.0.2.80:80
lab_down
endpoints_direct
tagged
lab_down
endpoints_anycast=(--anycast 192.0.2.80 --anycast 2001:db8:80::80)
endpoints_router
asking=(--request 20000)
narrow r1 client --response 100 --request 20000
asking=(--request 100)
narrow r0 service --response 50000 --request 100
unreachable
