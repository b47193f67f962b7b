#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Without rights a link says exactly how to give them; with them it works; what is dropped is gone.
# usage: privileges.sh LIVE-PROBE
set -euo pipefail
. "$(dirname "$0")/lib.sh"
live_start "$1"
getent passwd nobody >/dev/null || skip "there is no user nobody"
namespace one two
veth one v1 two v2

# Where nobody can run it.
chmod 755 "$work"
cp "$probe" "$work/probe"
chmod 755 "$work/probe"
probe=$work/probe

as_nobody() {
  in_ns one setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all "$probe" "$@"
}

status=0
as_nobody send -i v1 2>"$work/error" || status=$?
expect 2 "$status" "without rights:"
expect "interface \"v1\": no cap_net_raw, needed for packet sockets; run as root, or give it with: setcap cap_net_raw+ep $probe" \
  "$(cat "$work/error")"
as_nobody drop -i v1 2>"$work/error" || true
line=$(cat "$work/error")
expect "no cap_net_raw, needed for packet sockets; run as root, or give it with: setcap cap_net_raw,cap_net_admin+ep $probe" \
  "$line"

# Root drops what it does not need, and can still send.
left() {
  sed -n "s/^$1:[[:space:]]*//p" "$work/dropped"
}
in_ns one "$probe" drop -i v1 >"$work/dropped" || true
for set in CapInh CapPrm CapEff CapBnd CapAmb; do
  case $set in
    CapPrm | CapEff) expect 0000000000002000 "$(left $set)" "$set:" ;;
    *) expect 0000000000000000 "$(left $set)" "$set:" ;;
  esac
done
expect 1 "$(left NoNewPrivs)" "NoNewPrivs:"
expect "no cap_net_admin, needed for routes and neighbours; run as root, or give it with: setcap cap_net_admin+ep $probe" \
  "$(grep '^no ' "$work/dropped")"
expect "sent 1 failed 0 " "$(tail -n 1 "$work/dropped")"

# The line does what it says.
if command -v setcap >/dev/null && ${line#*give it with: } 2>"$work/error"; then
  as_nobody drop -i v1 >"$work/dropped" || true
  expect 0000000000002000 "$(left CapEff)" "with capabilities of the file:"
  expect "sent 1 failed 0 " "$(tail -n 1 "$work/dropped")"
else
  echo "not run: no setcap here, or no capabilities on files: $(cat "$work/error")"
fi
live_end
