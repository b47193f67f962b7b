#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# sharkd dissects as Wireshark's window does: a list of all frames, then any frame again, in any order. Whatever is asked
# before, files opened earlier included, a frame shows the same, and what two passes of tshark show.
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

# One process, a file after the other, as Wireshark opens them, and the first one again: the questions of each file have
# ids of their own, 10 apart. No filter: sharkd goes on to answer it for the first file.
captures=(middle.pcap plain.pcapng ignored.pcapng middle.pcap)
for i in "${!captures[@]}"; do
  request $((10 * i + 1)) load "\"file\":\"$tshark_home/${captures[i]}\""
  request $((10 * i + 2)) frames "${columns#,}"
  request $((10 * i + 3)) frame '"frame":9,"proto":true'
  request $((10 * i + 4)) frame '"frame":1,"proto":true'
  request $((10 * i + 5)) frames "${columns#,}"
  request $((10 * i + 6)) frame '"frame":9,"proto":true'
  request $((10 * i + 7)) frame '"frame":1,"proto":true'
done >"$tshark_home/requests"
as_user sharkd - <"$tshark_home/requests" >"$tshark_home/answers" 2>"$tshark_home/log" ||
  fail "sharkd fails: $(cat "$tshark_home/log")"
answer() {
  grep "\"id\":$1,\"result\"" "$tshark_home/answers" | sed "s/\"id\":$1,//"
}
same() {
  [ -n "$(answer "$2")" ] || fail "$1: sharkd answers" "$(cut -c1-200 "$tshark_home/answers")"
  cmp <(answer "$2") <(answer "$3") || fail "$1: sharkd's answers $2 and $3 differ"
}
for i in "${!captures[@]}"; do
  capture=${captures[i]}
  for question in 2 3 4; do
    same "$capture" $((10 * i + question)) $((10 * i + question + 3))
  done
  answer $((10 * i + 3)) | grep 'affinity.session == ' >/dev/null || fail "$capture: no session in frame 9"
  answer $((10 * i + 2)) | grep -o '"c":\[[^]]*\]' | sed 's/^"c":\[//; s/\]$//; s/"//g' | tr ',' '\t' >"$tshark_home/list"
  table "$capture" "" "${fields[@]}" >"$tshark_home/two-pass"
  diff "$tshark_home/two-pass" "$tshark_home/list" || fail "$capture: sharkd's list is not that of two passes"
done
for question in 2 3 4; do
  same "middle.pcap, opened again" $question $((30 + question))
done
[ "$failures" -eq 0 ]
