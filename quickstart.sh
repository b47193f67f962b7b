#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# From a bare Debian 12 to a decoded redirect and a decoded second-round choice, in one command.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./quickstart.sh [--no-install]

Installs what is missing (apt-get, as root or through sudo), builds into build/, simulates the built-in
scenario into build/quickstart/first-light.pcapng and shows with tshark and the plugin what happened in it.

  --no-install   install nothing; say what is missing and stop
TEXT
}

from=$PWD
install=()
for argument in "$@"; do
  case $argument in
    --no-install) install=(--no-install) ;;
    -h | --help) usage; exit 0 ;;
    *) echo "quickstart.sh: '$argument', expected --no-install or --help" >&2; exit 2 ;;
  esac
done

top=$(cd "$(dirname "$0")" && pwd)
cd "$top"
packaging/install-debian.sh "${install[@]}" packaging/debian-build.txt

echo "Building ..."
mkdir -p build/quickstart
if ! { cmake --preset release -G Ninja && cmake --build --preset release; } >build/quickstart/build.log 2>&1; then
  tail -n 30 build/quickstart/build.log >&2
  echo "quickstart.sh: the build failed; all of it is in build/quickstart/build.log" >&2
  exit 2
fi

capture=build/quickstart/first-light.pcapng
topology=build/quickstart/topology.conf
build/bin/catshark simulate --print-topology >"$topology"
build/bin/catshark simulate --topology "$topology" --seed 1 --flows 24 --both -q -w "$capture"

# The unprivileged user may not be able to read this folder: it gets copies.
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cp -r build/plugins "$home/plugins"
cp "$capture" "$topology" "$home"
chmod -R a+rX "$home"
export WIRESHARK_PLUGIN_DIR=$home/plugins
shark() {
  packaging/as-user.sh "$home" tshark "$@" 2>>build/quickstart/tshark.log
}
if ! shark -G plugins | grep '^catshark' >/dev/null; then
  echo "quickstart.sh: tshark did not load the plugin; build/bin/catshark doctor says why" >&2
  exit 2
fi

# first FILTER FIELD...: the fields of the first packet that matches, separated by '|'.
first() {
  local filter=$1 fields=()
  shift
  for field in "$@"; do fields+=(-e "$field"); done
  shark -n -o "cats.topology:$home/topology.conf" -r "$home/first-light.pcapng" -Y "$filter" -T fields -E separator='|' -E occurrence=l "${fields[@]}" | sed -n 1p
}
tell() {
  local step=$1 values=$2
  [[ $values == *'|'* ]] || { echo "quickstart.sh: no packet for step '$step' in $capture" >&2; exit 2; }
}

fin=$(first 'affinity.ipv4 && !cats.sid' frame.number ip.dst tcp.dstport affinity.ipv4 affinity.port ip.src tcp.srcport \
  frame.interface_name)
tell redirect "$fin"
IFS='|' read -r fin_frame client port node node_port service service_port fin_link <<<"$fin"
flow="ip.addr == $client && tcp.port == $port"

syn=$(first "$flow && tcp.flags.syn == 1 && affinity.saf && !cats.sid" frame.number frame.interface_name)
tell SYN "$syn"
IFS='|' read -r syn_frame syn_link <<<"$syn"
sid=$(first "$flow && cats.service == \"$service\"" frame.number frame.interface_name cats.sid cats.sid.locator \
  cats.sid.function cats.sid.name cats.granularity cats.level cats.aggregate_id cats.ingress cats.egress)
tell encapsulation "$sid"
IFS='|' read -r sid_frame sid_link address locator function name granularity level aggregate ingress egress <<<"$sid"
site=$(first "$flow && frame.number > $sid_frame && !ipv6.dst == $address && !cats.sid && tcp.flags.syn == 1" \
  frame.number frame.interface_name)
tell "second round" "$site"
IFS='|' read -r site_frame site_link <<<"$site"
again=$(first "ip.src == $client && ip.dst == $node && tcp.dstport == $node_port && tcp.flags.syn == 1 && !cats.sid" \
  frame.number frame.interface_name)
tell "re-established connection" "$again"
IFS='|' read -r again_frame again_link <<<"$again"

# The commands below are for the folder that this was started in: paths from here, or whole ones.
here=
[ "$from" = "$top" ] || here=$top/
word() { printf '%q' "$here$1"; }
plugins=$(printf '%q' "$top/build/plugins")

cat <<TEXT

What tshark and the plugin see in $capture:

 frame $syn_frame, link $syn_link
    $client:$port sends SYN with SAF to the anycast address $service:$service_port
 frame $sid_frame, link $sid_link
    the ingress $ingress steers it to egress $egress, SID $address
      locator $locator  function $(printf '0x%x' "$function") ($name)
      granularity $granularity (egress node)  level $level  aggregate $aggregate
 frame $site_frame, link $site_link
    the egress decapsulated it and chose this site: the second round
 frame $fin_frame, link $fin_link
    the service node's FIN redirects the client to $node:$node_port
 frame $again_frame, link $again_link
    the client's SYN to the unicast address $node:$node_port

What to type next:

  $(word build/bin/catshark) inspect -r $(word $capture) | less
  $(word build/bin/catshark) inspect -r $(word samples/sa-200-100-pe.pcap)
  WIRESHARK_PLUGIN_DIR=$plugins tshark -o tcp.analyze_sequence_numbers:FALSE -r $(word $capture) -Y 'affinity || cats.sid'    # as root: packaging/as-user.sh, see README.md, Install
  $(word build/bin/catshark) doctor
TEXT
