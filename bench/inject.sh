# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154
# Sourced by bench.sh: a capture sent on a veth pair whose other end nobody listens on. Both programs hold the file in
# memory and send it several times, so that starting and reading weigh little. Needs $catshark, $work.

section_inject() {
  echo "== sending: a capture on a veth pair"
  command -v tcpreplay >/dev/null || { echo "skipped: no tcpreplay here"; return 0; }
  bed_can || return 0
  every_link
  bed_down
  bed_namespaces source sink
  bed_link source g0 $source_mac sink s0 $sink_mac 9000
  in_bed source sysctl -qw net.ipv6.conf.g0.disable_ipv6=1
  in_bed sink sysctl -qw net.ipv6.conf.s0.disable_ipv6=1
  editcap -F nsecpcap -r "$work/million.pcap" "$work/sent.pcap" 1-200000
  local ours="ip netns exec $bed-source '$catshark' inject -q -i g0 -r '$work/sent.pcap' --topspeed --loop 5"
  local replay="ip netns exec $bed-source tcpreplay -q -K --topspeed --loop 5 -i g0" clock
  for clock in cpu wall; do
    ratio "inject --topspeed against tcpreplay -K --topspeed, $clock" ">= 1.0" "$ours" "$replay '$work/sent.pcap'"
  done
  ratio "the same, tcpreplay without flow statistics, cpu" "-" "$ours" "$replay --no-flow-stats '$work/sent.pcap'"
  bed_down
}
