#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# simulate on bad input: exit status 2, one sentence that quotes the value and says what was expected, no file left behind.
# usage: bad-input.sh CATSHARK
set -euo pipefail
catshark=$1

work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-simulate.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/out"
cd "$work"
failed=0 cases=0

# refuses NAME PATTERN ARGUMENT...: exit 2, the first line on stderr matches, at most a hint follows it, nothing in out/.
refuses() {
  local name=$1 pattern=$2 status=0
  shift 2
  cases=$((cases + 1))
  "$catshark" simulate "$@" >stdout.txt 2>stderr.txt </dev/null || status=$?
  if [ $status -ne 2 ] || ! head -n 1 stderr.txt | grep -Eq -- "$pattern" || [ "$(wc -l <stderr.txt)" -gt 2 ] ||
    [ -s stdout.txt ] || [ -n "$(ls -A out)" ]; then
    failed=$((failed + 1))
    echo "FAIL $name: exit $status, expected 2 and /$pattern/, got:"
    cat stderr.txt stdout.txt
    ls -A out
    rm -rf out
    mkdir out
  fi
}
write=(-w out/a.pcapng --events out/a.ndjson)

echo "== options"
refuses "unknown fault" '--fault: "affinity/nosuch", expected the id of a rule' "${write[@]}" --fault affinity/nosuch
refuses "fault of another form" '--fault: "affinity.port-zero"' "${write[@]}" --fault affinity.port-zero
refuses "flows 0" '--flows: "0", expected a number from 1 ' "${write[@]}" --flows 0
refuses "flows no number" '--flows: "many"' "${write[@]}" --flows many
refuses "flows beyond" '--flows: "1001G"' "${write[@]}" --flows 1001G
refuses "flows negative" '--flows: "-1"' "${write[@]}" --flows=-1
refuses "seed beyond" '--seed: "18446744073709551616"' "${write[@]}" --seed 18446744073709551616
refuses "rate 0" '--rate: "0", expected a number from 1 to 1000000' "${write[@]}" --rate 0
refuses "rate beyond" '--rate: "2M"' "${write[@]}" --rate 2M
refuses "response beyond" '--response: "2G"' "${write[@]}" --response 2G
refuses "duration 0" '--duration: "0"' "${write[@]}" --duration 0
refuses "duration without unit" '--duration: "10x"' "${write[@]}" --duration 10x
refuses "duration beyond" '--duration: "9000h"' "${write[@]}" --duration 9000h
refuses "capability" '--capability: "all", expected saf, permit, raw or none' "${write[@]}" --capability all
refuses "encapsulation" '--encapsulation: "vxlan", expected topology, full, reduced or bare' "${write[@]}" --encapsulation vxlan
refuses "two families" '--ipv4, --ipv6 and --both' "${write[@]}" --ipv4 --ipv6
refuses "unknown option" 'nosuch' "${write[@]}" --nosuch
refuses "an argument" '"net.conf", expected options only' "${write[@]}" net.conf
refuses "both on standard output" 'expected one of them on standard output' -w - --events -

echo "== files"
refuses "one file for both" '-w and --events: ./out/a for both, expected two files' -w out/a --events ./out/a
refuses "capture in no folder" 'out/no/a.pcapng.*No such file' -w out/no/a.pcapng
refuses "events in no folder" 'out/no/a.ndjson.*No such file' -w out/a.pcapng --events out/no/a.ndjson
refuses "capture is a folder" 'out.*[Ii]s a directory' -w out
refuses "events is a folder" 'out.*[Ii]s a directory' --events out
# A disk that is full: files end at 64 KiB.
real=$catshark
catshark_on_small_disk() (
  trap '' XFSZ
  ulimit -f 64
  "$real" "$@"
)
catshark=catshark_on_small_disk
refuses "capture on a full disk" 'out/a.pcapng: File too large' -w out/a.pcapng
refuses "events on a full disk" 'out/a.ndjson: File too large' --events out/a.ndjson --flows 1000
refuses "both on a full disk" 'out/a.(pcapng|ndjson): File too large' "${write[@]}"
catshark=$real
if [ -c /dev/full ]; then
  refuses "no capture without its events" '/dev/full: No space left' --flows 4 -w out/a.pcapng --events /dev/full
  status=0
  "$catshark" simulate -q -w - >/dev/full 2>stderr.txt || status=$?
  cases=$((cases + 1))
  if [ $status -ne 2 ] || ! grep -q "standard output: No space left" stderr.txt; then
    failed=$((failed + 1))
    echo "FAIL standard output on a full disk: exit $status"
    cat stderr.txt
  fi
fi

echo "== topology"
"$catshark" simulate --print-topology >good.conf
# topology NAME PATTERN SED-SCRIPT [OPTION...]: the built-in topology changed so is refused.
topology() {
  local name=$1 pattern=$2 script=$3
  shift 3
  sed "$script" good.conf >net.conf
  cmp -s good.conf net.conf && { echo "FAIL $name: nothing was changed"; failed=$((failed + 1)); }
  refuses "$name" "$pattern" "${write[@]}" --topology net.conf "$@"
}
refuses "no topology file" 'nowhere.conf.*No such file' "${write[@]}" --topology nowhere.conf
topology "unknown key" 'net.conf:[0-9]+: .*colour' 's/^capacity=100$/colour=blue/'
topology "number out of range" 'net.conf:[0-9]+: .*99999' 's/^port=8443$/port=99999/'
topology "overlapping SID" 'net.conf:[0-9]+: .*5f00:0:e1:ca75' 's|^prefix=5f00:0:e1:46::/64|prefix=5f00:0:e1:ca75::/64|'
topology "no End.CATS SID" 'net.conf: egress egress1 has no SID with End.CATS' '/^\[sid egress1-cats\]/,/^$/d'
topology "no look-up SID" 'net.conf: egress egress2 has no SID with End.DT46 or End.DT4' '/^\[sid egress2-dt46\]/,/^$/d'
topology "no return SID" 'net.conf: ingress ingress1 has no SID' '/^\[sid ingress1-dt46\]/,/^$/d'
topology "a link between strangers" 'net.conf: link ingress1-core joins ingress1 and egress1, expected' '/^\[link ingress1-core\]/,/^$/s/^to=core/to=egress1/'
topology "no clients of the family" 'net.conf: no ingress has IPv6 clients' 's/;2001:db8:[12]::.48//' --ipv6
topology "a fault that needs an argument" 'net.conf: fault cats/argument-changed needs End.CATS SIDs with a 32-bit argument' \
  's|^structure=32/16/16/32|structure=32/16/16/0|' --fault cats/argument-changed
refuses "a fault that needs an SRH" 'fault cats/srh-malformed needs an SRH' "${write[@]}" --fault cats/srh-malformed --encapsulation bare
refuses "a fault that needs redirects" 'fault affinity/port-zero needs clients that announce a capability' "${write[@]}" --fault affinity/port-zero --capability none
refuses "a fault of announcements" 'fault cats/route-value needs announcements in BGP \(--bgp\), which this scenario has not' "${write[@]}" --fault cats/route-value

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
