#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What verify reads, and that it says the same however it gets it: several points, packed, from a pipe, from a ring, cut
# short; captures of kernels.
# usage: captures.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 samples=$2/samples

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
failed=0 cases=0
. "$2/tests/verify/summary-is.sh"
"$catshark" simulate --print-topology >net.conf

says() {
  cases=$((cases + 1))
  grep -Eq -- "$2" "$3" || { failed=$((failed + 1)); echo "FAIL $1: expected /$2/, got:"; cat "$3"; }
}

# Kernels: nothing but notes of their flow label; the client that ignores its redirect is pending.
only_notes='[.summary, .errors, .warnings, (.rules | keys), .packets.encapsulated, .packets.passed, .packets.lost]'
is "kernel, affinity" 0 "[.summary, .errors, .warnings, (.rules | keys), .sessions.pending, .sessions.reconnected]" \
  '["agrees",0,0,["cats/flow-label"],1,2]' "$samples"/sa-200-100-*.pcap
is "kernel, affinity, one point" 0 '[.packets.encapsulated, .sessions.pending]' '[0,1]' "$samples/sa-200-100-client.pcap"
is "kernel, sites" 0 "$only_notes" '["agrees",0,0,[],160,160,0]' "$samples"/cats-encap-2sid-*.pcap
for shape in srv6-encap-2sid srv6-red-1sid; do
  is "kernel, $shape" 0 "$only_notes" '["agrees",0,0,["cats/flow-label"],20,20,0]' "$samples"/$shape-*.pcap
  is "kernel, $shape, places" 0 "$only_notes" '["agrees",0,0,["cats/flow-label"],20,20,0]' \
    --at client="$samples/$shape-cl-c0.pcap" --at ingress="$samples/$shape-in-i1.pcap" \
    --at egress="$samples/$shape-eg-e0.pcap" --at site2="$samples/$shape-eg-e2.pcap"
done

# Clocks that are wrong: the same packets pass.
editcap -t 0.5 "$samples/srv6-encap-2sid-in-i1.pcap" ahead.pcapng
editcap -t -3 "$samples/srv6-encap-2sid-eg-e2.pcap" behind.pcapng
clocks=("$samples/srv6-encap-2sid-cl-c0.pcap" ahead.pcapng "$samples/srv6-encap-2sid-eg-e0.pcap" behind.pcapng)
is "clocks" 0 '[.packets.passed, (.captures | map((.clock.put_back_ns // 0) / 1000000 | round))]' '[20,[0,500,0,-3000]]' "${clocks[@]}"
is "clocks as they are" 0 '[.packets.passed, (.captures | map(.clock))]' '[10,[null,null,null,null]]' --keep-times "${clocks[@]}"

# One capture in every form.
"$catshark" simulate --seed 5 --flows 60 --both --fault cats/lost -q -w lost.pcapng
what='[.summary, .frames, .rules, .sessions, .flows, .packets]'
status=0
"$catshark" verify --json --topology net.conf lost.pcapng >whole.ndjson || status=$?
[ $status -eq 1 ] || { failed=$((failed + 1)); echo "FAIL a lossy egress: exit $status"; }
same=$(jq -c "select(.summary) | $what" whole.ndjson)
says "lost packets" '"cats/lost":1[0-9]' whole.ndjson
gzip -c lost.pcapng >lost.pcapng.gz
is "gzip" 1 "$what" "$same" --topology net.conf lost.pcapng.gz
zstd -q -c lost.pcapng >lost.pcapng.zst
is "zstd" 1 "$what" "$same" --topology net.conf lost.pcapng.zst
is "standard input" 1 "$what" "$same" --topology net.conf - <lost.pcapng
editcap -c 500 lost.pcapng ring.pcapng
is "a ring, by a pattern" 1 "$what" "$same" --topology net.conf 'ring_*.pcapng'
ls -r ring_*.pcapng >ring.txt
is "a ring, by a list" 1 "$what" "$same" --topology net.conf @ring.txt
"$catshark" verify --topology net.conf @ring.txt >out.txt || true
says "frames of a ring are named by their file" 'frame [0-9]+ of ring_0000[0-9]_[0-9]+.pcapng' out.txt
cp out.ndjson before.ndjson

# Each link in a file of its own: the same packets pass, whatever the order of the files. A file shows its link from its
# first frame to its last one, so of two packets lost at the end it is not known.
for link in $(tshark -n -r lost.pcapng -T fields -e frame.interface_name | sort -u); do
  tshark -n -r lost.pcapng -Y "frame.interface_name == \"$link\"" -w "$link.pcapng" 2>/dev/null
  editcap -F nsecpcap "$link.pcapng" "$link.pcap"
done
"$catshark" verify --json --topology net.conf ./*-*.pcapng >links.ndjson || true
links_same='[.frames, (.rules | keys), .sessions.reconnected, .flows.delivered, .packets.encapsulated, .packets.passed]'
links=$(jq -c "select(.summary) | $links_same" whole.ndjson)
is "a file for each link" 1 "$links_same" "$links" --topology net.conf ./*-*.pcapng
mapfile -t backwards < <(printf '%s\n' ./*-*.pcapng | sort -r)
is "a file for each link, the other way round" 1 "$links_same" "$links" --topology net.conf "${backwards[@]}"
at=()
for link in *-*.pcap; do at+=(--at "${link%.pcap}=$link"); done
is "a file for each link, places said" 1 "$links_same" "$links" --topology net.conf "${at[@]}"

# One link alone shows what a packet, a session and a flow show, and is silent on what needs two.
for link in core-egress1 egress1-site1 clients-ingress1; do
  is "$link alone" 0 '[.rules, .packets.encapsulated, .not_judged["cats/lost"]]' '[{},0,"one capture point"]' \
    --topology net.conf $link.pcapng
done
# Without a topology what a flow showed tells where it should be seen.
is "lost without a topology" 1 '.rules | keys' '["cats/lost"]' lost.pcapng
# From the egress to some sites only: no packet of the others is called lost.
"$catshark" simulate --seed 5 --flows 60 --both -q -w good.pcapng
for link in core-egress1 egress1-site1; do
  tshark -n -r good.pcapng -Y "frame.interface_name == \"$link\"" -w "some-$link.pcapng" 2>/dev/null
done
is "some sites" 0 '[.rules, .packets.lost]' '[{},0]' --topology net.conf some-*.pcapng
# That begin and end in the middle.
editcap -r good.pcapng middle.pcapng 700-2000
is "the middle" 0 '[.rules, .packets.lost]' '[{},0]' --topology net.conf middle.pcapng

# Cut short: judged up to the cut, then said where it is.
head -c 300000 lost.pcapng >cut.pcapng
is "cut short" 2 '[(.rules | keys), (.frames > 600)]' '[["cats/lost"],true]' --topology net.conf cut.pcapng
says "the cut" "cut.pcapng: broken after frame [0-9]+: truncated" err

# Interrupted: what is known is shown.
mkfifo pipe
"$catshark" simulate --flows 1000000 -q -w - >pipe 2>/dev/null &
simulating=$!
"$catshark" verify --json - <pipe >out.ndjson 2>err &
verifying=$!
until [ "$(awk '/^rchar/ { print $2 }' /proc/$verifying/io)" -gt 5000000 ]; do :; done
kill -INT $verifying
status=0
wait $verifying || status=$?
kill $simulating 2>/dev/null || true
wait $simulating 2>/dev/null || true
cases=$((cases + 1))
if [ $status -ne 0 ] || ! jq -e 'select(.summary) | .frames > 1000' out.ndjson >/dev/null; then
  failed=$((failed + 1))
  echo "FAIL interrupted: exit $status"
  cat err
fi

# Selection, limits and exit status.
is "rules left out" 0 '.rules' '{}' --topology net.conf --rules -cats/lost lost.pcapng
is "a group" 0 '.rules' '{}' --topology net.conf --rules affinity lost.pcapng
is "fail on error" 0 '.summary' '"agrees"' --fail-on error --topology net.conf --rules cats/spread lost.pcapng
is "fail on note" 1 '.summary' '"differs"' --fail-on note "$samples"/sa-200-100-pe.pcap
cases=$((cases + 1))
"$catshark" verify --json --limit 2 --topology net.conf lost.pcapng >out.ndjson || true
[ "$(grep -c '"rule":"cats/lost"' out.ndjson)" -eq 2 ] || { failed=$((failed + 1)); echo "FAIL limit"; }
says "the limit leaves counts whole" '"cats/lost":1[0-9]' out.ndjson
"$catshark" verify --limit 1 --topology net.conf lost.pcapng >out.txt || true
says "text" '^error cats/lost, 1[0-9] times: ' out.txt
says "and the rest" '^  and 1[0-9]* more$|^  and [0-9] more$' out.txt
says "the verdict" '^differs: 1[0-9] errors, 0 warnings, 0 notes$' out.txt

echo "$cases cases, $failed failed"
[ "$failed" -eq 0 ]
