#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: reload.sh CATSHARK
# Our ingress in front of two kernel egresses: its topology file gets a second egress and loses the first one while
# downloads run. Each download ends whole at the egress where it began; new flows go where the file says.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"

names() {
    lab_names 16 192.0.2.80
}

# WORDS: the reload is refused with them, and nothing changes.
refused() {
    lab_ctl ingress1 reload >/dev/null 2>"$lab_files/error"
    [ $? = 1 ] || lab_fail "reload: expected exit status 1, and \"$1\""
    grep -q -- "$1" "$lab_files/error" || lab_fail "expected \"$1\", found $(cat "$lab_files/error")"
    [ "$(names)" = "$2" ] || lab_fail "a refused reload changed where flows go: $(names)"
}

lab_begin
lab_up
lab_host_addresses ingress egress
lab_kernel_egress full2
lab_kernel_cats 4
ip -n "$P-core" -6 route add 5f00:0:e2::/48 via 2001:db8:23::2
# The second egress is the same kernel, with a SID that leads to another site.
ip -n "$P-egress" -6 route add 5f00:0:e2:ca75::/64 encap seg6local action End.DX4 nh4 10.255.2.1 dev e2
ip -n "$P-egress" route add 10.255.2.1/32 via 10.3.2.2 dev e2
lab_serve python
topology=$(lab_topology 2 full)
cp "$topology" "$lab_files/first.conf"
lab_start ingress ingress --topology "$topology" --name ingress1 --takeover --control "$lab_files/ingress1.ctl" --json
ingress=$lab_role
[ "$(names)" = "site1 " ] || lab_fail "one egress, flows at $(names)"

lab_start_downloads 192.0.2.80 192.0.2.80 192.0.2.80 192.0.2.80
lab_topology_egress 2 egress2 f 2001:db8:24: 9 >>"$topology"
lab_ctl ingress1 reload | grep -q '"changed":1' || lab_fail "reload with a second egress"
[ "$(names)" = "site1 site2 " ] || lab_fail "two egresses, flows at $(names)"
n ingress ip route show type blackhole | grep -q '10\.3\.9\.2' || lab_fail "--takeover: no route to the new node"
lab_end_downloads "a second egress"
lab_ctl ingress1 reload | grep -q '"changed":0' || lab_fail "reload of the same file"
echo "ok: a second egress gets new flows, downloads stay"

lab_start_downloads 192.0.2.80 192.0.2.80 192.0.2.80 192.0.2.80
sed -i '/^\[sid egress1-cats\]/,/^egress=/d' "$topology"
lab_ctl ingress1 reload | grep -q '"changed":1' || lab_fail "reload without the SID of the first egress"
[ "$(names)" = "site2 " ] || lab_fail "one egress left, flows at $(names)"
lab_end_downloads "the first egress gone"
echo "ok: an egress that is gone keeps its downloads and gets no new flow"

cp "$topology" "$lab_files/second.conf"
for change in 's/^interface=i1/interface=i9/;links' 's/^source=5f00:0:1::100/source=5f00:0:1::101/;source' \
    's/^encapsulation=full/encapsulation=reduced/;encapsulation'; do
    sed "${change%;*}" "$lab_files/second.conf" >"$topology"
    refused "${change#*;} of ingress1 changed, expected as before: start anew for that" "site2 "
done
echo '[egress' >"$topology"
refused 'net.conf:1:' "site2 "
sed 's/ingress1/ingress7/' "$lab_files/first.conf" >"$topology"
refused 'no \[ingress ingress1\] any more' "site2 "
lab_stop "$ingress" || lab_fail "the ingress ended with $?"
[ -z "$(n ingress ip route show type blackhole)$(n ingress ip -6 route show type blackhole)" ] ||
    lab_fail "a blackhole route stayed"
echo "ok: what needs a new start is refused and changes nothing"
