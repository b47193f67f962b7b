#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify --report: what the page holds, and how it shows in a browser: wide, dark, narrow, filtered, printed, without
# script; that texts of captures stay texts; that the same input gives the same octets, and size is bounded.
# usage: report.sh CATSHARK SOURCE-FOLDER [FOLDER], where the pictures stay
set -euo pipefail
catshark=$1 source=$2
here=$source/tests/verify

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
keep=${3:-$work}
cd "$work"
failed=0 cases=0
says() {
  cases=$((cases + 1))
  [ "$2" = "$3" ] || { failed=$((failed + 1)); echo "FAIL $1: $2, expected $3"; }
}
has() {
  cases=$((cases + 1))
  grep -Eq -- "$2" "$3" || { failed=$((failed + 1)); echo "FAIL $1: expected /$2/ in $3"; }
}
# report NAME STATUS ARGUMENT...: writes NAME.html.
report() {
  local name=$1 expected=$2 status=0
  shift 2
  "$catshark" verify -q --report "$name.html" "$@" >out 2>err || status=$?
  says "$name: exit status" "$status" "$expected"
}

"$catshark" simulate --print-topology >net.conf
"$catshark" simulate --flows 60 --seed 3 --both --fault affinity/no-reconnect -q -w fault.pcapng
"$catshark" simulate --flows 60 --seed 3 --both -q -w good.pcapng
report fault 1 --topology net.conf fault.pcapng
report again 1 --topology net.conf fault.pcapng
cmp -s fault.html again.html || { failed=$((failed + 1)); echo "FAIL the same input, other octets"; }
report good 0 --topology net.conf good.pcapng
report kernel 0 --at client="$source/samples/sa-200-100-client.pcap" --at ingress="$source/samples/sa-200-100-pe.pcap"
report none 0 "$source/samples/bgp-ebgp.pcap"
has "nothing to show" "No session was redirected" none.html
has "nothing steered" "No flow was seen to be steered" none.html
has "no finding" "No rule was seen broken" good.html
head -c 100000 good.pcapng >cut.pcapng
report cut 2 --topology net.conf cut.pcapng
has "cut short" "after frame [0-9]+" cut.html

# Flows to the service alone are spread by weight; those that were redirected go where their node is.
service=$("$catshark" verify -q --topology net.conf --report good.html good.pcapng >out && grep -o '"to the service">[0-9]*' good.html | grep -o '[0-9]*$' | awk '{ sum += $1 } END { print sum }')
says "flows to the service" "$service" 60

# What was generated beside what was observed, with latency from point to point.
editcap good.pcapng missing.pcapng 200 2>/dev/null
report expect 1 --topology net.conf --expect good.pcapng missing.pcapng
has "lost" 'class="mark error">lost</span> <small>1 times' expect.html
has "latency" '<td data-label="from">ingress1-core</td><td data-label="to">core-egress1</td>' expect.html

# A broken place to write to costs nothing but the page, and is told before anything is read.
status=0
"$catshark" verify -q --report nowhere/out.html good.pcapng >out 2>err || status=$?
says "no such folder" "$status" 2
has "no such folder" "nowhere/out.html.*No such file" err

# Bounded: as many sessions more make the page no larger.
"$catshark" simulate --flows 1500 --seed 4 -q -w many.pcapng
report many 0 --topology net.conf many.pcapng
has "sessions left out" "The first 500 are shown, [0-9]+ are left out" many.html
cases=$((cases + 1))
[ "$(wc -c <many.html)" -lt 1000000 ] || { failed=$((failed + 1)); echo "FAIL $(wc -c <many.html) octets"; }

# Hostile names of interfaces and files.
python3 "$here/hostile-interfaces.py" fault.pcapng '<img src=x onerror=injected=1>&amp;.pcapng'
report hostile 1 '<img src=x onerror=injected=1>&amp;.pcapng'
says "markup of a capture" "$(grep -Eci '<img|<script>window|</title></style>|<b>|<svg onload|'$'\xe2\x80\xae' hostile.html)" 0
has "it is shown" "&lt;script&gt;window.injected = 1; alert\(1\)&lt;/script&gt;" hostile.html
has "characters that reorder are codes" "u202e" hostile.html

if ! command -v chromium >/dev/null || ! command -v chromedriver >/dev/null; then
  echo "$cases cases, $failed failed"
  [ "$failed" -eq 0 ] || exit 1
  echo "SKIP: chromium and chromium-driver are not installed, no page was opened"
  exit 77
fi

# shown NAME WORD JQ EXPECTED: what the browser says of NAME.html.
shown() {
  mkdir -p "$keep/$1"
  [ -s "$1.json" ] || python3 "$here/browser.py" "$1.html" "$keep/$1" "$2" >"$1.json"
  says "$1: $3" "$(jq -c "$3" "$1.json")" "$4"
}
everything='["summary","findings","redirects","delays","steering"]'
for page in fault hostile; do
  shown $page ignored .sections "$everything"
  shown $page ignored '[.loaded, .requests, .console, .injected, .foreign, .scripts]' '[1,[],[],false,0,1]'
  shown $page ignored '[.bare, (.drawings | flatten | all), .headings[0], ([.headings | .[1:][] == 1] | any)]' '[0,true,1,false]'
  # All rows, then those with the word; without script all again, and no box.
  shown $page ignored '[.box, .rows == .shown, .rows > 60]' '[true,true,true]'
  shown $page ignored '[.filtered.shown, .filtered.said == "\(.filtered.shown) of \(.rows) rows"]' '[9,true]'
  shown $page ignored '[.without_script[0], .without_script[1] == .rows]' '[true,true]'
  shown $page ignored '[.light[1], .dark[1], .narrow[1], .light[0] != .dark[0]]' '[0,0,0,true]'
done
shown kernel nosuchword '[.sections, .filtered.shown]' "[$everything,0]"
shown expect 'frame 200' '[.sections[2], .filtered.shown >= 1, .requests, .console]' '["differences",true,[],[]]'
for picture in light.png dark.png narrow.png filtered.png no-script.png print.pdf; do
  cases=$((cases + 1))
  [ "$(wc -c <"$keep/fault/$picture")" -gt 20000 ] || { failed=$((failed + 1)); echo "FAIL $picture"; }
done

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
