# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034
# What serves and who asks in the lab; sourced behind srv6.sh. Every site serves HTTP on its CS-ID and on its own
# addresses: `name`, its name; `number`, as many octets as its number; `big`, 10 MB, `page`, 60 kB. A node of ours serves
# /N, and the same octets.
#
#   lab_serve KIND     starts a service at each site: python, nginx (takes PUT too), kernel: the kernel's TCP with the
#                      affinity option, by $kernel_affinity; or ours, by the topology, in the place of the kernel's
#                      addresses
#   lab_serve_end      ends them; of ours the summaries are in $lab_files/http1, 2 and 3
#   lab_octets COUNT   the octets that a node of ours answers with, not by our code
#   lab_saf NS         the kernel's TCP there sets SAF: on each SYN, and on SYN-ACKs to those who set it
#   lab_lose HOW       the core loses every fifth packet (fifth), one in five by chance (chance), or none (none)
#   lab_get HOST PATH  what curl gets
#   lab_names COUNT HOST...   the sites that so many new flows to each host reach, in one line: "site1 site3 "
#   lab_name_from PORT HOST   the site that a flow from this port of the client reaches, which its server ends
#   lab_start_downloads HOST..., lab_end_downloads WORDS   slow ones, each of which ends whole
lab_services=() lab_service='' lab_sites=(1 2 3)
lab_hosts=(192.0.2.80 '[2001:db8:80::80]') # the CS-IDs, for curl

# Spec: man catshark-service, HTTP.
lab_octets() {
    python3 -c '
import array, sys
mask, count = (1 << 64) - 1, int(sys.argv[1])
def word(index):
    v = (0x6361747368617266 + index + 0x9e3779b97f4a7c15) & mask
    v = (v ^ v >> 30) * 0xbf58476d1ce4e5b9 & mask
    v = (v ^ v >> 27) * 0x94d049bb133111eb & mask
    return ((v ^ v >> 31) & 0x3f3f3f3f3f3f3f3f) + 0x2020202020202020
words = array.array("Q", map(word, range((count + 7) // 8)))
if sys.byteorder == "big":
    words.byteswap()
sys.stdout.buffer.write(words.tobytes()[:count])' "$1"
}

lab_files_to_serve() {
    local i
    for i in "${lab_sites[@]}"; do
        [ ! -e "$lab_files/www$i" ] || continue
        mkdir -p "$lab_files/www$i"
        echo "site$i" >"$lab_files/www$i/name"
        head -c "$i" "$lab_files/www$i/name" >"$lab_files/www$i/number"
        [ -e "$lab_files/big" ] || lab_octets 10000000 >"$lab_files/big"
        head -c 60000 "$lab_files/big" >"$lab_files/page"
        ln -f "$lab_files/big" "$lab_files/page" "$lab_files/www$i"
    done
    chmod -R a+rX "$lab_files"
}

lab_serve_python() {
    exec ip netns exec "$P-site$1" python3 -u -m http.server --bind :: -d "$lab_files/www$1" 80
}

lab_serve_nginx() {
    local own=$lab_files/nginx$1
    mkdir -p "$own"
    cat >"$own/conf" <<END
user root;
worker_processes 1;
pid $own/pid;
daemon off;
events { }
http {
    access_log off;
    client_body_temp_path $own/body;
    server {
        listen [::]:80 ipv6only=off;
        root $lab_files/www$1;
        client_max_body_size 20m;
        location /put { dav_methods PUT; }
    }
}
END
    exec ip netns exec "$P-site$1" nginx -e "$own/errors" -c "$own/conf"
}

# NS WORDS...: `ip netns exec` would hide the cgroups behind a /sys of its own.
lab_kernel_affinity() {
    exec nsenter --net="/run/netns/$P-$1" "$kernel_affinity" "${@:2}"
}

lab_serve_kernel() {
    lab_kernel_affinity "site$1" serve 80 "$lab_files/www$1" "10.3.$1.2" "2001:db8:3:$1::2"
}

lab_serve_ours() {
    exec ip netns exec "$P-site$1" "$catshark" service --topology "$lab_files/net.conf" --name "site$1" -i "egress-site$1=s0" \
        --http --json 2>"$lab_files/http$1.err"
}

# NS PORT: waits until somebody listens there.
lab_wait_port() {
    local _
    for _ in $(seq 600); do
        [ -z "$(n "$1" ss -Hltn "sport = :$2")" ] || return 0
        sleep 0.05
    done
    lab_fail "nobody listens on port $2 of $1"
}

lab_serve() {
    local i
    lab_files_to_serve
    lab_service=$1
    for i in "${lab_sites[@]}"; do
        [ "$1" != ours ] || lab_site_bare "$i"
        "lab_serve_$1" "$i" >"$lab_files/http$i" 2>&1 &
        lab_services+=($!)
        [ "$1" != kernel ] || lab_saf "site$i"
    done
    for i in "${lab_sites[@]}"; do
        if [ "$1" = ours ]; then lab_wait "$lab_files/http$i.err" "is ready"; else lab_wait_port "site$i" 80; fi
    done
}

lab_serve_end() {
    local i process
    [ "${#lab_services[@]}" -gt 0 ] || return 0
    kill "${lab_services[@]}"
    for process in "${lab_services[@]}"; do
        wait "$process" 2>/dev/null || [ "$lab_service" != ours ] || lab_fail "a node ended with $?: $(cat "$lab_files"/http?.err)"
    done
    lab_services=()
    for i in "${lab_sites[@]}"; do
        n "site$i" nft flush ruleset
        [ "$lab_service" != ours ] || lab_site_host "$i"
    done
}

lab_saf() {
    n "$1" nft -f - <<'END'
table inet saf {
    chain capable {
        type filter hook input priority 0
        tcp flags & (syn | ack) == syn tcp reserved & 2 == 2 ct mark set 1
    }
    chain flag {
        type filter hook output priority 0
        tcp flags & (syn | ack) == syn tcp reserved set 2
        tcp flags & (syn | ack) == (syn | ack) ct mark 1 tcp reserved set 2
    }
}
END
}

lab_lose() {
    local which
    n core nft flush ruleset
    case $1 in
    none) return 0 ;;
    fifth) which='numgen inc mod 5 0' ;;
    chance) which='numgen random mod 5 0' ;;
    *) lab_fail "loss \"$1\", expected none, fifth or chance" ;;
    esac
    n core nft "table inet loss { chain forward { type filter hook forward priority 0; $which counter drop; }; }"
}

lab_get() {
    ip netns exec "$P-client" curl -sS --max-time 60 -g "http://$1/$2"
}

lab_names() {
    local host
    for host in "${@:2}"; do
        n client curl -sS --max-time 60 --fail-early -H 'Connection: close' "http://$host/name?[1-$1]" || echo "no answer"
    done | sort -u | tr '\n' ' '
}

# A port is free again at once when the other side has ended first.
lab_name_from() {
    n client python3 - "$1" "$2" <<'END'
import socket, sys
host = sys.argv[2].strip("[]")
with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as s:
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(60)
    s.bind(("", int(sys.argv[1])))
    s.connect((host, 80))
    s.sendall(b"GET /name HTTP/1.0\r\n\r\n")
    print(b"".join(iter(lambda: s.recv(4096), b"")).decode().partition("\r\n\r\n")[2], end="")
END
}

# HOST...: a slow download of the 10 MB from each, under way when it returns; their process ids are in lab_downloads.
lab_start_downloads() {
    local i=0 host
    lab_downloads=()
    for host in "$@"; do
        rm -f "$lab_files/slow$i"
        ip netns exec "$P-client" curl -sS --max-time 60 --limit-rate 3M -g -o "$lab_files/slow$i" "http://$host/big" &
        lab_downloads+=($!)
        i=$((i + 1))
    done
    for i in "${!lab_downloads[@]}"; do
        until [ -s "$lab_files/slow$i" ]; do
            kill -0 "${lab_downloads[$i]}" 2>/dev/null || lab_fail "download $i ended before it began"
            sleep 0.02
        done
    done
}

# WORDS: each of them ends well and whole.
lab_end_downloads() {
    local i
    for i in "${!lab_downloads[@]}"; do
        wait "${lab_downloads[$i]}" || lab_fail "$1: a download ended with $?"
        cmp -s "$lab_files/slow$i" "$lab_files/big" || lab_fail "$1: a download differs"
    done
}
