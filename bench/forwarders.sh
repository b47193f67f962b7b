# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by bench.sh: our forwarders beside the kernel's on the beds of bed.sh. Needs $build, $catshark, $pairs, $work.

round_seconds=${ROUND_SECONDS:-2}
second_round=5f00:0:e1:ca75:: # our egress's SID
kernel_sid=5f00:0:e9:         # what the kernel decapsulates

# beside_kernel NAME WANTED FAMILY VERB OUR-SID KERNEL-SID KERNEL-BEGINS KERNEL-ENDS: packets a second that arrive, and
# CPU time a packet: of our process and of what is done on the source's core to hand packets to it, against that of the
# kernel's forwarding. Both cores' time includes the delivery to the sink; what the source needs alone is taken off.
beside_kernel() {
  local name=$1 wanted=$2 family=$3 verb=$4 ours=$5 theirs=$6 begins=$7 ends=$8 i flows=4096
  for ((i = 0; i < pairs; i++)); do
    start_role forwarder 1 "$verb" "${verb}1" "$work/one.conf"
    round $role "$round_seconds" 0 $forwarder_mac "$family" $flows $ours
    stop_role $role
    $begins
    round 0 "$round_seconds" 0 $forwarder_mac "$family" $flows $theirs
    $ends
    round 0 1 0 02:00:00:00:00:ff "$family" $flows $theirs # to nobody
  done | paste -d ' ' - - - >"$work/rounds"
  awk '{ print $1 / $5, $1, $5 }' "$work/rounds" | median_ratio "packets a second, $name" "$wanted" "a second"
  awk '{ print ($3 + $4 - $12) / ($8 - $12), $3 + $4 - $12, $8 - $12 }' "$work/rounds" |
    median_ratio "CPU time a packet, $name" - "ns"
  awk '{ print $3 / ($8 - $12), $3, $8 - $12 }' "$work/rounds" | median_ratio "our process alone, $name" - "ns"
}

kernel_encapsulates() {
  ip -n "$bed-forwarder" -6 route add 5f00:0:e1::/48 via 2001:db8:3:1::2
  ip -n "$bed-forwarder" route add 192.0.2.80/32 encap seg6 mode encap.red segs $second_round dev d1
}

kernel_encapsulates_no_more() {
  ip -n "$bed-forwarder" route del 192.0.2.80/32
  ip -n "$bed-forwarder" -6 route del 5f00:0:e1::/48
}

forwarders_packets() {
  bed_up
  bed_topology 1 >"$work/one.conf"
  ip -n "$bed-forwarder" route add 10.255.1.1/32 via 10.3.1.2
  ip -n "$bed-forwarder" -6 route add ${kernel_sid}4::/64 encap seg6local action End.DX4 nh4 10.255.1.1 dev d1
  ip -n "$bed-forwarder" -6 route add ${kernel_sid}6::/64 encap seg6local action End.DX6 nh6 2001:db8:3:1::2 dev d1
  beside_kernel "egress, IPv4, against End.DX4" ">= 0.9" 4 egress $second_round ${kernel_sid}4:: : :
  beside_kernel "egress, IPv6, against End.DX6" - 6 egress $second_round ${kernel_sid}6:: : :
  beside_kernel "ingress, IPv4, against H.Encaps.Red" - 4 ingress "" "" kernel_encapsulates \
    kernel_encapsulates_no_more
}

# ---- TCP through ingress and egress ----

kernel_forwards() { # add or del
  ip -n "$bed-forwarder" -6 route "$1" 5f00:0:e1::/48 via 2001:db8:12::2
  ip -n "$bed-forwarder" route "$1" 192.0.2.80/32 encap seg6 mode encap.red segs $second_round dev i1
  ip -n "$bed-forwarder" -6 route "$1" 5f00:0:1:4::/64 encap seg6local action End.DX4 nh4 10.1.0.2 dev i0
  ip -n "$bed-second" -6 route "$1" 5f00:0:1::/48 via 2001:db8:12::1
  ip -n "$bed-second" route "$1" 10.1.0.0/24 encap seg6 mode encap.red segs 5f00:0:1:4:: dev e0
  ip -n "$bed-second" -6 route "$1" 5f00:0:e1:ca75::/64 encap seg6local action End.DX4 nh4 10.255.1.1 dev e1
}

# goodput STREAMS: megabits a second of what arrived.
goodput() {
  in_bed source "$build/bench/bench-stream" 192.0.2.80 5201 "$1" "$round_seconds"
}

# tcp_pair STREAMS INGRESS-CORES EGRESS-CORES: "ratio ours theirs".
tcp_pair() {
  local ingress egress ours theirs
  start_role second "$3" egress egress1 "$work/one.conf" --interface core-egress=e0 --interface egress-site1=e1
  egress=$role
  start_role forwarder "$2" ingress ingress1 "$work/one.conf" --interface access=i0 --interface ingress-core=i1
  ingress=$role
  ours=$(goodput "$1")
  stop_role "$ingress"
  stop_role "$egress"
  kernel_forwards add
  theirs=$(goodput "$1")
  kernel_forwards del
  echo "$ours $theirs" | awk '{ print $1 / $2, $1, $2 }'
}

# tcp_goodput PLACE INGRESS-CORES EGRESS-CORES
tcp_goodput() {
  local streams i
  for streams in 1 8; do
    for ((i = 0; i < pairs; i++)); do tcp_pair $streams "$2" "$3"; done |
      median_ratio "TCP goodput, $streams flows, $1" ">= 0.8" "Mbit/s"
  done
}

# The kernel forwards where a packet arrives, ahead of every process. Ours takes turns with the sender and the receiver,
# who have the same two cores, and goes from one to the other; placed, each stays on one and goes ahead of them.
forwarders_tcp() {
  local receiver niceness=0
  bed_tcp_up
  bed_topology 1 >"$work/one.conf"
  ip -n "$bed-second" route add 10.255.1.1/32 via 10.3.1.2
  : >"$work/receiver.out"
  in_bed sink "$build/bench/bench-stream" 192.0.2.80 5201 >"$work/receiver.out" &
  receiver=$!
  until grep -q listening "$work/receiver.out"; do sleep 0.05; done
  tcp_goodput "ingress and egress as started" 0,1 0,1
  niceness=-10
  tcp_goodput "ingress and egress, placed" 0 1
  kill "$receiver"
  wait "$receiver" 2>/dev/null || true
}

# ---- many flows, many sites ----

# cost_of SITES FLOWS: nanoseconds of the egress a packet, at a rate that it keeps up with, all flows known to it.
cost_of() {
  start_role forwarder 1 egress egress1 "$work/sites-$1.conf"
  [ "$2" -lt 100000 ] || flood 5 0 $forwarder_mac 4 "$2" $second_round >"$work/warm"
  round $role "$round_seconds" 100000 $forwarder_mac 4 "$2" $second_round | cut -d ' ' -f 3
  stop_role $role
}

# cost_ratio NAME SITES FLOWS: against one site and one flow.
cost_ratio() {
  local i
  for ((i = 0; i < pairs; i++)); do
    echo "$(cost_of "$2" "$3") $(cost_of 1 1)"
  done | awk '{ print $1 / $2, $1, $2 }' | median_ratio "egress, CPU time a packet, $1 against 1" - "ns"
}

forwarders_cost() {
  local count
  bed_up
  for count in 1 10 100 1000; do bed_topology $count >"$work/sites-$count.conf"; done
  for count in 1000 1000000; do cost_ratio "$count flows" 1 $count; done
  for count in 10 100 1000; do cost_ratio "$count sites" $count 4096; done
  cost_ratio "1000000 flows and 1000 sites" 1000 1000000
  echo "memory of flows, a million: octets a flow, ns to add one, ns to find one, ms of the slowest addition:" \
    "$("$build/bench/bench-pins" 1000000)"
}

section_forwarders() {
  echo "== forwarders: flood of 4,096 flows, TCP, many flows and sites, beside the kernel on the same veth links"
  bed_can || return 0
  forwarders_packets
  forwarders_tcp
  forwarders_cost
  bed_down
}
