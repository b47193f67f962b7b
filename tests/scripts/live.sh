#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Live captures on an interface in a network namespace of its own, where the kernel encapsulates datagrams for End.CATS;
# ended by a limit and by SIGINT.
# usage: live.sh PLUGIN-DIRECTORY
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v ip >/dev/null || skip "ip is not installed"
scripts_start "$1"

in_namespace=(unshare -U -n --map-current-user --keep-caps)
as_user "${in_namespace[@]}" true 2>/dev/null || skip "no network namespace may be made here"
cat >"$tshark_home/network.sh" <<'TEXT'
set -e
ip link add v0 type veth peer name v1
ip link set lo up
ip link set v0 up
ip link set v1 up
ip -6 addr add 5f00:0:1::100/64 dev v0 nodad
ip -6 neigh add 5f00:0:1::1 lladdr 02:00:00:00:00:01 dev v0
ip -6 route add 5f00:0:e::/48 via 5f00:0:1::1 dev v0
ip -6 route add 2001:db8:80::80/128 encap seg6 mode encap segs 5f00:0:e:ca75:3800:102:: dev v0
TEXT
cat >"$tshark_home/interface.sh" <<'TEXT'
. ./network.sh
# A shell starts what is in the background with SIGINT ignored; env takes that back.
env --default-signal=INT tshark-scripts/to-ndjson -i v0 "$@" >lines 2>said &
script=$!
tries=300
until grep -q 'Capturing on' said || [ $tries -eq 0 ]; do tries=$((tries - 1)); sleep 0.1; done
# The kernel may still open the socket: datagrams until some are seen.
tries=100
until [ -s lines ] || [ $tries -eq 0 ]; do
  tries=$((tries - 1))
  echo request >/dev/udp/2001:db8:80::80/9
  sleep 0.2
done
[ $# -gt 0 ] || kill -INT $script
wait $script
TEXT
chmod a+r "$tshark_home"/*.sh
as_user "${in_namespace[@]}" bash -c '. ./network.sh' 2>"$tshark_home/err" ||
  skip "no SRv6 in a namespace here: $(cat "$tshark_home/err")"

for options in "" "-a duration:8"; do
  rm -f "$tshark_home/lines" "$tshark_home/said"
  # shellcheck disable=SC2086
  as_user "${in_namespace[@]}" bash interface.sh $options || fail "live $options: status $?: $(cat "$tshark_home/said")"
  grep -q '"cats.sid":"5f00:0:e:ca75:3800:102::".*"cats.aggregate_id":"0x000102"' "$tshark_home/lines" ||
    fail "live $options: $(cat "$tshark_home/lines" "$tshark_home/said")"
done
as_user "${in_namespace[@]}" bash -c 'ip link set lo up; tshark-scripts/affinity-report -i lo -a duration:1' \
  >"$tshark_home/report" 2>"$tshark_home/said" || fail "lo: status $?: $(cat "$tshark_home/said")"
[ "$(cat "$tshark_home/report")" = "No session." ] || fail "lo: $(cat "$tshark_home/report")"
[ "$failures" -eq 0 ]
