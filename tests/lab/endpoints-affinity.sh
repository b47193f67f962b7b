#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: endpoints-affinity.sh CATSHARK KERNEL-AFFINITY
# The affinity option on a kernel's TCP at the other end, both families: a kernel follows the redirect of our node, our
# clients follow that of a kernel. Every octet is compared, every redirect is judged, no rule is broken.
set -u
catshark=$1 kernel_affinity=$2
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/endpoints-common.sh"

# ADDRESS OWN-ADDRESS: the kernel goes from there to the node's own address, and gets its octets there.
kernel_follows() {
    (lab_kernel_affinity here get "$1" 80 60000 "$lab_files/hop") >"$lab_files/hops" 2>&1 || lab_fail "$1: $(cat "$lab_files/hops")"
    [ "$(tr '\n' ' ' <"$lab_files/hops")" = "served $1 80 redirect $2 80 served $2 80 " ] || lab_fail "$1: $(cat "$lab_files/hops")"
    cmp "$lab_files/hop.2" "$lab_files/body" || lab_fail "$1: what came differs"
}

kernel_client() {
    endpoints_router
    endpoints_kernel_here
    lab_saf here
    endpoints_serve --http
    n here curl -sS --max-time 10 http://10.9.2.80/60000 >"$lab_files/body" || lab_fail "curl: $?"
    endpoints_capture here h0
    kernel_follows 192.0.2.80 10.9.2.80
    kernel_follows 2001:db8:80::80 2001:db8:92::80
    endpoints_end_capture "kernel client" 2
    endpoints_end_node
    endpoints_expect service redirected 2 "kernel client"
    endpoints_expect service failed 0 "kernel client"
    echo "ok: a kernel follows redirects of our node"
}

kernel_server() {
    endpoints_router
    endpoints_kernel_there
    # A burst of the kernel's copies TCP options to all its segments: one of the FIN's only goes on the FIN.
    ip -n "$P-there" link set t0 gso_max_segs 1
    lab_address there lo 192.0.2.80/32 2001:db8:80::80/128
    ip -n "$P-router" route replace 192.0.2.80/32 via 10.9.2.2
    ip -n "$P-router" -6 route replace 2001:db8:80::80/128 via 2001:db8:92::2
    mkdir "$lab_files/www"
    head -c 60000 /dev/urandom >"$lab_files/www/page"
    chmod -R a+rX "$lab_files"
    (lab_kernel_affinity there serve 80 "$lab_files/www" 10.9.2.2 2001:db8:92::2) >"$lab_files/served" 2>&1 &
    lab_saf there
    lab_wait_port there 80
    endpoints_capture here h0
    endpoints_clients "${endpoints_sources[@]}" "${endpoints_targets[@]}" --flows 10 --rate 50 --http /page ||
        lab_fail "clients ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err" "$lab_files/served")"
    endpoints_end_capture "kernel server" 10
    endpoints_expect client redirects_accepted 10 "kernel server"
    endpoints_expect client finished 20 "kernel server"
    [ "$(jq -c 'select(.event == "finished" and .reconnect == 1) | [.server, ."http.octets"]' "$lab_files/client.ndjson" |
        sort -u | tr '\n' ' ')" = '["10.9.2.2",60000] ["2001:db8:92::2",60000] ' ] || lab_fail "$(cat "$lab_files/client.ndjson")"
    echo "ok: our clients follow redirects of a kernel"
}

lab_begin
for tool in jq nsenter tcpdump; do command -v "$tool" >/dev/null || lab_skip "no $tool here"; done
[ -n "$kernel_affinity" ] || lab_skip "the affinity option on the kernel's TCP is not built: clang and libbpf-dev"
kernel_client
lab_down
kernel_server
