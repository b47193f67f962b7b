#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-topology.sh CATSHARK
# All of ours, by one topology file: clients, ingress, egress and the nodes of three sites. Each client ends at the node
# that redirected it; no packet breaks a rule or is dropped; a kernel's curl fetches 10 MB through all of it.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/endpoints-common.sh"

# SITE: its nodes, in the place of the kernel's addresses.
start_site() {
    ip -n "$P-site$1" addr flush dev s0
    ip -n "$P-site$1" addr flush dev lo
    ip netns exec "$P-site$1" "$catshark" service --topology "$topology" --name "site$1" -i s0 --http --json \
        >"$lab_files/site$1.out" 2>"$lab_files/site$1.err" &
    sites+=($!)
    lab_wait "$lab_files/site$1.err" "is ready"
}

lab_begin
for tool in jq tcpdump; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
lab_up
topology=$(lab_topology 2 full)
sites=()
for i in 1 2 3; do start_site "$i"; done
lab_start egress egress --topology "$topology" --name egress1 --takeover --json
egress=$lab_role
lab_start ingress ingress --topology "$topology" --name ingress1 --takeover --json
ingress=$lab_role

endpoints_capture client c0
ip netns exec "$P-client" "$catshark" client --topology "$topology" --interface access=c0 --flows 60 --rate 100 --http /20000 \
    --events "$lab_files/client.ndjson" --json >"$lab_files/client.out" 2>"$lab_files/client.err" ||
    lab_fail "clients ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err")"
endpoints_end_capture "by topology" 60
endpoints_expect client reconnected 60 "by topology"
endpoints_expect client octets_verified 1200000 "by topology"
for host in 192.0.2.80 '[2001:db8:80::80]'; do
    lab_get "$host" 10000000 >"$lab_files/got.$host" || lab_fail "curl from $host ended with $?"
    [ "$(stat -c %s "$lab_files/got.$host")" = 10000000 ] || lab_fail "10 MB from $host are not whole"
done
cmp "$lab_files/got.192.0.2.80" "$lab_files/got.[2001:db8:80::80]" || lab_fail "10 MB differ between the families"

for role in "${sites[@]}" "$ingress" "$egress"; do lab_stop "$role" || lab_fail "a role ended with $?"; done
[ "$(jq -s '[.[].nodes[].redirected] | add' "$lab_files"/site?.out)" = 60 ] || lab_fail "$(cat "$lab_files"/site?.out)"
[ "$(jq -s '[.[].nodes[] | select(.redirected > 0)] | length' "$lab_files"/site?.out)" -ge 2 ] ||
    lab_fail "one site served all: $(cat "$lab_files"/site?.out)"
[ "$(jq -s '[.[].nodes[] | .redirected == .served] | all' "$lab_files"/site?.out)" = true ] ||
    lab_fail "a node served what it had not redirected: $(cat "$lab_files"/site?.out)"
for role in ingress egress client site1 site2 site3; do
    [ "$(jq .dropped "$lab_files/$role.out")" = 0 ] || lab_fail "$role dropped packets: $(cat "$lab_files/$role.out")"
done
echo "ok: clients, ingress, egress and nodes of ours"
