#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# docs/fields.md is what docs/generate-fields.sh writes now; every field has a description and a row in docs/fields.data,
# every row a field; and every example of a row selects something in the row's capture.
# usage: check-fields.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
docs=$here/../../docs
. "$here/../tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$1"

"$docs/generate-fields.sh" --print "$1" >"$tshark_home/fields.md"
diff -u --label docs/fields.md --label "what the plugin has" "$docs/fields.md" "$tshark_home/fields.md" ||
  fail "docs/fields.md is stale: run docs/generate-fields.sh $1"

as_user tshark -G fields >"$tshark_home/glossary"
awk -F '\t' '$1 == "F" && ($5 == "affinity" || $5 == "cats") { print $3 "\t" ($4 == "FT_NONE" ? $2 : $8) }' \
  "$tshark_home/glossary" >"$tshark_home/described"
while IFS=$'\t' read -r name description; do
  [ -n "$description" ] || fail "$name has no description"
done <"$tshark_home/described"

awk -F '\t' '$1 == "F" && ($5 == "affinity" || $5 == "cats") && $4 != "FT_NONE" { print $3 }' "$tshark_home/glossary" |
  sort -u >"$tshark_home/fields"
sed -E '/^(#|-z|$)/d; s/  +/\t/g' "$docs/fields.data" >"$tshark_home/rows"
cut -f 1 "$tshark_home/rows" | sort >"$tshark_home/rows-of"
[ "$(wc -l <"$tshark_home/fields")" -gt 30 ] || fail "tshark -G fields names too few fields of ours"
diff -u --label "docs/fields.data" --label "fields of the plugin" "$tshark_home/rows-of" "$tshark_home/fields" ||
  fail "docs/fields.data must have each field once"

grep -oE '^\| `-z [^`]*`' "$tshark_home/fields.md" | sed -E 's/^[^`]*`(.*)`.*/\1/' >"$tshark_home/statistics"
sed -nE 's/^(-z [^ ]*)  .*/\1/p' "$docs/fields.data" | diff -u --label docs/fields.data --label "statistics of the plugin" - \
  "$tshark_home/statistics" || fail "docs/fields.data must have each of the plugin's statistics once, sorted"

while IFS=$'\t' read -r name known example capture rest; do
  case $known in
    packet | earlier | later) ;;
    *) fail "$name: known from \"$known\", expected packet, earlier or later" ;;
  esac
  [ -n "$capture" ] && [ -z "$rest" ] || fail "$name: expected four columns"
  grep -F "$name" <<<"$example" >/dev/null || fail "$name: its example \"$example\" does not name it"
  make_capture "$capture"
  selected=$(as_user tshark -n -2 -r capture.pcap -Y "$example" 2>"$tshark_home/log" | wc -l) ||
    fail "$name: $example: $(cat "$tshark_home/log")"
  [ "$selected" -gt 0 ] || fail "$name: $example selects nothing in $capture"
done <"$tshark_home/rows"
[ "$failures" -eq 0 ]
