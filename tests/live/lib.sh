# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests: namespaces named after the test's process, removed with everything in them on exit.
#
#   live_start PROBE      checks that namespaces can be made here, else ends the test with status 77
#   namespace NAME...     makes them
#   in_ns NAME COMMAND    runs a command there
#   veth A IFA B IFB      a pair between two namespaces, up, without addresses and offloads
#   background FILE COMMAND...  starts it, output in $work/FILE; waits for its line "ready"; its pid in $!
#   expect TEXT FOUND     compares; counts in $failures
#   live_end              the exit status of the test

skip() {
  echo "SKIP: $*"
  exit 77
}

failures=0 checks=0
expect() {
  checks=$((checks + 1))
  [ "$1" = "$2" ] && return
  failures=$((failures + 1))
  echo "FAIL ${3:-} expected: $1"
  echo "     found:    $2"
}

# `timeout` signals twice: the second one must not end the cleaning.
live_cleanup() {
  local name pid
  trap '' INT TERM
  for name in "${live_names[@]}"; do
    for pid in $(ip netns pids "$name" 2>/dev/null); do
      kill "$pid" 2>/dev/null || true
    done
    ip netns delete "$name" 2>/dev/null || true
  done
  rm -rf "$work"
}

live_names=()
live_start() {
  local program
  probe=$1
  [ "$(id -u)" -eq 0 ] || skip "network namespaces are made by root only"
  for program in ip ethtool setpriv; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
  work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-live.XXXXXX)
  trap live_cleanup EXIT
  trap 'exit 130' INT TERM
  ip netns add "catshark-$$-try" 2>"$work/why" || skip "no network namespace can be made: $(cat "$work/why")"
  live_names+=("catshark-$$-try")
  ip -n "catshark-$$-try" link add try type veth peer name other 2>"$work/why" ||
    skip "no veth pair can be made: $(cat "$work/why")"
}

in_ns() {
  local name=$1
  shift
  ip netns exec "catshark-$$-$name" "$@"
}

# No router solicitations and the like between the frames that are counted, no wait for duplicate detection.
namespace() {
  local name
  for name; do
    ip netns add "catshark-$$-$name"
    live_names+=("catshark-$$-$name")
    in_ns "$name" sh -c 'cd /proc/sys/net/ipv6/conf/default && echo 0 >router_solicitations && echo 0 >accept_dad'
    ip -n "catshark-$$-$name" link set lo up
  done
}

veth() {
  ip link add "$2" netns "catshark-$$-$1" type veth peer name "$4" netns "catshark-$$-$3"
  in_ns "$1" ethtool -K "$2" tx off tso off gso off gro off >/dev/null
  in_ns "$3" ethtool -K "$4" tx off tso off gso off gro off >/dev/null
  ip -n "catshark-$$-$1" link set "$2" up
  ip -n "catshark-$$-$3" link set "$4" up
}

mac_of() {
  in_ns "$1" cat "/sys/class/net/$2/address"
}

background() {
  local output=$work/$1
  shift
  : >"$output"
  "$@" >"$output" 2>&1 &
  local pid=$!
  until grep -q ready "$output"; do
    kill -0 "$pid" 2>/dev/null || {
      failures=$((failures + 1))
      echo "FAIL $* is not ready: $(cat "$output")"
      return
    }
    sleep 0.02
  done
}

# The probe in a namespace, where `ip netns exec` becomes the probe itself: $! is its pid.
probe_in() {
  local name=$1
  shift
  exec ip netns exec "catshark-$$-$name" "$probe" "$@"
}

live_end() {
  echo "$checks checks, $failures failed"
  [ "$failures" -eq 0 ] && [ "$checks" -gt 0 ]
}
