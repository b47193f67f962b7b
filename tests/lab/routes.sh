#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: routes.sh CATSHARK PLUGINS
# Two egresses and an ingress of ours, steered by routes that real BGP daemons carry:
#
#   egress1: ExaBGP (announce) -- FRR ----- ExaBGP (ingress --routes) :ingress1
#                                  |                |
#   egress2: ExaBGP (announce) -- GoBGP ------------+
#
# A metric that changes at a site moves new flows, and only these, within seconds. What egress1 withdraws comes from
# egress2 through GoBGP and FRR. The UPDATEs name the SIDs of the captured packets, with nothing configured.
set -u
catshark=$(realpath "$1") # ExaBGP starts it in a folder of its own
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/../tshark-user.sh"
frr=/usr/lib/frr/bgpd

for program in exabgp gobgpd dumpcap jq "$frr"; do
    command -v "$program" >/dev/null || lab_skip "no $program here"
done
getent passwd frr >/dev/null || lab_skip "no user frr here"

# NS1 IF1 ADDRESS NS2 IF2 ADDRESS: a link between two BGP speakers.
speakers() {
    lab_link "$1" "$2" "$4" "$5" 1500
    lab_address "$1" "$2" "$3/24"
    lab_address "$4" "$5" "$6/24"
}

second_egress() {
    lab_namespace egress2 site9 frr gobgp
    lab_link core k2 egress2 f0 "$lab_core_mtu"
    lab_link egress2 f9 site9 s0 "$lab_access_mtu"
    lab_address core k2 2001:db8:24::1/64
    lab_address egress2 f0 2001:db8:24::2/64
    lab_address egress2 f9 10.3.9.1/24 2001:db8:3:9::1/64
    lab_site_host 9
    ip -n "$P-core" -6 route add 5f00:0:e2::/48 via 2001:db8:24::2
    lab_topology_egress 2 egress2 f 2001:db8:24: 9 >>"$topology"
}

# FILE AS ADDRESS PEER PEER-AS PROCESS...: a neighbor in ExaBGP's words; `hears` is told of what it announces.
neighbor() {
    local process
    echo "neighbor $4 { router-id $3; local-address $3; local-as $2; peer-as $5; family { ipv4 unicast; ipv6 unicast; }" >>"$1"
    for process in "${@:6}"; do
        echo "    api $process$5 { processes [ $process ];"
        [ "$process" != hears ] || echo "        neighbor-changes; receive { parsed; update; }"
        echo "    }"
    done >>"$1"
    echo "}" >>"$1"
}

# NAME ADDRESS OPTION...: the process that announces.
says() {
    echo "process says { run $catshark announce --topology $topology --name $1 --next-hop $2 --next-hop 2001:db8:9::1 ${*:3}; encoder text; }"
}

# NS NAME: ExaBGP there, with what was written to NAME.conf.
exabgp_in() {
    ip netns exec "$P-$1" env exabgp.daemon.user=root exabgp.log.level=WARNING exabgp.api.cli=false exabgp "$lab_files/$2.conf" \
        >"$lab_files/$2.exabgp" 2>&1 &
}

# EGRESS NS ADDRESS AS PEER PEER-AS
announce() {
    says "$1" "$3" --control "$lab_files/$1.ctl" --nodes >"$lab_files/$1.conf"
    neighbor "$lab_files/$1.conf" "$4" "$3" "$5" "$6" says
    exabgp_in "$2" "$1"
}

start_frr() {
    cat <<'END' >"$lab_files/frr.conf"
router bgp 65002
 bgp router-id 10.9.1.2
 no bgp ebgp-requires-policy
 no bgp network import-check
 neighbor 10.9.1.1 remote-as 65001
 neighbor 10.9.2.2 remote-as 65003
 neighbor 10.9.5.2 remote-as 65004
 address-family ipv6 unicast
  neighbor 10.9.1.1 activate
  neighbor 10.9.2.2 activate
  neighbor 10.9.5.2 activate
 exit-address-family
END
    mkdir -p /var/run/frr
    chmod -R a+rwX "$lab_files"
    ip netns exec "$P-frr" "$frr" -n -Z -S -f "$lab_files/frr.conf" -i "$lab_files/bgpd.pid" -z "$lab_files/zserv.api" \
        --vty_socket "$lab_files" >"$lab_files/bgpd.out" 2>&1 &
}

start_gobgp() {
    local peer
    printf '[global.config]\n as = 65003\n router-id = "10.9.2.2"\n' >"$lab_files/gobgp.toml"
    for peer in 10.9.2.1:65002 10.9.4.1:65005 10.9.3.2:65004; do
        cat <<END >>"$lab_files/gobgp.toml"
[[neighbors]]
 [neighbors.config]
  neighbor-address = "${peer%:*}"
  peer-as = ${peer#*:}
 [[neighbors.afi-safis]]
  [neighbors.afi-safis.config]
   afi-safi-name = "ipv4-unicast"
 [[neighbors.afi-safis]]
  [neighbors.afi-safis.config]
   afi-safi-name = "ipv6-unicast"
END
    done
    ip netns exec "$P-gobgp" gobgpd -f "$lab_files/gobgp.toml" >"$lab_files/gobgpd.out" 2>&1 &
}

start_ingress() {
    cat <<END >"$lab_files/ingress.sh"
#!/bin/bash
exec $catshark ingress --topology $topology --name ingress1 --takeover --control $lab_files/ingress1.ctl \
    --events $lab_files/ingress.events --routes - -q 2>$lab_files/ingress.err
END
    chmod +x "$lab_files/ingress.sh"
    {
        echo "process hears { run $lab_files/ingress.sh; encoder json; }"
        says ingress1 10.9.5.2
    } >"$lab_files/ingress1.conf"
    neighbor "$lab_files/ingress1.conf" 65004 10.9.5.2 10.9.5.1 65002 hears says
    neighbor "$lab_files/ingress1.conf" 65004 10.9.3.2 10.9.3.1 65003 hears says
    exabgp_in ingress ingress1
    ingress_exabgp=$!
    lab_wait "$lab_files/ingress.err" "is ready"
}

# OFFERS: waits until the ingress has these, a word an offer: EGRESS:SCORE, sorted; prints how long that took.
await_offers() {
    local found='' from
    from=$(date +%s%N)
    for _ in $(seq 600); do
        found=$(lab_ctl ingress1 show | jq -r '[.offers[] | "\(.egress):\(.score)"] | sort | join(" ")')
        [ "$found" != "$1" ] || {
            echo "$1 after $((($(date +%s%N) - from) / 1000000)) ms"
            return 0
        }
        sleep 0.05
    done
    tail -n 5 "$lab_files"/*.exabgp "$lab_files"/*.err "$lab_files"/*.out
    lab_fail "offers: \"$found\", expected \"$1\""
}

# PREFIX...: waits until GoBGP has routes to all of them.
await_prefixes() {
    local prefix family _
    for prefix in "$@"; do
        family=ipv4
        case $prefix in *:*) family=ipv6 ;; esac
        for _ in $(seq 600); do
            ! n gobgp gobgp global rib -a "$family" 2>/dev/null | grep -qF " $prefix " || continue 2
            sleep 0.05
        done
        lab_fail "GoBGP has no route to $prefix"
    done
}

# SITES WORDS: where thirty new flows of each family go. Of both egresses, a site is missed once in 20,000 times.
new_flows() {
    local found
    found=$(lab_names 30 "${lab_hosts[@]}")
    [ "$found" = "$1 " ] || lab_fail "$2, new flows at $found"
}

# HOST: a port of the client from which a flow went to egress1.
port_to_egress1() {
    local port
    for port in $(seq 20000 20030); do
        case $(lab_name_from "$port" "$1") in site[123])
            echo "$port"
            return 0
            ;;
        esac
    done
}

capture() {
    ip netns exec "$P-$1" dumpcap -q -B 64 -i "$2" -w "$lab_files/at-$1.pcapng" -f "$3" 2>"$lab_files/at-$1.err" &
    captures+=($!)
    lab_wait "$lab_files/at-$1.err" '^File: '
}

# The last metric on its way: each step's own words, and the aggregate identifier of all of them.
show_path() {
    local id events=$lab_files/ingress.events
    lab_ctl egress2 show | jq -c .announcement >"$lab_files/path.egress"
    "$catshark" announce --topology "$topology" --name egress2 --next-hop 10.9.4.1 --control "$lab_files/egress2.ctl" --once \
        </dev/null >"$lab_files/path.announce" || lab_fail "announce --once ended with $?"
    grep '"offer-accepted"' "$events" | grep '192.0.2.80' | tail -n 1 >"$lab_files/path.offer"
    grep '"flow-steered"' "$events" | grep '192.0.2.80' | tail -n 1 >"$lab_files/path.flow"
    id=$(jq '."cats.aggregate_id"' "$lab_files/path.egress")
    grep -q "0x0001000838$(printf %06x "$id")" "$lab_files/path.announce" || lab_fail "announced is not aggregate $id"
    for step in offer flow; do
        [ "$(jq '."cats.aggregate_id"' "$lab_files/path.$step")" = "$id" ] || lab_fail "$step is not of aggregate $id"
    done
    echo "egress    $(cat "$lab_files/path.egress")"
    echo "announce  $(cat "$lab_files/path.announce")"
    echo "ingress   $(jq -c 'del(.time, .at)' "$lab_files/path.offer")"
    echo "flow      $(jq -c 'del(.time, .at)' "$lab_files/path.flow")"
}

# Every SID of the data plane is named by an UPDATE, by the plugin alone: the next hop whose it is, and what it does; every
# steered packet has its egress, and the UPDATE behind its aggregate. $found has them.
check_names() {
    as_user tshark -r all.pcapng -Y cats.sid -T fields -e cats.sid -e cats.sid.behavior -e cats.sid.name \
        -e cats.egress -e cats.service -e cats.granularity -e cats.route.announced_in >"$lab_files/named" ||
        lab_fail "tshark ended with $?"
    awk -F'\t' '$2 == "" || $3 !~ /^[0-9a-f.:]+ End\./ { print; exit 1 }
        $5 ~ /^(192\.0\.2\.80|2001:db8:80::80)$/ && ($4 == "" || $6 == "" || $7 == "") { print; exit 1 }' "$lab_files/named" ||
        lab_fail "a SID that the UPDATEs do not name"
    found=$(cut -f 1,2 "$lab_files/named" | sort -u | tr '\t\n' '= ')
    [ "$found" = "5f00:0:1:4::=0x0013 5f00:0:1:6::=0x0012 5f00:0:e1:4::=0x0013 5f00:0:e1:6::=0x0012 5f00:0:e1:ca75:3800:1::=0x80ca \
5f00:0:e2:4::=0x0013 5f00:0:e2:6::=0x0012 5f00:0:e2:ca75:3800:1::=0x80ca 5f00:0:e2:ca75:3800:2::=0x80ca " ] ||
        lab_fail "SIDs of the data plane: $found"
}

check_capture() {
    local steered
    sleep 0.4
    kill -INT "${captures[@]}"
    wait "${captures[@]}"
    mergecap -I none -w "$lab_files/bgp.pcapng" "$lab_files/at-frr.pcapng" "$lab_files/at-gobgp.pcapng" || lab_fail "mergecap"
    mergecap -I none -w "$lab_files/all.pcapng" "$lab_files/bgp.pcapng" "$lab_files/at-core.pcapng" || lab_fail "mergecap"
    tshark_home_take "$lab_files/bgp.pcapng"
    tshark_home_take "$lab_files/all.pcapng"
    check_names
    steered=$(cut -f 5 "$lab_files/named" | grep -cE '^(192\.0\.2\.80|2001:db8:80::80)$')
    [ "$steered" -gt 100 ] || lab_fail "$steered steered packets captured"
    echo "wireshark $(as_user tshark -r bgp.pcapng -Y 'cats.route.prefix == "192.0.2.80/32"' -T fields -E separator=' ' \
        -e cats.route.prefix -e cats.route.sid -e cats.route.aggregate_id -e cats.route.metric.value | tail -n 1)"
    "$catshark" inspect -r "$lab_files/at-core.pcapng" --topology "$topology" --flows --json -q >"$lab_files/inspect.json" ||
        lab_fail "inspect ended with $?"
    [ "$(jq -r '.rules | keys[]' "$lab_files/inspect.json")" = "" ] ||
        lab_fail "rules broken: $("$catshark" inspect -r "$lab_files/at-core.pcapng" --topology "$topology" --flows | grep ' ! ')"
    "$catshark" verify --fail-on note "$lab_files/all.pcapng" >"$lab_files/verified" || lab_fail "verify: $(cat "$lab_files/verified")"
    echo "ok: UPDATEs name the SIDs of $(wc -l <"$lab_files/named") packets, $steered of them steered; no flow moved"
}

tshark_user_start "$2"
lab_begin
trap 'lab_cleanup; [ "$BASHPID" != $$ ] || rm -rf "$tshark_home"' EXIT
captures=()
lab_up
topology=$(lab_topology 2 full)
second_egress
lab_host_addresses ingress egress
speakers egress m0 10.9.1.1 frr m1 10.9.1.2
speakers frr m2 10.9.2.1 gobgp m1 10.9.2.2
speakers egress2 m0 10.9.4.1 gobgp m2 10.9.4.2
speakers ingress m0 10.9.5.2 frr m3 10.9.5.1
speakers ingress m9 10.9.3.2 gobgp m3 10.9.3.1
lab_sites+=(9)
lab_serve python

capture frr m3 'tcp port 179'
capture gobgp m3 'tcp port 179'
capture core k0 ip6
start_frr
start_gobgp
lab_start egress egress --topology "$topology" --name egress1 --takeover --control "$lab_files/egress1.ctl" --json
lab_start egress2 egress --topology "$topology" --name egress2 --takeover --control "$lab_files/egress2.ctl" --json
start_ingress
announce egress1 egress 10.9.1.1 65001 10.9.1.2 65002
announce egress2 egress2 10.9.4.1 65005 10.9.4.2 65003
await_offers "egress1:10 egress1:10 egress2:10 egress2:10"
await_prefixes 10.1.0.0/24 2001:db8:1::/64 10.3.1.2/32 2001:db8:3:2::2/128 10.3.9.2/32 2001:db8:3:9::2/128
new_flows "site1 site2 site3 site9" "two egresses on offer"
echo "ok: routes through FRR and GoBGP steer to both egresses"
for host in 10.3.1.2 '[2001:db8:3:2::2]' 10.3.9.2 '[2001:db8:3:9::2]'; do
    lab_get "$host" name >/dev/null || lab_fail "GET from the node $host"
done
ports=()
for host in "${lab_hosts[@]}"; do ports+=("$(port_to_egress1 "$host")"); done

lab_start_downloads "${lab_hosts[@]}" "${lab_hosts[@]}" "${lab_hosts[@]}" "${lab_hosts[@]}"
for site in site1 site2 site3; do lab_ctl egress1 metric "$site" 100 100 >/dev/null || lab_fail "metric $site"; done
await_offers "egress1:0 egress1:0 egress2:10 egress2:10"
new_flows "site9" "egress1 is full"
for i in 0 1; do
    found=$(lab_name_from "${ports[i]}" "${lab_hosts[i]}")
    [ "$found" = site9 ] || lab_fail "egress1 is full, a new flow on ports of one before is at \"$found\""
done
lab_end_downloads "egress1 is full"
echo "ok: a metric at the sites moves new flows, downloads stay"

for site in site1 site2 site3; do lab_ctl egress1 drain "$site" >/dev/null || lab_fail "drain $site"; done
await_offers "egress2:10 egress2:10"
[ "$(lab_ctl ingress1 show | jq .routes)" = 4 ] || lab_fail "expected the routes of egress2 from both neighbors"
lab_ctl egress2 metric site9 100 40 >/dev/null
await_offers "egress2:6 egress2:6"
new_flows "site9" "egress1 has withdrawn"
echo "ok: withdrawn; egress2 comes through GoBGP and FRR too"
show_path
check_capture

# ExaBGP ends, and our ingress with it; another one steers by what was captured.
kill "$ingress_exabgp"
wait "$ingress_exabgp"
lab_start ingress ingress --topology "$topology" --name ingress1 --takeover --control "$lab_files/ingress1.ctl" \
    --routes "$lab_files/at-gobgp.pcapng"
await_offers "egress2:6 egress2:6"
new_flows "site9" "routes of a capture"
lab_ctl ingress1 metric egress2 3 >/dev/null 2>"$lab_files/error"
[ $? = 1 ] || lab_fail "a metric by hand was taken beside --routes"
echo "ok: steered by the routes of a capture"
