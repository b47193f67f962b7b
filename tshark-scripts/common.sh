# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=sh
# What the scripts around tshark share: options, what must be there before tshark runs, and the run itself, over
# files (two passes) or live (one). Sourced; the script sets $shared, the folder of this file, before.
#
#   read_options ARGUMENT...     reads the command line; the script has defined usage()
#   start                        ends the script with a reason where tshark, the plugin or a file is missing
#   our_fields PROTOCOL...       the names of our fields, rules included; our_rules PROTOCOL...: of rules only
#   any_of FIELD...              a display filter: one of them is there
#   run FILTER OPTIONS CONSUMER...   tshark over the packets that match, its output into a command

# The numbers that tshark prints and awk reads have a decimal point, whatever the user's language.
LC_ALL=C
export LC_ALL

program=${0##*/}
# Between the columns of a row, and between the values in one: no field of a packet holds them, tshark escapes both.
unit=$(printf '\037')
record=$(printf '\036')

files='' interfaces='' limits='' passed_on='' display_filter='' topology='' count=''
tshark='' caught=no work=''

common_usage() {
  cat <<'TEXT'
  -r FILE          a capture; - is standard input. Several are merged by time, each a capture point of its own
  -i INTERFACE     capture live until -a, -c or SIGINT (Ctrl-C) ends it; - reads a capture as it comes from a pipe
  -a CONDITION     when a live capture ends: duration:SECONDS, packets:N, ... (tshark's -a)
  -c N             stop after N packets, of ours or not
  -Y FILTER        look only at packets that match this display filter
  --topology FILE  the network: names, and the rules that need it
  -h, --help       show this text
  -- OPTION...     tshark options, such as -o affinity.reconnect_limit:1000

A file is read twice, so what only later packets tell is in it; a live capture is read once.
Exit status: 0 all of it was read, 2 trouble.
TEXT
}

# fail SENTENCE [HINT]
fail() {
  printf '%s: %s\n' "$program" "$1" >&2
  [ $# -lt 2 ] || printf 'hint: %s\n' "$2" >&2
  exit 2
}

usage_error() {
  fail "$1" "$program --help"
}

# A word of the shell that means the argument.
quoted() {
  printf '%s\n' "$1" | sed "s/'/'\\\\''/g; 1s/^/'/; \$s/\$/'/"
}

take_option() {
  case $1 in
    -r) files="$files $(quoted "$2")" ;;
    -i) interfaces="$interfaces -i $(quoted "$2")" ;;
    -a) limits="$limits -a $(quoted "$2")" ;;
    -c)
      case $2 in
        '' | *[!0-9]* | 0*) usage_error "-c '$2', expected a number of packets, at least 1" ;;
      esac
      count=$2
      ;;
    -Y) display_filter=$2 ;;
    --topology) topology=$2 ;;
  esac
}

read_options() {
  while [ $# -gt 0 ]; do
    case $1 in
      -h | --help)
        usage
        exit 0
        ;;
      --)
        shift
        for option in "$@"; do
          passed_on="$passed_on $(quoted "$option")"
        done
        break
        ;;
      -[riacY] | --topology)
        [ $# -ge 2 ] || usage_error "$1 without a value"
        [ -n "$2" ] || usage_error "$1 '', expected a value"
        take_option "$1" "$2"
        shift 2
        ;;
      --topology=?*)
        take_option --topology "${1#*=}"
        shift
        ;;
      -[riacY]?*)
        rest=${1#??}
        take_option "${1%"$rest"}" "$rest"
        shift
        ;;
      *) usage_error "'$1', expected an option; a capture is given by -r FILE" ;;
    esac
  done
  [ -n "$files$interfaces" ] || usage_error "neither -r FILE nor -i INTERFACE"
  [ -z "$files" ] || [ -z "$interfaces" ] || usage_error "-r and -i, expected one of the two"
  [ -z "$files" ] || [ -z "$limits" ] || usage_error "-a with -r, expected -i: a file ends by itself"
}

# check_file FILE WHAT
check_file() {
  [ -e "$1" ] || fail "'$1': no such file, expected $2"
  [ ! -d "$1" ] || fail "'$1' is a folder, expected $2"
  [ -r "$1" ] || fail "'$1' may not be read by $(id -un), expected $2"
}

# shellcheck disable=SC2120 # what is set are the function's own
check_files() {
  [ -z "$topology" ] || check_file "$topology" "a topology file"
  eval "set -- $files"
  for file in "$@"; do
    [ "$file" = - ] || check_file "$file" "a capture"
  done
}

finish() {
  [ -z "$work" ] || rm -rf "$work"
}

# The first signal ends the capture and lets the report be written, the second one ends the script.
on_signal() {
  if [ "$caught" = yes ] || [ -z "$tshark" ] || [ -z "$interfaces" ]; then
    [ -z "$tshark" ] || kill "$tshark" 2>/dev/null
    finish
    trap - EXIT
    exit 130
  fi
  caught=yes
  kill "$tshark" 2>/dev/null || :
}

plugin_is_missing() {
  build=${shared:?}/../build/plugins
  if [ "$(id -u)" -eq 0 ]; then
    fail "tshark does not load the plugin: run as root, Wireshark ignores WIRESHARK_PLUGIN_DIR and the personal folder" \
      "run $program as another user; a live capture can come through a pipe: dumpcap -q -i INTERFACE -w - | runuser -u USER -- $program -i - ; or install the plugin for all: catshark doctor tells how"
  elif [ -n "${WIRESHARK_PLUGIN_DIR:-}" ]; then
    fail "tshark does not load the plugin from WIRESHARK_PLUGIN_DIR=$WIRESHARK_PLUGIN_DIR" "catshark doctor says why"
  elif [ -d "$build" ]; then
    fail "tshark does not load the plugin" "export WIRESHARK_PLUGIN_DIR=$(cd "$build" && pwd) ; catshark doctor says more"
  fi
  fail "tshark does not load the plugin" "export WIRESHARK_PLUGIN_DIR=FOLDER-OF-THE-PLUGIN ; catshark doctor says why"
}

# Options that are refused are refused before anything is captured or read: by a run over no packets at all.
rehearse() {
  printf '\324\303\262\241\002\0\004\0\0\0\0\0\0\0\0\0\377\377\0\0\001\0\0\0' >"$work/nothing.pcap"
  set -- -r "$work/nothing.pcap"
  [ -z "$display_filter" ] || set -- "$@" -Y "$display_filter"
  [ -z "$topology" ] || set -- "$@" -o "cats.topology:$topology"
  tshark -n "$@" 2>"$work/refused" >/dev/null && status=0 || status=$?
  if sed '/^Running as user/d' "$work/refused" | grep . >&2 || [ "$status" -ne 0 ]; then
    fail "tshark refuses -Y or --topology"
  fi
}

# One file for tshark, from what may be several, or a stream that cannot be read twice.
# shellcheck disable=SC2120 # as above
gather_files() {
  eval "set -- $files"
  sources=''
  for file in "$@"; do
    if [ "$file" = - ]; then
      [ -e "$work/stdin" ] || cat >"$work/stdin"
      file=$work/stdin
    fi
    sources="$sources $(quoted "$file")"
  done
  eval "set -- $sources"
  capture=$1
  [ $# -gt 1 ] || return 0
  command -v mergecap >/dev/null || fail "no mergecap in PATH, expected it for several files" "apt-get install wireshark-common"
  # Each file is a capture point: interfaces that look alike are not made one.
  mergecap -I none -F pcapng -w "$work/merged" "$@" || fail "mergecap does not merge the captures"
  capture=$work/merged
}

start() {
  command -v tshark >/dev/null || fail "no tshark in PATH" "apt-get install tshark"
  # shellcheck disable=SC2119
  check_files
  work=$(mktemp -d "${TMPDIR:-/tmp}/catshark.XXXXXX")
  trap finish EXIT
  trap on_signal INT TERM HUP
  tshark -G fields 2>/dev/null | awk -F '\t' '$1 == "F" && ($5 == "affinity" || $5 == "cats")' >"$work/fields" || :
  [ -s "$work/fields" ] || plugin_is_missing
  rehearse
  # shellcheck disable=SC2119
  [ -z "$files" ] || gather_files
}

our_fields() {
  awk -F '\t' -v protocols=" $* " 'index(protocols, " " $5 " ") && !seen[$3]++ { print $3 }' "$work/fields"
}

# Rules are the fields without a value.
our_rules() {
  awk -F '\t' -v protocols=" $* " 'index(protocols, " " $5 " ") && $4 == "FT_NONE" && !seen[$3]++ { print $3 }' "$work/fields"
}

any_of() {
  filter=$1
  shift
  for field in "$@"; do
    filter="$filter || $field"
  done
  printf '(%s)' "$filter"
}

# Options for rows of these fields, in this order.
rows_of() {
  printf -- '-T fields -E separator=%s -E aggregator=%s' "$unit" "$record"
  for field in "$@"; do
    printf -- ' -e %s' "$field"
  done
}

# What tshark says, as it says it, but for what is no news here.
pass_complaints() {
  while IFS= read -r line; do
    case $line in
      'Running as user '* | 'tshark: ' | *' [Main MESSAGE] '* | '') ;;
      *) printf '%s\n' "$line" >&2 ;;
    esac
  done
}

# Waits for the command, through signals that only end the capture; gives its status.
wait_for() {
  waited=0
  wait "$1" || waited=$?
  while [ $waited -gt 128 ] && kill -0 "$1" 2>/dev/null; do
    waited=0
    wait "$1" || waited=$?
  done
  return $waited
}

# After tshark's rows its exit status follows in a line of its own, so that no report is made of nothing where it
# could not begin.
run() {
  filter=$1 options=$2
  shift 2
  [ -z "$display_filter" ] || filter="($display_filter) && $filter"
  mkfifo "$work/rows" "$work/complaints"
  exec 3<&0
  "$@" <"$work/rows" 3<&- &
  consumer=$!
  pass_complaints <"$work/complaints" 3<&- &
  speaker=$!
  trap : PIPE
  exec 4>"$work/rows"

  set --
  [ -z "$topology" ] || set -- "$@" -o "cats.topology:$topology"
  [ -z "$count" ] || set -- "$@" -c "$count"
  if [ -n "$interfaces" ]; then
    set -- "$@" -l
    eval "set -- \"\$@\" $interfaces $limits"
  else
    set -- "$@" -2 -r "$capture"
  fi
  eval "set -- $options \"\$@\" $passed_on"
  tshark -n -Y "$filter" "$@" <&3 3<&- >&4 4>&- 2>"$work/complaints" &
  tshark=$!
  wait_for $tshark && status=0 || status=$?
  [ $caught = no ] || status=0
  tshark=''
  printf '%s%d\n' "$record" "$status" >&4 2>/dev/null || :
  exec 4>&-
  wait_for $consumer && consumed=0 || consumed=$?
  wait_for $speaker || :
  if [ "$status" -ne 0 ] && [ -n "$interfaces" ]; then
    fail "tshark ended with status $status" "tshark -D lists the interfaces, catshark doctor says whether you may capture on them"
  elif [ "$status" -ne 0 ]; then
    fail "tshark ended with status $status, expected to read all of the capture"
  fi
  [ "$consumed" -eq 0 ] || exit 2
}
