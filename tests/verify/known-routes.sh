#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From which frame on routes are not wholly known, and why: verify names the rules that it does not judge from there on,
# or at all, and so say its report and the summary of inspect.
# usage: known-routes.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 samples=$2/samples

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0
. "$2/tests/verify/summary-is.sh"

# says NAME LINE ARGUMENT...: catshark prints that line.
says() {
  local name=$1 line=$2
  shift 2
  cases=$((cases + 1))
  "$catshark" "$@" >out 2>&1 || true
  grep -Fxq -- "$line" out || { failed=$((failed + 1)); echo "FAIL $name: expected \"$line\", got:"; cat out; }
}
both='cats/last-sid-not-egress, cats/sid-unknown'
lost="a BGP segment is missing, late or cut short"
unknown='.rules["cats/sid-unknown"]'
# Both rules: why they are judged nowhere; from where on they are not, and why; the same of routes.
silent='[.not_judged["cats/sid-unknown"], (.not_judged_from | map_values([.capture, .frame, .reason])), (.routes_known_in_part | [.frame, .reason])]'
# nowhere REASON FRAME CAUSE, from CAPTURE FRAME CAUSE: what `silent` makes of them.
nowhere() { jq -nc --arg why "$1" --argjson frame "$2" --arg cause "$3" '[$why, {}, [$frame, $cause]]'; }
from() {
  jq -nc --arg capture "$1" --argjson frame "$2" --arg cause "$3" \
    '[$capture, $frame, $cause] as $gap | [null, {"cats/last-sid-not-egress": $gap, "cats/sid-unknown": $gap}, [$frame, $cause]]'
}
known_from() { echo "no topology file, routes known in part from frame $1 on: $2"; }

"$catshark" simulate --print-topology >net.conf
"$catshark" simulate --bgp --fault cats/sid-unknown --flows 60 --seed 3 -q -w whole.pcapng
is "all of it" 1 "[$unknown, .not_judged_from, .not_read.cut, (.not_judged | keys), .routes_known_in_part]" \
  '[96,{},0,["affinity/not-owned","cats/not-a-service","cats/spread"],null]' whole.pcapng
mv out.ndjson whole.ndjson

# One segment is lost before the first finding: all vanish.
editcap whole.pcapng early.pcapng 55 2>/dev/null
is "lost early" 0 "$silent" "$(from early.pcapng 55 "$lost")" early.pcapng
says "lost early, text" "not judged from frame 55 on ($lost): $both" verify early.pcapng
says "lost early, totals" "  routes known in part   from frame 55 on: $lost" verify early.pcapng
says "lost early, inspect" "  routes known in part   from frame 55 on: $lost" inspect -q -r early.pcapng
says "lost early, one of several captures" "not judged from frame 55 of early.pcapng on ($lost): $both" \
  verify early.pcapng "$samples/cats-encap-2sid-pe.pcap"
is "with the topology" 1 "[$unknown, .not_judged_from]" '[96,{}]' --topology net.conf early.pcapng
says "not asked for" "agrees: 0 errors, 0 warnings, 0 notes" verify --rules cats/lost early.pcapng
cases=$((cases + 1))
! grep -q "not judged" out || { failed=$((failed + 1)); echo "FAIL a rule that was not asked for is named"; }
"$catshark" verify -q --report early.html early.pcapng >out
for text in "<code>cats/sid-unknown</code>: from frame 55 on: $lost<" "Routes are known in part from frame 55 on: $lost."; do
  cases=$((cases + 1))
  grep -Fq "$text" early.html || { failed=$((failed + 1)); echo "FAIL report: expected \"$text\""; }
done
"$catshark" inspect -q --json -r early.pcapng >out
cases=$((cases + 1))
[ "$(jq -c .routes_known_in_part out)" = "{\"frame\":55,\"reason\":\"$lost\"}" ] || { failed=$((failed + 1)); echo "FAIL inspect, JSON"; }

# A message of a session that was there before comes among them, in another capture: those before it stay.
middle=$(jq -s 'map(select(.rule == "cats/sid-unknown") | .time | tonumber) | sort[48]' whole.ndjson)
editcap -r "$samples/bgp-ebgp.pcap" other.pcap 24 2>/dev/null
offset=$(tshark -n -r other.pcap -T fields -e frame.time_epoch 2>/dev/null | awk -v middle="$middle" '{ printf "%.6f", middle - $1 }')
editcap -t "$offset" other.pcap late.pcap
is "late, in another capture" 1 "[($unknown > 20 and $unknown < 76), $silent]" \
  "[true,$(from late.pcap 1 "the OPEN of a BGP session was not seen")]" whole.pcapng late.pcap

# Before the first announcement with metrics: nothing is judged, for reasons that are true.
editcap -s 120 whole.pcapng short.pcapng
is "cut by the snapshot length" 0 "$silent" "$(nowhere "$(known_from 14 "$lost")" 14 "$lost")" short.pcapng
editcap -r whole.pcapng middle.pcapng 60-4000 2>/dev/null
is "from the middle on" 0 '[.routes_known_in_part.reason, .not_judged_from]' '["the OPEN of a BGP session was not seen",{}]' middle.pcapng
unused="a BGP UPDATE cannot be used"
is "path identifiers that are none" 0 '[.routes_known_in_part.reason, .not_judged_from]' "[\"$unused\",{}]" --add-path whole.pcapng
"$catshark" simulate --bgp --fault cats/route-value --flows 60 --seed 3 -q -w value.pcapng
is "an UPDATE that cannot be used" 1 '[.routes_known_in_part.reason, (.not_judged["cats/sid-unknown"] | endswith("cannot be used"))]' \
  "[\"$unused\",true]" value.pcapng
says "neither topology nor routes" "not judged (no topology file, no metrics announced in BGP): $both" \
  verify "$samples/cats-encap-2sid-pe.pcap"

# What could not be read at all is counted, and a session without UPDATEs is shown.
editcap -s 1 whole.pcapng one.pcapng
is "an octet a frame" 0 '.not_read.cut == .frames' true one.pcapng
says "an octet a frame, text" "  cut by the capture     $("$catshark" verify --json one.pcapng | jq .frames)" verify one.pcapng
editcap -r whole.pcapng begin.pcapng 1-14 2>/dev/null
says "a session without UPDATEs" "  BGP UPDATEs            0" inspect -q -r begin.pcapng

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
