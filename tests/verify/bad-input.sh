#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What verify refuses: exit 2, the reason first, what was found and what was expected.
# usage: bad-input.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 good=$2/samples/sa-200-100-client.pcap

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

# refuses NAME PATTERN ARGUMENT...
refuses() {
  local name=$1 pattern=$2 status=0
  shift 2
  cases=$((cases + 1))
  "$catshark" verify "$@" >out 2>err || status=$?
  if [ "$status" -ne 2 ] || ! grep -Eq -- "$pattern" err || [ -s out ]; then
    failed=$((failed + 1))
    echo "FAIL $name: exit $status, expected 2 and /$pattern/, got:"
    cat err out
  fi
}

: >empty.pcap
: >empty.txt
{ head -c 20 "$good"; printf '\x69\0\0\0'; tail -c +25 "$good"; } >wifi.pcap
refuses "no capture" "no capture, expected one or more"
refuses "missing file" "nowhere.pcap: No such file" "$good" nowhere.pcap
refuses "empty file" "empty.pcap: empty" empty.pcap
refuses "wrong link type" "wifi.pcap: link type 105" "$good" wifi.pcap
refuses "list of nothing" "empty.txt: no file named" @empty.txt
refuses "no list" "nowhere.txt" @nowhere.txt
refuses "place without a file" '--at: "egress", expected PLACE=FILE' --at egress
refuses "place of no name" "--at: \"=$good\", expected PLACE=FILE" --at "=$good"
refuses "no place" '--at: "moon", expected a link' --at "moon=$good"
refuses "no rule" '--rules: "cats/losst", expected ids of rules' --rules cats/losst "$good"
refuses "rules both ways" '--rules: "cats/lost", expected' --rules -affinity,cats/lost "$good"
refuses "severity" '--fail-on: "fatal", expected error, warning or note' --fail-on fatal "$good"
refuses "limit" '--limit: "few", expected a number' --limit few "$good"
refuses "lost limit" '--lost-limit: "0", expected a number from 1 to 60000' --lost-limit 0 "$good"
refuses "reconnect limit" '--reconnect-limit: "3600001"' --reconnect-limit 3600001 "$good"
refuses "unknown option" "nosuch" --nosuch "$good"
refuses "topology" "none.conf: No such file" --topology none.conf "$good"

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
