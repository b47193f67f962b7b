#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: drain.sh CATSHARK
# Behind a kernel ingress: an egress whose sites are drained, whose weights change and which is killed and started anew
# while downloads run. Each download ends whole on the site where it began.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"

ctl() {
    lab_ctl egress1 "$@"
}

start_egress() {
    lab_start egress egress --topology "$topology" --name egress1 --takeover --control "$lab_files/egress1.ctl" --json
    egress=$lab_role
}

# Four, both families.
start_downloads() {
    lab_start_downloads "${lab_hosts[@]}" "${lab_hosts[@]}"
}

# SITE: no new flow goes there.
shun() {
    local names
    names=$(lab_names 10 192.0.2.80)
    case $names in
    *"no answer"*) lab_fail "$1 is drained, ten flows, at $names" ;;
    *"$1"*) lab_fail "$1 is drained and got a new flow" ;;
    esac
}

refusals() {
    ctl weight site9 1 >/dev/null 2>"$lab_files/error"
    [ $? = 1 ] || lab_fail "weight of no site: expected exit status 1"
    grep -q 'expected a site of egress1: site1, site2, site3' "$lab_files/error" || lab_fail "$(cat "$lab_files/error")"
    ctl weight site1 65536 2>/dev/null && lab_fail "a weight too large was taken"
    ctl drain 2>/dev/null && lab_fail "drain without a site was taken"
    "$catshark" ctl --control "$lab_files/none" show 2>/dev/null
    [ $? = 2 ] || lab_fail "no socket: expected exit status 2"
    [ "$(stat -c %a "$lab_files/egress1.ctl")" = 600 ] || lab_fail "the socket is for others too"
}

lab_begin
lab_up
lab_host_addresses ingress egress
lab_kernel_ingress full2
lab_serve python
topology=$(lab_topology 2 full)
start_egress
refusals

for site in site1 site2; do
    start_downloads
    ctl drain "$site" >"$lab_files/answer" || lab_fail "drain $site"
    grep -q '"weight":0' "$lab_files/answer" || lab_fail "drain: $(cat "$lab_files/answer")"
    shun "$site"
    lab_end_downloads "drain $site"
    ctl undrain "$site" >/dev/null || lab_fail "undrain $site"
done
echo "ok: drained sites keep their downloads and get no new flow"

for host in "${lab_hosts[@]}"; do
    site=$(lab_name_from 20000 "$host")
    ctl drain "$site" >/dev/null || lab_fail "drain \"$site\""
    found=$(lab_name_from 20000 "$host")
    [ "${found::4}" = site ] && [ "$found" != "$site" ] ||
        lab_fail "$site is drained, a new flow on ports of one before is at \"$found\""
    ctl undrain "$site" >/dev/null || lab_fail "undrain $site"
done
echo "ok: a new flow on the ports of one before is a new one"

start_downloads
ctl weight site1 9 >/dev/null && ctl weight site3 4 >/dev/null || lab_fail "weight"
lab_end_downloads "weights"
sed -i 's/^\[site site2\]/&\nweight=7/' "$topology"
ctl reload | grep -q '"changed":3' || lab_fail "reload"
ctl show | grep -q '"site":"site2","weight":7' || lab_fail "show after reload: $(ctl show)"
echo "ok: weights change under downloads"

start_downloads
kill -9 "$egress"
wait "$egress" 2>/dev/null
n egress ip -6 route show type blackhole | grep -q 5f00:0:e1:: || lab_fail "no route was left behind: nothing to mend"
start_egress
grep -q 'left behind' "$lab_files/egress.err" || lab_fail "the route left behind was not taken back"
lab_end_downloads "killed and started anew"
lab_stop "$egress" || lab_fail "the egress ended with $?"
grep -q '"dropped":0' "$lab_files/egress.out" || lab_fail "dropped: $(cat "$lab_files/egress.out")"
[ -z "$(n egress ip -6 route show type blackhole)" ] || lab_fail "a blackhole route stayed"
[ ! -e "/run/catshark/egress1-$(stat -L -c %i "/run/netns/$P-egress").takeover" ] || lab_fail "the journal stayed"
echo "ok: killed and started anew, downloads stay on their sites"

# WHAT: neither routes nor a journal are left.
nothing_left() {
    [ -z "$(n egress ip route show type blackhole)$(n egress ip -6 route show type blackhole)" ] ||
        lab_fail "$1: a blackhole route stayed"
    [ ! -e "/run/catshark/egress1-$(stat -L -c %i "/run/netns/$P-egress").takeover" ] || lab_fail "$1: the journal stayed"
}

start_egress
kill -HUP "$egress"
wait "$egress" || lab_fail "SIGHUP: the egress ended with $?"
nothing_left SIGHUP

# A route of the user's own is not taken back, whatever happens.
ip -n "$P-egress" route add blackhole 10.1.0.0/24
start_egress
kill -9 "$egress"
wait "$egress" 2>/dev/null
start_egress
lab_stop "$egress" || lab_fail "beside a route of the user's: the egress ended with $?"
[ "$(n egress ip route show type blackhole | tr -d ' ')" = blackhole10.1.0.0/24 ] || lab_fail "the user's own route is gone"
ip -n "$P-egress" route del blackhole 10.1.0.0/24
mkfifo "$lab_files/pipe"
: >"$lab_files/egress.err"
ip netns exec "$P-egress" "$catshark" egress --topology "$topology" --name egress1 --takeover --events - \
    --control "$lab_files/egress1.ctl" >"$lab_files/pipe" 2>"$lab_files/egress.err" &
egress=$!
head -n 1 "$lab_files/pipe" >/dev/null # reads "ready" and goes
lab_wait "$lab_files/egress.err" "is ready"
ctl drain site1 >/dev/null && ctl drain site2 >/dev/null || lab_fail "drain when nobody reads events"
[ "$(lab_get 192.0.2.80 name | cut -c 1-4)" = site ] || lab_fail "nothing is forwarded when nobody reads events"
lab_stop "$egress"
[ $? = 2 ] || lab_fail "events that nobody reads are no trouble"
grep -q 'events: standard output: Broken pipe' "$lab_files/egress.err" || lab_fail "$(cat "$lab_files/egress.err")"
nothing_left "a reader that has gone"
exec 8<>"$lab_files/pipe" # is never read
: >"$lab_files/egress.err"
ip netns exec "$P-egress" "$catshark" egress --topology "$topology" --name egress1 --takeover --events "$lab_files/pipe" \
    --control "$lab_files/egress1.ctl" >/dev/null 2>"$lab_files/egress.err" &
egress=$!
lab_wait "$lab_files/egress.err" "is ready"
python3 - "$lab_files/egress1.ctl" <<'END' || lab_fail "the control socket waits for who reads events"
import socket, sys
s = socket.socket(socket.AF_UNIX)
s.settimeout(60)
s.connect(sys.argv[1])
for i in range(1000):
    s.sendall(b'{"command":"weight","arguments":["site1","%d"]}\n' % (i % 9 + 1))
    assert b'"ok":true' in s.recv(500)
END
[ "$(lab_get 192.0.2.80 name | cut -c 1-4)" = site ] || lab_fail "packets wait for who reads events"
lab_stop "$egress"
[ $? = 2 ] || lab_fail "events that are lost are no trouble"
grep -q 'events: .*pipe: [0-9]* are not there' "$lab_files/egress.err" || lab_fail "$(cat "$lab_files/egress.err")"
nothing_left "a reader that sleeps"
echo "ok: a terminal that is closed and a reader that goes leave nothing behind"
