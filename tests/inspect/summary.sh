#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The summary of inspect: what the trackers of sessions and flows followed, held and let go, in both forms.
# usage: summary.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 source=$2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

# says NAME PATTERN ARGUMENT...: inspect -q prints it. says_not: it does not.
says() {
  local name=$1 pattern=$2
  shift 2
  cases=$((cases + 1))
  "$catshark" inspect -q "$@" >out
  grep -Eq -- "$pattern" out || { failed=$((failed + 1)); echo "FAIL $name: expected /$pattern/, got:"; cat out; }
}
says_not() {
  local name=$1 pattern=$2
  shift 2
  cases=$((cases + 1))
  "$catshark" inspect -q "$@" >out
  ! grep -Eq -- "$pattern" out || { failed=$((failed + 1)); echo "FAIL $name: /$pattern/ is there:"; cat out; }
}

sample=$source/samples/sa-200-100-client.pcap
says_not "sessions unasked for" "session|connections held" -r "$sample"
says_not "sessions unasked for, JSON" '"sessions"' --json -r "$sample"
says "sessions" "sessions followed +3$" --sessions -r "$sample"
says "reconnected" "reconnected +2$" --sessions -r "$sample"
says "pending" "redirects pending +1$" --sessions -r "$sample"
says "held" "connections held +5$" --sessions -r "$sample"
says "let go" "connections let go +0$" --sessions -r "$sample"
says "JSON" '"sessions":\{"followed":3,"pending":1,"reconnected":2,"elsewhere":0,"refused":0,"ignored":0,"looped":0,"redirects_let_go":0,"connections_held":5,"connections_let_go":0\}' \
  --sessions --json -r "$sample"

# Flows: the same of the other tracker.
sample=$source/samples/cats-encap-2sid-pe.pcap
says_not "flows unasked for" "flows (followed|held)" -r "$sample"
says "flows" "flows followed +16$" --flows -r "$sample"
says "flows, JSON" '"flows":\{"followed":16,"steered":16,"delivered":0,"moved":0,"flows_held":16,"flows_let_go":0\}' --flows --json -r "$sample"
says_not "flows without sessions" "session" --flows -r "$sample"
"$catshark" simulate --seed 6 --flows 12 --both -q -w steered.pcapng
says "flows with sites" '"followed":24,"steered":0,"delivered":24,"moved":0' --flows --json -r steered.pcapng
for fault in argument-changed flow-changed-egress flow-changed-site flow-label; do
  "$catshark" simulate --seed 6 --flows 12 --both --fault cats/$fault -q -w changed.pcapng
  says "$fault in text" "cats/$fault +[1-9]" --flows -r changed.pcapng
  says "$fault in JSON" "\"cats/$fault\":[1-9]" --flows --json -r changed.pcapng
done
"$catshark" simulate --seed 6 --flows 12 --fault cats/flow-changed-site -q -w changed.pcapng
says "moved" '"delivered":[0-9]*,"moved":4,' --flows --json -r changed.pcapng

# The limit decides which redirect was ignored; the topology's counts when no other is given.
"$catshark" simulate --seed 6 --flows 12 --fault affinity/no-reconnect -q -w ignored.pcapng
says "the default limit" '"pending":4,"reconnected":8,.*"ignored":0' --sessions --json -r ignored.pcapng
says "a limit given" '"pending":0,"reconnected":8,.*"ignored":4' --sessions --json --reconnect-limit 500 -r ignored.pcapng
says "ignored is a rule broken" "affinity/no-reconnect +4 " --sessions --reconnect-limit 500 -r ignored.pcapng
"$catshark" simulate --print-topology | sed 's/^reconnect_limit=.*/reconnect_limit=500/' >short.conf
says "the topology's limit" '"pending":0,.*"ignored":4' --sessions --json --topology short.conf -r ignored.pcapng
says "a limit given beside a topology" '"pending":4,.*"ignored":0' --sessions --json --topology short.conf \
  --reconnect-limit 5000 -r ignored.pcapng

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
