#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints every performance figure of the project as a ratio against a named baseline, measured in this one run.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: bench/bench.sh [BUILD-FOLDER]

Needs a release build (./quickstart.sh makes one in build/), tcpdump and valgrind. Times are CPU time (user and
system) of alternating runs, the ratio is the median over the pairs; instruction counts are callgrind's.
Nothing here passes or fails: the wanted ratio stands beside the measured one.
TEXT
}
case ${1:-} in -h | --help) usage; exit 0 ;; esac

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
catshark=$build/bin/catshark
for need in "$catshark" "$build/bench/bench-count" "$build/bench/bench-dump"; do
  [ -x "$need" ] || { echo "bench.sh: no $need, expected a build of the project" >&2; exit 2; }
done
for need in tcpdump valgrind tshark editcap capinfos; do
  command -v "$need" >/dev/null || { echo "bench.sh: no $need here" >&2; exit 2; }
done

pairs=${PAIRS:-7}
# In memory where there is room: a disk's mood is not what is measured.
room=$(df --output=avail -k /dev/shm 2>/dev/null | tail -n 1) || room=0
[ "${room:-0}" -gt 4000000 ] && TMPDIR=${TMPDIR:-/dev/shm}
work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-bench.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 711 "$work" # the user who runs tshark has a home in it

# cpu COMMAND...: prints its CPU time in milliseconds.
cpu() {
  local TIMEFORMAT='%U %S' spent
  spent=$({ time "$@" >/dev/null 2>&1; } 2>&1)
  awk '{ printf "%d\n", ($1 + $2) * 1000 }' <<<"$spent"
}

# ratio NAME WANTED 'OURS' 'BASELINE': how many times faster ours is than the baseline (median over the pairs).
ratio() {
  local name=$1 wanted=$2 ours=$3 baseline=$4 i
  cpu bash -c "$ours" >/dev/null
  cpu bash -c "$baseline" >/dev/null
  for ((i = 0; i < pairs; i++)); do
    echo "$(cpu bash -c "$ours") $(cpu bash -c "$baseline")"
  done | awk '{ print $2 / ($1 ? $1 : 1), $1, $2 }' | sort -n | awk -v name="$name" -v wanted="$wanted" '
    { r[NR] = $1; a[NR] = $2; b[NR] = $3 }
    END { m = int((NR + 1) / 2)
          printf "%-58s %8.3f  (wanted: %s; %d ms against %d ms; spread %.3f-%.3f)\n", name, r[m], wanted, a[m], b[m], r[1], r[NR] }'
}

frames() {
  capinfos -TrMc "$1" | cut -f 2
}

echo "== reading: a capture of simulated traffic, every link"
flows=20000
"$catshark" simulate --seed 7 --flows $flows --both -q -w "$work/all.pcapng"
# One link type and a plain pcap file: what the bare loop reads fastest.
editcap -F nsecpcap "$work/all.pcapng" "$work/all.pcap"
packets=$(frames "$work/all.pcap")
if [ "$packets" -gt 1000000 ]; then
  editcap -F nsecpcap -r "$work/all.pcap" "$work/million.pcap" 1-1000000
else
  mv "$work/all.pcap" "$work/million.pcap"
fi
echo "$(frames "$work/million.pcap") packets, $(stat -c %s "$work/million.pcap") octets"
ratio "inspect -q against a bare pcap_loop that counts" ">= 0.4" \
  "'$catshark' inspect -q -r '$work/million.pcap'" "'$build/bench/bench-count' '$work/million.pcap'"
ratio "inspect, a line per packet, against tcpdump -n" ">= 4" \
  "'$catshark' inspect -r '$work/million.pcap'" "tcpdump -n -r '$work/million.pcap'"

echo "== writing"
octets=$(stat -c %s "$work/all.pcapng")
ratio "simulate -w against a bare loop of pcap_dump" ">= 0.25" \
  "'$catshark' simulate --seed 7 --flows $flows --both -q -w '$work/out.pcapng'" \
  "'$build/bench/bench-dump' '$work/out.pcap' $packets $octets"

echo "== tshark with the plugin against without"
home=$work/home
mkdir -p "$home"
cp -r "$build/plugins" "$home/plugins"
shark() { # PLUGIN-FOLDER COMMAND...
  local plugins=$1
  shift
  WIRESHARK_PLUGIN_DIR=$plugins "$top/packaging/as-user.sh" "$home" "$@"
}
mkdir -p "$home/none"
shark "$home/plugins" tshark -G plugins 2>/dev/null | grep '^catshark' >/dev/null || { echo "bench.sh: tshark does not load the plugin" >&2; exit 2; }
editcap -F nsecpcap -r "$work/million.pcap" "$home/full.pcap" 1-20000
"$catshark" simulate --seed 8 --flows 3000 --capability none --both -q -w "$work/plain.pcapng"
tshark -n -r "$work/plain.pcapng" -Y '!(ipv6.routing || ip.proto == 41 || ipv6.nxt == 4 || ipv6.nxt == 41)' \
  -F nsecpcap -w "$work/plain.pcap" 2>/dev/null
editcap -F nsecpcap -r "$work/plain.pcap" "$home/plain.pcap" 1-20000
for kind in full plain; do
  editcap -F nsecpcap -r "$home/$kind.pcap" "$home/$kind-one.pcap" 1
done

# instructions PLUGIN-FOLDER CAPTURE OPTION...
instructions() {
  local plugins=$1 capture=$2
  shift 2
  shark "$plugins" valgrind --tool=callgrind --callgrind-out-file=/dev/null tshark -n "$@" -r "$capture" 2>&1 >/dev/null |
    awk '/Collected/ { print $4 }'
}

# against_none KIND WANTED NAME OPTION...: a line for instructions and one for time.
against_none() {
  local kind=$1 wanted=$2 name=$3 with without i
  shift 3
  # The cost of starting up is taken off: what is left is the cost of the packets.
  with=$(($(instructions "$home/plugins" "$home/$kind.pcap" "$@") - $(instructions "$home/plugins" "$home/$kind-one.pcap" "$@")))
  without=$(($(instructions "$home/none" "$home/$kind.pcap" "$@") - $(instructions "$home/none" "$home/$kind-one.pcap" "$@")))
  awk -v name="instructions, $name" -v a=$with -v b=$without -v n="$(frames "$home/$kind.pcap")" -v w="$wanted" 'BEGIN {
    printf "%-58s %8.3f  (wanted: %s; %d against %d a packet, %d packets)\n", name, a / b, w, a / n, b / n, n }'
  for ((i = 0; i < pairs; i++)); do
    echo "$(cpu shark "$home/plugins" tshark -n "$@" -r "$home/$kind.pcap") $(cpu shark "$home/none" tshark -n "$@" -r "$home/$kind.pcap")"
  done | awk '{ print $1 / $2 }' | sort -n | awk -v name="CPU time, $name" -v w="$wanted" '{ r[NR] = $1 } END {
    printf "%-58s %8.3f  (wanted: %s; spread %.3f-%.3f)\n", name, r[int((NR + 1) / 2)], w, r[1], r[NR] }'
}

against_none plain '<= 1.02' "no traffic of ours, a line per packet"
against_none plain '<= 1.02' "no traffic of ours, -V" -V
against_none full '<= 1.25' "only traffic of ours, a line per packet"
against_none full '<= 1.25' "only traffic of ours, -V" -V
