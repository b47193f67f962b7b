#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-ours.sh CATSHARK
# Our clients and our service node, on one link and with a router between, both families: redirects by every capability
# are followed, captures of it break no rule; addresses answer ping; several nodes of one site; a bad redirect is none.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"

# WHERE CAPABILITY FLOWS REDIRECTED
one_capability() {
    endpoints_serve --response 30000
    endpoints_capture here h0
    endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows "$3" --rate 100 --capability "$2" ||
        lab_fail "$1, $2: clients ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    endpoints_end_capture "$1, $2" "$4"
    endpoints_end_node
    endpoints_expect client redirects_accepted "$4" "$1, $2"
    endpoints_expect client reconnected "$4" "$1, $2"
    endpoints_expect client finished $(($3 + $4)) "$1, $2"
    endpoints_expect client octets_verified $((30000 * $3)) "$1, $2"
    endpoints_expect service redirected "$4" "$1, $2"
    endpoints_expect service served "$4" "$1, $2"
    endpoints_expect service served_anycast $(($3 - $4)) "$1, $2"
    [ "$(jq -s '[.[] | select(.event == "redirect-received") | ."affinity.ipv4" // ."affinity.ipv6"] | unique | length' \
        "$lab_files/client.ndjson")" = $(($4 > 0 ? 2 : 0)) ] || lab_fail "$1, $2: other nodes than one of each family"
    echo "ok: $1, $2"
}

pings() {
    endpoints_kernel_here
    endpoints_serve
    for address in 192.0.2.80 2001:db8:80::80 10.9.2.80 2001:db8:92::80; do
        n here busybox ping -c 1 -W 5 -s 1000 -q "$address" >"$lab_files/ping" || lab_fail "ping $address: $(cat "$lab_files/ping")"
    done
    # A port that is closed, and an address that is nobody's.
    n here curl -sS --max-time 5 http://192.0.2.80:81/ 2>"$lab_files/curl"
    [ $? = 7 ] || lab_fail "a closed port: $(cat "$lab_files/curl")"
    endpoints_end_node
    echo "ok: pings, a closed port is refused"
}

lab_begin
for tool in busybox jq tcpdump; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
endpoints_direct
one_capability "one link" saf 6 6
one_capability "one link" permit 4 4
lab_down
endpoints_router
one_capability "router" saf 6 6
one_capability "router" raw 4 4
one_capability "router" none 4 0
pings
