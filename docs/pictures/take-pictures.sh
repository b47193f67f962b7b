#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Takes the pictures of the README anew, of the real Wireshark on a screen that nobody sees.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: take-pictures.sh [-o FOLDER] BUILD [PICTURE...]

Takes the pictures that are named, or all: session, fin, srh, statistics, graphs, report. BUILD is a build tree of this project.
What is missing (apt-get install wireshark xvfb xdotool imagemagick, for the report chromium-driver) is said, and nothing is taken.

  -o FOLDER   where the pictures go; without it, beside this script
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
. "$here/screen.sh"
samples=$here/../../samples
out=$here
while getopts o:h option; do
  case $option in
    o) out=$OPTARG ;;
    h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
  esac
done
shift $((OPTIND - 1))
[ $# -ge 1 ] || { usage >&2; exit 2; }
build=$1
shift
missing=$(screen_missing)
[ -z "$missing" ] || { echo "take-pictures.sh: not here: $missing" >&2; exit 2; }

# pane HEIGHT: what the packet list gets of the window from now on.
pane() {
  local recent=$screen_home/.config/wireshark/profiles/CATS/recent
  cp "$build/profiles/CATS/recent" "$recent"
  printf 'gui.geometry_main_upper_pane: %d\ngui.geometry_main_lower_pane: 700\n' "$1" >>"$recent"
}

# Keys to the window that has the focus, one after the other.
keys() {
  xdotool key --delay 60 "$@"
}

# up COUNT: so many items up in the details.
up() {
  xdotool key --delay 30 --repeat "$1" Up
}

# details KEY...: goes from the first item of the details by these keys, and unfolds where they lead.
details() {
  xdotool mousemove 300 760 click 1
  xdotool mousemove 600 790
  keys Home
  keys "$@" shift+Right
}

# settle WINDOW: until it looks the same twice, at most 10 s.
settle() {
  local before now turn
  before=
  for turn in $(seq 20); do
    now=$(timeout 20 import -window "$1" rgb:- | cksum)
    [ "$now" != "$before" ] || return 0
    before=$now
    sleep 0.5
  done
}

# take WINDOW NAME: the picture, with as few colours as it has to have.
take() {
  settle "$1"
  timeout 20 import -window "$1" "$screen_home/$2.png"
  convert "$screen_home/$2.png" -strip +dither -colors 96 -define png:compression-level=9 "PNG8:$out/$2.png"
  echo "$out/$2.png: $(identify -format '%wx%h, %b' "$out/$2.png")"
  wireshark_end
}

picture_session() {
  pane 590
  wireshark_start -r simulated-first-light.pcapng -Y '${session:0}' -g 13
  local main
  main=$(window 'CATS')
  take "$main" session
}

picture_fin() {
  pane 200
  wireshark_start -r sa-200-100-pe.pcap -Y '${session:0}' -g 12
  local main
  main=$(window 'CATS')
  settle "$main"
  timeout 10 xdotool windowfocus --sync "$main"
  details End
  keys End # the session
  up 11    # the option
  take "$main" fin
}

picture_srh() {
  pane 150
  wireshark_start -r cats-encap-2sid-pe.pcap -Y 'cats.sid.behavior == 0x80ca' -g 4
  local main
  main=$(window 'CATS')
  settle "$main"
  timeout 10 xdotool windowfocus --sync "$main"
  details Down Down
  keys End # the inner packet
  up 23    # the SID
  take "$main" srh
}

picture_graphs() {
  pane 440
  wireshark_start -r simulated.pcapng -z io,stat
  local main
  main=$(window 'I/O Graphs')
  take "$main" graphs
}

# The statistics of redirects, of a capture in which some clients do not go where they are sent. Wireshark takes no
# -z for them: they are the last item of the menu Statistics.
picture_statistics() {
  pane 440
  wireshark_start -r simulated-faults.pcapng
  local main tree
  main=$(window 'CATS')
  settle "$main"
  timeout 10 xdotool windowfocus --sync "$main"
  keys alt+s Up Return
  tree=$(window 'Service Affinity')
  xdotool windowmove "$tree" 0 0 windowsize "$tree" 1000 600
  take "$tree" statistics
}

# A report of verify, by headless Chromium: redirects, delays and the steering map.
picture_report() {
  "$build/bin/catshark" simulate --print-topology >"$screen_home/net.conf"
  "$build/bin/catshark" verify -q --topology "$screen_home/net.conf" --report "$screen_home/report.html" \
    "$screen_home/simulated-faults.pcapng" >"$screen_home/report.txt" || [ $? -eq 1 ]
  mkdir -p "$screen_home/report"
  python3 "$here/../../tests/verify/browser.py" "$screen_home/report.html" "$screen_home/report" '' >"$screen_home/report.json"
  convert "$screen_home/report/light.png" -gravity south -crop 1100x1480+0+160 +repage -resize 1000x -colors 64 "$out/report.png"
}

mkdir -p "$out"
screen_start "$build/plugins" "$build/profiles"
for sample in simulated-first-light.pcapng sa-200-100-pe.pcap cats-encap-2sid-pe.pcap; do
  screen_take "$samples/$sample"
done
simulate() {
  "$build/bin/catshark" simulate --quiet --seed 1 --flows 100 -w "$screen_home/$1" "${@:2}"
  chmod 644 "$screen_home/$1"
}
simulate simulated.pcapng
simulate simulated-faults.pcapng --ipv4 --fault affinity/no-reconnect
if [ $# -eq 0 ]; then
  set -- session fin srh statistics graphs report
fi
for picture in "$@"; do
  case $picture in
    session | fin | srh | statistics | graphs | report) "picture_$picture" ;;
    *) echo "take-pictures.sh: \"$picture\", expected session, fin, srh, statistics, graphs or report" >&2; exit 2 ;;
  esac
done
