#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# inject on a wrong command line: exit status 2 and one sentence that quotes the value and says what was expected.
# usage: usage.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 good=$2/samples/sa-200-100-client.pcap
work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-inject.XXXXXX)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

refuses() { # NAME PATTERN ARGUMENT...
  local name=$1 pattern=$2 status=0
  shift 2
  cases=$((cases + 1))
  "$catshark" inject "$@" >out 2>err </dev/null || status=$?
  if [ $status -ne 2 ] || ! head -n 1 err | grep -Eq -- "$pattern" || [ "$(wc -l <err)" -gt 2 ] || [ -s out ]; then
    failed=$((failed + 1))
    echo "FAIL $name: exit $status, expected 2 and /$pattern/, got:"
    cat err out
  fi
}

input=(-i none -r "$good")
refuses "nothing" "nothing to send, expected -r FILE or --scenario" -i none
refuses "both" "both -r and --scenario" "${input[@]}" --scenario
refuses "no interface" "no interface, expected -i INTERFACE" -r "$good"
refuses "two interfaces" '-i: "none", expected one interface, or LINK=INTERFACE' "${input[@]}" -i other
refuses "one named, one not" '-i: "other", expected one interface' -i a=b -i other -r "$good"
refuses "link twice" '-i: "a=c", expected each link once' -i a=b -i a=c -r "$good"
refuses "no name" '-i: "=b", expected' -i =b -r "$good"
refuses "no interface behind the name" '-i: "a=", expected' -i a= -r "$good"
refuses "link beside names" '--link: "a" beside -i LINK=INTERFACE' -i a=b --link a -r "$good"
refuses "two speeds" "more than one of --speed, --pps and --topspeed" "${input[@]}" --speed 2 --topspeed
refuses "speed 0" '--speed: "0", expected a factor above 0' "${input[@]}" --speed 0
refuses "speed no number" '--speed: "2x"' "${input[@]}" --speed 2x
refuses "speed negative" '--speed: "-1"' "${input[@]}" --speed=-1
refuses "speed of nothing" '--speed: ""' "${input[@]}" --speed=
refuses "speed beyond" '--speed: "1000001"' "${input[@]}" --speed 1000001
refuses "pps 0" '--pps: "0", expected a number from 1 to 100000000' "${input[@]}" --pps 0
refuses "loop" '--loop: "ever"' "${input[@]}" --loop ever
refuses "count 0" '-c: "0"' "${input[@]}" -c 0
refuses "duration 0" '--duration: "0", expected more than 0 and at most 8784h' "${input[@]}" --duration 0
refuses "duration" '--duration: "1x"' "${input[@]}" --duration 1x
refuses "preload" '--preload: "1M", expected a number from 4000000' "${input[@]}" --preload 1M
refuses "MAC" '--mac-source: "02:00", expected' "${input[@]}" --mac-source 02:00
refuses "MAC, no digit" '--mac-destination: "02:00:00:00:00:0g"' "${input[@]}" --mac-destination 02:00:00:00:00:0g
refuses "vlan 0" '--vlan: "0", expected a number from 1 to 4094' "${input[@]}" --vlan 0
refuses "vlan beyond" '--vlan: "4095"' "${input[@]}" --vlan 4095
refuses "map" '--map: "192.0.2.1", expected OLD=NEW' "${input[@]}" --map 192.0.2.1
refuses "map of two families" '--map: "192.0.2.1=::1", expected OLD and NEW of one family' "${input[@]}" --map 192.0.2.1=::1
refuses "ports" '--map-port: "0=1", expected OLD=NEW' "${input[@]}" --map-port 0=1
refuses "kind" '--kind: "1"' "${input[@]}" --kind 1
refuses "scenario's option" '--seed: it is for --scenario' "${input[@]}" --seed 1
refuses "filter of a scenario" '"tcp", expected a filter with -r only' -i none --scenario tcp
refuses "bad filter" 'filter "no such": ' "${input[@]}" no such
refuses "flows" '--flows: "0"' -i none --scenario --flows 0
refuses "fault" '--fault: "nosuch"' -i none --scenario --fault nosuch
refuses "topology" 'no.conf: No such file' -i none --scenario --topology no.conf
refuses "unknown option" "nosuch" "${input[@]}" --nosuch
head -c 10 "$good" >header-cut.pcap
refuses "header cut short" "header-cut.pcap: cut short within the file header" -i none -r header-cut.pcap
refuses "no such interface" 'interface "none"|no cap_net_raw' "${input[@]}"

echo "$cases cases, $failed failed"
[ $failed -eq 0 ]
