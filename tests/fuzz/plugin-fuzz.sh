#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Feeds tshark with the plugin captures that are damaged, cut at every length, or random. A dissector bug aborts it, and
# memory that is used wrongly is caught by Wireshark's own strict allocator. What fails without the plugin too is
# Wireshark's and is only told.
# usage: plugin-fuzz.sh PLUGIN-DIRECTORY [PASSES [FIRST-SEED]]
set -euo pipefail
here=$(cd "$(dirname "$0")/../golden" && pwd)
. "$here/../tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$1"
passes=${2:-10}
first=${3:-1}
kept=$PWD
runs=0
mkdir "$tshark_home/none"
cp "$here"/settings/* "$tshark_home"

# succeeds PLUGINS TSHARK-ARGUMENT...
succeeds() {
  local status=0 tshark_plugins=$1
  shift
  as_user env WIRESHARK_DEBUG_WMEM_OVERRIDE=strict MALLOC_PERTURB_=165 timeout 120 tshark -n "$@" \
    >"$tshark_home/out" 2>"$tshark_home/err" || status=$?
  # A file that is cut short is 2; frames that are cut short are no error.
  [ "$status" -eq 0 ] && ! grep -qE 'Dissector bug|ASSERT|OOPS|\*\* \(|Sanitizer' "$tshark_home/out" "$tshark_home/err"
}

# try CAPTURE TSHARK-ARGUMENT...
try() {
  local capture=$1
  shift
  chmod 644 "$tshark_home/$capture"
  runs=$((runs + 1))
  ! succeeds plugins -r "$capture" "$@" || return 0
  tail -n 5 "$tshark_home/err"
  if ! succeeds none -r "$capture" "$@"; then
    echo "tshark fails without the plugin too: $*"
    return
  fi
  failures=$((failures + 1))
  cp "$tshark_home/$capture" "$kept/plugin-fuzz-$failures.pcapng"
  echo "FAIL: tshark -n -r $kept/plugin-fuzz-$failures.pcapng $*"
}

settings=(-o "cats.topology:samples.conf" -o 'uat:cats_sids:"5f00::/32","32/16/0/0","End with NEXT-CSID","",""')

# Every packet written by hand in one file, every sample in another.
make_capture_by_hand
mergecap -a -w "$tshark_home/samples.pcapng" "$here"/../../samples/*.pcap

for ((seed = first; seed < first + passes; seed++)); do
  for source in hex samples; do
    for rate in 0.005 0.05; do
      editcap -E "$rate" --seed "$seed" "$tshark_home/$source.pcapng" "$tshark_home/damaged.pcapng" 2>/dev/null
      try damaged.pcapng -V
      try damaged.pcapng -2 -T json "${settings[@]}"
      try damaged.pcapng -Y 'affinity || cats || affinity.saf'
    done
  done
done

# Snap lengths, with and without a tree.
for length in $(seq 1 160); do
  editcap -s "$length" "$tshark_home/hex.pcapng" "$tshark_home/cut.pcapng"
  try cut.pcapng -V
done
for length in $(seq 40 10 200); do
  editcap -s "$length" "$tshark_home/samples.pcapng" "$tshark_home/cut.pcapng"
  try cut.pcapng "${settings[@]}"
  try cut.pcapng -V
done

for type in ip tcp eth; do
  randpkt -b 400 -c 300 -t "$type" "$tshark_home/random.pcapng" >/dev/null 2>&1
  try random.pcapng -V
done

echo "$runs runs from seed $first, $failures failures"
[ "$failures" -eq 0 ]
