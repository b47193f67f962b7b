#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Steered flows over several capture points: each has one number in both directions, encapsulated or not, and the site
# that its packets were seen on the way to.
# usage: check-flows.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/captures.sh"

# expect WHAT EXPECTED SHOWN
expect() {
  [ "$2" = "$3" ] || fail "$1: $(diff <(echo "$2") <(echo "$3"))"
}

# The kernel's 16 connections on five links. Which interface a connection's site is on say the sites' own captures.
for link in client pe site1 site2 site3; do
  sample "cats-encap-2sid-$link.pcap"
done
(cd "$tshark_home" && mergecap -I none -w merged.pcapng cats-encap-2sid-{client,pe,site1,site2,site3}.pcap)
chmod 644 "$tshark_home/merged.pcapng"
expected=$(for site in 1 2 3; do
  as_user tshark -n -r "cats-encap-2sid-site$site.pcap" -Y 'tcp.flags.syn == 1 && tcp.flags.ack == 0' -T fields -e tcp.srcport |
    sort -u | sed "s/\$/ interface $((site + 1)) delivered/"
done | sort)
expect "the site of each connection" "$expected" "$(as_user tshark -n -2 -r merged.pcapng -Y 'cats.flow && tcp.dstport == 80' \
  -T fields -E separator=' ' -e tcp.srcport -e cats.site -e cats.verdict | sort -u)"
expect "a number for each connection and for nothing else" \
  "$(as_user tshark -n -r merged.pcapng -Y tcp -T fields -e tcp.stream | awk '{ print $1 "\t" $1 }' | sort | uniq -c)" \
  "$(as_user tshark -n -2 -r merged.pcapng -Y cats.flow -T fields -e cats.flow -e tcp.stream | sort | uniq -c)"
expect "flows" 16 "$(as_user tshark -n -2 -r merged.pcapng -T fields -e cats.flow | sort -u | grep -c .)"

# A pcap file names no interfaces: the same flows, and no site.
editcap -F pcap "$tshark_home/merged.pcapng" "$tshark_home/nameless.pcap"
chmod 644 "$tshark_home/nameless.pcap"
for pass in "" -2; do
  expect "flows without interfaces $pass" \
    "$(as_user tshark -n $pass -r merged.pcapng -T fields -e frame.number -e cats.flow)" \
    "$(as_user tshark -n $pass -r nameless.pcap -T fields -e frame.number -e cats.flow)"
done
expect "sites without interfaces" "" "$(as_user tshark -n -2 -r nameless.pcap -Y cats.site -T fields -e frame.number)"

# What the first pass cannot know: the packets on the client's link before the first encapsulated one.
expect "frames of flow 0 that only the second pass knows" "4" \
  "$(comm -13 <(as_user tshark -n -r merged.pcapng -Y 'cats.flow == 0' -T fields -e frame.number | sort) \
    <(as_user tshark -n -2 -r merged.pcapng -Y 'cats.flow == 0' -T fields -e frame.number | sort))"

# Simulated, where every link has its name: with the network known the site's name, else the interface's.
"$catshark" simulate --print-topology >"$tshark_home/topology.conf"
chmod 644 "$tshark_home/topology.conf"
for family in ipv4 ipv6; do
  simulated "$family" --$family
  for topology in "" topology.conf; do
    shown=$(as_user tshark -n -2 -r "$family.pcapng" -o "cats.topology:$topology" \
      -Y 'frame.interface_name contains "site"' -T fields -e cats.site -e cats.verdict | sort -u)
    expected=$(as_user tshark -n -r "$family.pcapng" -Y 'frame.interface_name contains "site"' -T fields -e frame.interface_name |
      sort -u | sed "${topology:+s/.*-//;}s/\$/\tdelivered/")
    expect "sites of $family with \"$topology\"" "$expected" "$shown"
    # On the links to the sites, of each flow one.
    expect "two sites of one flow, $family" "" "$(as_user tshark -n -2 -r "$family.pcapng" -o "cats.topology:$topology" \
      -Y cats.flow -T fields -e cats.flow -e cats.site | sort -u | cut -f 1 | uniq -d)"
    expect "TCP of no flow, $family" "" "$(as_user tshark -n -2 -r "$family.pcapng" -o "cats.topology:$topology" \
      -Y '!cats.flow' -T fields -e frame.number)"
  done
done
[ "$failures" -eq 0 ]
