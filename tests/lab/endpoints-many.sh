#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-many.sh CATSHARK
# 10,000 flows that are open at once, behind a router: every one is redirected and ends, and each on the node that
# redirected it, by both summaries and by the events of both sides.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"
flows=10000

lab_begin
command -v jq >/dev/null || lab_skip "no jq here"
endpoints_router
# As many neighbours as there are clients.
n router sysctl -qw net.ipv4.neigh.default.gc_thresh3=4096 net.ipv6.neigh.default.gc_thresh3=4096 \
    net.ipv4.neigh.default.gc_thresh2=2048 net.ipv6.neigh.default.gc_thresh2=2048 2>/dev/null
endpoints_serve --response 2000
# The last one has started before the first one asks.
endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows $flows --rate 2500 --hold 6s ||
    lab_fail "clients ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err")"
endpoints_end_node
for pair in opened:$flows redirects_accepted:$flows reconnected:$flows finished:$((2 * flows)) failed:0 busy:0 \
    octets_verified:$((2000 * flows)); do
    endpoints_expect client "${pair%:*}" "${pair#*:}" "$flows flows"
done
for pair in accepted:$((2 * flows)) redirected:$flows served:$flows failed:0 option_did_not_fit:0; do
    endpoints_expect service "${pair%:*}" "${pair#*:}" "$flows flows"
done
[ "$(endpoints_number client at_once)" -ge $flows ] || lab_fail "not all were open at once: $(cat "$lab_files/client.out")"

# Times are those of the frames, not of the rounds in which they were read: a SYN and its answer may share one.
jq -e '.establish_us.min > 0 and .reconnect_us.min > 0' "$lab_files/client.out" >/dev/null ||
    lab_fail "a handshake in no time: $(jq -c '[.establish_us, .reconnect_us]' "$lab_files/client.out")"

# Of each redirect: client, its port, the address; of each connection that it led to the same, on both sides.
redirects() {
    jq -r 'select(.event == "redirect-sent") | "\(.client) \(.client_port + 1) \(."affinity.ipv4" // ."affinity.ipv6")"' \
        "$lab_files/service.ndjson" | sort
}
arrivals() {
    jq -r "select($1) | \"\\(.client) \\(.client_port) \\(.server)\"" "$lab_files/$2.ndjson" | sort
}
redirects >"$lab_files/sent"
arrivals '.event == "reconnected"' client >"$lab_files/reconnected"
arrivals '.event == "finished" and .redirected == 0' service >"$lab_files/served"
[ "$(wc -l <"$lab_files/sent")" = $flows ] || lab_fail "$(wc -l <"$lab_files/sent") redirects in the events"
cmp "$lab_files/sent" "$lab_files/reconnected" || lab_fail "redirects and reconnections differ"
cmp "$lab_files/sent" "$lab_files/served" || lab_fail "redirects and connections served differ"
echo "ok: $flows flows at once, each on the node that redirected it; $(jq -c '[.establish_us, .reconnect_us, .retransmissions]' "$lab_files/client.out")"
