#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-kernel.sh CATSHARK
# A kernel at the other end, both families: curl and wget fetch 10 MB from our service node, our clients fetch from
# python's http.server and nginx. Every octet is compared, and the node's answers to bad requests are right.
set -u
catshark=$1
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/endpoints-common.sh"

# COUNT: the octets that every node answers with, by the definition (man catshark-service, HTTP), not by our code.
body() {
    python3 -c '
import sys
mask, count, out = (1 << 64) - 1, int(sys.argv[1]), bytearray()
for index in range((count + 7) // 8):
    v = (0x6361747368617266 + index + 0x9e3779b97f4a7c15) & mask
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9 & mask
    v = (v ^ v >> 27) * 0x94d049bb133111eb & mask
    v = ((v ^ v >> 31) & 0x3f3f3f3f3f3f3f3f) + 0x2020202020202020
    out += v.to_bytes(8, "little")
sys.stdout.buffer.write(out[:count])' "$1"
}

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
    for host in 192.0.2.80 10.9.2.80 '[2001:db8:80::80]' '[2001:db8:92::80]'; do
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

# NAME PORT: our clients fetch 1,000,000 octets, and what is not there.
our_client() {
    local to=(--to "10.9.2.2:$2" --to "[2001:db8:92::2]:$2")
    endpoints_clients --source 10.9.1.9 --source 2001:db8:91::9 "${to[@]}" --flows 6 --rate 20 --http /million ||
        lab_fail "$1: clients ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    endpoints_expect client finished 6 "$1"
    [ "$(jq -c 'select(.event == "finished") | [."http.status", ."http.octets"]' "$lab_files/client.ndjson" | sort | uniq -c |
        xargs)" = "6 [200,1000000]" ] || lab_fail "$1: $(grep finished "$lab_files/client.ndjson")"
    endpoints_clients --source 10.9.1.9 --source 2001:db8:91::9 "${to[@]}" --flows 2 --rate 20 --http /none
    [ $? = 1 ] || lab_fail "$1: 404 is no success"
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"http-status":2}' ] || lab_fail "$1: $(cat "$lab_files/client.out")"
    echo "ok: our clients fetch from $1"
}

kernel_servers() {
    mkdir "$lab_files/www" "$lab_files/nginx"
    head -c 1000000 /dev/urandom >"$lab_files/www/million"
    chmod -R a+rX "$lab_files"
    ip netns exec "$P-there" python3 -u -m http.server --bind :: -d "$lab_files/www" 8000 >"$lab_files/python" 2>&1 &
    lab_wait "$lab_files/python" Serving
    our_client "python's http.server" 8000
    cat >"$lab_files/nginx.conf" <<END
daemon off;
pid $lab_files/nginx/pid;
error_log $lab_files/nginx/error.log notice;
events {}
http {
    access_log off;
    client_body_temp_path $lab_files/nginx;
    proxy_temp_path $lab_files/nginx;
    fastcgi_temp_path $lab_files/nginx;
    uwsgi_temp_path $lab_files/nginx;
    scgi_temp_path $lab_files/nginx;
    server {
        listen 8001;
        listen [::]:8001;
        root $lab_files/www;
    }
}
END
    ip netns exec "$P-there" nginx -c "$lab_files/nginx.conf" -e "$lab_files/nginx/error.log" &
    lab_wait "$lab_files/nginx/error.log" "start worker process "
    our_client nginx 8001
    # A port where nobody listens.
    endpoints_clients --source 10.9.1.9 --to 10.9.2.2:8002
    [ $? = 1 ] || lab_fail "a refused connection is no success"
    [ "$(jq -c .failures "$lab_files/client.out")" = '{"refused":1}' ] || lab_fail "refused: $(cat "$lab_files/client.out")"
}

lab_begin
for tool in busybox jq nginx wget; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
endpoints_router
endpoints_kernel_here
body 10000000 >"$lab_files/body"
kernel_client
slow_reader
lab_down
endpoints_router
endpoints_kernel_there
kernel_servers
