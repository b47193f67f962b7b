#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-usage.sh CATSHARK
# What `client` and `service` refuse, with the reason; nothing is opened for it, so it needs no right. What a user without
# rights is told.
set -u
catshark=$1
files=$(mktemp -d)
trap 'rm -rf "$files"' EXIT
checks=0

fail() {
    echo "FAIL: $1"
    exit 1
}

# REASON WORDS...: exit status 2, the reason first, no output.
refused() {
    local reason=$1
    shift
    timeout 20 "$catshark" "$@" >"$files/out" 2>"$files/err"
    [ $? = 2 ] || fail "$*: expected exit status 2"
    [ "$(head -n 1 "$files/err")" = "catshark $1: $reason" ] || fail "$*: $(head -n 1 "$files/err")"
    [ ! -s "$files/out" ] || fail "$*: there is output"
    checks=$((checks + 1))
}

"$catshark" simulate --print-topology >"$files/net.conf"
at=(-i none --source 10.9.1.4 --via 10.9.1.1 --to 192.0.2.80:80)
refused 'no --to, expected ADDRESS:PORT, or --topology FILE' client
refused 'no --source, expected the clients'"'"' addresses' client --to 192.0.2.80:80
refused 'no --interface, expected one, or --topology FILE' client --to 192.0.2.80:80 --source 10.9.1.4
refused 'no --via, expected the IPv4 address of the next hop' client --to 192.0.2.80:80 --source 10.9.1.4 -i lo
refused '--to: "192.0.2.80", expected ADDRESS:PORT such as 192.0.2.80:80 or [2001:db8::80]:80' client --to 192.0.2.80
refused '--to: "2001:db8::80:80", expected ADDRESS:PORT such as 192.0.2.80:80 or [2001:db8::80]:80' client --to 2001:db8::80:80
refused '--to: "192.0.2.80:65536", expected ADDRESS:PORT such as 192.0.2.80:80 or [2001:db8::80]:80' client --to 192.0.2.80:65536
refused '--source: "10.9.1.4/24", expected an address, or a prefix such as 10.1.0.0/24' client --to 192.0.2.80:80 --source 10.9.1.4/24
refused '--source: "10.9.1.0/33", expected an address, or a prefix such as 10.1.0.0/24' client --to 192.0.2.80:80 --source 10.9.1.0/33
refused 'no client has the family of a service, expected one of them' client --to 192.0.2.80:80 --source 2001:db8::/64
refused 'no client has the family of a service, expected one of them' client "${at[@]}" -6
refused 'more than one of --ipv4, --ipv6 and --both, expected one of them' client "${at[@]}" -4 -6
refused '--flows: "0", expected a number from 1 to 1000000000 (k, M and G may follow it)' client "${at[@]}" --flows 0
refused '--rate: "x", expected a number from 1 to 1000000 (k, M and G may follow it)' client "${at[@]}" --rate x
refused '--hold: "0", expected more than 0 and at most 8784h' client "${at[@]}" --hold 0
refused '--duration: "1y", expected a duration such as 500ms, 10s or 2m (units ns, us, ms, s, m, h)' client "${at[@]}" --duration 1y
refused '--capability: "sav", expected saf, permit, raw or none' client "${at[@]}" --capability sav
refused '--http: "x y", expected a path such as /1000: printable, without spaces' client "${at[@]}" --http 'x y'
refused '--http and --request, expected one of them' client "${at[@]}" --http /1 --request 1
refused '--via: "10.9.1.2", expected one address of each family' client "${at[@]}" --via 10.9.1.2
refused '--via: "next", expected an IPv4 or IPv6 address' client -i none --source 10.9.1.4 --to 192.0.2.80:80 --via next
refused '"more", expected options only' client more
refused 'no --name, expected the ingress that the clients are behind: there are several' client --topology "$files/net.conf"
refused "$files/net.conf: no [ingress east], expected one: see --name" client --topology "$files/net.conf" --name east
refused "$files/net.conf: no [service mail], expected one: see --service" client --topology "$files/net.conf" --name ingress1 --service mail
refused '--source: "10.99.0.0/24", expected a part of the clients of ingress1' client --topology "$files/net.conf" --name ingress1 --source 10.99.0.0/24
refused '--to: expected none with a topology, whose services are it' client --topology "$files/net.conf" --name ingress1 --to 192.0.2.1:1
refused '--via: expected none with a topology, whose link names it' client --topology "$files/net.conf" --name ingress1 --via 10.0.0.1
refused '--interface: "core=eth0", expected LINK=INTERFACE with a link of clients in the topology' client --topology "$files/net.conf" --name ingress1 -i core=eth0
refused "$files/none.conf: No such file or directory" client --topology "$files/none.conf"

refused 'no --address and no --anycast, expected one, or --topology FILE with --name' service
refused '--address: "10.9.2", expected an IPv4 or IPv6 address' service --address 10.9.2
refused '--anycast: "10.9.2.81", expected one address of each family' service --anycast 10.9.2.80 --anycast 10.9.2.81
refused '--port: "0", expected a number from 1 to 65535 (k, M and G may follow it)' service --address 10.9.2.80 --port 0
refused '--interface: "a=b", expected no LINK= without a topology' service --address 10.9.2.80 -i a=b
refused '--interface: "two", expected one interface' service --address 10.9.2.80 -i one -i two
refused 'no --name, expected a node or a site of the topology' service --topology "$files/net.conf"
refused "$files/net.conf: no [node east] and no [site east] with nodes, expected one: see --name" service --topology "$files/net.conf" --name east
refused '--port: expected none with a topology, which says it' service --topology "$files/net.conf" --name site1 --port 81

for verb in client service; do
    timeout 20 "$catshark" "$verb" --help | grep -q -- --interface || fail "$verb --help"
done

# As a user without rights: the line that gives them. Root is one who can become such a user.
as_user=()
if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || {
        echo "SKIP: no setpriv here"
        exit 77
    }
    as_user=(setpriv --reuid 65534 --regid 65534 --clear-groups --inh-caps=-all --bounding-set=-all)
    cp "$catshark" "$files/catshark"
    chmod 755 "$files" "$files/catshark"
    catshark=$files/catshark
fi
for words in "client -i lo --source 10.9.1.4 --via 10.9.1.1 --to 192.0.2.80:80" "service -i lo --address 10.9.2.80 --via 10.9.2.1"; do
    # shellcheck disable=SC2086
    "${as_user[@]}" "$catshark" $words >"$files/out" 2>"$files/err"
    [ $? = 2 ] || fail "$words without rights: expected exit status 2"
    grep -q "no cap_net_raw, needed for packet sockets; run as root, or give it with: setcap cap_net_raw+ep .*catshark$" "$files/err" ||
        fail "$words without rights: $(cat "$files/err")"
done
echo "ok: $checks refusals"
