#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Frames cut by a snap length: the passes agree, no dissector fails, and with all headers captured sessions are those of
# the whole frames.
# usage: check-truncated.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/captures.sh"
sample sa-200-100-client.pcap sa-200-100-pe.pcap
(cd "$tshark_home" && mergecap -a -w whole.pcapng sa-*.pcap && chmod 644 whole.pcapng)
simulated ipv6 --ipv6

for capture in whole.pcapng ipv6.pcapng; do
  for octets in 34 48 54 60 66 74 80 90 100 110 120; do
    editcap -s "$octets" "$tshark_home/$capture" "$tshark_home/cut.pcapng"
    chmod 644 "$tshark_home/cut.pcapng"
    ours cut.pcapng >"$tshark_home/one" || fail "$capture cut to $octets: tshark fails"
    ours cut.pcapng -2 >"$tshark_home/two" || fail "$capture cut to $octets: tshark -2 fails"
    awk -f "$here/compare-passes.awk" "$tshark_home/one" "$tshark_home/two" ||
      fail "$capture cut to $octets: the passes disagree"
  done
done

# On the client's link headers end before octet 114.
sample sa-200-100-client.pcap
editcap -s 114 "$tshark_home/sa-200-100-client.pcap" "$tshark_home/cut.pcapng"
chmod 644 "$tshark_home/cut.pcapng"
diff <(ours sa-200-100-client.pcap -2) <(ours cut.pcapng -2) || fail "sessions need more than headers"
# Flags alone: a SYN with SAF begins a session, and no redirect is seen.
editcap -s 54 "$tshark_home/sa-200-100-client.pcap" "$tshark_home/flags.pcapng"
chmod 644 "$tshark_home/flags.pcapng"
[ -n "$(table flags.pcapng 'ip && affinity.session' frame.number)" ] || fail "no session without options"
[ -z "$(table flags.pcapng 'affinity.verdict' frame.number)" ] || fail "a verdict without a redirect"
[ "$failures" -eq 0 ]
