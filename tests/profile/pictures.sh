#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every picture that the README shows is there and small, and can be taken anew. usage: pictures.sh BUILD
set -euo pipefail
top=$(cd "$(dirname "$0")/../.." && pwd)
. "$top/docs/pictures/screen.sh"
octets_max=150000

failures=0
fail() {
  echo "$@"
  failures=$((failures + 1))
}
# check FILE: a picture, not of one colour, and small.
check() {
  local octets
  octets=$(wc -c <"$1")
  [ "$octets" -gt 5000 ] && [ "$octets" -lt $octets_max ] || fail "$1: $octets octets, expected 5000-$octets_max"
  [ "$(head -c 8 "$1" | od -An -tx1 | tr -d ' \n')" = 89504e470d0a1a0a ] || fail "$1 is no PNG"
}

shown=$(grep -o 'docs/pictures/[a-z]*\.png' "$top/README.md" | sort -u)
[ -n "$shown" ] || fail "the README shows no picture"
for picture in $shown; do
  [ -f "$top/$picture" ] || { fail "$picture is not there"; continue; }
  check "$top/$picture"
done

missing=$(screen_missing; command -v chromedriver >/dev/null || echo chromedriver)
if [ -n "$missing" ]; then
  [ "$failures" -eq 0 ] || exit 1
  echo "SKIP: pictures cannot be taken, not here: $missing"
  exit 77
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$top/docs/pictures/take-pictures.sh" -o "$out" "$1"
for picture in $shown; do
  [ -f "$out/$(basename "$picture")" ] || { fail "$(basename "$picture") was not taken"; continue; }
  check "$out/$(basename "$picture")"
done
[ "$failures" -eq 0 ]
