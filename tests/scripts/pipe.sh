#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Live captures from a pipe that brings a capture, stays open and is then silent, ended by SIGINT.
# usage: pipe.sh PLUGIN-DIRECTORY
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts_start "$1"
sample sa-200-100-client.pcap
frames=50

# An awk that leaves a copy of the rows that a report is made of: the report itself is written at the end.
mkdir "$tshark_home/bin"
cat >"$tshark_home/bin/awk" <<TEXT
#!/bin/sh
case "\$*" in
  *-report.awk*) tee rows | $(command -v awk) "\$@" ;;
  *) exec $(command -v awk) "\$@" ;;
esac
TEXT
chmod -R a+rx "$tshark_home/bin"

# A shell starts what is in the background with SIGINT ignored; env takes that back.
cat >"$tshark_home/pipe.sh" <<'TEXT'
mkfifo packets
env --default-signal=INT "tshark-scripts/$1" -i - <packets >put-out 2>said &
script=$!
exec 5>packets
cat sa-200-100-client.pcap >&5
tries=600
until [ -e "$2" ] && [ "$(wc -l <"$2")" -ge "$3" ] || [ $tries -eq 0 ]; do tries=$((tries - 1)); sleep 0.1; done
wc -l <"$2" >before-the-end
kill -INT $script
status=0
wait $script || status=$?
exec 5>&-
rm packets
exit $status
TEXT
chmod a+r "$tshark_home/pipe.sh"

# interrupted SCRIPT FILE: SIGINT ends the reading with status 0 once all frames have their lines in the file.
interrupted() {
  as_user env PATH="$tshark_home/bin:$PATH" bash pipe.sh "$1" "$2" $frames ||
    fail "$1: status $?: $(cat "$tshark_home/said")"
  [ "$(cat "$tshark_home/before-the-end")" -eq $frames ] ||
    fail "$1, while the pipe is open: $(cat "$tshark_home/before-the-end") lines in $2, expected $frames"
}

interrupted affinity-report rows
grep -q '^ *0  10.1.0.2:35030 .* reconnected ' "$tshark_home/put-out" || fail "SIGINT: $(cat "$tshark_home/put-out")"
# to-ndjson does not wait for the end.
interrupted to-ndjson put-out
[ "$failures" -eq 0 ]
