#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What Wireshark shows by itself is still there with the plugin: filters on TCP's, IPv6's and the routing header's own
# fields let the same frames through, and foreign options look the same.
# usage: check-natives.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$1"
mkdir "$tshark_home/none"

# expect_unchanged WHAT TSHARK-ARGUMENT...: with the plugin, tshark is also given $only_with_plugin.
only_with_plugin=()
expect_unchanged() {
  local what=$1
  shift
  as_user tshark -n -r capture.pcap "${only_with_plugin[@]}" "$@" >"$tshark_home/with"
  tshark_plugins=none as_user tshark -n -r capture.pcap "$@" >"$tshark_home/without"
  if ! diff -u --label "without the plugin" --label "with it" "$tshark_home/without" "$tshark_home/with"; then
    fail "$capture: $what differs"
  fi
}

natives=(tcp.option_kind tcp.option_len tcp.options.experimental tcp.options.experimental.exid
  tcp.flags tcp.flags.res tcp.stream tcp.seq tcp.len tcp.options ipv6.dst ipv6.nxt ipv6.routing.type
  ipv6.routing.srh.addr ipv6.routing.srh.flags ip.dst http.response.code frame.protocols)
columns=()
for native in "${natives[@]}"; do
  columns+=(-e "$native")
done

for file in "$here"/captures/*.hex; do
  capture=$(basename "$file")
  make_capture "$capture"
  expect_unchanged "one of ${natives[*]}" -T fields -e frame.number "${columns[@]}"
  for native in tcp.options.experimental tcp.options.experimental.exid tcp.option_kind==254 'tcp.option_len > 2'; do
    expect_unchanged "filter $native" -Y "$native" -T fields -e frame.number
  done
done

capture=option-foreign.hex
make_capture "$capture"
expect_unchanged "the details of foreign options" -V -Y 'frame.number < 6' -O tcp
for file in sa-200-100-pe.pcap cats-encap-2sid-pe.pcap; do
  capture=$file
  make_capture "$capture"
  expect_unchanged "one of ${natives[*]}" -T fields -e frame.number "${columns[@]}"
  only_with_plugin=(--disable-protocol affinity --disable-protocol cats)
  expect_unchanged "all, with our protocols disabled" -V
  only_with_plugin=()
  expect_unchanged "all, with TCP and IPv6 disabled" -V --disable-protocol tcp --disable-protocol ipv6
done
[ "$failures" -eq 0 ]
