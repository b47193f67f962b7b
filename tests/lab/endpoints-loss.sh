#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-loss.sh CATSHARK
# A router between loses 20 % of all packets, each way: every redirect ends with the client on the node, whole.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"
flows=40

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
endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows $flows --rate 40 --timeout 50s
endpoints_end_node
endpoints_expect client redirects_accepted $flows "20 % loss"
endpoints_expect client reconnected $flows "20 % loss"
endpoints_expect client octets_verified $((3000 * flows)) "20 % loss"
[ "$(jq -s 'map(select(.event == "finished" and .reconnect == 1)) | length' "$lab_files/client.ndjson")" = $flows ] ||
    lab_fail "not all ended on the node: $(cat "$lab_files/client.out")"
lost=$(n router nft -j list counters | jq '[.nftables[].counter.packets // 0] | add')
[ "$lost" -ge $((2 * flows)) ] || lab_fail "$lost packets were lost: too few to show anything"
echo "ok: $flows flows redirected with $lost packets lost, $(endpoints_number client retransmissions) segments sent again"
