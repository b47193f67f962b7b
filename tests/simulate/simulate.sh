#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The verb itself: the same seed gives the same octets, every link is there under its name, every fault runs, and standard
# output and signals are served.
# usage: simulate.sh CATSHARK
set -euo pipefail
catshark=$1

work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-simulate.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

# check NAME COMMAND...: COMMAND succeeds.
check() {
  local name=$1
  shift
  cases=$((cases + 1))
  "$@" >check.out 2>&1 || { failed=$((failed + 1)); echo "FAIL $name"; head -n 20 check.out; }
}

differ() {
  ! cmp -s "$1" "$2"
}

echo "== the same seed, the same octets"
for options in "--ipv4" "--ipv6" "--both --fault cats/lost --fault affinity/port-zero" "--capability permit --response 100k" \
  "--bgp --fault cats/route-value"; do
  # shellcheck disable=SC2086
  "$catshark" simulate --seed 7 --flows 40 $options -q -w a.pcapng --events a.ndjson
  # shellcheck disable=SC2086
  "$catshark" simulate --seed 7 --flows 40 $options -q -w b.pcapng --events b.ndjson
  # shellcheck disable=SC2086
  "$catshark" simulate --seed 8 --flows 40 $options -q -w c.pcapng --events c.ndjson
  check "capture of $options" cmp a.pcapng b.pcapng
  check "events of $options" cmp a.ndjson b.ndjson
  check "another seed, $options" differ a.pcapng c.pcapng
  check "another seed's events, $options" differ a.ndjson c.ndjson
done
G_RANDOM_VERSION=2.0 TZ=Asia/Tokyo LC_ALL=C "$catshark" simulate --seed 7 --flows 40 --ipv4 -q -w b.pcapng --events b.ndjson
"$catshark" simulate --seed 7 --flows 40 --ipv4 -q -w a.pcapng --events a.ndjson
check "another environment" cmp a.pcapng b.pcapng
check "another environment's events" cmp a.ndjson b.ndjson

echo "== standard output"
"$catshark" simulate --seed 7 --flows 40 --ipv4 -w - >b.pcapng 2>summary.txt
check "capture on standard output" cmp a.pcapng b.pcapng
check "its summary on standard error" grep -q "^simulated 40 flows" summary.txt
"$catshark" simulate --seed 7 --flows 40 --ipv4 --events - >b.ndjson 2>/dev/null
check "events on standard output" cmp a.ndjson b.ndjson
"$catshark" simulate --seed 7 --flows 40 --ipv4 >summary.txt 2>errors.txt
check "summary on standard output" grep -q "^simulated 40 flows" summary.txt
check "no progress without a terminal" test ! -s errors.txt
"$catshark" simulate --flows 4 -q >quiet.txt 2>&1
check "quiet" test ! -s quiet.txt

echo "== links"
"$catshark" simulate --print-topology >builtin.conf
sed -n 's/^\[link \(.*\)\]$/\1/p' builtin.conf | sort >wanted.txt
check "the built-in scenario has links" test "$(wc -l <wanted.txt)" -eq 12
if command -v capinfos >/dev/null; then
  capinfos a.pcapng | sed -n 's/^ *Name = //p' | sort >found.txt
  check "an interface for each link" cmp wanted.txt found.txt
  check "strict time order" test "$(capinfos -o a.pcapng | tail -n 1 | awk '{ print $NF }')" = True
else
  echo "no capinfos here: interfaces are looked for as text"
  for link in $(cat wanted.txt); do
    check "interface $link" grep -q "$link" a.pcapng
  done
fi
"$catshark" simulate --topology builtin.conf --seed 7 --flows 40 --ipv4 -q -w b.pcapng
check "the printed topology is the built-in one" cmp a.pcapng b.pcapng
grep -v '^\[link\|^from=\|^to=\|^delay=' builtin.conf >nolinks.conf
"$catshark" simulate --topology nolinks.conf --flows 12 >summary.txt
check "links that are not named are there all the same" grep -q "^clients-ingress1 " summary.txt
check "flows over such links" grep -q "12 connections re-established" summary.txt

echo "== loss"
sed 's/^\(\[link clients-ingress1\]\)$/\1\nloss=0.1/' builtin.conf >lossy.conf
"$catshark" simulate --topology lossy.conf --flows 200 --rate 20 >summary.txt
check "packets are lost" grep -Eq "^clients-ingress1 +[0-9]+ +[1-9][0-9]*$" summary.txt
check "and sent again" grep -Eq "[1-9][0-9]* segments retransmitted" summary.txt
check "until all is well" grep -q "200 connections re-established" summary.txt

echo "== BGP"
"$catshark" simulate --bgp --flows 20 --events bgp.ndjson -w bgp.pcapng >summary.txt
check "sessions and UPDATEs are counted" grep -Eq "^  bgp +4 sessions, [1-9][0-9]* UPDATEs, 0 of them" summary.txt
check "four sessions at both ends" test "$(grep -c '"bgp-established"' bgp.ndjson)" -eq 8
"$catshark" simulate --bgp --flows 20 --fault cats/route-argument --events bgp.ndjson >summary.txt
check "refusals are counted" grep -Eq "^  bgp .* [1-9][0-9]* of them with routes that cannot be used" summary.txt
check "and told with their reason" grep -q '"treat-as-withdraw","at":"ingress1","peer":"5f00:0:e1::100","reason":"path attribute 255: CATS SID: argument bits 32' bgp.ndjson
"$catshark" simulate --flows 20 >summary.txt
check "no BGP without --bgp" test "$(grep -c bgp summary.txt)" -eq 0

echo "== duration"
"$catshark" simulate --duration 2s --rate 50 >summary.txt
check "flows start for so long" grep -Eq "^simulated (9[0-9]|10[0-9]) flows in [23]" summary.txt

echo "== faults"
"$catshark" simulate --list-faults | awk '/^[a-z]/ { print $1 }' >faults.txt
check "one for every rule" test "$(wc -l <faults.txt)" -eq "$("$catshark" verify --list-rules | wc -l)"
check "no fault twice" test "$(sort -u faults.txt | wc -l)" -eq "$(wc -l <faults.txt)"
check "what a fault needs" grep -q "^ *needs announcements in BGP (--bgp)$" <("$catshark" simulate --list-faults)
while read -r fault; do
  check "$fault" "$catshark" simulate --bgp --fault "$fault" --flows 24 -q -w fault.pcapng --events fault.ndjson
  case $fault in
    cats/route-*) check "a comment names $fault" grep -q "fault $fault; egress1: announces 192.0.2.80/32, score" fault.pcapng ;;
    *) check "$fault without BGP" "$catshark" simulate --fault "$fault" --flows 24 -q -w fault.pcapng --events fault.ndjson ;;
  esac
done <faults.txt
mapfile -t all <faults.txt
check "all at once" "$catshark" simulate --bgp "${all[@]/#/--fault=}" --flows 40 -q -w fault.pcapng
"$catshark" simulate --fault cats/stale-aggregate --flows 60 >summary.txt 2>warnings.txt
check "a run too short for a fault is told" grep -Eq '^catshark simulate: fault cats/stale-aggregate: flows start for 1[0-4][.][0-9] s, expected 15 s or more' warnings.txt
"$catshark" simulate --fault cats/stale-aggregate --duration 20s -q 2>warnings.txt
check "a longer one is not" test ! -s warnings.txt
check "what it takes is listed" grep -q "^ *takes flows that start for 15 s or more" <("$catshark" simulate --list-faults)
if command -v tshark >/dev/null; then
  "$catshark" simulate --fault affinity/port-zero --flows 48 --seed 2 -q -w fault.pcapng
  tshark -n -r fault.pcapng -Y 'frame.comment contains "fault affinity/port-zero"' 2>/dev/null >commented.txt
  check "a comment says what was broken" test "$(wc -l <commented.txt)" -eq 12
fi

echo "== interruption"
for signal in INT TERM; do
  rm -f early.pcapng
  "$catshark" simulate --flows 1G --rate 100 -w early.pcapng >summary.txt &
  pid=$!
  # Its temporary file has grown: it is at work.
  until find . -name 'early.pcapng?*' -size +100k | grep . >/dev/null; do
    kill -0 "$pid" || break
    sleep 0.05
  done
  kill -s "$signal" "$pid"
  status=0
  wait "$pid" || status=$?
  check "SIG$signal: exit status 0" test "$status" -eq 0
  check "SIG$signal: the file is whole" "$catshark" inspect -q -r early.pcapng
  check "SIG$signal: the summary is printed" grep -q "^interrupted: [1-9]" summary.txt
  check "SIG$signal: nothing else is left" test "$(find . -name 'early.pcapng*' | wc -l)" -eq 1
done

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
