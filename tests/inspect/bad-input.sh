#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inspect on bad input: exit status 2, one clear sentence that names the value and the place, and nothing lost before it.
# usage: bad-input.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 source=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

# refuses NAME PATTERN ARGUMENT...: exit 2, and the first line on stderr matches.
refuses() {
  local name=$1 pattern=$2 status=0
  shift 2
  cases=$((cases + 1))
  "$catshark" inspect "$@" >out 2>err </dev/null || status=$?
  if [ $status -ne 2 ] || ! head -n 1 err | grep -Eq -- "$pattern"; then
    failed=$((failed + 1))
    echo "FAIL $name: exit $status, expected 2 and /$pattern/, got:"
    cat err
  fi
}

good=$source/samples/sa-200-100-client.pcap
head -c 2000 "$good" >cut.pcap
head -c 10 "$good" >header-cut.pcap
: >empty.pcap
gzip -c "$good" | head -c 1500 >cut.gz
printf '\xfd7zXZ\0\0and what follows in such a file' >good.xz
echo "this is no capture at all, whatever its name" >text.pcap
# Link type 105 (IEEE 802.11) in place of 1 (Ethernet).
{ head -c 20 "$good"; printf '\x69\0\0\0'; tail -c +25 "$good"; } >wifi.pcap

refuses "no capture" "no capture, expected -r"
refuses "missing file" "nowhere.pcap.*No such file" -r nowhere.pcap
refuses "empty file" "empty.pcap: empty" -r empty.pcap
refuses "not a capture" "text.pcap: .*expected a pcap" -r text.pcap
refuses "header cut short" "header-cut.pcap: cut short within the file header" -r header-cut.pcap
refuses "gzip cut short" "cut.gz: broken after frame [1-9].*compressed data end too early" -r cut.gz
refuses "xz" "good.xz: compressed by xz .*xzcat" -r good.xz
refuses "wrong link type" "wifi.pcap: link type 105" -r wifi.pcap
refuses "folder" "$work" -r "$work"
refuses "bad filter" "filter \"tcp port\"" -r "$good" tcp port
refuses "count of 0" "-c: .*'?0'?.*1" -r "$good" -c 0
refuses "count no number" "-c: .*many" -r "$good" -c many
refuses "SAF bit 7" "--saf-bit: .*7.*4.*6" -r "$good" --saf-bit 7
refuses "ExID 0" '--exid: "0", expected a number from 1 ' -r "$good" --exid 0
refuses "reconnect limit 0" '--reconnect-limit: "0", expected .*1 .*3600000' -r "$good" --sessions --reconnect-limit 0
refuses "reconnect limit too long" '--reconnect-limit: "3600001"' -r "$good" --sessions --reconnect-limit 3600001
refuses "reconnect limit without sessions" "--reconnect-limit: .*--sessions" -r "$good" --reconnect-limit 10
refuses "kind 1" "--kind: .*1.*2.*252" -r "$good" --kind 1
refuses "structure too long" "--structure: '64/64/64/64', expected at most" -r "$good" --structure 64/64/64/64
refuses "structure of three" "--structure: '32/16/16', expected block" -r "$good" --structure 32/16/16
refuses "unknown option" "nosuch" -r "$good" --nosuch
printf '[service web]\nipv4=192.0.2.80\nport=80\ncolour=blue\n' >unknown-key.conf
refuses "topology: unknown key" "unknown-key.conf:4: .*colour" -r "$good" --topology unknown-key.conf
printf '[service web]\nipv4=192.0.2.80\nport=99999\n' >range.conf
refuses "topology: out of range" "range.conf:3: .*99999" -r "$good" --topology range.conf
refuses "topology: missing" "inspect: none.conf: No such file" -r "$good" --topology none.conf

# What lies before the cut is shown, then the place is named.
refuses "cut short" "cut.pcap: .*after frame [0-9]+" -r cut.pcap
shown=$(wc -l <out)
named=$(grep -Eo 'after frame [0-9]+' err | grep -Eo '[0-9]+')
"$catshark" inspect -r "$good" >whole
if [ "$shown" -eq 0 ] || [ "$shown" -ne "$named" ] || ! cmp -s <(head -n "$shown" whole) out; then
  failed=$((failed + 1))
  echo "FAIL cut short: $shown lines shown, frame $named named"
fi

# A full disk is named once.
if [ -c /dev/full ]; then
  cases=$((cases + 1))
  status=0
  "$catshark" inspect -r "$good" >/dev/full 2>err || status=$?
  if [ $status -ne 2 ] || [ "$(cat err)" != "catshark inspect: standard output: No space left on device" ]; then
    failed=$((failed + 1))
    echo "FAIL standard output on a full disk: exit $status"
    cat err
  fi
fi

# Standard input has a name.
cases=$((cases + 1))
if ! "$catshark" inspect -r - -q <"$good" | grep '^standard input: 50 frames' >/dev/null; then
  failed=$((failed + 1))
  echo "FAIL summary of standard input"
fi

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
