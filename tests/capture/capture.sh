#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `catshark capture` on a veth: what it lets through, tagged and not, on either side and on "any"; files, rings, limits,
# signals, pipes, trouble. usage: capture.sh CATSHARK SEND-CAPTURE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
capture_start "$@"
file=$work/out.pcapng

# ---- what is let through: sent on v1 with the tags in the frame, received on v2 with the first one taken out by the kernel
both_links() {
  capturing -i v1 -i v2 -w "$file" -q
  send "$light" 1 "$@"
  send "$samples/sa-200-100-pe.pcap" 1 "$@" # 50 of 55 are ours
  end INT
  expect 0 "$status" "tags $*:"
}
for tags in "" 8100 88a8 "88a8 8100" "8100 8100"; do
  # shellcheck disable=SC2086
  both_links $tags
  expect "$((light_count + 50)) $((light_count + 50))" "$(count_in "$file" v1) $(count_in "$file" v2)" "tags $tags:"
done
both_links 88a8 8100 8100
expect "0 0" "$(count_in "$file" v1) $(count_in "$file" v2)" "three tags:"
capturing -i v2 -w "$file" -q --vlan-tags 0
send "$light" 1 8100
send "$light" 1 88a8 8100
end INT
expect "$light_count" "$(count_in "$file")" "no tags wanted, the kernel takes the first one out:"
capturing -i any -w "$file" -q
send
send "$light" 1 8100
end INT
expect "$((4 * light_count))" "$(count_in "$file")" "any:"
capturing -i v2 -w "$file" -q --no-filter
send "$samples/sa-200-100-pe.pcap"
end INT
expect 55 "$(count_in "$file")" "no filter:"
capturing -i v2 -w "$file" -q ip6 and tcp
send
end INT
narrowed=$("$catshark" inspect -r "$light" ip6 and tcp | wc -l)
expect "$narrowed" "$(count_in "$file")" "an expression narrows:"
expect "" "$(grep -v ready "$work/said")" "the kernel takes the filter:"
capturing -i v2 -w "$file" -q "ip6 and tcp"
send "$light" 1 88a8 8100
end INT
expect "$narrowed" "$(count_in "$file")" "an expression behind tags:"

# ---- the same octets and names; the statistics
capturing -i v2 -i lo -w "$file"
send
end INT
expect "" "$(diff <(tshark -r "$light" -T fields -e frame.len -e ip.checksum -e ipv6.flow -e tcp.checksum 2>&1) \
  <(tshark -r "$file" -T fields -e frame.len -e ip.checksum -e ipv6.flow -e tcp.checksum 2>&1))" "octets:"
expect "Name = v2,Name = lo" "$(capinfos "$file" 2>/dev/null | grep -o 'Name = .*' | paste -sd,)"
expect 2 "$(capinfos "$file" 2>/dev/null | grep -c 'Number of stat entries = 1$')" "statistics:"
expect "v2, lo: $light_count packets, 0 dropped" "$(head -n 1 "$work/report" | cut -d , -f 1-3)"
expect "$("$catshark" inspect -q -r "$file" --sessions --flows | sed 1d)" \
  "$(sed -n '/octets/,/no rule broken/p' "$work/report")" "what inspect says:"
expect "4 48" "$(awk '/^  SID / { flows += $(NF - 3); packets += $(NF - 1) } END { print flows, packets }' "$work/report")" "SIDs:"

# ---- NDJSON
capturing -i v2 --json --interval 200ms
send
until_true grep -q "\"packets\":$light_count" "$work/report" || expect "$light_count" "$(cat "$work/report")"
end INT
tail -n 1 "$work/report" >"$work/last"
expect "v2 $light_count 0 2 2 4" "$(jq -r '"\(.summary) \(.packets) \(.dropped) \(.sessions.followed) \(.sessions.reconnected) \(.flows.followed)"' "$work/last")"
expect "v2 true" "$(head -n 1 "$work/report" | jq -r '"\(.counters) \(has("sids"))"')"

# ---- a terminal: the line is redrawn, at most twice a second, and gone at the end
if command -v script >/dev/null; then
  script -qfec "ip netns exec catshark-$$-here $catshark capture -i v2 --duration 2s" "$work/terminal" >/dev/null &
  pid=$!
  until_true grep -q ready "$work/terminal"
  send
  end
  expect yes "$(grep -aq $'\r'"$light_count packets, 0 dropped, 8 redirects, 0 rules broken, 4 flows" "$work/terminal" && echo yes)" "line:"
  drawn=$(grep -ao $'\r[0-9]* packets' "$work/terminal" | wc -l)
  expect yes "$([ "$drawn" -ge 3 ] && [ "$drawn" -le 5 ] && echo yes || echo "$drawn")" "redrawn:"
else
  echo "not run: a terminal: script is not installed"
fi

# ---- limits and rings
capturing -i v2 -w "$file" -c 10
send
end
expect "0 10" "$status $(count_in "$file")" "-c:"
capturing -i v2 -w "$file" -s 60 --duration 1s
send
end
expect "0 $light_count 60" "$status $(count_in "$file") $(tshark -r "$file" -T fields -e frame.cap_len | sort -n | tail -n 1)" "-s, --duration:"
mkdir "$work/ring"
capturing -i v2 -w "$work/ring/a.b.pcapng" -b packets:40 -b files:2
send
end INT
expect "2 40 16" "$(find "$work/ring" -type f | wc -l) $(for each in "$work"/ring/*; do count_in "$each"; done | paste -sd' ')" "a ring:"
expect "a.b_00002_N.pcapng a.b_00003_N.pcapng" "$(cd "$work/ring" && echo * | sed -E 's/_[0-9]{14}/_N/g')" "its names:"
expect "$work/ring/a.b_00003" "$(sed -n 's/^  files *3, the last one \(.*\)_[0-9]*.pcapng$/\1/p' "$work/report")"
rm "$work"/ring/*
capturing -i v2 -w "$work/ring/s" -b filesize:8
send
end INT
expect "yes $light_count" "$(stat -c %s "$work"/ring/s_* | head -n -1 | awk '$1 < 8000 || $1 > 8600 { bad = 1 } END { print NR >= 2 && !bad ? "yes" : NR }') $(
  for each in "$work"/ring/s_*; do count_in "$each"; done | awk '{ sum += $1 } END { print sum }')" "by size:"
rm "$work"/ring/*
capturing -i v2 -w "$work/ring/t.pcapng" -b duration:1s
send
second_file() {
  compgen -G "$work/ring/t_00002*"
}
until_true second_file || expect t_00002 "$(ls "$work/ring")"
send
end INT
expect "$light_count $light_count" "$(for each in "$work"/ring/*; do count_in "$each"; done | paste -sd' ')" "by time:"

# ---- pipes
ip netns exec "catshark-$$-here" "$catshark" capture -i v2 -w - -q 2>"$work/said" | tshark -l -n -i - >"$work/live" 2>"$work/tshark" &
pipe=$!
until_true grep -q "Capturing on" "$work/tshark"
send
until_true grep -q "^ *$light_count " "$work/live" || expect "$light_count packets live" "$(tail -n 3 "$work/live")"
kill -INT "$(ip netns pids "catshark-$$-here" | head -n 1)"
status=0
wait $pipe || status=$?
expect "0 $light_count" "$status $(wc -l <"$work/live")" "to tshark:"
status=$( (
  ip netns exec "catshark-$$-here" "$catshark" capture -i v2 -w - 2>"$work/said"
  echo $? >"$work/status"
) | head -c 100 | wc -c)
expect "100 0" "$status $(cat "$work/status")" "the reader leaves, without a packet:"
expect "v2: 0 packets, 0 dropped" "$(sed 1d "$work/said" | head -n 1 | cut -d , -f 1,2)"

before=$SECONDS
status=$( (
  ip netns exec "catshark-$$-here" "$catshark" capture -i v2 --json --interval 100ms --duration 60s 2>"$work/said"
  echo $? >"$work/status"
) | head -n 1 | jq -r .counters)
expect "v2 2 yes" "$status $(cat "$work/status") $([ $((SECONDS - before)) -lt 30 ] && echo yes)" "nobody reads the counters:"
expect yes "$(grep -q 'counters: Broken pipe' "$work/said" && echo yes || cat "$work/said")"

# ---- a reader who does not read: neither the time nor an interruption waits for him
mkfifo "$work/stalled"
sleep 60 <"$work/stalled" &
reader=$!
before=$SECONDS
capturing -i v2 -w "$work/stalled" -q --duration 2s
send "$light" 50
end
expect "0 yes" "$status $([ $((SECONDS - before)) -lt 20 ] && echo yes)" "a reader who does not read, --duration:"
capturing -i v2 -w "$work/stalled" -q
send "$light" 50
end INT
expect "0 yes" "$status $([ $((SECONDS - before)) -lt 40 ] && echo yes)" "a reader who does not read, SIGINT:"
kill "$reader"
wait "$reader" || true

# ---- killed: what was there a moment ago is in the file
capturing -i v2 -w "$file"
send
all_written() {
  [ "$(count_in "$file")" -eq "$light_count" ]
}
until_true all_written
end KILL 2>/dev/null
expect "137 $light_count" "$status $(count_in "$file")" "killed:"

# ---- trouble
refused() {
  local wanted=$1 found=0
  shift
  in_ns here "$catshark" capture "$@" >"$work/said" 2>&1 || found=$?
  expect "2 $wanted" "$found $(head -n 1 "$work/said")" "capture $*:"
}
refused 'catshark capture: no interface, expected -i INTERFACE: -D lists them'
refused 'catshark capture: -i: "v2" twice, expected each interface once' -i v2 -i v2
refused 'catshark capture: filter: "tcp prot 1": can'"'"'t parse filter expression: syntax error, expected an expression of pcap-filter(7)' -i v2 tcp prot 1
refused 'catshark capture: -b: without a file, expected -w FILE too' -i v2 -b files:2
refused 'catshark capture: -b: files: without filesize:, duration: or packets:, one of which begins the next file' -i v2 -w "$file" -b files:2
refused 'catshark capture: -b: several files, expected -w with a name for them' -i v2 -w - -b packets:2
refused 'catshark capture: -b: "size:3", expected filesize:N (kB), duration:TIME, packets:N or files:N' -i v2 -w "$file" -b size:3
refused 'catshark capture: -s: "0", expected a number from 1 to 262144 (k, M and G may follow it)' -i v2 -s 0
refused "catshark capture: $work/none/a: No such file or directory" -i v2 -w "$work/none/a"
in_ns here "$catshark" capture -i v2 -q --duration 100ms 2>"$work/full" >/dev/full && status=0 || status=$?
expect "2 catshark: standard output: what was printed did not all arrive" "$status $(tail -n 1 "$work/full")" "a full standard output:"
in_ns here "$catshark" capture -i none >"$work/said" 2>&1 || true
expect 'catshark capture: interface "none": ' "$(cut -c 1-36 "$work/said")"
ip -n "catshark-$$-here" link add down0 type veth peer name down1
in_ns here "$catshark" capture -i down0 >"$work/said" 2>&1 || true
expect 'interface "down0": That device is not up' "$(grep -o 'interface.*not up' "$work/said")"

# shellcheck disable=SC2016
status=$(in_ns here sh -c 'mount -t tmpfs -o size=64k none "$1" && cd "$1" && "$2" capture -i v2 -w full.pcapng 2>../said >../report &
  until grep -q ready "$1/../said"; do sleep 0.1; done
  "$3" v1 "$4" 100 >/dev/null
  code=0; wait $! || code=$?
  tshark -r "$1/full.pcapng" >"$1/../full" 2>"$1/../tshark" || echo unreadable
  echo $code' - "$work/ring" "$catshark" "$sender" "$light")
expect "2 full.pcapng: No space left on device" "$status $(grep -o 'full.*device' "$work/said")" "full:"
expect yes "$([ "$(wc -l <"$work/full")" -gt 100 ] && echo yes)" "what is there when it is full:"
expect "v2: $(wc -l <"$work/full") packets," "$(grep -o '^v2: [0-9]* packets,' "$work/report")" "the summary when it is full:"
expect "$(grep -o 'not written: [0-9]*' "$work/said" | tr -dc 0-9)" "$(sed -n 's/^  not written  *\([0-9]*\):.*/\1/p' "$work/report")" \
  "not written when it is full:"

ip -n "catshark-$$-here" link set down0 up
ip -n "catshark-$$-here" link set down1 up
capturing -i v2 -i down1 -w "$file"
send
ip -n "catshark-$$-here" link set down1 down
until_true grep -q 'interface "down1": went down' "$work/said" || expect "went down" "$(cat "$work/said")"
ip -n "catshark-$$-here" link set down1 up
until_true grep -q 'interface "down1": is up again' "$work/said" || expect "is up again" "$(cat "$work/said")"
ip -n "catshark-$$-here" link delete down0
until_true grep -q 'interface "down1": The interface disappeared' "$work/said" || expect disappeared "$(cat "$work/said")"
send
end INT
expect "2 $((2 * light_count))" "$status $(count_in "$file" v2)" "one of two goes away:"

# ---- when decoding is late, writing is not: a second's worth of frames lies in the ring
capturing -i v2 -w "$file" -B 256 --json
kill -STOP "$pid"
send "$light" 4000
kill -CONT "$pid"
under_way() {
  [ "$(stat -c %s "$file")" -gt 20000000 ] # a third of it: what is left at the end is decoded, there is time then
}
until_true under_way || expect "20 MB written" "$(stat -c %s "$file")" "late:"
end INT
tail -n 1 "$work/report" >"$work/last"
expect "$((4000 * light_count)) 0 true true" \
  "$(jq -r '"\(.packets) \(.dropped) \(.not_decoded > 0) \(.frames + .not_decoded == .packets + .not_written)"' "$work/last")" "late:"
expect "$((4000 * light_count))" "$(capinfos -Mc "$file" 2>/dev/null | sed -n 's/^Number of packets: *//p')"

# ---- rights
if command -v setcap >/dev/null && mkdir "$work/user" && cp "$catshark" "$work/user/catshark" &&
  chmod 755 "$work" "$work/user/catshark" && chown nobody "$work/user"; then
  as_nobody=(ip netns exec "catshark-$$-here" setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all)
  "${as_nobody[@]}" "$work/user/catshark" capture -i v2 >"$work/said" 2>&1 || status=$?
  expect "2 setcap cap_net_raw+ep $work/user/catshark" "$status $(grep -o 'setcap .*' "$work/said")" "no right:"
  if setcap cap_net_raw+ep "$work/user/catshark" 2>"$work/why"; then
    "${as_nobody[@]}" "$work/user/catshark" capture -i v2 -w "$work/user/own.pcapng" 2>"$work/said" >"$work/report" &
    pid=$!
    until_true grep -q ready "$work/said" || expect ready "$(cat "$work/said")"
    send
    expect "0000000000000000" "$(sed -n 's/^CapPrm:\t//p' "/proc/$pid/status")" "rights that are left:"
    end INT
    expect "0 nobody $light_count" "$status $(stat -c %U "$work/user/own.pcapng") $(count_in "$work/user/own.pcapng")" "setcap:"
    "${as_nobody[@]}" "$work/user/catshark" capture -i v2 -w "$work/mine.pcapng" >"$work/said" 2>&1 || status=$?
    expect "2 $work/mine.pcapng: Permission denied" "$status $(grep -o "$work/mine.*" "$work/said")"
  else
    echo "not run: setcap: $(cat "$work/why")"
  fi
else
  echo "not run: setcap is not installed"
fi
live_end
