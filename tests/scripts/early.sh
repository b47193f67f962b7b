#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A new connection that was captured shortly before the redirect it follows: one row with both, in one pass and in two.
# usage: early.sh PLUGIN-DIRECTORY
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts_start "$1"
sample sa-200-100-client.pcap
as_user tshark -n -r sa-200-100-client.pcap -Y "ip.addr == 192.0.2.80" -w first.pcap
as_user tshark -n -r sa-200-100-client.pcap -Y "ip && !(ip.addr == 192.0.2.80)" -w then.pcap
(cd "$tshark_home" && editcap -t -0.0003 then.pcap shifted.pcap && mergecap -w early.pcapng first.pcap shifted.pcap && chmod a+r early.pcapng)

for way in "-r early.pcapng" "-i -"; do
  # shellcheck disable=SC2086
  as_user tshark-scripts/affinity-report $way <"$tshark_home/early.pcapng" >"$tshark_home/report" 2>"$tshark_home/said" ||
    fail "$way: status $?: $(cat "$tshark_home/said")"
  grep -qE '^ +0  10\.1\.0\.2:35030  192\.0\.2\.80:80 +10\.3\.2\.2:80 +[0-9]+ +[0-9]+ +-0\.000[0-9]+  reconnected' "$tshark_home/report" ||
    fail "$way: $(cat "$tshark_home/report")"
  ! grep -q 'not redirected' "$tshark_home/report" || fail "$way: an unused number is listed: $(cat "$tshark_home/report")"
  grep -qE '^10\.3\.2\.2:80 +2 +1 ' "$tshark_home/report" || fail "$way: no node: $(cat "$tshark_home/report")"
done
[ "$failures" -eq 0 ]
