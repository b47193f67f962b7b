#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The real Wireshark comes up with the plugin and the profile: its window's title names the profile, its process has the
# plugin in memory, and when it is asked to quit it leaves well and remembers the profile. Without the plugin the same
# look finds none. usage: window.sh PLUGIN-DIRECTORY PROFILES
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/docs/pictures/screen.sh"

missing=$(screen_missing)
[ -z "$missing" ] || { echo "SKIP: not here: $missing"; exit 77; }
failures=0
fail() {
  echo "$@"
  failures=$((failures + 1))
}
plugin_in_memory() {
  grep -q "$screen_home/plugins/.*/catshark\.so" "/proc/$wireshark_pid/maps"
}

screen_start "$1" "$2"
screen_take "$top/samples/simulated-first-light.pcapng"
wireshark_start -r simulated-first-light.pcapng
main=$(window '^simulated-first-light\.pcapng \[CATS\]$')
plugin_in_memory || fail "catshark.so is not in the memory of process $wireshark_pid: $(cat "$screen_home/wireshark.log")"
timeout 10 xdotool windowfocus --sync "$main" key ctrl+q
status=0
wireshark_wait || status=$?
[ "$status" -eq 0 ] || fail "Wireshark ended with status $status: $(cat "$screen_home/wireshark.log")"
grep -qx 'gui.last_used_profile: CATS' "$screen_home/.config/wireshark/recent_common" ||
  fail "Wireshark does not remember the profile: $(cat "$screen_home/.config/wireshark/recent_common")"

rm -r "$screen_home/plugins"
wireshark_start -r simulated-first-light.pcapng
window '^simulated-first-light\.pcapng \[CATS\]$' >/dev/null
! plugin_in_memory || fail "catshark.so is in memory though there is no plugin"
[ "$failures" -eq 0 ]
