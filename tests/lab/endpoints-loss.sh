#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-loss.sh CATSHARK
# A router between loses 20 % of all packets, each way: every redirect ends with the client on the node, whole.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"
flows=30

lab_begin
for tool in jq nft; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
endpoints_router
n router nft -f - <<'END' || lab_skip "nftables cannot lose packets here"
table inet loss {
    counter lost { }
    chain forward {
        type filter hook forward priority 0
        numgen random mod 100 < 20 counter name lost drop
    }
}
END
endpoints_serve --response 3000
endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows $flows --rate 40 --timeout 150s &
clients=$!
# The last FINs may take longer than all before them: what counts is the answer of the node that redirected.
arrived() {
    grep -c '"event":"finished".*"reconnect":1' "$lab_files/client.ndjson" 2>/dev/null
}
until [ "$(arrived)" = $flows ]; do
    kill -0 "$clients" 2>/dev/null || break
    sleep 0.1
done
[ "$(arrived)" = $flows ] || lab_fail "$(arrived) of $flows ended on the node: $(cat "$lab_files/client.out")"
pid=$(ip netns pids "$P-here") # the clients alone are there
kill -INT "$pid" 2>/dev/null
wait "$clients"
endpoints_end_node
endpoints_expect client redirects_accepted $flows "20 % loss"
endpoints_expect client reconnected $flows "20 % loss"
endpoints_expect client octets_verified $((3000 * flows)) "20 % loss"
jq -r 'select(.event == "redirect-received") | "\(.client) \(."affinity.ipv4" // ."affinity.ipv6")"' "$lab_files/client.ndjson" |
    sort >"$lab_files/told"
jq -r 'select(.event == "finished" and .reconnect == 1) | "\(.client) \(.server)"' "$lab_files/client.ndjson" |
    sort >"$lab_files/went"
cmp "$lab_files/told" "$lab_files/went" || lab_fail "a client went elsewhere"
lost=$(n router nft -j list counters | jq '[.nftables[].counter.packets // 0] | add')
[ "$lost" -ge $((2 * flows)) ] || lab_fail "$lost packets were lost: too few to show anything"
echo "ok: $flows flows redirected with $lost packets lost, $(endpoints_number client retransmissions) segments sent again"
