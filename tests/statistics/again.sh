#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Whoever asks again is told the same: sharkd goes over a loaded capture for every question, as Wireshark's window does. And
# the filters that its tables of conversations and endpoints offer let through as many packets as they count.
# usage: again.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
command -v sharkd >/dev/null || skip "sharkd is not installed"
tshark_user_start "$1"

# ask CAPTURE TAP...: the answers, a line each.
ask() {
  local capture=$1 id=1 tap
  shift
  {
    printf '{"jsonrpc":"2.0","id":1,"method":"load","params":{"file":"%s"}}\n' "$capture"
    for tap; do
      id=$((id + 1))
      printf '{"jsonrpc":"2.0","id":%d,"method":"tap","params":{"tap0":"%s"}}\n' $id "$tap"
    done
    printf '{"jsonrpc":"2.0","id":%d,"method":"bye"}\n' $((id + 1))
  } | as_user sharkd - 2>"$tshark_home/sharkd.log" | sed -n 's/.*"result":{"taps":\[\(.*\)\]}}$/\1/p'
}

# The counts and filters of a table: "packets filter" a line.
rows() {
  sed 's/},{/\n/g' "$tshark_home/answers" |
    sed -n 's/.*"rxf":\([0-9]*\),.*"txf":\([0-9]*\),.*"filter":"\([^"]*\)".*/\1 \2 \3/p' |
    awk '{ n = $1 + $2; $1 = $2 = ""; print n $0 }'
}

tshark_home_take "$here/../../samples/bgp-ebgp.pcap"
ask bgp-ebgp.pcap stat:cats-routes stat:cats-routes >"$tshark_home/answers"
[ "$(wc -l <"$tshark_home/answers")" -eq 2 ] || fail "bgp-ebgp.pcap: not two answers"
[ "$(sort -u "$tshark_home/answers" | wc -l)" -eq 1 ] || fail "bgp-ebgp.pcap: another answer when asked again"

for sample in sa-200-100-pe.pcap sa-200-100-client.pcap cats-encap-2sid-pe.pcap simulated-first-light.pcapng; do
  tshark_home_take "$here/../../samples/$sample"
  for tap in stat:affinity stat:cats "conv:Service Affinity" "endpt:Service Affinity" conv:CATS endpt:CATS; do
    ask "$sample" "$tap" "$tap" "$tap" >"$tshark_home/answers"
    [ "$(wc -l <"$tshark_home/answers")" -eq 3 ] || fail "$sample: $tap: not three answers"
    [ "$(sort -u "$tshark_home/answers" | wc -l)" -eq 1 ] || fail "$sample: $tap: another answer when asked again"
  done
  for table in conv:CATS "conv:Service Affinity"; do
    ask "$sample" "$table" >"$tshark_home/answers"
    while read -r packets filter; do
      shown=$(as_user tshark -n -r "$sample" -Y "$filter" -T fields -e frame.number | wc -l)
      [ "$shown" -eq "$packets" ] || fail "$sample: $table: $shown packets by \"$filter\", expected $packets"
    done < <(rows)
  done
done
[ "$failures" -eq 0 ]
