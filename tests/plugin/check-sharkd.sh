#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sharkd dissects as Wireshark's window does: a list of all frames, then any frame again, in any order. Whatever is asked
# before, a frame shows the same, and what two passes of tshark show.
# usage: check-sharkd.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/captures.sh"
command -v sharkd >/dev/null || skip "sharkd is not installed"
without_first middle sa-200-100-client.pcap 3
simulated plain
simulated ignored --fault affinity/no-reconnect --flows 20 --rate 1

fields=(affinity.session affinity.verdict affinity.reconnect_in affinity.redirect_in)
request() {
  echo "{\"jsonrpc\":\"2.0\",\"id\":$1,\"method\":\"$2\",\"params\":{$3}}"
}

columns=
for i in "${!fields[@]}"; do
  columns+=",\"column$i\":\"${fields[i]}:1\""
done
for capture in middle.pcap plain.pcapng ignored.pcapng; do
  {
    request 1 load "\"file\":\"$tshark_home/$capture\""
    request 2 frames "\"filter\":\"tcp\"$columns"
    request 3 frame '"frame":9,"proto":true'
    request 4 frame '"frame":1,"proto":true'
    request 5 frames "\"filter\":\"tcp\"$columns"
    request 6 frame '"frame":9,"proto":true'
    request 7 frame '"frame":1,"proto":true'
  } >"$tshark_home/requests"
  as_user sharkd - <"$tshark_home/requests" >"$tshark_home/answers" 2>"$tshark_home/log" ||
    fail "$capture: sharkd fails: $(cat "$tshark_home/log")"
  answer() {
    grep "\"id\":$1,\"result\"" "$tshark_home/answers" | sed "s/\"id\":$1,//"
  }
  [ -n "$(answer 7)" ] || fail "$capture: sharkd answers" "$(cut -c1-200 "$tshark_home/answers")"
  for pair in "2 5" "3 6" "4 7"; do
    read -r first again <<<"$pair"
    cmp <(answer "$first") <(answer "$again") || fail "$capture: sharkd's answers $first and $again differ"
  done
  answer 3 | grep 'affinity.session == ' >/dev/null || fail "$capture: no session in frame 9"
  answer 2 | grep -o '"c":\[[^]]*\]' | sed 's/^"c":\[//; s/\]$//; s/"//g' | tr ',' '\t' >"$tshark_home/list"
  table "$capture" tcp "${fields[@]}" >"$tshark_home/two-pass"
  diff "$tshark_home/two-pass" "$tshark_home/list" || fail "$capture: sharkd's list is not that of two passes"
done
[ "$failures" -eq 0 ]
