#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The simulated samples are what their commands in samples/README.md make, octet by octet, and the lines that the README
# shows of the first are what inspect prints.
# usage: sample.sh CATSHARK SOURCE-FOLDER
set -euo pipefail
catshark=$1 source=$2

work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-sample.XXXXXX)
trap 'rm -rf "$work"' EXIT
mkdir "$work/samples"
failed=0 count=0

while read -r _ arguments; do
  count=$((count + 1))
  # shellcheck disable=SC2086
  (cd "$work" && "$catshark" $arguments -q)
  capture=${arguments##* }
  cmp "$work/$capture" "$source/$capture" || { failed=1; echo "FAIL $capture is not what \"$arguments\" makes"; }
done < <(sed -n 's/^    catshark simulate/catshark simulate/p' "$source/samples/README.md")
[ "$count" -eq 2 ] || { failed=1; echo "FAIL $count commands in samples/README.md, expected 2"; }

"$catshark" inspect -r "$source/samples/simulated-first-light.pcapng" >"$work/lines"
sed -n 's/^    \([0-9][0-9]* [0-9]*\.[0-9]* .*\)/\1/p' "$source/README.md" >"$work/shown"
[ "$(wc -l <"$work/shown")" -ge 4 ] || { failed=1; echo "FAIL README.md shows no lines of the sample"; }
if grep -vxFf "$work/lines" "$work/shown"; then
  failed=1
  echo "FAIL inspect prints no such line of README.md"
fi
[ "$failed" -eq 0 ]
