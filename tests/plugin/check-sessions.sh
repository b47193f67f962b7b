#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# What sessions tell of whole captures: the links between redirect and SYN, one set of sessions from several links, a
# capture that begins in the middle, one that is filtered to a new file, and what is said of clients that ignore the redirect.
# usage: check-sessions.sh CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
catshark=$1 plugins=$2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/captures.sh"
sample sa-200-100-client.pcap sa-200-100-pe.pcap sa-200-100-site.pcap
(cd "$tshark_home" && mergecap -w merged.pcapng sa-*.pcap && chmod 644 merged.pcapng)
without_first middle sa-200-100-client.pcap 3
# The clocks of two links differ: the new connection comes before the redirect that it follows.
as_user tshark -n -r sa-200-100-client.pcap -Y "ip.addr == 192.0.2.80 || ipv6.addr == 2001:db8:80::80" -w first.pcap
as_user tshark -n -r sa-200-100-client.pcap -Y "!(ip.addr == 192.0.2.80 || ipv6.addr == 2001:db8:80::80)" -w then.pcap
(cd "$tshark_home" && editcap -t -0.0003 then.pcap early.pcap && mergecap -w early.pcapng first.pcap early.pcap && chmod 644 early.pcapng)
simulated plain
simulated ignored --fault affinity/no-reconnect --flows 20 --rate 1
simulated no-capability --fault affinity/no-capability

# expect WHAT EXPECTED SHOWN
expect() {
  [ "$2" = "$3" ] || fail "$1: $3, expected $2"
}

verdicts() {
  table "$1" "affinity.verdict" affinity.session affinity.verdict | sort -u | tr '\t\n' '  '
}

# A filter on one of the two frames leads to the other, and back.
for capture in sa-200-100-client.pcap sa-200-100-pe.pcap merged.pcapng plain.pcapng middle.pcap early.pcapng; do
  links=$(table "$capture" affinity.reconnect_in frame.number affinity.reconnect_in affinity.reconnect_time | sort -k2n -u)
  back=$(table "$capture" affinity.redirect_in affinity.redirect_in frame.number affinity.reconnect_time |
    awk '!seen[$1]++')
  [ -n "$links" ] || fail "$capture: no redirect is linked with a SYN"
  while read -r fin syn time; do
    grep -qxF "$fin	$syn	$time" <<<"$back" || fail "$capture: frame $fin leads to $syn, and that not back:" $back
    expect "$capture, frame $fin" 1 "$(table "$capture" "frame.number == $fin && tcp.flags.fin == 1 && affinity.port" frame.number | wc -l)"
    expect "$capture, frame $syn" 1 "$(table "$capture" "frame.number == $syn && tcp.flags.syn == 1" frame.number | wc -l)"
  done <<<"$links"
done

# Three redirects, the third of them ignored shortly before the capture ends. From every link, and from all of them.
for capture in sa-200-100-client.pcap sa-200-100-pe.pcap sa-200-100-site.pcap merged.pcapng middle.pcap; do
  expect "$capture" "0 reconnected 1 reconnected 2 pending " "$(verdicts "$capture")"
done
# Numbers 1 and 3 were given to connections before they were seen to follow a redirect.
expect early.pcapng "0 reconnected 2 reconnected 4 pending " "$(verdicts early.pcapng)"
# Both new connections count in the statistics, as before their redirects.
expect "times of early.pcapng" " --1 2" "$(as_user tshark -n -q -r early.pcapng -z affinity,tree | grep -o '^ --1  *[0-9]*' | tr -s ' ')"
# Without the SYN its answer is linked, both ways, without a time.
without_syn=$(as_user tshark -n -r sa-200-100-client.pcap -Y 'affinity.redirect_in && tcp.flags.syn == 1' -T fields -e frame.number | sed -n 1p)
(cd "$tshark_home" && editcap sa-200-100-client.pcap answer.pcap "$without_syn" && chmod 644 answer.pcap)
fin=$(table answer.pcap affinity.reconnect_in frame.number | sed -n 1p)
answer=$(table answer.pcap "frame.number == $fin" affinity.reconnect_in)
expect "answer.pcap, frame $answer" "$fin,1,1," \
  "$(table answer.pcap "frame.number == $answer" affinity.redirect_in tcp.flags.syn tcp.flags.ack affinity.reconnect_time | tr '\t' ,)"
expect "answer.pcap, frame $fin" "" "$(table answer.pcap "frame.number == $fin" affinity.reconnect_time)"
on_links=0
for link in client pe site; do
  on_links=$((on_links + $(table "sa-200-100-$link.pcap" affinity.session frame.number | wc -l)))
done
expect "packets of sessions on three links together" "$on_links" \
  "$(table merged.pcapng affinity.session frame.number | wc -l)"

# Every packet of both connections, also those before the connection was known to be of a session.
for capture in middle.pcap no-capability.pcapng; do
  table "$capture" tcp tcp.stream affinity.session | sort -u >"$tshark_home/streams"
  expect "$capture: streams of one session" "$(cut -f1 "$tshark_home/streams" | sort -u | wc -l)" \
    "$(grep -c '	[0-9]' "$tshark_home/streams")"
done
one_pass=$(as_user tshark -n -r middle.pcap -Y affinity.session -T fields -e frame.number | head -n 1)
expect "middle.pcap: first packet of a session with one pass" 5 "$one_pass"

# A filtered copy tells the same of what it still has.
for capture in merged.pcapng plain.pcapng; do
  as_user tshark -n -2 -r "$capture" -Y "affinity.session == 0" -w filtered.pcapng
  fields=(frame.time_epoch ip.id tcp.seq_raw affinity.session affinity.verdict affinity.reconnect_time affinity.port)
  table "$capture" "affinity.session == 0" "${fields[@]}" >"$tshark_home/before"
  table filtered.pcapng "" "${fields[@]}" >"$tshark_home/after"
  [ -s "$tshark_home/before" ] || fail "$capture: no session 0"
  diff "$tshark_home/before" "$tshark_home/after" || fail "$capture: filtered to a new file it tells something else"
done

# A flow a second: of the first four sessions and the last four clients ignore the redirect.
expect "clients that ignore" "4 ignored 4 pending 12 reconnected " "$(table ignored.pcapng affinity.verdict \
  affinity.session affinity.verdict | sort -u | cut -f2 | sort | uniq -c | awk '{ printf "%s %s ", $1, $2 }')"
expect "broken rules of clients that ignore" 4 "$(table ignored.pcapng affinity.no-reconnect frame.number | wc -l)"
# A segment of another session settles it.
settles=$(table ignored.pcapng affinity.no-reconnect affinity.session | head -n 1)
[ "${settles:-0}" -gt 3 ] || fail "session 0 is settled with a segment of session $settles, expected a later one"
# Without that segment nothing shows that the limit has passed.
last=$(table ignored.pcapng "affinity.session == 0" frame.number | tail -n 1)
editcap -r "$tshark_home/ignored.pcapng" "$tshark_home/short.pcapng" "1-$last"
chmod 644 "$tshark_home/short.pcapng"
expect "a capture that ends before the limit" "0 pending " "$(verdicts short.pcapng)"
# A packet of another protocol shows it too: UDP from 10.1.0.2 to 10.1.0.3, 99 seconds later.
echo "1767225700.5
0000 45 00 00 20 00 00 00 00 40 11 00 00 0a 01 00 02 0a 01 00 03 9c 40 9c 41 00 0c 00 00 01 02 03 04" >"$tshark_home/udp.txt"
(cd "$tshark_home" && text2pcap -q -t "%s.%f" -l 101 udp.txt udp.pcap && mergecap -w later.pcapng short.pcapng udp.pcap &&
  chmod 644 later.pcapng)
expect "a datagram behind the limit" "0 ignored " "$(verdicts later.pcapng)"
[ "$failures" -eq 0 ]
