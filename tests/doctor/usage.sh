#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `catshark` itself: version, help, and usage errors with the reason first and exit status 2. usage: usage.sh CATSHARK
set -euo pipefail
. "$(dirname "$0")/lib.sh"
catshark=$1

first_line() {
  local status=0
  "$@" >"$work/out" 2>&1 || status=$?
  head -n 1 "$work/out"
  return $status
}

expect "version" 0 first_line "$catshark" --version <<<"catshark $(sed -n 's/^project(catshark VERSION \([0-9.]*\).*/\1/p' "$top/CMakeLists.txt")"
expect "help" 0 first_line "$catshark" help <<<"Usage:"
expect "--help" 0 first_line "$catshark" --help <<<"Usage:"
expect "no verb" 2 sh -c '"$1" 2>&1 | cut -d , -f 1; exit 2' - "$catshark" <<'END'
catshark: no verb
Try 'catshark help'.
END
expect "no such verb" 2 sh -c '"$1" docter 2>&1 | sed "s/verb:.*/verb/"; exit 2' - "$catshark" <<'END'
catshark: "docter", expected a verb
Try 'catshark help'.
END
expect "no such verb to help with" 2 first_line sh -c '"$1" help docter 2>&1 | sed "s/verb:.*/verb/"; exit 2' - "$catshark" <<'END'
catshark: "docter", expected a verb
END
expect "an argument too many" 2 "$catshark" doctor now <<'END'
catshark doctor: "now", expected no argument
Try 'catshark help doctor'.
END
expect "an unknown option" 2 "$catshark" doctor --jason <<'END'
catshark doctor: unknown option --jason
Try 'catshark help doctor'.
END
for status in "" docter "help docter"; do
  code=0
  # shellcheck disable=SC2086
  "$catshark" $status >/dev/null 2>&1 || code=$?
  [ "$code" -eq 2 ] || { echo "FAILED: catshark $status: exit status $code, expected 2" >&2; failures=$((failures + 1)); }
done
if [ -w /dev/full ]; then
  expect "nowhere to print" 2 sh -c '"$1" --version >/dev/full' - "$catshark" <<'END'
catshark: standard output: No space left on device
END
fi

# Every verb that is listed has help of its own.
for verb in $("$catshark" help | sed -n 's/^  \([a-z]*\)  .*/\1/p' | grep -v '^catshark'); do
  expect "help $verb" 0 sh -c '"$1" help "$2" | sed -n 2p | cut -d " " -f 3,4' - "$catshark" "$verb" <<<"catshark $verb"
done
finish
