# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034
# A lab of namespaces for the forwarders, to be sourced by bash:
#
#   client --(10.1.0.0/24, 2001:db8:1::/64)-- ingress --(2001:db8:12::/64)-- core --(2001:db8:23::/64)-- egress
#   egress --(10.3.N.0/24, 2001:db8:3:N::/64)-- site1, site2, site3
#
# Every site has the CS-ID 192.0.2.80 and 2001:db8:80::80 on lo. Ingress and egress are the kernel's or ours. MTU of the
# access links 1500, of the core's 1600. Namespaces bear the test's process id and go at its end, whatever happens; so
# does the folder of its files. What a killed test leaves is for `lab.sh down`.
P=${lab_name:-cs$$}
lab_access_mtu=1500
lab_core_mtu=1600
lab_files=${TMPDIR:-/tmp}/catshark-lab-$P

# NAMESPACE: removes it, what runs in it, and what a role there wrote down of its routes.
lab_remove_namespace() {
    local pid
    for pid in $(ip netns pids "$1" 2>/dev/null); do kill -9 "$pid" 2>/dev/null; done
    rm -f "/run/catshark/"*"-$(stat -L -c %i "/run/netns/$1").takeover"
    ip netns del "$1"
}

# A job that has nothing to do with the namespaces.
lab_spared=

# Ends all processes and namespaces. Process ids of what has ended may be somebody else's by now: jobs are known to run.
lab_down() {
    local name jobs
    mapfile -t jobs < <(jobs -pr | grep -vx "${lab_spared:-none}")
    [ "${#jobs[@]}" = 0 ] || kill "${jobs[@]}" 2>/dev/null
    [ "${#jobs[@]}" = 0 ] || wait "${jobs[@]}"
    for name in $(ip netns list | awk -v p="$P-" 'index($1, p) == 1 { print $1 }'); do lab_remove_namespace "$name"; done
}

# A child that gets a signal before it has become another program is no test that ends. `timeout` signals twice: the
# second one must not end the cleaning.
lab_cleanup() {
    [ "$BASHPID" = $$ ] || return
    trap '' INT TERM
    lab_spared=
    lab_down
    rm -rf "$lab_files"
}

lab_skip() {
    echo "SKIP: $1"
    exit 77
}

# Skips where namespaces cannot be made.
lab_begin() {
    local tool
    for tool in ip ethtool curl python3 nft; do
        command -v "$tool" >/dev/null || lab_skip "no $tool here"
    done
    [ "$(id -u)" = 0 ] || lab_skip "not root: namespaces cannot be made"
    ip netns add "$P-probe" 2>/dev/null || lab_skip "network namespaces cannot be made here"
    trap lab_cleanup EXIT
    trap 'exit 130' INT TERM
    mkdir -p "$lab_files"
    ip netns del "$P-probe"
    ip link add "${P}a" type veth peer name "${P}b" 2>/dev/null || lab_skip "veth links cannot be made here"
    ip link del "${P}a"
}

lab_fail() {
    echo "FAIL: $1" >&2
    exit 1
}

n() {
    local ns=$1
    shift
    ip netns exec "$P-$ns" "$@"
}

# A kernel's TCP over IPv6 would take another flow label when a segment comes again, and RST of a connection that it has
# forgotten another still: the outer header copies it (cats/flow-label). Both are told not to.
lab_namespace() {
    local ns
    for ns in "$@"; do
        ip netns add "$P-$ns"
        ip -n "$P-$ns" link set lo up
        n "$ns" sysctl -qew net.core.txrehash=0 net.ipv6.flowlabel_reflect=3
        n "$ns" sysctl -qw net.ipv6.conf.all.accept_dad=0 net.ipv6.conf.default.accept_dad=0 \
            net.ipv6.conf.default.router_solicitations=0 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
    done
}

# NS1 IF1 NS2 IF2 MTU: a link without offloads that change frames.
lab_link() {
    ip link add "$2" netns "$P-$1" mtu "$5" type veth peer name "$4" mtu "$5" netns "$P-$3"
    ip -n "$P-$1" link set "$2" up
    ip -n "$P-$3" link set "$4" up
    n "$1" ethtool -K "$2" tx off rx off tso off gso off gro off sg off >/dev/null 2>&1
    n "$3" ethtool -K "$4" tx off rx off tso off gso off gro off sg off >/dev/null 2>&1
}

lab_address() {
    local ns=$1 interface=$2 address
    shift 2
    for address in "$@"; do
        case $address in
        *:*) ip -n "$P-$ns" addr add "$address" dev "$interface" nodad ;;
        *) ip -n "$P-$ns" addr add "$address" dev "$interface" ;;
        esac
    done
}

lab_up() {
    local i
    lab_namespace client ingress core egress site1 site2 site3
    lab_link client c0 ingress i0 "$lab_access_mtu"
    lab_link ingress i1 core k0 "$lab_core_mtu"
    lab_link core k1 egress e0 "$lab_core_mtu"
    lab_address client c0 10.1.0.2/24 2001:db8:1::2/64
    ip -n "$P-client" route add default via 10.1.0.1
    ip -n "$P-client" -6 route add default via 2001:db8:1::1
    lab_address core k0 2001:db8:12::2/64
    lab_address core k1 2001:db8:23::1/64
    n core sysctl -qw net.ipv6.conf.all.forwarding=1
    ip -n "$P-core" -6 route add 5f00:0:e1::/48 via 2001:db8:23::2
    ip -n "$P-core" -6 route add 5f00:0:1::/48 via 2001:db8:12::1
    ip -n "$P-core" -6 route add 5f00:0:c:1::/128 encap seg6local action End dev k1
    for i in 1 2 3; do
        lab_link egress "e$i" "site$i" s0 "$lab_access_mtu"
        # A burst of the kernel's copies TCP options to all its segments: one of the FIN's only goes on the FIN.
        ip -n "$P-site$i" link set s0 gso_max_segs 1
        lab_site_host "$i"
    done
}

# SITE: the kernel there owns the CS-ID and addresses of the site.
lab_site_host() {
    lab_address "site$1" s0 "10.3.$1.2/24" "2001:db8:3:$1::2/64"
    lab_address "site$1" lo 192.0.2.80/32 2001:db8:80::80/128
    ip -n "$P-site$1" route replace default via "10.3.$1.1"
    ip -n "$P-site$1" -6 route replace default via "2001:db8:3:$1::1"
}

# SITE: it owns none.
lab_site_bare() {
    ip -n "$P-site$1" addr flush dev s0 scope global # without any, the kernel takes IPv6 off the link
    ip -n "$P-site$1" addr del 192.0.2.80/32 dev lo
    ip -n "$P-site$1" addr del 2001:db8:80::80/128 dev lo
}

# The hosts of our roles own their addresses, as a router would; else the role answers for them.
lab_host_addresses() {
    local i
    for ns in "$@"; do
        case $ns in
        ingress)
            lab_address ingress i0 10.1.0.1/24 2001:db8:1::1/64
            lab_address ingress i1 2001:db8:12::1/64
            ;;
        egress)
            lab_address egress e0 2001:db8:23::2/64
            for i in 1 2 3; do lab_address egress "e$i" "10.3.$i.1/24" "2001:db8:3:$i::1/64"; done
            ;;
        esac
    done
}

# SHAPE: sets `mode` and `segments` of the kernel's routes, and `word` of our --encapsulation.
lab_shape() {
    case $1 in
    full2) mode=encap segments=2 word=full ;;
    full1) mode=encap segments=1 word=full ;;
    reduced2) mode=encap.red segments=2 word=reduced ;;
    absent) mode=encap.red segments=1 word=reduced ;;
    *) lab_fail "shape \"$1\", expected full2, full1, reduced2 or absent" ;;
    esac
    via=
    [ "$segments" = 1 ] || via=5f00:0:c:1::,
}

# Routes of the kernel as forwarder are of this protocol: what else the host has stays when they go.
lab_protocol=99

# NS WORDS...: a route of the kernel as forwarder.
lab_route() {
    local family=-4
    case $2 in *:*) family=-6 ;; esac
    ip -n "$P-$1" "$family" route replace "${@:2}" proto "$lab_protocol"
}

# NS: the kernel there is no forwarder any more.
lab_kernel_retire() {
    n "$1" sysctl -qw net.ipv4.ip_forward=0 net.ipv6.conf.all.forwarding=0
    ip -n "$P-$1" -4 route flush proto "$lab_protocol"
    ip -n "$P-$1" -6 route flush proto "$lab_protocol"
}

# NS CORE-ADDRESS LOCATOR SOURCE: the kernel there forwards, and knows the way into the core.
lab_kernel_forwarder() {
    n "$1" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
    lab_route "$1" "$3" via "$2"
    lab_route "$1" 5f00:0:c::/48 via "$2"
    n "$1" ip sr tunsrc set "$4"
}

# NS PREFIX SID: a route that encapsulates.
lab_encap() {
    local device=i1
    [ "$1" = ingress ] || device=e0
    lab_route "$1" "$2" encap seg6 mode "$mode" segs "$via$3" dev "$device"
}

# SHAPE: the kernel as ingress.
lab_kernel_ingress() {
    local mode segments word via
    lab_shape "$1"
    lab_kernel_forwarder ingress 2001:db8:12::2 5f00:0:e1::/48 5f00:0:1::100
    lab_encap ingress 192.0.2.80/32 5f00:0:e1:ca75:3800:1::
    lab_encap ingress 2001:db8:80::80/128 5f00:0:e1:ca75:3800:1::
    lab_encap ingress 10.3.0.0/16 5f00:0:e1:4::
    lab_encap ingress 2001:db8:3::/48 5f00:0:e1:6::
    lab_route ingress 5f00:0:1:4::/64 encap seg6local action End.DX4 nh4 10.1.0.2 dev i0
    lab_route ingress 5f00:0:1:6::/64 encap seg6local action End.DX6 nh6 2001:db8:1::2 dev i0
}

# SHAPE: the kernel as egress; all flows go to site 1.
lab_kernel_egress() {
    local mode segments word via
    lab_shape "$1"
    lab_kernel_forwarder egress 2001:db8:23::1 5f00:0:1::/48 5f00:0:e1::100
    lab_route egress 5f00:0:e1:4::/64 encap seg6local action End.DX4 nh4 10.3.1.2 dev e1
    lab_route egress 5f00:0:e1:6::/64 encap seg6local action End.DX6 nh6 2001:db8:3:1::2 dev e1
    lab_encap egress 10.1.0.0/24 5f00:0:1:4::
    lab_encap egress 2001:db8:1::/64 5f00:0:1:6::
}

# FAMILY: the kernel has no behavior that takes both without a VRF, as End.CATS does: the egress's SID takes this one.
lab_kernel_cats() {
    local action=(End.DX4 nh4 10.3.1.2)
    [ "$1" = 4 ] || action=(End.DX6 nh6 2001:db8:3:1::2)
    lab_route egress 5f00:0:e1:ca75::/64 encap seg6local action "${action[@]}" dev e1
}

# Milliseconds: a FIN that was lost comes again, each time later.
lab_reconnect_limit=60000

# NUMBER NS INTERFACE CORE-NET SITE...: what a topology says of an egress and its sites: INTERFACE0 leads to the core,
# INTERFACEN to site N.
lab_topology_egress() {
    local own=egress$1 locator=5f00:0:e$1 ns=$2 interface=$3 net=$4 site
    cat <<END

[egress $own]
source=$locator::100
locator=$locator::/48

[sid $own-cats]
prefix=$locator:ca75::/64
behavior=End.CATS
granularity=egress node
egress=$own

[sid $own-dt4]
prefix=$locator:4::/64
behavior=End.DT4
egress=$own

[sid $own-dt6]
prefix=$locator:6::/64
behavior=End.DT6
egress=$own

[link core-$ns]
from=core
to=$own
interface=${interface}0
mtu=$lab_core_mtu
from_address=$net:1
to_address=$net:2
END
    for site in "${@:5}"; do
        cat <<END

[site site$site]
egress=$own

[node node$site]
site=site$site
ipv4=10.3.$site.2
ipv6=2001:db8:3:$site::2

[link $ns-site$site]
from=$own
to=site$site
interface=$interface$site
from_address=10.3.$site.1;2001:db8:3:$site::1
to_address=10.3.$site.2;2001:db8:3:$site::2
END
    done
}

# SEGMENTS ENCAPSULATION: writes the topology with one egress, prints its name.
lab_topology() {
    local file=$lab_files/net.conf
    {
        cat <<END
[affinity]
reconnect_limit=$lab_reconnect_limit

[service web]
ipv4=192.0.2.80
ipv6=2001:db8:80::80
port=80

[ingress ingress1]
source=5f00:0:1::100
locator=5f00:0:1::/48
clients=10.1.0.0/24;2001:db8:1::/64
encapsulation=$2

[sid ingress1-dt4]
prefix=5f00:0:1:4::/64
behavior=End.DT4
ingress=ingress1

[sid ingress1-dt6]
prefix=5f00:0:1:6::/64
behavior=End.DT6
ingress=ingress1

[link access]
from=clients
to=ingress1
interface=i0
from_address=10.1.0.2;2001:db8:1::2
to_address=10.1.0.1;2001:db8:1::1

[link ingress-core]
from=ingress1
to=core
interface=i1
mtu=$lab_core_mtu
from_address=2001:db8:12::1
to_address=2001:db8:12::2
END
        [ "$1" = 2 ] && printf '\n[core]\nsid=5f00:0:c:1::\n'
        lab_topology_egress 1 egress e 2001:db8:23: 1 2 3
    } >"$file"
    echo "$file"
}

# NAME FILE WORDS: waits until the file has the words.
lab_wait() {
    local try
    for try in $(seq 600); do
        grep -q -- "$2" "$1" 2>/dev/null && return 0
        sleep 0.05
    done
    cat "$1"
    lab_fail "$1 never said \"$2\" ($try looks)"
}

# NS VERB WORDS...: starts a role of ours there; its process is $lab_role, its output $lab_files/VERB.out and .err.
lab_start() {
    local ns=$1 verb=$2
    shift 2
    : >"$lab_files/$verb.err" # that of the one before would be taken for this one's
    ip netns exec "$P-$ns" "$catshark" "$verb" "$@" >"$lab_files/$verb.out" 2>"$lab_files/$verb.err" &
    lab_role=$!
    lab_wait "$lab_files/$verb.err" "is ready"
}

# Ends a role as a user would and waits for it; its exit status is the function's.
lab_stop() {
    kill -INT "$1"
    wait "$1"
}

# NAME COMMAND...: to the role that was started with --control "$lab_files/NAME.ctl".
lab_ctl() {
    "$catshark" ctl --control "$lab_files/$1.ctl" "${@:2}"
}
