#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate --bgp as others see it: the distribution's own dissector finds nothing wrong with the sessions, on links that
# lose packets too; and the plugin, without configuration, names every SID by them and finds the UPDATE behind every flow.
# usage: bgp.sh CATSHARK PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 plugins=$2 source=$3
. "$source/tests/tshark-user.sh"
tshark_user_start "$plugins"
home=$tshark_home

# simulated OPTION...: runs the simulation into capture.pcapng and its summary into summary.txt.
simulated() {
  "$catshark" simulate --bgp "$@" -w "$home/capture.pcapng" --events "$home/events.ndjson" >"$home/summary.txt"
  chmod a+r "$home"/*.pcapng
}

# plain ARGUMENT...: tshark without the plugin.
plain() {
  tshark_plugins=none as_user tshark -n "$@" 2>/dev/null
}

# on_link LINK: what was captured there, in link.pcapng. On all links at once every second copy looks like a
# retransmission.
on_link() {
  plain -r "$home/capture.pcapng" -Y "frame.interface_name == \"$1\"" -w "$home/link.pcapng"
}

# check NAME EXPECTED FOUND
check() {
  [ "$2" = "$3" ] || fail "FAIL $1: expected $2, found $3"
}

# frames FILTER: how many of the link match it.
frames() {
  plain -r "$home/link.pcapng" -Y "$1" | wc -l
}

# Above what is worth a chat.
complaint='tcp.port == 179 && (_ws.malformed || _ws.expert.severity > 2097152)'

echo "== the distribution's dissector"
simulated --flows 40 --seed 3
for link in ingress1-core ingress2-core core-egress1 core-egress2; do
  on_link $link
  check "complaints on $link" 0 "$(frames "$complaint")"
  check "frames to and from port 179 on $link that hold no BGP" 0 "$(frames 'tcp.port == 179 && tcp.len > 0 && !bgp')"
  check "OPENs on $link" 4 "$(frames 'bgp.type == 1')"
  check "OPENs with AS, hold time and all capabilities on $link" 4 "$(frames 'bgp.open.myas == 65000 &&
    bgp.open.holdtime == 180 && bgp.cap.type == 1 && bgp.cap.type == 5 && bgp.cap.type == 65 && bgp.cap.4as == 65000')"
  check "IPv4 CS-IDs with an IPv6 next hop on $link" "$(frames 'bgp.mp_reach_nlri_ipv4_prefix == 192.0.2.80')" \
    "$(frames 'bgp.mp_reach_nlri_ipv4_prefix == 192.0.2.80 && bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6 == 5f00::/16')"
  [ "$(frames 'bgp.mp_reach_nlri_ipv4_prefix == 192.0.2.80')" -gt 0 ] || fail "FAIL no CS-ID is announced on $link"
done
updates=$(sed -n 's/^  bgp .* \([0-9]*\) UPDATEs.*/\1/p' "$home/summary.txt")
check "UPDATEs" "$updates" "$(plain -r "$home/capture.pcapng" -Y bgp -T fields -e bgp.type | tr ',' '\n' | grep -cx 2)"

echo "== KEEPALIVEs"
simulated --duration 5m --rate 1 --response 100
on_link core-egress1
check "complaints" 0 "$(frames "$complaint")"
kept=$(frames 'bgp.type == 4 && ipv6.src == 5f00:0:e1::100 && ipv6.dst == 5f00:0:1::100')
if [ "$kept" -lt 4 ] || [ "$kept" -gt 7 ]; then
  fail "FAIL KEEPALIVEs in five minutes: $kept, expected one a minute and the first"
fi

echo "== a core that loses packets"
"$catshark" simulate --print-topology | sed 's/^\(\[link core-egress1\]\)$/\1\nloss=0.2/' >"$home/lossy.conf"
simulated --topology "$home/lossy.conf" --flows 20 --seed 2
grep -Eq '^  bgp .* [1-9][0-9]* segments retransmitted' "$home/summary.txt" || fail "FAIL nothing is sent again"
on_link ingress1-core
check "UPDATEs to ingress1" "$(jq -r 'select(.event == "offer-accepted" and .at == "ingress1")' "$home/events.ndjson" | jq -s length)" \
  "$(plain -r "$home/link.pcapng" -Y bgp -T fields \
    -e bgp.update.path_attribute.type_code | tr ',' '\n' | grep -cx 255)"
check "malformed" 0 "$(frames '_ws.malformed')"

echo "== the plugin without configuration"
simulated --flows 60 --seed 5
as_user tshark -n -r "$home/capture.pcapng" -Y cats.sid -T fields -e cats.sid -e cats.sid.behavior -e cats.aggregate_id \
  -e cats.service -e cats.route.announced_in -e cats.route.age -e frame.number >"$home/packets.txt" 2>/dev/null
as_user tshark -n -r "$home/capture.pcapng" -Y cats.route.sid -T fields -e frame.number -e cats.route.prefix -e cats.route.sid \
  -e cats.route.aggregate_id >"$home/routes.txt" 2>/dev/null
[ "$(wc -l <"$home/packets.txt")" -gt 1000 ] || fail "FAIL few packets have a SID"
check "SIDs without a behavior" 0 "$(awk -F'\t' '$2 == ""' "$home/packets.txt" | wc -l)"
check "SIDs without a UPDATE" "" "$(awk -F'\t' 'NR == FNR { split($3, sids, ","); for (i in sids) known[sids[i]] = 1; next }
  { sub(/3800:[0-9a-f]+::$/, ":", $1); if (!known[$1]) print $1 }' "$home/routes.txt" "$home/packets.txt" | sort -u)"
check "packets to a service whose UPDATE is not the one with their aggregate ID" 0 "$(awk -F'\t' '
  NR == FNR { id[$1] = $4; prefix[$1] = $2; next }
  $4 != "" { n++; if ($5 == "" || id[$5] != $3 || index(prefix[$5], $4 "/") != 1 || $6 < 0 || $5 >= $7) bad++ }
  END { print (n > 300 ? bad + 0 : "few") }' "$home/routes.txt" "$home/packets.txt")"
[ $failures -eq 0 ]
