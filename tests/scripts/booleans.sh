#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Booleans as Wireshark 4.0 prints them and as later ones do mean the same to the scripts. usage: booleans.sh
set -euo pipefail
shared=$(cd "$(dirname "$0")/../../tshark-scripts" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# One session: SYN, answer, redirect, SYN to the node, answer; @ stands for true, ! for false.
columns="frame.number frame.protocols ip.src ip.dst ipv6.src ipv6.dst tcp.srcport tcp.dstport tcp.seq_raw tcp.flags.syn tcp.flags.ack"
columns="$columns tcp.flags.fin affinity.session affinity.verdict affinity.redirect_in affinity.reconnect_in affinity.reconnect_time"
columns="$columns affinity.ipv4 affinity.ipv6 affinity.port _ws.expert.message"
cat >"$work/rows" <<'TEXT'
1|eth:ethertype:ip:tcp|10.1.0.2|192.0.2.80|||1000|80|1|@|!|!|0||||||||
2|eth:ethertype:ip:tcp|192.0.2.80|10.1.0.2|||80|1000|7|@|@|!|0||||||||
3|eth:ethertype:ip:tcp|192.0.2.80|10.1.0.2|||80|1000|8|!|@|@|0|||||10.3.2.2||80|
4|eth:ethertype:ip:tcp|10.1.0.2|10.3.2.2|||1001|80|3|@|!|!|0||3||0.250000000||||
5|eth:ethertype:ip:tcp|10.3.2.2|10.1.0.2|||80|1001|9|@|@|!|0|reconnected|||||||
TEXT
report() {
  { sed "s/@/$1/g; s/!/$2/g" "$work/rows" | tr '|' '\037'; printf '\0360\n'; } |
    awk -v fields="$columns" -v rules= -f "$shared/common.awk" -f "$shared/sessions.awk" -f "$shared/affinity-report.awk"
}
report 1 0 >"$work/old"
report True False >"$work/new"
grep -q '^ *0  10.1.0.2:1000  192.0.2.80:80    10.3.2.2:80      3    4  0.250000  reconnected  -$' "$work/old" || { cat "$work/old"; exit 1; }
diff "$work/old" "$work/new"

for word in 1:true True:true 0:false False:false; do
  printf '    <field name="affinity.saf" size="1" pos="0" show="%s"/>\n</packet>\n' "${word%:*}" |
    awk -v types="affinity.saf:truth" -f "$shared/to-ndjson.awk" >"$work/line"
  [ "$(cat "$work/line")" = "{\"affinity.saf\":${word#*:}}" ] || { echo "show=\"${word%:*}\" gives $(cat "$work/line")"; exit 1; }
done

# What XML and JSON write otherwise.
printf '    <field name="cats.egress" show="a&lt;&quot;b\\&#x27;&amp;lt;"/>\n</packet>\n' |
  awk -v types="cats.egress:text" -f "$shared/to-ndjson.awk" >"$work/line"
[ "$(cat "$work/line")" = '{"cats.egress":"a<\"b\\'"'"'&lt;"}' ] || { echo "escapes give $(cat "$work/line")"; exit 1; }
