# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the live tests of `capture`: a veth pair v1-v2 in a namespace, frames of a sample that all belong to our
# protocols (96, both families), and captures that are waited for. Stands on tests/live/lib.sh.
#
#   capture_start CATSHARK SENDER   skips where it cannot run
#   capturing ARGUMENT...           starts `catshark capture ARGUMENT...` there; its pid in $pid, what it says in $work/said
#                                   (standard error) and $work/report (standard output)
#   send [FILE TIMES [TPID...]]     sends frames on v1; the sample once without arguments
#   end [SIGNAL]                    ends it, its status in $status
#   until_true COMMAND...           waits up to ten seconds for it to succeed
#   count_in FILE [IF]              packets that tshark finds, of one interface

. "$(dirname "${BASH_SOURCE[0]}")/../live/lib.sh"
samples=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../samples" && pwd)
light=$samples/simulated-first-light.pcapng
light_count=96

capture_start() {
  catshark=$1 sender=$2
  command -v tshark >/dev/null || skip "tshark is not installed"
  live_start true
  namespace here
  veth here v1 here v2
}

capturing() {
  : >"$work/said"
  ip netns exec "catshark-$$-here" "$catshark" capture "$@" 2>"$work/said" >"$work/report" &
  pid=$!
  until_true grep -q ready "$work/said" || expect ready "$(cat "$work/said")" "capture $*:"
}

send() {
  in_ns here "$sender" v1 "${1:-$light}" "${2:-1}" "${@:3}" >"$work/sent"
}

end() {
  status=0
  [ -z "${1:-}" ] || kill "-$1" "$pid"
  wait "$pid" || status=$?
}

until_true() {
  local tries=500
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    [ $tries -gt 0 ] || return 1
    sleep 0.02
  done
}

count_in() {
  tshark -n -r "$1" ${2:+-Y "frame.interface_name == \"$2\""} 2>"$work/tshark" | wc -l
}
