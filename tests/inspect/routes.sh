#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# BGP in inspect and verify: lines, fields and counts of UPDATEs, what routes make of SIDs, which attribute is ours, what is
# wrong, and copies of one session in several captures.
# usage: routes.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 source=$2
command -v text2pcap >/dev/null || { echo "SKIP: text2pcap is not installed"; exit 77; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0
# shellcheck disable=SC2034 # read by make_capture
tshark_home=$work here=$source/tests/golden
. "$source/tests/golden/capture.sh"
for name in routes route-defects; do
  make_capture $name.hex
  mv capture.pcap $name.pcap
done
samples=$source/samples

# says NAME PATTERN ARGUMENT...: catshark prints it, in one line. says_not: it does not.
says() {
  local name=$1 pattern=$2
  shift 2
  cases=$((cases + 1))
  "$catshark" "$@" >out 2>&1 || true
  grep -Eq -- "$pattern" out || { failed=$((failed + 1)); echo "FAIL $name: expected /$pattern/, got:"; head -n 40 out; }
}
says_not() {
  local name=$1 pattern=$2
  shift 2
  cases=$((cases + 1))
  "$catshark" "$@" >out
  ! grep -Eq -- "$pattern" out || { failed=$((failed + 1)); echo "FAIL $name: /$pattern/ is there"; }
}
# counts NAME NUMBER PATTERN ARGUMENT...: so many lines.
counts() {
  local name=$1 number=$2 pattern=$3 found
  shift 3
  cases=$((cases + 1))
  "$catshark" "$@" >out 2>&1 || true
  found=$(grep -Ec -- "$pattern" out || true)
  [ "$found" = "$number" ] || { failed=$((failed + 1)); echo "FAIL $name: $found lines with /$pattern/, expected $number"; }
}

ours='SID 5f00:0:e:ca75:: End.CATS granularity egress node level 2 aggregate 0x000102 score 7'
says "an UPDATE" "^24 .* BGP UPDATE 192.0.2.80/32 $ours$" inspect -r "$samples/bgp-ebgp.pcap"
says "two in a frame" "^28 .* BGP UPDATE 192.0.2.80/32 $ours BGP UPDATE 2001:db8:80::80/128 $ours$" inspect -r "$samples/bgp-ebgp.pcap"
says "VPN routes" "BGP UPDATE 203.0.113.0/24 of 65001:1 SID 5f00:0:f:41:: BGP UPDATE 2001:db8:30::/48 of 65001:1 SID 5f00:0:f:62:: BGP UPDATE 198.51.100.0/24 of 65001:2 SID 5f00:0:f:46::$" \
  inspect -r "$samples/srv6-vpn-frr.pcap"
says "withdrawn" "BGP UPDATE withdrawn 198.51.100.0/24 of 65001:2$" inspect -r "$samples/srv6-vpn-frr.pcap"
says "before it is announced" "^13 .* 5f00:0:f:46:: left 0 \|" inspect -r "$samples/srv6-vpn-frr.pcap"
says "while it is announced" "^18 .* 5f00:0:f:46:: left 0 2001:db8:9:2::1 Opaque \|" inspect -r "$samples/srv6-vpn-frr.pcap"
says "over two segments" "^9 .* BGP UPDATE 192.0.2.80/32 .* aggregate 0x000103 score 3$" inspect -r routes.pcap
says_not "not in the first" "^8 .*BGP" inspect -r routes.pcap
says_not "a copy" "^12 .*BGP" inspect -r routes.pcap
says "edge metadata" "^14 .* BGP UPDATE with edge metadata$" inspect -r routes.pcap
says "the announcement behind a packet" "^5 .* aggregate 0x000102 announced in frame 3 \|" inspect -r routes.pcap
says "replaced" "^10 .* aggregate 0x000102 announced in frame 3 replaced in frame 9 \|" inspect -r routes.pcap
says "a finding" "^3 .* BGP UPDATE 192.0.2.80/32 \(treat-as-withdraw\) ! error cats/route-malformed: path attribute 255: CATS attribute" inspect -r route-defects.pcap
says "ineligible" "^29 .* \(ineligible\) ! error cats/route-argument" inspect -r route-defects.pcap

says "fields" '"cats.route.announced_in":3,"cats.route.age":"0.000007000","cats.route.replaced_in":9' inspect --json -r routes.pcap
says "several fields" '"cats.route.prefix":\["192.0.2.80/32","2001:db8:80::80/128"\]' inspect --json -r "$samples/bgp-ebgp.pcap"
says "a field below the line" '^    cats.route.metric: 0x00841e00$' inspect -v -r "$samples/bgp-ebgp.pcap"
says "a rule" '"cats.route.handling":"treat-as-withdraw","cats.route-value":"path attribute 255' inspect --json -r route-defects.pcap

says "summary" "^  BGP UPDATEs +7$" inspect -q -r routes.pcap
says "summary, JSON" '"routes":\{"updates":7,"learned":5,"withdrawn":3,"in_force":1,"let_go":0,"sessions_let_go":0\}' inspect -q --json -r routes.pcap
says "summary of findings" 'cats/route-malformed +12 ' inspect -q -r route-defects.pcap
says_not "summary without BGP" "UPDATE|^ +route" inspect -q -r "$samples/sa-200-100-client.pcap"

says "another attribute" "^24 .*BGP UPDATE 192.0.2.80/32 SID 5f00:0:e:ca75:: End.CATS$" inspect --attribute 254 -r "$samples/bgp-ebgp.pcap"
says "other flags" "cats/route-malformed: path attribute 255: BGP attribute: flags" inspect --attribute 255/0x80 -r "$samples/bgp-ebgp.pcap"
says "ours as edge metadata" "^28 .*BGP UPDATE with edge metadata" inspect --attribute 254 --edge-metadata 255 -r "$samples/bgp-ebgp.pcap"
says_not "path identifiers that are none" "192.0.2.80/32" inspect --add-path -r "$samples/bgp-ebgp.pcap"
says "bad attribute" '^catshark inspect: --attribute: "256", expected CODE or CODE/FLAGS' inspect --attribute 256 -r routes.pcap
says "bad flags" '^catshark verify: --attribute: "255/0x10", expected CODE or CODE/FLAGS' verify --attribute 255/0x10 routes.pcap
for taken in 0 1 5 40 42 128 1k "" /; do
    says "taken: $taken" "^catshark verify: --attribute: \"$taken\", expected CODE or CODE/FLAGS: 43-127 or 129-255" verify --attribute "$taken" routes.pcap
done
for flags in 0 0x40 0xFF 0xC1 ""; do
    says "flags $flags" "^catshark inspect: --attribute: \"255/$flags\", expected .*, and 0x80 or 0xC0" inspect --attribute "255/$flags" -r routes.pcap
done
for taken in 0 41 128 256; do
    says "edge metadata $taken" "^catshark inspect: --edge-metadata: \"$taken\", expected CODE: 42-127 or 129-255" inspect --edge-metadata "$taken" -r routes.pcap
done
says "both the same" '^catshark verify: --edge-metadata: "254", expected another than --attribute' verify --attribute 254 --edge-metadata 254 routes.pcap
says "the same as the default" '^catshark verify: --edge-metadata: "255", expected another than --attribute' verify --edge-metadata 255 routes.pcap

says "verify" "^error cats/route-contradictory, 4 times" verify -q route-defects.pcap
counts "each UPDATE of a frame" 2 '"rule":"cats/route-malformed".*"frame":28}' verify -q --json --attribute 255/0x80 "$samples/bgp-ebgp.pcap"
says "totals" '"routes":\{"updates":40,"learned":5,' verify -q --json route-defects.pcap
says "nothing wrong with good ones" "^agrees: 0 errors, 0 warnings, 0 notes$" verify -q routes.pcap "$samples/bgp-ebgp.pcap"
says "one rule" "^differs: 4 errors" verify -q --rules cats/route-contradictory route-defects.pcap
"$catshark" verify -q --report report.html route-defects.pcap >out || true
for pattern in "path attribute 255: CATS SID: length 21, expected 22" "cats.route.handling" "BGP UPDATE 192.0.2.80/32 \(treat-as-withdraw\)"; do
  cases=$((cases + 1))
  grep -Eq -- "$pattern" report.html || { failed=$((failed + 1)); echo "FAIL report: expected /$pattern/"; }
done

# The same session captured at two places: each UPDATE counts once.
cp routes.pcap again.pcap
says "copies in two captures" '"routes":\{"updates":7,"learned":5,' verify -q --json routes.pcap again.pcap
# Routes of one capture name the SIDs of another one, by time and not by numbers of frames.
editcap -r "$samples/srv6-vpn-frr.pcap" bgp.pcap 1-11 15-16 20-21 2>/dev/null
editcap -r "$samples/srv6-vpn-frr.pcap" data.pcap 12-14 17-19 22-24 2>/dev/null
"$catshark" verify -q --report apart.html bgp.pcap data.pcap >out || true
sed 's/&gt;/>/g; s/<[^>]*>/\n/g' apart.html | grep ' SRv6 ' >lines || true
for pattern in '^2 .* 5f00:0:f:46:: left 0 \|' '^5 .* 5f00:0:f:46:: left 0 2001:db8:9:2::1 Opaque \|' '^8 .* 5f00:0:f:46:: left 0 2001:db8:9:2::1 Opaque replaced in frame 14 of bgp.pcap \|'; do
  cases=$((cases + 1))
  grep -Eq -- "$pattern" lines || { failed=$((failed + 1)); echo "FAIL routes of another capture: expected /$pattern/, got:"; cat lines; }
done

# Octets of one session that come at random, as the other decoder has them too (verify-two-decoders).
for what in plain within copies again lost late cut all; do
  python3 "$source/tests/verify/hostile-bgp.py" 7 $what hostile.pcap
  says "hostile: $what" "BGP UPDATEs +[1-9][0-9]$" inspect -q -r hostile.pcap
done

echo "$cases cases, $failed failed"
exit $((failed > 0))
