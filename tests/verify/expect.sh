#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify --expect on the command line: a capture against itself however it was written, what a network may change and
# what it may not, lost, doubled, reordered, unexpected and changed packets, IPv4 and IPv6, at one point and at several.
# usage: expect.sh CATSHARK
# Filters of jq have dollars of their own.
# shellcheck disable=SC2016
set -euo pipefail
catshark=$1

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0

fail() {
  failed=$((failed + 1))
  echo "FAIL $*"
}
# expects NAME STATUS FILTER EXPECTED ARGUMENT...: what jq makes of the summary's "expect" and what else is told.
expects() {
  local name=$1 expected_status=$2 filter=$3 expected=$4 status=0 found
  shift 4
  cases=$((cases + 1))
  "$catshark" verify --json "$@" >out.ndjson 2>err || status=$?
  found=$(jq -c -s "(map(select(.summary))[0].expect) as \$e | map(select(.difference)) as \$d | $filter" out.ndjson)
  if [ "$status" -ne "$expected_status" ] || [ "$found" != "$expected" ]; then
    fail "$name: exit $status, expected $expected_status; found $found, expected $expected"
    cat err
  fi
}
counts='$e | [.lost, .doubled, .reordered, .changed, .unexpected]'
none='[0,0,0,0,0]'

# link NAME FILE FROM: what FROM shows of a link, as a plain pcap.
link() {
  tshark -n -r "$3" -Y "frame.interface_name == \"$1\"" -F nsecpcap -w "$2" 2>/dev/null
}

"$catshark" simulate --print-topology >net.conf
for family in ipv4 ipv6; do
  "$catshark" simulate --seed 11 --flows 30 --$family -q -w all.pcapng
  for name in clients-ingress1 ingress1-core core-egress1 egress1-site1; do
    link $name $name.pcap all.pcapng
  done
  one=clients-ingress1.pcap
  total=$(capinfos -Mrc all.pcapng | awk '/Number of packets/ { print $NF }')
  count=$(capinfos -Mrc $one | awk '/Number of packets/ { print $NF }')

  # Itself, in every form.
  expects "$family itself" 0 '[$e.paired, $e.generated]' "[$total,$total]" all.pcapng --expect all.pcapng
  expects "$family itself, topology" 0 "$counts" "$none" all.pcapng --expect all.pcapng --topology net.conf
  expects "$family one link" 0 "$counts" "$none" $one --expect $one
  editcap all.pcapng copied.pcapng
  expects "$family through editcap" 0 "$counts" "$none" copied.pcapng --expect all.pcapng
  mergecap -w merged.pcapng copied.pcapng
  expects "$family through mergecap" 0 "$counts" "$none" merged.pcapng --expect all.pcapng
  editcap -t 86400.5 all.pcapng moved.pcapng
  expects "$family another day" 0 "$counts" "$none" moved.pcapng --expect all.pcapng
  gzip -kf all.pcapng
  expects "$family packed" 0 "$counts" "$none" all.pcapng --expect all.pcapng.gz
  # A link alone, by the name of its place; and the client's link against any other.
  expects "$family a link by name" 0 '[$e.paired, $e.lost]' "[$(capinfos -Mrc core-egress1.pcap | awk '/packets/ { print $NF }'),0]" \
    --at core-egress1=core-egress1.pcap --topology net.conf --expect all.pcapng
  expects "$family the same packets elsewhere" 0 "$counts" "$none" ingress1-core.pcap --ignore outer --expect $one
  expects "$family several points" 0 '[$e.lost, $e.changed, $e.unexpected, ($e.delays | map(select(.from != "GENERATED")) | length > 0)]' \
    '[0,0,0,true]' --at clients-ingress1=$one --at ingress1-core=ingress1-core.pcap --topology net.conf --expect $one

  # What a network may change.
  tcprewrite --enet-dmac=02:00:00:00:09:09 --enet-vlan=add --enet-vlan-tag=7 --enet-vlan-cfi=0 --enet-vlan-pri=1 \
    -i $one -o tagged.pcap >/dev/null 2>&1
  expects "$family MACs and a tag" 0 "$counts" "$none" tagged.pcap --expect $one
  expects "$family a tag, strict" 1 '[$e.changed > 0, ($d | map(.fields[].field) | unique)]' '[true,["vlan"]]' \
    tagged.pcap --expect $one --strict vlan
  tcprewrite --ttl=-3 -i $one -o hops.pcap >/dev/null 2>&1
  expects "$family TTL" 0 "$counts" "$none" hops.pcap --expect $one
  tcprewrite --portmap=8443:9443 -i $one -o ports.pcap >/dev/null 2>&1
  expects "$family another port" 1 '[$e.changed, ($d | map(.fields[].field) | unique)]' "[$count,[\"tcp.dstport\",\"tcp.srcport\"]]" \
    ports.pcap --expect $one --limit 100000

  # What happens to packets.
  editcap $one lost.pcap 5
  expects "$family lost" 1 "[($counts), \$e.outside]" '[[1,0,0,0,0],0]' lost.pcap --expect $one
  cases=$((cases + 1))
  grep -q '"rule":"cats/lost".*frame 5 of GENERATED' out.ndjson || fail "$family lost: no finding of cats/lost names frame 5"
  editcap -r $one five.pcap 5
  mergecap -F nsecpcap -w doubled.pcap $one five.pcap
  expects "$family doubled" 1 "[($counts), (\$d | map([.difference, .frame]))]" '[[0,1,0,0,0],[["doubled",6]]]' doubled.pcap --expect $one
  editcap -r $one first.pcap 1-4
  editcap -r $one last.pcap 6-"$count"
  mergecap -a -F nsecpcap -w foreign.pcap first.pcap five.pcap last.pcap egress1-site1.pcap
  expects "$family unexpected" 1 '[$e.lost, $e.unexpected > 0]' '[0,true]' foreign.pcap --expect first.pcap
  expects "$family late" 1 "[($counts), \$e.outside]" '[[4,0,0,0,0],4]' last.pcap --expect <(mergecap -a -F pcap -w - first.pcap last.pcap)
  expects "$family late, ignored" 0 "[($counts), \$e.outside]" "[$none,5]" last.pcap --expect $one --ignore outside
  expects "$family early, ignored" 0 "[($counts), \$e.outside]" "[$none,$((count - 4))]" first.pcap --expect $one --ignore outside
  mergecap -a -F nsecpcap -w order.pcap <(editcap -r $one - 1-8) <(editcap -r $one - 10-11) <(editcap -r $one - 9) \
    <(editcap -r $one - 12-"$count")
  expects "$family order" 1 '[$e.lost, $e.changed, $e.unexpected, $e.reordered > 0]' '[0,0,0,true]' order.pcap --expect $one
  expects "$family order, ignored" 0 "$counts" "$none" order.pcap --expect $one --ignore order

  # Cut short.
  head -c $(($(stat -c %s $one) / 2)) $one >cut.pcap
  expects "$family cut short" 2 '[$e.lost, $e.changed, $e.unexpected, $e.outside > 0]' '[0,0,0,true]' cut.pcap --expect $one
  expects "$family GENERATED cut short" 2 '[$e.lost, $e.changed, $e.unexpected, $e.beyond > 0]' '[0,0,0,true]' $one --expect cut.pcap
done

# One octet of the file in place of another, each of the first frame: 24 octets of file header, 16 of the frame's.
"$catshark" simulate --seed 3 --flows 3 --ipv4 -q -w all.pcapng
link ingress1-core good.pcap all.pcapng
while read -r octet field; do
  cp good.pcap bad.pcap
  printf '\xA5' | dd of=bad.pcap bs=1 seek=$((40 + octet)) conv=notrunc status=none
  expects "octet $octet" 1 '[$d[] | [.difference, .frame, .fields[].field]]' "[[\"changed\",1,\"$field\"]]" bad.pcap --expect good.pcap
done <<'TABLE'
13 eth.type
16 ipv6.flow
18 ipv6.plen
20 ipv6.nxt
23 ipv6.src
40 ipv6.dst
55 ipv6.routing.len
56 ipv6.routing.type
57 ipv6.routing.segleft
58 ipv6.routing.srh.last_entry
59 ipv6.routing.srh.flags
61 ipv6.routing.srh.tag
70 ipv6.routing.srh.addr
97 ip.len
102 ip.checksum
107 ip.src
114 tcp.srcport
117 tcp.dstport
119 tcp.seq_raw
128 tcp.window_size_value
130 tcp.checksum
TABLE

# A capture that begins, or goes on, far more than a window behind: GENERATED is searched.
"$catshark" simulate --seed 3 --flows 400 -q -w long.pcapng
frames=$(capinfos -Mrc long.pcapng | awk '/Number of packets/ { print $NF }')
editcap -r long.pcapng tail.pcapng 5001-"$frames"
expects "far too late" 1 "[\$e.lost, \$e.outside, \$e.unexpected, \$e.paired]" "[5000,5000,0,$((frames - 5000))]" \
  tail.pcapng --expect long.pcapng --window 256
expects "far too late, ignored" 0 "[($counts), \$e.outside]" "[$none,5000]" \
  tail.pcapng --expect long.pcapng --window 256 --ignore outside
editcap long.pcapng gap.pcapng 5001-8000
expects "a wide gap" 1 "$counts" '[3000,0,0,0,0]' gap.pcapng --expect long.pcapng --window 256 --limit 5000
"$catshark" simulate --seed 4 --flows 60 -q -w foreign.pcapng
editcap -t -1000 foreign.pcapng before.pcapng
mergecap -w behind.pcapng before.pcapng long.pcapng
expects "behind foreign packets" 1 '[$e.lost, $e.paired]' "[0,$frames]" behind.pcapng --expect long.pcapng --window 256

# A broken rule is found as such, and the packet that broke it was generated so.
"$catshark" simulate --seed 3 --flows 20 --fault affinity/port-zero -q -w fault.pcapng
expects "a fault, generated" 1 "$counts" "$none" fault.pcapng --expect fault.pcapng
# People are told the same.
cases=$((cases + 1))
"$catshark" verify bad.pcap --expect good.pcap >text || true
grep -Eq '^  frame 1, .*\(frame 1 of GENERATED\): tcp.checksum: 0xa5.., expected 0x' text || fail "text: $(cat text)"

# refuses NAME PATTERN ARGUMENT...
refuses() {
  local name=$1 pattern=$2 status=0
  shift 2
  cases=$((cases + 1))
  "$catshark" verify "$@" >out 2>err || status=$?
  if [ "$status" -ne 2 ] || ! grep -Eq -- "$pattern" err; then
    fail "$name: exit $status, expected 2 and /$pattern/, got: $(cat err)"
  fi
}
refuses "no GENERATED" 'nothing.pcap' good.pcap --expect nothing.pcap
refuses "an unknown name" '"ttl,hops"|"hops", expected names' good.pcap --expect good.pcap --ignore ttl,hops
refuses "what is always ignored" '"time", expected' good.pcap --expect good.pcap --strict time
refuses "ignored without GENERATED" '--ignore: without --expect' good.pcap --ignore ttl
refuses "a window" '--window: .*256' good.pcap --expect good.pcap --window 8
cases=$((cases + 1))
"$catshark" verify --list-ignored --ignore client-port --strict ttl | grep -Eq '^ttl +judged' || fail "--list-ignored"

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
