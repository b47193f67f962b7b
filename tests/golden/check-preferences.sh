#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Preferences, the table of SIDs and the topology file: what cannot be used is refused with a sentence that says what was
# found and what was expected, and the packets are decoded all the same.
# usage: check-preferences.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$1"

make_capture option-forms.hex
mv "$tshark_home/capture.pcap" "$tshark_home/forms.pcap"
make_capture sa-200-100-pe.pcap
redirects=$(as_user tshark -n -r forms.pcap -Y affinity.port -T fields -e frame.number | wc -l)

# expect_message STATUS TEXT TSHARK-ARGUMENT...: tshark says TEXT once, and ends with STATUS.
expect_message() {
  local status=$1 text=$2 got=0
  shift 2
  as_user tshark -n -r forms.pcap -Y affinity.port -T fields -e frame.number "$@" \
    >"$tshark_home/out" 2>"$tshark_home/err" || got=$?
  [ "$got" -eq "$status" ] || fail "$*: status $got, expected $status: $(cat "$tshark_home/err")"
  [ "$(grep -cF -- "$text" "$tshark_home/err")" -eq 1 ] ||
    fail "$*: \"$(cat "$tshark_home/err")\", expected once: $text"
  [ "$status" -ne 0 ] || [ "$(wc -l <"$tshark_home/out")" -eq "$redirects" ] ||
    fail "$*: $(wc -l <"$tshark_home/out") redirects, expected $redirects as without the preference"
}

for kind in 0 1 253 254 300; do
  expect_message 0 "affinity.kind: $kind, expected 2-252; 200 stays in force" -o affinity.kind:$kind
done
expect_message 0 "affinity.exid: 0, expected 0x1-0xffffffff; 0x5341 stays in force" -o affinity.exid:0
for bit in 0 3 7; do
  expect_message 0 "affinity.saf_bit: $bit, expected 4-6; 6 stays in force" -o affinity.saf_bit:$bit
done
expect_message 0 'cats.structure: "32/16/16"' -o cats.structure:32/16/16
expect_message 0 'cats.structure: "64/64/64/64"' -o cats.structure:64/64/64/64
expect_message 0 'cats.structure: ""' -o cats.structure:

cat >"$tshark_home/unknown-key.conf" <<'TEXT'
[service web]
ipv4=192.0.2.80
colour=red
TEXT
expect_message 0 "cats.topology: unknown-key.conf:3:" -o cats.topology:unknown-key.conf
expect_message 0 "cats.topology: " -o cats.topology:missing.conf
expect_message 0 "missing.conf" -o cats.topology:missing.conf
expect_message 0 "cats.topology: " -o cats.topology:/
head -c 4096 /dev/zero >"$tshark_home/zeros.conf"
expect_message 0 "cats.topology: zeros.conf" -o cats.topology:zeros.conf

# The numbers of a topology are the simulation's; the preferences are the user's.
printf '[affinity]\nkind=77\nsaf_bit=4\n[service web]\nipv4=192.0.2.80\nport=80\n' >"$tshark_home/numbers.conf"
shown=$(as_user tshark -n -r forms.pcap -o cats.topology:numbers.conf -Y affinity.port -T fields -e frame.number 2>&1 | wc -l)
[ "$shown" -eq "$redirects" ] || fail "with a topology of other numbers: $shown redirects, expected $redirects"

row() {
  local or= cell
  printf 'uat:cats_sids:'
  for cell in "$@"; do
    printf '%s"%s"' "$or" "$cell"
    or=,
  done
}
good=("5f00:0:e::/48" "32/16/16/32" "" "" west)
expect_message 1 'prefix "192.0.2.0/24": expected an IPv6 prefix' -o "$(row 192.0.2.0/24 "${good[@]:1}")"
expect_message 1 'prefix "5f00::/129"' -o "$(row 5f00::/129 "${good[@]:1}")"
expect_message 1 'prefix ""' -o "$(row "" "${good[@]:1}")"
expect_message 1 'structure "32/16"' -o "$(row 5f00::/32 32/16 "" "" "")"
expect_message 1 'behavior "End.Nothing": expected a name such as End.DX4' -o "$(row 5f00::/32 "" End.Nothing "" "")"
expect_message 1 'granularity "county": expected "service point"' -o "$(row 5f00::/32 "" "" county "")"
expect_message 0 'prefix 5f00::/32 is in the table twice' -o "$(row 5f00::/32 "" "" "" a)" -o "$(row 5f00::/32 "" "" "" b)"

# The slot of a kind that TCP dissects is lent and given back.
lent=$(as_user tshark -n -r capture.pcap -o affinity.kind:8 -Y tcp.options.timestamp.tsval -T fields -e frame.number | wc -l)
[ "$lent" -eq 0 ] || fail "kind 8 is ours, yet TCP shows $lent timestamps"
before=$(as_user tshark -n -r capture.pcap -Y tcp.options.timestamp.tsval -T fields -e frame.number | wc -l)
disabled=$(as_user tshark -n -r capture.pcap -o affinity.kind:8 --disable-protocol affinity \
  -Y tcp.options.timestamp.tsval -T fields -e frame.number | wc -l)
[ "$before" -gt 0 ] && [ "$disabled" -eq "$before" ] ||
  fail "kind 8 and our protocol disabled: $disabled timestamps, expected $before"

# The same while a file is open, as in the GUI: the kind is ours for frames 11 to 30 only. Last, because Lua writes the
# preferences to a file in that user's home.
if as_user tshark -v 2>/dev/null | grep 'with Lua' >/dev/null; then
  as_user mkdir -p .config/wireshark
  cat >"$tshark_home/change.lua" <<'TEXT'
local change = { [10] = 8, [30] = 200 }
local listener = Listener.new("frame")
function listener.packet(pinfo)
  if change[pinfo.number] then
    set_preference("affinity.kind", change[pinfo.number])
    apply_preferences()
  end
end
TEXT
  timestamps() {
    as_user tshark -n -r capture.pcap "$@" -T fields -e frame.number -e tcp.options.timestamp.tsval |
      awk -F'\t' '$2 != "" && ($1 <= 10 || $1 > 30) { before_and_after++ } $2 != "" { all++ }
        END { print before_and_after + 0, all + 0 }'
  }
  read -r outside _ <<<"$(timestamps)"
  changed=$(timestamps -X lua_script:change.lua)
  [ "$changed" = "$outside $outside" ] ||
    fail "kind 8 for frames 11 to 30: timestamps outside and in all: $changed, expected $outside $outside"
fi
[ "$failures" -eq 0 ]
