#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# verify --with-tshark: disagreements are named, with both values, and exit 1; whatever keeps tshark from reading all is
# told, and exit 2; layers that only tshark walks are no disagreement.
# usage: with-tshark.sh CATSHARK PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 plugins=$2 source=$3
. "$source/tests/tshark-user.sh"
tshark_user_start "$plugins"
cp -- "$catshark" "$tshark_home/catshark"
cases=0 front=()
mkdir -m 777 "$tshark_home/tmp"

# compares NAME STATUS PATTERN ARGUMENT...: exit status, and a line of what it says.
compares() {
  local name=$1 expected=$2 pattern=$3 status=0
  shift 3
  cases=$((cases + 1))
  as_user env TMPDIR="$tshark_home/tmp" "${front[@]}" ./catshark verify -q "$@" >"$tshark_home/out" 2>&1 <"$tshark_home/sa-200-100-client.pcap" || status=$?
  if [ "$status" -ne "$expected" ] || ! grep -Eq -- "$pattern" "$tshark_home/out"; then
    fail "FAIL $name: exit $status, expected $expected and /$pattern/, got:"
    grep -v "^  " "$tshark_home/out" | head -n 8
  fi
}

# A tshark that is the real one but for what the test changes of its output; it does not change what -G says.
# pretends SCRIPT: a shell script that filters the output of the real tshark.
real=$(command -v tshark)
pretends() {
  mkdir -p "$tshark_home/bin"
  # shellcheck disable=SC2016 # for the script
  printf '#!/bin/sh\ncase $1 in -G | --version) exec "%s" "$@" ;; esac\n%s\n' "$real" "$1" >"$tshark_home/bin/tshark"
  chmod 755 "$tshark_home/bin" "$tshark_home/bin/tshark"
  # shellcheck disable=SC2034 # read by compares
  front=(env "PATH=$tshark_home/bin:$PATH")
}

tshark_home_take "$source/samples/sa-200-100-client.pcap"
tshark_home_take "$source/samples/sa-200-100-pe.pcap"
tshark_home_take "$source/samples/simulated-first-light.pcapng"
tshark_home_take "$source/samples/bgp-ebgp.pcap"
tshark_home_take "$source/samples/srv6-vpn-frr.pcap"
(
  cd "$tshark_home"
  gzip -c sa-200-100-client.pcap >packed.pcap.gz
  head -c 3000 sa-200-100-client.pcap >cut.pcap
  "$catshark" simulate --print-topology | sed 's/^kind=.*/kind=211/; s/^exid=.*/exid=0x1234/; s/^saf_bit=.*/saf_bit=5/' >numbers.conf
  grep -q '^kind=211' numbers.conf
  "$catshark" simulate --topology numbers.conf --seed 3 --flows 10 --both -q -w numbers.pcapng
  chmod a+r ./*
)

pass='two decoders, the other one is tshark [0-9.]+: [0-9]+ frames, [1-9][0-9]* fields, 0 differ'
compares "agrees" 0 "$pass" --with-tshark sa-200-100-client.pcap
compares "several" 0 "sa-200-100-pe.pcap: 55 frames, [1-9][0-9]* fields, 0 differ" --with-tshark sa-200-100-client.pcap sa-200-100-pe.pcap
compares "gzip" 0 "$pass" --with-tshark packed.pcap.gz
compares "pcapng" 0 "$pass" --with-tshark simulated-first-light.pcapng
compares "numbers of the topology" 0 "$pass" --with-tshark --topology numbers.conf numbers.pcapng
compares "as NDJSON" 0 '"with_tshark":"[0-9.]+","capture":"sa-200-100-client.pcap","frames":50,"fields":[1-9][0-9]*,"differ":0' \
  --json --with-tshark sa-200-100-client.pcap
compares "routes" 0 "33 frames, 126 fields, 0 differ" --with-tshark bgp-ebgp.pcap
compares "another path attribute" 0 "33 frames, [1-9][0-9]* fields, 0 differ" --attribute 254/0x80 --edge-metadata 255 --with-tshark bgp-ebgp.pcap
compares "other flags" 1 "33 frames, [1-9][0-9]* fields, 0 differ" --attribute 255/0x80 --with-tshark bgp-ebgp.pcap
# The user's own preferences do not matter: the kind there is another.
mkdir -p "$tshark_home/.config/wireshark"
echo 'affinity.kind: 250' >"$tshark_home/.config/wireshark/preferences"
chmod -R a+rX "$tshark_home/.config"
compares "preferences of the user" 0 "$pass" --with-tshark sa-200-100-client.pcap

compares "standard input" 2 "with-tshark: standard input can be read only once, expected the path of a file" --with-tshark -
compares "cut short" 2 "with-tshark: cut.pcap: tshark, after frame [0-9]+: exit status [0-9]+: .*cut short" --with-tshark cut.pcap
compares "cut short: what came before is compared" 2 "$pass" --with-tshark cut.pcap

# shellcheck disable=SC2016 # for the script
pretends '"'"$real"'" "$@" | sed "s/\"cats.route.level\": \"2\"/\"cats.route.level\": \"1\"/"'
compares "another value of a route" 1 "disagreement, frame 24 of bgp-ebgp.pcap: cats.route.level: 2 here, 1 in tshark" --with-tshark bgp-ebgp.pcap
# shellcheck disable=SC2016
pretends '"'"$real"'" "$@" | sed "s/\"affinity.port\": \"80\"/\"affinity.port\": \"81\"/"'
compares "another value" 1 "disagreement, frame [0-9]+ of sa-200-100-client.pcap: affinity.port: 80 here, 81 in tshark" \
  --with-tshark sa-200-100-client.pcap
compares "another value is the verdict too" 1 '"summary":"differs"' --json --with-tshark sa-200-100-client.pcap
compares "limit" 1 "^and [0-9]+ more" --limit 1 --with-tshark sa-200-100-client.pcap
# shellcheck disable=SC2016
pretends '"'"$real"'" "$@" | sed "/\"affinity.kind\"/d"'
compares "no value" 1 "affinity.kind: 200 here, \(none\) in tshark" --with-tshark sa-200-100-client.pcap
# Layers that the tool does not walk: as if all had come in GRE.
# shellcheck disable=SC2016
pretends '"'"$real"'" "$@" | sed "s/\"frame.protocols\": \"eth:ethertype:ipv*6*:/&gre:ip:/; /\"affinity.kind\"/d"'
compares "foreign layers" 0 "frames hold layers that only one of the two decoders walks" --with-tshark sa-200-100-client.pcap
compares "foreign layers: what follows" 0 "sessions, flows and their rules\) is not compared" --with-tshark sa-200-100-client.pcap
# Routes in them name the SIDs of later packets.
# shellcheck disable=SC2016
pretends '"'"$real"'" "$@" | sed "/\"frame.number\": \"15\"/,/\"frame.number\": \"16\"/{s/\"frame.protocols\": \"eth:ethertype:/&gre:/; /\"cats.route.rd\"/d}; /\"frame.number\": \"17\"/,\$s/Opaque/End/"'
compares "foreign layers with routes" 0 "^two decoders.* 24 frames, [1-9][0-9]* fields, 0 differ" --with-tshark srv6-vpn-frr.pcap
compares "foreign layers with routes: what follows" 0 "SIDs that they name, is not compared" --with-tshark srv6-vpn-frr.pcap
# shellcheck disable=SC2016
pretends '"'"$real"'" "$@" | head -c 30000; kill -9 $$'
compares "killed" 2 "after frame [0-9]+: ended by signal 9" --with-tshark sa-200-100-client.pcap
pretends 'echo "tshark: the disk is on fire" >&2; echo "[]"; exit 3'
compares "complains" 2 "after frame 0: exit status 3: tshark: the disk is on fire" --with-tshark sa-200-100-client.pcap
pretends 'echo "[]"'
compares "ends early" 2 "tshark ended after frame 0, and there are more" --with-tshark sa-200-100-client.pcap
pretends "exec '$real' -r '$tshark_home/sa-200-100-pe.pcap' -T json"
compares "other frames" 2 "not the same frames" --with-tshark sa-200-100-client.pcap
front=(env "PATH=$tshark_home/nowhere")
compares "no tshark" 2 "with-tshark: .*no tshark in PATH \(mend: sudo apt-get install tshark\)" --with-tshark sa-200-100-client.pcap
front=(env -u WIRESHARK_PLUGIN_DIR)
compares "no plugin" 2 "with-tshark: tshark does not load the plugin: .*mend:" --with-tshark sa-200-100-client.pcap
if [ "$(id -u)" -eq 0 ] && ! tshark -G plugins 2>/dev/null | grep '^catshark' >/dev/null; then
  cases=$((cases + 1))
  "$catshark" verify --with-tshark "$source/samples/sa-200-100-client.pcap" >"$tshark_home/out" 2>&1 && fail "FAIL root: exit 0"
  grep -q "run as root, .*; run this as another user, or install the plugin" "$tshark_home/out" ||
    { fail "FAIL root:"; cat "$tshark_home/out"; }
fi

[ -z "$(ls -A "$tshark_home/tmp")" ] || fail "FAIL left behind: $(ls -A "$tshark_home/tmp")"

echo "$cases cases, $failures failed"
exit $((failures > 0))
