#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# One pass and two agree on everything that earlier packets decide; compare-passes.awk names what may differ. A second
# reading tells the same as the first.
# usage: check-passes.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/captures.sh"

# All samples one after the other, the redirects of three links by time, captures that begin in the middle, and
# simulated ones: without a fault and with those that need a look ahead.
cp "$samples"/*.pcap "$tshark_home"
(cd "$tshark_home" && mergecap -a -w all.pcapng ./*.pcap && mergecap -w merged.pcapng sa-*.pcap)
chmod 644 "$tshark_home"/*.pcap*
without_first middle sa-200-100-client.pcap 3
without_first middle-pe sa-200-100-pe.pcap 5
simulated plain
for fault in no-capability reconnect-elsewhere reconnect-refused redirect-loop no-reconnect not-on-fin; do
  simulated "$fault" --fault "affinity/$fault"
done

for capture in all.pcapng merged.pcapng middle.pcap middle-pe.pcap plain.pcapng no-capability.pcapng \
  reconnect-elsewhere.pcapng reconnect-refused.pcapng redirect-loop.pcapng no-reconnect.pcapng not-on-fin.pcapng; do
  ours "$capture" >"$tshark_home/one"
  ours "$capture" -2 >"$tshark_home/two"
  [ -s "$tshark_home/one" ] || fail "$capture: nothing of ours is shown"
  awk -f "$here/compare-passes.awk" "$tshark_home/one" "$tshark_home/two" || fail "$capture: the passes disagree"
  # What statistics are told is what was known when the capture had been read so far, whatever the pass.
  for pass in "" -2; do
    as_user tshark -n -q $pass -r "$capture" -z affinity,tree -z conv,affinity >"$tshark_home/statistics$pass"
  done
  diff "$tshark_home/statistics" "$tshark_home/statistics-2" || fail "$capture: statistics depend on the passes"
done

# The comparison can fail.
sed 's/affinity.session: 0/affinity.session: 9/' "$tshark_home/one" >"$tshark_home/altered"
if awk -f "$here/compare-passes.awk" "$tshark_home/altered" "$tshark_home/one" >/dev/null; then
  fail "compare-passes.awk takes another session for the same"
fi
[ "$failures" -eq 0 ]
