#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Which end of a flow steering-report takes for the service, by what its packets tell. usage: directions.sh
set -euo pipefail
shared=$(cd "$(dirname "$0")/../../tshark-scripts" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
columns="frame.number frame.protocols frame.interface_id ip.src ip.dst ip.len ipv6.src ipv6.dst ipv6.plen tcp.srcport"
columns="$columns tcp.dstport tcp.flags.syn tcp.flags.ack udp.srcport udp.dstport cats.flow cats.site cats.verdict cats.sid"
columns="$columns cats.sid.behavior cats.sid.name cats.granularity cats.level cats.aggregate_id cats.ingress cats.egress"
columns="$columns cats.service _ws.expert.message"

# packet FROM TO SYN ACK BEHAVIOR NAME GRANULARITY INGRESS EGRESS SERVICE: a TCP segment of flow 0, encapsulated.
packet() {
  frame=$((frame + 1))
  printf '%s' "$frame|eth:ethertype:ipv6:ip:tcp|0|$1|$2|60|5f00::a|5f00::b|60|7|7|$3|$4|||0|||5f00::b"
  printf '%s\n' "|$5|$6|$7|||$8|$9|${10}|"
}

# expect CLIENT SERVICE TOPOLOGY-KNOWN WHAT: packets are on standard input.
expect() {
  { tr '|' '\037'; printf '\0360\n'; } |
    awk -v fields="$columns" -v rules= -v knows_services="$3" -f "$shared/common.awk" -f "$shared/steering-report.awk" >"$work/report"
  grep -q "^ *0  $1:7 *$2:7 " "$work/report" || { echo "$4: expected $1 to ask $2"; cat "$work/report"; failures=1; }
}

frame=0 failures=0 c=10.0.0.1 s=10.0.0.2 cats=0x80ca
{
  packet $s $c 1 0 '' '' '' 5f00::a '' ''
  packet $c $s 1 1 '' '' '' 5f00::a '' $s
} | expect $c $s 1 "a CS-ID of the topology, against the SYN"
packet $s $c 1 0 '' '' '' 5f00::a '' $c | expect $s $c 0 "the SYN, where no topology says what is a service"
{
  packet $s $c 0 1 0x0011 'in End.DX4' '' '' '' ''
  packet $c $s 0 1 '' '' '' 5f00::a e $s
} | expect $c $s 0 "a CS-ID: a packet without shows that there is a topology"
{
  packet $c $s 0 1 $cats 'e End.CATS' 3 5f00::a e $s
  packet $s $c 1 1 '' '' '' 5f00::a '' $c
} | expect $c $s 0 "End.CATS and the answer to a SYN"
{
  packet $s $c 1 0 '' '' '' 5f00::a '' $c
  packet $c $s 0 1 $cats 'e End.CATS' 3 5f00::a e $s
} | expect $s $c 0 "the SYN, against End.CATS"
{
  packet $s $c 0 1 0x0011 'e End.DX4' 2 5f00::a e $c
  packet $c $s 0 1 $cats 'e End.CATS' 3 5f00::a e $s
} | expect $c $s 0 "End.CATS, against a granularity that was stated before"
packet $s $c 0 1 0x0011 'in End.DX4' '' '' '' '' | expect $c $s 0 "a SID that is no egress's"
{
  packet $s $c 0 1 '' '' '' 5f00::a 5f00:0:e::/48 $c
  packet $c $s 0 1 0x0011 'e End.DX4' '' 5f00::a e $s
} | expect $c $s 0 "a SID that an egress owns, against one that has no known owner"
{
  packet $s $c 0 1 '' '' '' 5f00::a '' $c
  packet $c $s 0 1 '' '' '' 5f00::a '' $s
} | expect $s $c 0 "what was encapsulated first"
exit $failures
