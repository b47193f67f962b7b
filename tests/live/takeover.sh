#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Blackhole routes are added all or none: one that the kernel refuses takes back those before it, from the journal too;
# what was there before stays.
# usage: takeover.sh LIVE-PROBE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
live_start "$1"
namespace one
ip -n "catshark-$$-one" route add blackhole 10.9.0.0/24 # of somebody else

routes() {
  { in_ns one ip route show type blackhole && in_ns one ip -6 route show type blackhole; } | awk '{ print $2 }' | xargs
}

# WANTED OUTCOME PREFIX...: the routes that are there afterwards, behind "takeover: ... " what is said.
try() {
  local wanted=$1 outcome=$2 pid journal
  shift 2
  # No function in between: $! is the probe's own pid, which names the journal.
  background out probe_in one takeover "$@"
  pid=$!
  journal=$(echo /run/catshark/probe-"$pid"-*.takeover)
  expect "$wanted" "$(routes)" "routes, $*:"
  grep -q -- "$outcome" "$work/out" || expect "$outcome" "$(cat "$work/out")" "said, $*:"
  expect "${wanted/10.9.0.0\/24 /}" "$(xargs <"$journal")" "journal, $*:"
  kill "$pid"
  wait "$pid" || true
  expect "10.9.0.0/24" "$(routes)" "in the end, $*:"
  [ ! -e "$journal" ] || expect "no journal" "$journal"
}

try "10.9.0.0/24 10.9.1.0/24 10.9.2.0/24 5f00:0:e1::/48" added 10.9.1.0/24 10.9.2.0/24 5f00:0:e1::/48
# Host bits behind the prefix: the kernel refuses them for IPv4.
try "10.9.0.0/24 10.9.1.0/24" "Invalid argument, expected to add a blackhole route" \
  10.9.1.0/24 10.9.2.0/24 10.9.0.0/24 5f00:0:e1::/48 10.9.3.1/24 10.9.5.0/24
live_end
