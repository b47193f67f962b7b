#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Wireshark's programs with our extcap: the sentences, tshark's list, a capture of two interfaces through it as a user who
# is not root, a filter that is none, no right to capture. usage: extcap.sh CATSHARK SEND-CAPTURE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
capture_start "$@"

# ---- the sentences: a word, then {name=value} in a row
sentences() {
  in_ns here "$catshark" extcap "$@" >"$work/sentences" || expect 0 $? "extcap $*:"
  expect "" "$(grep -vE '^(extcap|interface|dlt|arg|value) (\{[a-z]+=[^{}]+\})+$' "$work/sentences" || true)" "extcap $*:"
}
sentences --extcap-interfaces --extcap-version=4.0
expect "extcap any lo v1 v2" "$(sed -n 's/^extcap {version=[0-9.]*}.*/extcap/p; s/^interface {value=catshark-\([a-z0-9]*\)}{display=CATS and Service Affinity on \1}$/\1/p' \
  "$work/sentences" | sort | sed 's/^extcap$/1extcap/' | sort | sed 's/^1//' | paste -sd' ')"
for pair in v1:1:EN10MB any:113:LINUX_SLL; do
  IFS=: read -r name number dlt <<<"$pair"
  sentences --extcap-interface "catshark-$name" --extcap-dlts
  expect "dlt {number=$number}{name=$dlt}" "$(cut -d '}' -f 1,2 "$work/sentences")}" "$name:"
done
sentences --extcap-interface catshark-v1 --extcap-config
expect "0 1 2 3 4 5" "$(sed -n 's/^arg {number=\([0-9]*\)}.*/\1/p' "$work/sentences" | paste -sd' ')" "options:"
expect "lo v2" "$(sed -n 's/^value {arg=0}{value=\([^}]*\)}.*/\1/p' "$work/sentences" | sort | paste -sd' ')" "other interfaces:"
# Each option of the dialog is one of the verb.
sed -n 's/.*{call=\(--[a-z-]*\)}.*/\1/p' "$work/sentences" >"$work/calls"
while read -r call; do
  expect yes "$("$catshark" extcap --help | grep -q -e "$call" && echo yes)" "$call:"
done <"$work/calls"
expect "" "$(in_ns here "$catshark" extcap --extcap-interface catshark-v1 --extcap-capture-filter 'tcp port 80')" "a filter:"
expect '"tcp prt": ' "$(in_ns here "$catshark" extcap --extcap-interface catshark-v1 --extcap-capture-filter 'tcp prt' | cut -c 1-11)"
found=0
in_ns here "$catshark" extcap --extcap-interface eth0 --extcap-dlts >"$work/said" 2>&1 || found=$?
expect '2 catshark extcap: --extcap-interface "eth0", expected one that --extcap-interfaces lists' "$found $(head -n 1 "$work/said")"

# A capture that fails leaves nobody at the pipe who waits, though he comes to it later.
mkfifo "$work/pipe"
found=0
in_ns here "$catshark" extcap --extcap-interface catshark-v1 --capture --fifo "$work/pipe" --snapshot-length 0 2>"$work/said" &
pid=$!
until_true grep -q expected "$work/said" || expect refused "$(cat "$work/said")"
timeout 20 cat "$work/pipe" >"$work/got" || found=$?
expect "0 0" "$found $(wc -c <"$work/got")" "the pipe's end:"
wait "$pid" || found=$?
expect 2 "$found"

# ---- through tshark, which lets root have no extcap folder of its own
[ "$failures" -eq 0 ] || exit 1
command -v setcap >/dev/null || skip "setcap is not installed: the sentences are well, no capture was tried"
home=$work/user
mkdir -p "$home/bin" "$home/extcap"
cp "$catshark" "$home/bin/catshark"
sed "s#\"[^ ]*/bin/catshark\"#\"$home/bin/catshark\"#" "$(dirname "$catshark")/../extcap/catshark-extcap" >"$home/extcap/catshark-extcap"
chmod 755 "$work" "$home/bin/catshark" "$home/extcap/catshark-extcap"
chown -R nobody "$home"
user=(ip netns exec "catshark-$$-here" setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all
  env -i PATH="$PATH" HOME="$home" TMPDIR="$home" LC_ALL=C.UTF-8 WIRESHARK_EXTCAP_DIR="$home/extcap")
cd "$home"
expect "catshark-v2 (CATS and Service Affinity on v2)" "$("${user[@]}" tshark -D 2>/dev/null | sed -n 's/^[0-9]*\. \(catshark-v2.*\)/\1/p')" "tshark -D:"
"${user[@]}" tshark -i catshark-v2 -a duration:1 >"$work/said" 2>&1 || true
expect "setcap cap_net_raw+ep $home/bin/catshark" "$(grep -o 'setcap .*' "$work/said" | head -n 1)" "no right:"
setcap cap_net_raw+ep "$home/bin/catshark" 2>"$work/why" || skip "the sentences are well, no capture: setcap: $(cat "$work/why")"
"${user[@]}" tshark -l -n -i catshark-v2 -o extcap.catshark_v2.also:v1 -f 'ip6' -w "$home/out.pcapng" >"$work/said" 2>&1 &
pid=$!
capturing_now() {
  ip netns pids "catshark-$$-here" | xargs -I{} cat /proc/{}/cmdline 2>/dev/null | tr '\0' ' ' | grep -q -- '--fifo'
}
until_true capturing_now || expect capturing "$(cat "$work/said")"
# Whether the links are open already, nobody says: frames until all of a round are seen on both.
seen() {
  send
  sleep 0.3
  [ "$(count_in "$home/out.pcapng" v1)" -ge 72 ] && [ "$(count_in "$home/out.pcapng" v2)" -ge 72 ]
}
until_true seen || expect "packets" "$(cat "$work/said")"
kill -INT "$(ip netns pids "catshark-$$-here" | while read -r each; do
  [ "$(cat "/proc/$each/comm")" = tshark ] && echo "$each"
done | head -n 1)"
wait "$pid" || true
expect "Name = v2,Name = v1" "$(capinfos "$home/out.pcapng" 2>/dev/null | grep -o 'Name = .*' | paste -sd,)" "two interfaces in one capture:"
expect 0 "$(tshark -r "$home/out.pcapng" -Y 'not ipv6' 2>/dev/null | wc -l)" "the filter:"
live_end
