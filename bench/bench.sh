#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Prints every performance figure of the project against a named baseline, measured in this one run.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: bench/bench.sh [BUILD-FOLDER [SECTION...]]

Sections: reading, verify, writing, shark, sessions, routes, bounds, inject, forwarders; all of them without a name.

Needs a release build (./quickstart.sh makes one in build/), tcpdump and valgrind. Times are CPU time (user and
system) of alternating runs, the ratio is the median over the pairs; instruction counts are callgrind's; memory is the
most that a process held at once. Nothing here passes or fails: what is wanted stands beside what was measured.

The forwarders run in network namespaces, as root, on two cores, and need iproute2, ethtool and nftables; else that
section says why it is skipped. Give them a machine that does nothing else.

Environment: PAIRS of runs (7); ROUND_SECONDS of a flood or a transfer (2); COUNTED sessions whose instructions are
counted (2000; a run of valgrind over 100000 takes half an hour).
TEXT
}
case ${1:-} in -h | --help) usage; exit 0 ;; esac

top=$(cd "$(dirname "$0")/.." && pwd)
build=$(cd "${1:-$top/build}" && pwd)
[ $# -eq 0 ] || shift
catshark=$build/bin/catshark
for need in "$catshark" "$build"/bench/bench-{count,dump,flood,flows,peak,pins,routes,stream,updates}; do
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
. "$top/bench/bed.sh"
trap 'bed_down; rm -rf "$work"' EXIT
chmod 711 "$work" # the user who runs tshark has a home in it
home=$work/home
. "$top/bench/measure.sh"
. "$top/bench/forwarders.sh"
. "$top/bench/inject.sh"
tshark_start

flows=20000

# Simulated traffic on every link, once a run: $work/all.pcapng, and its first million packets as a plain pcap file
# of one link type, which is what the bare loop reads fastest.
every_link() {
  [ ! -e "$work/million.pcap" ] || return 0
  "$catshark" simulate --seed 7 --flows $flows --both -q -w "$work/all.pcapng"
  editcap -F nsecpcap "$work/all.pcapng" "$work/all.pcap"
  editcap -F nsecpcap -r "$work/all.pcap" "$work/million.pcap" 1-1000000
  gzip -1 -k "$work/million.pcap"
}

section_reading() {
  every_link
  echo "== reading: a capture of simulated traffic, every link"
  echo "$(frames "$work/million.pcap") packets, $(stat -c %s "$work/million.pcap") octets"
  ratio "inspect -q against a bare pcap_loop that counts" ">= 0.4" \
    "'$catshark' inspect -q -r '$work/million.pcap'" "'$build/bench/bench-count' '$work/million.pcap'"
  ratio "inspect -q --sessions against a bare pcap_loop" "-" \
    "'$catshark' inspect -q --sessions -r '$work/million.pcap'" "'$build/bench/bench-count' '$work/million.pcap'"
  ratio "inspect -q --flows against inspect -q" ">= 0.7" \
    "'$catshark' inspect -q --flows -r '$work/million.pcap'" "'$catshark' inspect -q -r '$work/million.pcap'"
  ratio "inspect, a line per packet, against tcpdump -n" ">= 4" \
    "'$catshark' inspect -r '$work/million.pcap'" "tcpdump -n -r '$work/million.pcap'"
}

# What verify says of rules, sessions and flows, asked of tshark: verdicts are whole on the second pass.
ask_tshark() { # CAPTURE TOPOLOGY
  echo "WIRESHARK_PLUGIN_DIR='$home/plugins' '$top/packaging/as-user.sh' '$home' tshark -n -2 -r '$1' -o 'cats.topology:$2' \
    -T fields -e frame.number -e affinity.session -e affinity.verdict -e cats.flow -e cats.site -e cats.verdict -e _ws.expert.message"
}

# per_packet CAPTURE: nanoseconds of CPU time that verify takes a packet.
per_packet() {
  local spent
  spent=$(cpu "$catshark" verify --flows 2M "$1")
  awk -v ms="$spent" -v n="$(frames "$1")" 'BEGIN { printf "%.0f\n", ms * 1e6 / n }'
}

# Flows of ten packets, all in SRv6, the first packets of all flows first: each is live to the end.
section_verify() {
  every_link
  echo "== verify: simulated traffic on every link, all rules"
  "$catshark" simulate --print-topology >"$work/net.conf"
  ratio "verify, every link, topology, against a bare pcap_loop" ">= 0.35" \
    "'$catshark' verify --topology '$work/net.conf' '$work/all.pcapng'" "'$build/bench/bench-count' '$work/all.pcapng'"
  ratio "verify, one capture point, against a bare pcap_loop" ">= 0.35" \
    "'$catshark' verify '$work/million.pcap'" "'$build/bench/bench-count' '$work/million.pcap'"
  ratio "verify --expect itself, one capture point" ">= 0.2" \
    "'$catshark' verify '$work/million.pcap' --expect '$work/million.pcap'" "'$build/bench/bench-count' '$work/million.pcap'"
  ratio "verify --expect itself, every link" ">= 0.2" \
    "'$catshark' verify '$work/all.pcapng' --expect '$work/all.pcapng'" "'$build/bench/bench-count' '$work/all.pcapng'"
  editcap -r "$work/all.pcapng" "$home/links.pcapng" 1-200000
  cp "$work/net.conf" "$home/net.conf"
  ratio "verify against tshark -2 with the plugin, 200,000 packets" ">= 50" \
    "'$catshark' verify --topology '$work/net.conf' '$home/links.pcapng'" "$(ask_tshark "$home/links.pcapng" "$home/net.conf")"
  ratio "verify of gzip against zcat" "-" \
    "'$catshark' verify '$work/million.pcap.gz'" "zcat '$work/million.pcap.gz'"
  local few=$work/few.pcap many=$work/many.pcap a b
  "$build/bench/bench-flows" 10000 10 >"$few"
  "$build/bench/bench-flows" 1000000 10 >"$many"
  a=$(per_packet "$few") b=$(per_packet "$many")
  awk -v a="$a" -v b="$b" 'BEGIN {
    printf "%-58s %8.3f  (wanted: <= 1.5; %d ns against %d ns a packet)\n", "10 M packets of 1 M flows against 100,000 of 10,000", b / a, b, a }'
  a=$(peak "$catshark" verify --flows 2M "$few") b=$(peak "$catshark" verify --flows 2M "$many")
  awk -v a="$a" -v b="$b" 'BEGIN {
    printf "%-58s %8.0f  (wanted: < 256; %.1f MB against %.1f MB)\n", "octets a live flow and its connection", (b - a) / 990000, b / 1e6, a / 1e6 }'
  rm -f "$few" "$many"
}

section_writing() {
  every_link
  echo "== writing"
  ratio "simulate -w against a bare loop of pcap_dump" ">= 0.25" \
    "'$catshark' simulate --seed 7 --flows $flows --both -q -w '$work/out.pcapng'" \
    "'$build/bench/bench-dump' '$work/out.pcap' $(frames "$work/all.pcap") $(stat -c %s "$work/all.pcapng")"
}

section_shark() {
  every_link
  echo "== tshark with the plugin against without"
  take full "$work/million.pcap" 20000
  "$catshark" simulate --seed 8 --flows 3000 --capability none --both -q -w "$work/plain.pcapng"
  tshark -n -r "$work/plain.pcapng" -Y '!(ipv6.routing || ip.proto == 41 || ipv6.nxt == 4 || ipv6.nxt == 41)' \
    -F nsecpcap -w "$work/plain.pcap" 2>/dev/null
  take plain "$work/plain.pcap" 20000
  against_none plain '<= 1.02' "no traffic of ours, a line per packet"
  against_none plain '<= 1.02' "no traffic of ours, -V" -V
  against_none full '<= 1.25' "only traffic of ours, a line per packet"
  against_none full '<= 1.25' "only traffic of ours, -V" -V
}

# sessions_on LINKS COUNT KIND: $home/KIND.pcap of COUNT redirect sessions on the links whose names match: each packet
# once. Links are told apart by their MAC addresses, which tcpdump selects many times faster than tshark does names.
sessions_on() {
  local links=$1 count=$2 kind=$3
  [ -e "$work/names.pcapng" ] || "$catshark" simulate --seed 1 --flows 20 -q -w "$work/names.pcapng"
  local macs
  macs=$(tshark -n -r "$work/names.pcapng" -Y "frame.interface_name matches \"$links\"" -T fields -e eth.src 2>/dev/null | sort -u)
  "$catshark" simulate --seed 1 --flows "$count" --rate 500 --response 500 -q -w - |
    tcpdump -r - -w "$work/$kind.pcap" "$(sed 's/^/ether src /; $! s/$/ or/' <<<"$macs" | tr '\n' ' ')" 2>/dev/null
  take "$kind" "$work/$kind.pcap"
}

section_sessions() {
  local many=100000 counted=${COUNTED:-2000} kind links
  for kind in client core; do
    links='^clients-' where="where clients are"
    [ "$kind" = client ] || links='^ingress[0-9]+-core$' where="in SRv6"
    echo "== redirect sessions, captured $where"
    sessions_on "$links" "$counted" "$kind"
    instructions_only "$kind" '<= 1.35' "sessions $where"
    instructions_only "$kind" '<= 1.35' "sessions $where, -2" -2
    sessions_on "$links" $many "$kind"
    memory_per "$kind" '< 600' "a session $where, -2" $many -2
  done
}

# What the files of learning take of a capture that has nothing to learn; and what is learned of UPDATEs no two of which
# are alike, 100,000 and 1,000,000: more than the 65,536 routes that are held in either case.
section_routes() {
  every_link
  echo "== routes learned from BGP"
  take full "$work/million.pcap" 20000
  local learning='(epan-cats/(cats-route|prefix-history|bgp-)|plugins/(route-|bgp-|frame-updates)|inspect/route-|:(cats_route_|route_|bgp_|frame_updates_|prefix_history_))'
  part_of shark full '<= 1.002' "SRv6 without BGP, learning" "$learning"
  part_of verify full '<= 1.02' "the same, verify" "$learning"
  local kind few many with without
  for kind in 20000 100000 1000000; do
    "$build/bench/bench-updates" $kind >"$work/updates.pcap"
    take $kind "$work/updates.pcap"
  done
  instructions_only 20000 '-' "UPDATEs, ten a packet"
  few=$(peak "$build/bench/bench-routes" 100000) many=$(peak "$build/bench/bench-routes" 1000000)
  awk -v a="$many" -v b="$few" -v t="$(cat "$work/peak.out")" 'BEGIN {
    printf "%-58s %8.3f  (wanted: 1; %.1f MB against %.1f MB; %d ns an UPDATE)\n", "memory of routes, 1,000,000 UPDATEs against 100,000", a / b, a / 1e6, b / 1e6, t }'
  for kind in 100000 1000000; do
    with=$(shark_peak "$home/plugins" $kind -2) without=$(shark_peak "$home/none" $kind -2)
    few=$many many=$((with - without))
  done
  awk -v a="$many" -v b="$few" 'BEGIN {
    printf "%-58s %8.3f  (wanted: <= 1.2; %.1f MB against %.1f MB more than without)\n", "the same, tshark -2 with the plugin", a / b, a / 1e6, b / 1e6 }'
}

section_bounds() {
  echo "== flows that have nothing to do with each other, each a SYN in SRv6"
  local held=65536 many=10000000 few_octets many_octets
  few_octets=$(peak "$catshark" inspect -q --sessions --flows -r <("$build/bench/bench-flows" $held))
  many_octets=$(peak "$catshark" inspect -q --sessions --flows -r <("$build/bench/bench-flows" $many))
  awk -v name="memory, inspect --sessions --flows, $many against $held" -v a="$many_octets" -v b="$few_octets" 'BEGIN {
    printf "%-58s %8.3f  (wanted: 1; %.1f MB against %.1f MB)\n", name, a / b, a / 1e6, b / 1e6 }'
  grep -E '^  (connections|flows) (held|let go) ' "$work/peak.out"
}

for section in ${*:-reading verify writing shark sessions routes bounds inject forwarders}; do
  declare -F "section_$section" >/dev/null || { echo "bench.sh: no section \"$section\"" >&2; usage >&2; exit 2; }
  "section_$section"
done
