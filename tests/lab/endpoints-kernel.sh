#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-kernel.sh CATSHARK
# A kernel at the other end, besides what the cells have: wget, and curl from the node's own addresses, octet by octet;
# answers to bad requests; a reader whose window closes; a server that has no such path, and none at all.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/endpoints-common.sh"

# URL EXPECTED-STATUS WORDS...
status() {
    local url=$1 expected=$2 found
    shift 2
    found=$(n here curl -s -g --max-time 10 -o "$lab_files/got" -w '%{http_code}' "$@" "$url")
    [ "$found" = "$expected" ] || lab_fail "$url $*: status $found, expected $expected"
}

kernel_client() {
    local host
    endpoints_serve --http --response 777
    for host in 10.9.2.80 '[2001:db8:92::80]'; do
        n here curl -sS -g --max-time 30 "http://$host/10000000" >"$lab_files/got" || lab_fail "curl $host: $?"
        cmp "$lab_files/got" "$lab_files/body" || lab_fail "10 MB from $host differ"
    done
    for host in 192.0.2.80 '[2001:db8:80::80]'; do
        n here wget -q -T 30 -O "$lab_files/got" "http://$host/10000000" || lab_fail "wget $host: $?"
        cmp "$lab_files/got" "$lab_files/body" || lab_fail "10 MB by wget from $host differ"
    done
    status http://192.0.2.80/ 200
    cmp -n 777 "$lab_files/got" "$lab_files/body" && [ "$(stat -c %s "$lab_files/got")" = 777 ] || lab_fail "777 octets differ"
    status http://192.0.2.80/0 200
    status 'http://192.0.2.80/5?x=1' 200
    status http://192.0.2.80/none 404
    status http://192.0.2.80/99999999999999999999 404
    status http://192.0.2.80/1 405 -X POST
    status http://192.0.2.80/1 431 -H "X-Long: $(head -c 9000 /dev/zero | tr '\0' x)"
    status http://192.0.2.80/1 400 -H 'Host:'
    n here curl -sS -I --max-time 10 http://192.0.2.80/1234 | grep -q '^Content-Length: 1234' || lab_fail "HEAD"
    [ "$(printf 'nonsense\r\n\r\n' | n here busybox nc -w 10 192.0.2.80 80 | head -c 12)" = "HTTP/1.1 400" ] ||
        lab_fail "nonsense was not answered with 400"
    endpoints_end_node
    endpoints_expect service http_refused 6 "bad requests"
    endpoints_expect service failed 0 "kernel client"
    endpoints_expect service redirected 0 "a kernel client sets no SAF"
    echo "ok: curl and wget fetch 10 MB from our node, byte by byte"
}

# A reader with little room that sleeps: its window closes, is asked for, and opens.
slow_reader() {
    endpoints_serve --http
    n here sysctl -qw net.ipv4.tcp_rmem="4096 8192 16384"
    # shellcheck disable=SC2016
    n here bash -c 'exec 3<>/dev/tcp/192.0.2.80/80; printf "GET /1000000 HTTP/1.0\r\n\r\n" >&3; sleep 1.5; cat <&3' \
        >"$lab_files/got"
    endpoints_end_node
    tail -c 1000000 "$lab_files/got" | cmp -n 1000000 - "$lab_files/body" || lab_fail "1 MB of a slow reader differs"
    [ "$(endpoints_number service zero_window_probes)" -ge 1 ] || lab_fail "no probe: $(cat "$lab_files/service.out")"
    endpoints_expect service failed 0 "slow reader"
    echo "ok: a reader whose window closes"
}

# What our clients get from a kernel's server is the cells' business; here, what they do not get.
kernel_server() {
    mkdir "$lab_files/www"
    ip netns exec "$P-there" python3 -u -m http.server --bind :: -d "$lab_files/www" 8000 >"$lab_files/python" 2>&1 &
    lab_wait "$lab_files/python" Serving
    endpoints_clients --source 10.9.1.9 --source 2001:db8:91::9 --to 10.9.2.2:8000 --to '[2001:db8:92::2]:8000' \
        --flows 2 --rate 20 --http /none
    [ $? = 1 ] || lab_fail "404 is no success"
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"http-status":2}' ] || lab_fail "404: $(cat "$lab_files/client.out")"
    # A port where nobody listens.
    endpoints_clients --source 10.9.1.9 --to 10.9.2.2:8002
    [ $? = 1 ] || lab_fail "a refused connection is no success"
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"refused":1}' ] || lab_fail "refused: $(cat "$lab_files/client.out")"
    echo "ok: a path and a port that are not there"
}

lab_begin
for tool in busybox jq wget; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
endpoints_router
endpoints_kernel_here
lab_octets 10000000 >"$lab_files/body"
kernel_client
slow_reader
lab_down
endpoints_router
endpoints_kernel_there
kernel_server
