# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced after tshark-user.sh, with $here the directory of the test, whose captures/ are used.
#
#   make_capture CAPTURE[:OCTETS]   makes $tshark_home/capture.pcap of a sample or of labelled hexadecimal, frames cut to
#                                   OCTETS if given
#   make_capture_by_hand            makes $tshark_home/hex.pcapng of all that is written by hand

capture_tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

make_capture() {
  local file=${1%%:*} cut=
  [ "$file" = "$1" ] || cut=${1#*:}
  if [ "${file%.hex}" != "$file" ]; then
    awk -f "$capture_tools/labelled-hex.awk" "$here/captures/$file" >"$tshark_home/capture.txt"
    local link times=()
    if grep -q '^packet @' "$here/captures/$file"; then
      times=(-t '%Y-%m-%d %H:%M:%S.%f')
    fi
    link=$(sed -n 's/^# link type \([0-9]*\).*/\1/p' "$here/captures/$file")
    (cd "$tshark_home" && text2pcap -q -F pcap "${times[@]}" -l "${link:-101}" capture.txt whole.pcap 2>text2pcap.log) || {
      cat "$tshark_home/text2pcap.log"
      exit 2
    }
  else
    cp "$capture_tools/../../samples/$file" "$tshark_home/whole.pcap"
  fi
  if [ -n "$cut" ]; then
    editcap -s "$cut" "$tshark_home/whole.pcap" "$tshark_home/capture.pcap"
  else
    mv "$tshark_home/whole.pcap" "$tshark_home/capture.pcap"
  fi
  chmod 644 "$tshark_home/capture.pcap"
}

make_capture_by_hand() {
  local file
  for file in "$here"/captures/*.hex; do
    make_capture "$(basename "$file")"
    mv "$tshark_home/capture.pcap" "$tshark_home/part-$(basename "$file" .hex).pcap"
  done
  mergecap -a -w "$tshark_home/hex.pcapng" "$tshark_home"/part-*.pcap
  chmod 644 "$tshark_home/hex.pcapng"
}
