#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Holds what the plugin finds in the captures of real kernels against what Wireshark tells without the plugin.
# usage: check-samples.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
tshark_user_start "$1"
mkdir "$tshark_home/none"

# Numbers of the frames of $capture that a filter lets through.
frames() {
  as_user tshark -n -r "$capture" -Y "$1" -T fields -e frame.number
}

frames_without_plugin() {
  tshark_plugins=none as_user tshark -n -r "$capture" -Y "$1" -T fields -e frame.number
}

# expect_same WHAT PLUGIN-FILTER NATIVE-FILTER: both let the same frames through, and says how many.
expect_same() {
  local ours native
  ours=$(frames "$2")
  native=$(frames_without_plugin "$3")
  if [ "$ours" != "$native" ]; then
    fail "$capture: $1: \"$2\" has frames" $ours "and \"$3\" without the plugin has" $native
  fi
  count=$(wc -w <<<"$ours")
}

expect_some() {
  if [ "$count" -eq 0 ]; then
    fail "$capture: $1: no frame, expected some"
  fi
}

rules_of_concern=$(as_user tshark -G fields | awk -F'\t' '
  $1 == "F" && ($5 == "affinity" || $5 == "cats") && $4 == "FT_NONE" &&
    $3 !~ /^(cats\.flow-label|affinity\.family-differs|affinity\.reserved-bits)$/ { printf "%s%s", joint, $3; joint = " || " }')
[ -n "$rules_of_concern" ] || {
  echo "no rule is registered as a field"
  exit 1
}

tunnel='(ipv6.nxt == 4 || ipv6.nxt == 41 || ipv6.routing.nxt == 4 || ipv6.routing.nxt == 41)'

# One file of all samples, one without the announcements that are of one network alone, and one of the redirects.
cp "$here"/../../samples/*.pcap "$tshark_home"
(cd "$tshark_home" && mergecap -a -w all.pcapng ./*.pcap && mergecap -a -w redirects.pcapng sa-*.pcap &&
  mergecap -a -w steered.pcapng ./[!b]*.pcap)
chmod 644 "$tshark_home"/*.pcap*

capture=all.pcapng
expect_same "IPv4 redirects" affinity.ipv4 "tcp.option_kind == 200 && tcp.option_len == 8 && tcp.flags.fin == 1"
expect_some "IPv4 redirects"
expect_same "IPv6 redirects" affinity.ipv6 "tcp.option_kind == 200 && tcp.option_len == 20 && tcp.flags.fin == 1"
expect_some "IPv6 redirects"
expect_same "ports" affinity.port "tcp.option_kind == 200"
expect_same "kinds" affinity.kind "tcp.option_kind == 200"
expect_same "SAF" affinity.saf "tcp.flags & 0x200"
expect_same "encapsulated packets" cats.sid "$tunnel"
expect_some "encapsulated packets"
expect_same "SIDs taken apart" "cats.sid.locator && cats.sid.function && cats.sid.argument" "$tunnel"
expect_same "active segments" cats.segment.active "ipv6.routing.type == 4"
expect_same "arguments" "cats.granularity == 3 && cats.level == 2 && cats.aggregate_id == 0x102" \
  "$tunnel && ipv6.dst == 5f00:0:e:ca75:3800:102::"
expect_some "arguments"
# The kernel writes flow label 0 where the inner packet is IPv4.
expect_same "flow labels" cats.flow-label "$tunnel && ip && ipv6.flow == 0"
expect_same "routes" cats.route.prefix \
  "bgp.update.path_attribute.type_code == 255 || bgp.prefix_sid.srv6_l3vpn"
expect_some "routes"
expect_same "prefixes of VPNs" "cats.route.rd && cats.route.prefix" "bgp.prefix_sid.srv6_l3vpn && bgp.update.path_attribute.mp_reach_nlri.safi == 128"
expect_some "prefixes of VPNs"

for capture in steered.pcapng bgp-ebgp.pcap; do
  broken=$(frames "$rules_of_concern")
  if [ -n "$broken" ]; then
    fail "$capture: rules of severity error or warning in frames" $broken
  fi
done

capture=redirects.pcapng
expect_same "SAF" affinity.saf "tcp.flags.syn == 1"
expect_some "SAF"

for sample in sa-200-100-pe cats-encap-2sid-pe srv6-encap-2sid-eg-e0 srv6-encap-2sid-in-i1 srv6-red-1sid-eg-e0 \
  srv6-red-1sid-in-i1; do
  capture=$sample.pcap
  expect_same "encapsulated packets" cats.sid "$tunnel"
  expect_some "encapsulated packets"
done
[ "$failures" -eq 0 ]
