# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests of inject: two veth pairs between the namespaces one and two, v1-v2 and w1-w2, on which nothing
# is sent but what the test sends.
#
#   inject_start CATSHARK       makes them; $catshark, $work, a capture of one link in $work/one.pcap and of all in all.pcapng
#   listen NAME IF COUNT        captures so many frames that arrive, into $work/NAME.pcap, but the kernels' group reports; returns
#                               once it listens
#   heard NAME                  waits for them (20 s at most)
#   octets CAPTURE [FILTER]     frames as hexadecimal text, without times
#   inject ARGUMENT...          the verb in namespace one: report in $work/report, errors in $work/error, status in $status

inject_start() {
  catshark=$1
  live_start "$catshark"
  local program
  for program in tcpdump editcap jq; do
    command -v "$program" >/dev/null || skip "$program is not installed"
  done
  namespace one two
  veth one v1 two v2
  veth one w1 two w2
  local name
  for name in v w; do
    in_ns one sh -c "echo 1 >/proc/sys/net/ipv6/conf/${name}1/disable_ipv6"
    in_ns two sh -c "echo 1 >/proc/sys/net/ipv6/conf/${name}2/disable_ipv6"
    # As the core links of a simulation.
    ip -n "catshark-$$-one" link set "${name}1" mtu 9000
    ip -n "catshark-$$-two" link set "${name}2" mtu 9000
  done
  cd "$work"
  "$catshark" simulate --seed 3 --flows 8 -q -w all.pcapng
  # Of one link only, told apart by its addresses.
  "$catshark" simulate --seed 3 --flows 8 -q -w - | tcpdump -r - -w one.pcap "$(link_macs)" 2>/dev/null
}

# The frames of clients-ingress1 are those of its two Ethernet addresses, which the first frame of the capture has.
link_macs() {
  local source
  source=$(tcpdump -e -n -t -c 1 -r all.pcapng 2>/dev/null | cut -d ' ' -f 1)
  echo "ether host $source"
}

declare -A listeners=()
listen() {
  local name=$1 interface=$2 count=$3
  : >"$name.log" # that of an earlier one would be taken for this one's
  in_ns two timeout 60 tcpdump -i "$interface" -Q in -U --immediate-mode -s 0 -c "$count" -w "$name.pcap" not ip6 multicast 2>"$name.log" &
  listeners[$name]=$!
  until grep -q "listening on" "$name.log" 2>/dev/null; do
    kill -0 "${listeners[$name]}" 2>/dev/null || {
      echo "FAIL tcpdump: $(cat "$name.log")"
      exit 1
    }
    sleep 0.02
  done
}

heard() {
  wait "${listeners[$1]}" || {
    failures=$((failures + 1))
    echo "FAIL $1: not all frames came: $(cat "$1.log")"
  }
}

octets() {
  local capture=$1
  shift
  tcpdump -n -t -xx -r "$capture" "$@" 2>/dev/null | grep -E '^\s+0x'
}

frames() {
  octets "$@" | grep -c 0x0000
}

inject() {
  status=0
  in_ns one "$catshark" inject "$@" >report 2>error || status=$?
}
