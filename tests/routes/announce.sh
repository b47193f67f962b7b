#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: announce.sh CATSHARK
# `catshark announce` as ExaBGP runs it, with a topology alone: what it announces, that it lives through an error,
# follows the file, withdraws at its end; and what it refuses.
set -u
catshark=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

fail() {
    echo "FAIL: $1"
    failures=$((failures + 1))
}

# FILE WORDS: waits until the file has the words.
await() {
    local _
    for _ in $(seq 600); do
        grep -q -- "$2" "$1" && return 0
        sleep 0.05
    done
    fail "$1 never had \"$2\": $(cat "$1")"
}

# WORDS ARGUMENT...: refused with the words, exit status 2.
refused() {
    local words=$1
    shift
    "$catshark" announce "$@" >"$work/out" 2>"$work/error" </dev/null
    [ $? = 2 ] || fail "announce $*: exit status is not 2"
    grep -q -- "$words" "$work/error" || fail "announce $*: expected \"$words\", found $(cat "$work/error")"
    [ ! -s "$work/out" ] || fail "announce $*: something was announced"
}

"$catshark" simulate --print-topology >"$work/net.conf"
given=(--topology "$work/net.conf" --name egress1 --next-hop 10.9.1.1)
mkfifo "$work/answers"
"$catshark" announce "${given[@]}" --next-hop 2001:db8::1 <"$work/answers" >"$work/said" 2>"$work/told" &
announcing=$!
exec 3>"$work/answers"
await "$work/said" '^announce route 192.0.2.80/32 next-hop 10.9.1.1 attribute \[ 0xff 0xc0 0x0001'
await "$work/said" '^announce route 2001:db8:80::80/128 next-hop 2001:db8::1 attribute'
printf 'error\ndone\n' >&3
await "$work/told" 'ExaBGP refused: announce route'
awk '/^\[site /{ site = 1 } { print } site && /^egress=/{ print "weight=0"; site = 0 }' \
    <(grep -v '^weight=' "$work/net.conf") >"$work/drained.conf"
cp "$work/drained.conf" "$work/net.conf"
await "$work/said" '^withdraw route 192.0.2.80/32 next-hop 10.9.1.1$'
await "$work/said" '^withdraw route 2001:db8:80::80/128 next-hop 2001:db8::1$'
"$catshark" simulate --print-topology >"$work/net.conf"
await "$work/said" '0x0001000838000002' # the next generation
: >"$work/said"
kill -TERM "$announcing"
wait "$announcing" || fail "SIGTERM: exit status $?"
[ "$(grep -c '^withdraw route' "$work/said")" = 2 ] || fail "SIGTERM: said $(cat "$work/said")"

"$catshark" announce "${given[@]}" <"$work/answers" >"$work/said" 2>"$work/told" 3>&- &
announcing=$!
await "$work/said" '^announce route 192.0.2.80/32'
exec 3>&-
wait "$announcing" || fail "end of the answers: exit status $?"
! grep -q '^withdraw' "$work/said" || fail "end of the answers: withdrawn to nobody"
! grep -q '2001:db8:80::80' "$work/said" || fail "IPv6 announced without a next hop"

"$catshark" announce "${given[@]}" --attribute 0x63/0x80 --prefix-sid --once </dev/null >"$work/said" ||
    fail "--once: exit status $?"
grep -q 'attribute \[ 0x63 0x80 0x.* attribute \[ 0x28 0xc0 0x05' "$work/said" || fail "--once: $(cat "$work/said")"

"$catshark" announce "${given[@]}" --nodes --once </dev/null >"$work/said" || fail "--nodes: exit status $?"
grep -q '^announce route 198.51.100.11/32 next-hop 10.9.1.1 attribute \[ 0xff 0xc0 0x00020016' "$work/said" || fail "--nodes: $(cat "$work/said")"
grep -q '^announce route 192.0.2.80/32 .*0x00010008' "$work/said" || fail "--nodes: no CS-ID: $(cat "$work/said")"
clients=(--topology "$work/net.conf" --name ingress1 --next-hop 10.9.5.2)
"$catshark" announce "${clients[@]}" --once </dev/null >"$work/said" || fail "an ingress: exit status $?"
grep -q '^announce route 10.1.0.0/16 next-hop 10.9.5.2 attribute \[ 0xff 0xc0 0x00020016' "$work/said" || fail "an ingress: $(cat "$work/said")"
refused 'ingress1 is an ingress, expected an egress with --control' "${clients[@]}" --control "$work/nobody"
refused 'ingress1 is an ingress, expected an egress with --nodes' "${clients[@]}" --nodes
refused 'no --topology'
refused 'no --next-hop' --topology "$work/net.conf" --name egress1
refused '"10.9.1", expected an IPv4 or IPv6 address' --topology "$work/net.conf" --name egress1 --next-hop 10.9.1
refused '"10.9.1.2", expected one of each family' "${given[@]}" --next-hop 10.9.1.2
refused '"256", expected CODE or CODE/FLAGS' "${given[@]}" --attribute 256
refused '"40", expected CODE or CODE/FLAGS: 43-127 or 129-255' "${given[@]}" --attribute 40 --prefix-sid
refused '"99/0x40", expected CODE or CODE/FLAGS' "${given[@]}" --attribute 99/0x40
refused '"99/0xC1", expected CODE or CODE/FLAGS' "${given[@]}" --attribute 99/0xC1
refused 'no \[egress egress9\]' --topology "$work/net.conf" --name egress9 --next-hop 10.9.1.1
refused 'expected a role that listens there' "${given[@]}" --control "$work/nobody" --once
refused '"now", expected options only' "${given[@]}" now
[ "$failures" = 0 ] && echo "ok: announce"
