# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by bench.sh: the bed on which what is live is measured, in namespaces of its own that go at the end. Needs
# $build, $catshark, $work.
#
#   source g0 -- d0 forwarder d1 -- s0 sink
#
# The source floods on core 0; what the kernel forwards it forwards there too, in the same breath. Our forwarder has core
# 1. Packets are counted where they arrive, at the sink's interface, which drops them.

bed=csb$$
source_mac=02:00:00:00:00:60 forwarder_mac=02:00:00:00:00:d0 site_mac=02:00:00:00:00:d1 sink_mac=02:00:00:00:00:50

in_bed() { # NAMESPACE COMMAND...
  local ns=$1
  shift
  ip netns exec "$bed-$ns" "$@"
}

bed_down() {
  local ns pid
  for ns in source forwarder second sink; do
    for pid in $(ip netns pids "$bed-$ns" 2>/dev/null); do kill "$pid" 2>/dev/null || true; done
    ip netns del "$bed-$ns" 2>/dev/null || true
  done
}

# bed_can: says why not, where namespaces cannot be made or a tool is missing.
bed_can() {
  local tool why
  for tool in ip ethtool nft taskset; do
    command -v "$tool" >/dev/null || { echo "skipped: no $tool here"; return 1; }
  done
  [ "$(nproc)" -ge 2 ] || { echo "skipped: one core, the source and the forwarder need one each"; return 1; }
  why=$(ip netns add "$bed-source" 2>&1) || { echo "skipped: no network namespaces here: $why"; return 1; }
  ip netns del "$bed-source"
}

# bed_link NS1 IF1 MAC1 NS2 IF2 MAC2 MTU: no offload, so that frames are those of a wire.
bed_link() {
  local end
  ip link add "$2" netns "$bed-$1" mtu "$7" address "$3" type veth peer name "$5" mtu "$7" address "$6" netns "$bed-$4"
  for end in "$1 $2" "$4 $5"; do
    ip -n "$bed-${end% *}" link set "${end#* }" up
    in_bed "${end% *}" ethtool -K "${end#* }" tx off rx off tso off gso off gro off sg off >/dev/null 2>&1
  done
}

# bed_address NS IF ADDRESS...
bed_address() {
  local ns=$1 interface=$2 address option
  shift 2
  for address in "$@"; do
    option=
    [ "${address#*:}" = "$address" ] || option=nodad
    ip -n "$bed-$ns" addr add "$address" dev "$interface" $option
  done
}

# bed_neighbor NS IF MAC ADDRESS...
bed_neighbor() {
  local ns=$1 interface=$2 mac=$3 address
  shift 3
  for address in "$@"; do ip -n "$bed-$ns" neigh add "$address" lladdr "$mac" dev "$interface"; done
}

bed_namespaces() {
  local ns
  for ns in "$@"; do
    ip netns add "$bed-$ns"
    ip -n "$bed-$ns" link set lo up
    in_bed "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
      net.ipv6.conf.default.router_solicitations=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
      net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
  done
}

# The bed of floods. The forwarder has addresses of both families on both links, its neighbours stand in its tables.
bed_up() {
  bed_down
  bed_namespaces source forwarder sink
  bed_link source g0 $source_mac forwarder d0 $forwarder_mac 1600
  bed_link forwarder d1 $site_mac sink s0 $sink_mac 1600
  bed_address forwarder d0 10.9.0.1/24 2001:db8:9::1/64
  bed_address forwarder d1 10.3.1.1/24 2001:db8:3:1::1/64
  bed_neighbor forwarder d1 $sink_mac 10.3.1.2 2001:db8:3:1::2
  in_bed sink nft -f - <<<'table netdev t { chain c { type filter hook ingress device "s0" priority 0; policy drop; }; }'
}

# The bed of TCP: source c0 -- i0 ingress i1 -- e0 egress e1 -- s0 sink, the CS-ID on the sink's lo. Link-layer
# addresses are such that the same network file fits.
bed_tcp_up() {
  bed_down
  bed_namespaces source forwarder second sink
  bed_link source c0 $source_mac forwarder i0 $forwarder_mac 1500
  bed_link forwarder i1 $source_mac second e0 $sink_mac 1600
  bed_link second e1 $site_mac sink s0 $sink_mac 1500
  bed_address source c0 10.1.0.2/24
  bed_address forwarder i0 10.1.0.1/24
  bed_address forwarder i1 2001:db8:12::1/64
  bed_address second e0 2001:db8:12::2/64
  bed_address second e1 10.3.1.1/24
  bed_address sink s0 10.3.1.2/24
  bed_address sink lo 192.0.2.80/32
  bed_neighbor source c0 $forwarder_mac 10.1.0.1
  bed_neighbor forwarder i0 $source_mac 10.1.0.2
  bed_neighbor forwarder i1 $sink_mac 2001:db8:12::2
  bed_neighbor second e0 $source_mac 2001:db8:12::1
  bed_neighbor second e1 $sink_mac 10.3.1.2
  bed_neighbor sink s0 $site_mac 10.3.1.1
  ip -n "$bed-source" route add default via 10.1.0.1
  ip -n "$bed-sink" route add default via 10.3.1.1
}

# section KIND NAME KEY=VALUE...: of a network file.
section() {
  printf '[%s]\n' "$1 $2"
  shift 2
  printf '%s\n' "$@" ''
}

# bed_topology SITES: the network file. Sites beyond the first lie on VLANs of the same interface.
bed_topology() {
  local i vlan=
  local behind=(mtu=1600 "from_address=10.9.0.2;2001:db8:9::2" from_mac=$source_mac "to_address=10.9.0.1;2001:db8:9::1")
  local ahead=("from_address=10.3.1.1;2001:db8:3:1::1" "to_address=10.3.1.2;2001:db8:3:1::2" to_mac=$sink_mac)
  section service web ipv4=192.0.2.80 ipv6=2001:db8:80::80 port=80
  section ingress ingress1 source=5f00:0:1::100 locator=5f00:0:1::/48 "clients=10.1.0.0/16;2001:db8:1::/64" \
    encapsulation=reduced
  section egress egress1 source=5f00:0:e1::100 locator=5f00:0:e1::/48
  section sid egress1-cats prefix=5f00:0:e1:ca75::/64 behavior=End.CATS "granularity=egress node" egress=egress1
  section sid egress1-dt4 prefix=5f00:0:e1:4::/64 behavior=End.DT4 egress=egress1
  section sid ingress1-dt4 prefix=5f00:0:1:4::/64 behavior=End.DT4 ingress=ingress1
  section link core-egress from=core to=egress1 interface=d0 "${behind[@]}"
  section link access from=clients to=ingress1 interface=d0 "${behind[@]}"
  section link ingress-core from=ingress1 to=core interface=d1 mtu=1600 "${ahead[@]}"
  for ((i = 1; i <= $1; i++)); do
    section site "site$i" egress=egress1
    section node "node$i" "site=site$i" "ipv4=10.4.$((i / 250)).$((i % 250 + 1))"
    section link "egress-site$i" from=egress1 "to=site$i" interface=d1 mtu=1600 "${ahead[@]}" ${vlan:+"$vlan"}
    vlan=vlan=$((i + 1))
  done
}

# ---- rounds ----

arrived() {
  in_bed sink cat /sys/class/net/s0/statistics/rx_packets
}

# Until what is under way has arrived.
arrived_all() {
  local before=-1 now
  now=$(arrived)
  while [ "$now" != "$before" ]; do
    sleep 0.1
    before=$now
    now=$(arrived)
  done
  echo "$now"
}

# flood SECONDS RATE MAC FAMILY FLOWS SID...: prints "packets seconds cpu-seconds" of the source.
flood() {
  local seconds=$1 rate=$2 mac=$3 family=$4 flows=$5
  shift 5
  in_bed source taskset -c 0 "$build/bench/bench-flood" g0 "$mac" "$family" "$flows" "$seconds" "$rate" "$@"
}

# cpu_ns PID: its time on a core so far.
cpu_ns() {
  cut -d ' ' -f 1 "/proc/$1/schedstat"
}

# start_role NAMESPACE CORES VERB NAME FILE OPTION...: its process is $role; $work/NAME.out has its summary in the end.
# niceness: 0 where not set.
start_role() {
  local ns=$1 cores=$2 verb=$3 name=$4 file=$5
  shift 5
  ip netns exec "$bed-$ns" taskset -c "$cores" nice -n "${niceness:-0}" "$catshark" "$verb" --topology "$file" \
    --name "$name" --takeover --json --kernel-flow-label --encapsulation reduced "$@" >"$work/$name.out" 2>"$work/$name.err" &
  role=$!
  until grep -qs 'is ready' "$work/$name.err"; do
    kill -0 $role 2>/dev/null || { cat "$work/$name.err" >&2; return 1; }
    sleep 0.05
  done
}

stop_role() { # PID
  kill -INT "$1"
  wait "$1" || true
}

# round PID SECONDS RATE MAC FAMILY FLOWS SID...: prints what arrived a second, what was sent a second, nanoseconds of the
# process a packet that arrived, and of the source a packet that it sent. PID 0: no process of ours forwards.
round() {
  local pid=$1 before after spent=0 out
  shift
  before=$(arrived_all)
  [ "$pid" = 0 ] || spent=$(cpu_ns "$pid")
  out=$(flood "$@")
  after=$(arrived_all)
  [ "$pid" = 0 ] || spent=$(($(cpu_ns "$pid") - spent))
  awk -v n=$((after - before)) -v spent="$spent" '{
    printf "%.0f %.0f %.1f %.1f\n", n / $2, $1 / $2, n ? spent / n : 0, $3 * 1e9 / $1 }' <<<"$out"
}
