#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every rule: simulated traffic with its fault breaks it, and nothing but what the fault says of itself; without a fault
# verify says nothing. Both families, one interface a link.
# usage: matrix.sh CATSHARK
set -euo pipefail
catshark=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0
topology=(--topology net.conf)
"$catshark" simulate --print-topology >net.conf

# rules STATUS ARGUMENT...: the rules that verify finds broken, sorted; its exit status must be the one given.
rules() {
  local expected=$1 status=0
  shift
  "$catshark" verify --json "${topology[@]}" --limit 0 "$@" >out.ndjson 2>err || status=$?
  [ "$status" -eq "$expected" ] || echo "exit-status-$status-not-$expected"
  [ -s err ] && cat err
  jq -r 'select(.summary) | .rules | keys[]' out.ndjson | sort
}

# check NAME EXPECTED FOUND
check() {
  cases=$((cases + 1))
  [ "$2" = "$3" ] && return 0
  failed=$((failed + 1))
  echo "FAIL $1: expected $(tr '\n' ' ' <<<"$2"), found $(tr '\n' ' ' <<<"$3")"
}

# The faults with what breaks by them and how they are simulated: "RULE RULE... [--bgp]", the fault's own first.
"$catshark" simulate --list-faults |
  awk 'function flush() { if (line) print line bgp; bgp = "" }
    /^[a-z]/ { flush(); line = $1 } / breaks .* too$/ { line = line " " $2 } / needs .*\(--bgp\)$/ { bgp = " --bgp" } END { flush() }' >faults.txt
# As many rules as there are: none can be added that is never judged.
check "a fault for every rule" "$("$catshark" verify --list-rules | wc -l)" "$(wc -l <faults.txt)"

while read -r -a line; do
  fault=${line[0]} with=()
  if [ "${line[-1]}" = --bgp ]; then
    with=(--bgp)
    unset 'line[-1]'
  fi
  broken=$(IFS=,; echo "${line[*]}")
  status=0
  "$catshark" verify --list-rules --rules "$broken" | grep -Eq " (error|warning) " && status=1
  for family in --ipv4 --ipv6; do
    "$catshark" simulate --seed 11 --flows 240 --rate 10 $family --fault "$fault" "${with[@]}" -q -w faulty.pcapng
    check "$fault $family" "$(printf '%s\n' "${line[@]}" | sort)" "$(rules "$status" faulty.pcapng)"
  done
done <faults.txt

for seed in $(seq 20); do
  for family in --ipv4 --ipv6; do
    "$catshark" simulate --seed "$seed" --flows 60 $family -q -w good.pcapng
    check "seed $seed $family" "" "$(rules 0 good.pcapng)"
  done
done
# What is announced in the capture tells as much as a topology file, and contradicts none.
for seed in $(seq 6); do
  "$catshark" simulate --seed "$seed" --flows 60 --bgp -q -w good.pcapng
  check "seed $seed --bgp" "" "$(rules 0 good.pcapng)"
  check "seed $seed --bgp, no topology file" "" "$(topology=(); rules 0 good.pcapng)"
done
# Faults of the choice of SID and offer break their rules with announcements in BGP too, which tell of them without a
# topology file.
for fault in cats/stale-aggregate cats/last-sid-not-egress cats/sid-unknown cats/granularity-conflict; do
  for family in --ipv4 --ipv6; do
    "$catshark" simulate --seed 11 --flows 240 --rate 10 --bgp $family --fault $fault -q -w faulty.pcapng
    check "$fault --bgp $family" $fault "$(rules 1 faulty.pcapng)"
    check "$fault --bgp $family, no topology file" $fault "$(topology=(); rules 1 faulty.pcapng)"
  done
done
for encapsulation in full reduced bare; do
  "$catshark" simulate --seed 4 --flows 60 --both --encapsulation $encapsulation -q -w good.pcapng
  check "encapsulation $encapsulation" "" "$(rules 0 good.pcapng)"
done

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
