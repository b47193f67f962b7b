# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by bench.sh: how each kind of figure is taken and printed. Needs $build, $home, $pairs.
#
#   ratio NAME WANTED 'OURS' 'BASELINE'       how many times faster ours is: CPU time, median over alternating runs
#   clock=wall ratio ...                      the same, by the clock on the wall
#   against_none KIND WANTED NAME OPTION...   tshark on $home/KIND.pcap with the plugin against without: instructions a
#                                             packet, and CPU time
#   instructions_only KIND WANTED NAME OPTION...   the same without the time
#   part_of READER KIND WANTED NAME PATTERN   the READER of $home/KIND.pcap, shark (tshark with the plugin) or verify: its
#                                             instructions a packet against those without what functions, or files, of
#                                             the pattern take
#   memory_per KIND WANTED NAME COUNT OPTION...    the same, the most memory held at once, a COUNTth of the difference

# cpu COMMAND...: prints its CPU time in milliseconds.
cpu() {
  spent_by '%U %S' "$@"
}

# wall COMMAND...: prints how many milliseconds it took.
wall() {
  spent_by '%R 0' "$@"
}

spent_by() {
  local TIMEFORMAT=$1 spent
  shift
  spent=$({ time "$@" >/dev/null 2>&1; } 2>&1)
  awk '{ printf "%d\n", ($1 + $2) * 1000 }' <<<"$spent"
}

# median_ratio NAME WANTED UNIT: of lines "ratio ours baseline", the one in the middle.
median_ratio() {
  sort -n | awk -v name="$1" -v wanted="$2" -v unit="$3" '
    { r[NR] = $1; a[NR] = $2; b[NR] = $3 }
    END { m = int((NR + 1) / 2)
          printf "%-58s %8.3f  (wanted: %s; %d %s against %d %s; spread %.3f-%.3f)\n", name, r[m], wanted, a[m], unit, b[m],
            unit, r[1], r[NR] }'
}

ratio() {
  local name=$1 wanted=$2 ours=$3 baseline=$4 i clock=${clock:-cpu}
  $clock bash -c "$ours" >/dev/null
  $clock bash -c "$baseline" >/dev/null
  for ((i = 0; i < pairs; i++)); do
    echo "$($clock bash -c "$ours") $($clock bash -c "$baseline")"
  done | awk '{ print $2 / ($1 ? $1 : 1), $1, $2 }' | median_ratio "$name" "$wanted" ms
}

frames() {
  capinfos -TrMc "$1" | cut -f 2
}

shark() { # PLUGIN-FOLDER COMMAND...
  local plugins=$1
  shift
  WIRESHARK_PLUGIN_DIR=$plugins "$top/packaging/as-user.sh" "$home" "$@"
}

# tshark_start: makes $home, where the user who runs tshark finds the plugin, and a folder without it.
tshark_start() {
  mkdir -p "$home/none"
  cp -r "$build/plugins" "$home/plugins"
  shark "$home/plugins" tshark -G plugins 2>/dev/null | grep '^catshark' >/dev/null || {
    echo "bench.sh: tshark does not load the plugin" >&2
    exit 2
  }
}

# take KIND CAPTURE [PACKETS]: $home/KIND.pcap, and $home/KIND-one.pcap of its first packet.
take() {
  editcap -F nsecpcap -r "$2" "$home/$1.pcap" "1-${3:-1000000000}"
  editcap -F nsecpcap -r "$2" "$home/$1-one.pcap" 1
}

# instructions PLUGIN-FOLDER CAPTURE OPTION...: by function they are in $callgrind, where that is set.
instructions() {
  local plugins=$1 capture=$2
  shift 2
  shark "$plugins" valgrind --tool=callgrind --callgrind-out-file="${callgrind:-/dev/null}" tshark -n "$@" -r "$capture" 2>&1 >/dev/null |
    awk '/Collected/ { print $4 }'
}

instructions_only() {
  local kind=$1 wanted=$2 name=$3 with without
  shift 3
  # The cost of starting up is taken off: what is left is the cost of the packets.
  with=$(($(instructions "$home/plugins" "$home/$kind.pcap" "$@") - $(instructions "$home/plugins" "$home/$kind-one.pcap" "$@")))
  without=$(($(instructions "$home/none" "$home/$kind.pcap" "$@") - $(instructions "$home/none" "$home/$kind-one.pcap" "$@")))
  awk -v name="instructions, $name" -v a=$with -v b=$without -v n="$(frames "$home/$kind.pcap")" -v w="$wanted" 'BEGIN {
    printf "%-58s %8.3f  (wanted: %s; %d against %d a packet, %d packets)\n", name, a / b, w, a / n, b / n, n }'
}

shark_instructions() {
  instructions "$home/plugins" "$1"
}

verify_instructions() {
  { valgrind --tool=callgrind --callgrind-out-file="${callgrind:-/dev/null}" "$catshark" verify "$1" 2>&1 >/dev/null || true; } |
    awk '/Collected/ { print $4 }'
}

part_of() {
  local all one part callgrind=$home/callgrind
  one=$(callgrind='' "$1_instructions" "$home/$2-one.pcap")
  : >"$callgrind"
  chmod a+w "$callgrind"
  all=$("$1_instructions" "$home/$2.pcap")
  part=$(callgrind_annotate --threshold=100 "$callgrind" 2>/dev/null |
    awk -v pattern="$5" '$0 ~ pattern { gsub(",", "", $1); sum += $1 } END { print sum + 0 }')
  awk -v name="instructions, $4" -v w="$3" -v all=$((all - one)) -v part="$part" -v n="$(frames "$home/$2.pcap")" 'BEGIN {
    printf "%-58s %8.4f  (wanted: %s; %d of %d a packet, %d packets)\n", name, all / (all - part), w, part / n, all / n, n }'
}

against_none() {
  local kind=$1 wanted=$2 name=$3 i
  instructions_only "$@"
  shift 3
  for ((i = 0; i < pairs; i++)); do
    echo "$(cpu shark "$home/plugins" tshark -n "$@" -r "$home/$kind.pcap") $(cpu shark "$home/none" tshark -n "$@" -r "$home/$kind.pcap")"
  done | awk '{ print $1 / $2 }' | sort -n | awk -v name="CPU time, $name" -v w="$wanted" '{ r[NR] = $1 } END {
    printf "%-58s %8.3f  (wanted: %s; spread %.3f-%.3f)\n", name, r[int((NR + 1) / 2)], w, r[1], r[NR] }'
}

# peak COMMAND...: prints the most memory that it held at once, in octets; what it printed is in $work/peak.out.
peak() {
  "$build/bench/bench-peak" "$work/peak" "$@" >"$work/peak.out" 2>"$work/peak.log" || { cat "$work/peak.log" >&2; return 2; }
  cat "$work/peak"
}

# shark_peak PLUGIN-FOLDER KIND OPTION...
shark_peak() {
  WIRESHARK_PLUGIN_DIR=$1 peak "$top/packaging/as-user.sh" "$home" tshark -n "${@:3}" -r "$home/$2.pcap"
}

memory_per() {
  local kind=$1 wanted=$2 name=$3 count=$4 with without
  shift 4
  with=$(shark_peak "$home/plugins" "$kind" "$@")
  without=$(shark_peak "$home/none" "$kind" "$@")
  awk -v name="octets, $name" -v a="$with" -v b="$without" -v n="$count" -v w="$wanted" 'BEGIN {
    printf "%-58s %8.0f  (wanted: %s; %.1f MB against %.1f MB, %d of them)\n", name, (a - b) / n, w, a / 1e6, b / 1e6, n }'
}
