#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The plugin shows the same in every way of asking: one pass and two, filters with no other use for a tree, columns,
# -T fields, -T json and -T ek.
# usage: check-modes.sh PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/capture.sh"
tshark_user_start "$1"

# All packets written by hand in one file, and one capture of a kernel.
make_capture_by_hand
tshark_home_take "$here/../../samples/sa-200-100-pe.pcap"

mapfile -t fields < <(as_user tshark -G fields |
  awk -F'\t' '$1 == "F" && ($5 == "affinity" || $5 == "cats") && !seen[$3]++ { print $3 }')
[ "${#fields[@]}" -gt 30 ] || fail "only ${#fields[@]} fields of ours are registered"

# What -V would show is what all is held against: field, tab, frame number, a line per frame and field.
index_of_pdml() {
  awk '/<field name="num" pos="0"/ { match($0, /show="[0-9]+"/); frame = substr($0, RSTART + 6, RLENGTH - 7) }
    match($0, /<field name="(affinity|cats)\.[^"]+"/) { print substr($0, RSTART + 13, RLENGTH - 14) "\t" frame }' "$1" |
    sort -u
}

# The first file must have a line for awk to tell it from the second.
ours() {
  awk -f "$here/our-fields.awk" <(echo) "$1"
}

for capture in hex.pcapng sa-200-100-pe.pcap; do
  as_user tshark -n -r "$capture" -T pdml >"$tshark_home/one-pass"
  index_of_pdml "$tshark_home/one-pass" >"$tshark_home/index"
  [ -s "$tshark_home/index" ] || fail "$capture: nothing of ours is shown"

  as_user tshark -n -2 -r "$capture" -T pdml >"$tshark_home/two-pass"
  index_of_pdml "$tshark_home/two-pass" >"$tshark_home/index-2"
  awk -f "$here/../plugin/compare-passes.awk" <(ours "$tshark_home/one-pass") <(ours "$tshark_home/two-pass") ||
    fail "$capture: -2 shows something else"

  as_user tshark -n -r "$capture" -T fields -e frame.number -e _ws.col.Info >"$tshark_home/info"
  as_user tshark -n -r "$capture" -V -T fields -e frame.number -e _ws.col.Info >"$tshark_home/info-tree"
  as_user tshark -n -2 -r "$capture" -T fields -e frame.number -e _ws.col.Info >"$tshark_home/info-two-pass"
  cmp "$tshark_home/info" "$tshark_home/info-tree" || fail "$capture: the Info column depends on the tree"
  diff -u <(awk -f "$here/our-fields.awk" "$tshark_home/info" "$tshark_home/one-pass" | grep info) \
    <(awk -f "$here/our-fields.awk" "$tshark_home/info-two-pass" "$tshark_home/two-pass" | grep info) ||
    fail "$capture: the Info column depends on -2"

  as_user tshark -n -r "$capture" -T json --no-duplicate-keys >"$tshark_home/json"
  as_user tshark -n -r "$capture" -T ek >"$tshark_home/ek"
  as_user tshark -n -r "$capture" -T fields -e frame.number "${fields[@]/#/-e}" >"$tshark_home/fields"
  for i in "${!fields[@]}"; do
    field=${fields[i]}
    expected=$(awk -F'\t' -v field="$field" '$1 == field { print $2 }' "$tshark_home/index" | sort -n)
    for pass in "" -2; do
      expected_of_pass=$(awk -F'\t' -v field="$field" '$1 == field { print $2 }' "$tshark_home/index$pass" | sort -n)
      shown=$(as_user tshark -n $pass -r "$capture" -Y "$field" -T fields -e frame.number)
      [ "$shown" = "$expected_of_pass" ] ||
        fail "$capture: filter $field $pass: frames" $shown "expected" $expected_of_pass
    done
    shown=$(awk -F'\t' -v column=$((i + 2)) '$column != "" { print $1 }' "$tshark_home/fields")
    [ "$shown" = "$expected" ] || fail "$capture: -e $field: frames" $shown "expected" $expected
    count=$(wc -w <<<"$expected")
    in_json=$(awk -v key="\"$field\":" '/"_index":/ { seen = 0 } index($0, key) && !seen++ { n++ } END { print n + 0 }' \
      "$tshark_home/json")
    [ "$in_json" -eq "$count" ] || fail "$capture: -T json: $field in $in_json frames, expected $count"
    key=${field//./_}
    in_ek=$(grep -c "\"${field%%.*}_$key\":" "$tshark_home/ek" || true)
    [ "$in_ek" -eq "$count" ] || fail "$capture: -T ek: $field in $in_ek frames, expected $count"
  done
done

# A column alone, which makes Wireshark build no more of the tree than it needs.
as_user tshark -n -r hex.pcapng -o 'gui.column.format:"No.","%m","Node","%Cus:affinity.ipv4:0:R","SID","%Cus:cats.sid:0:R"' |
  awk '$2 ~ /^[0-9.,]+$/ { v4++ } $NF ~ /::/ { sid++ } END { print v4 + 0, sid + 0 }' >"$tshark_home/columns"
awk -F'\t' '$1 == "affinity.ipv4" { v4++ } $1 == "cats.sid" { sid++ } END { print v4 + 0, sid + 0 }' \
  <(as_user tshark -n -r hex.pcapng -T pdml >"$tshark_home/hex.pdml" && index_of_pdml "$tshark_home/hex.pdml") \
  >"$tshark_home/columns-expected"
diff "$tshark_home/columns-expected" "$tshark_home/columns" || fail "custom columns show something else"
[ "$failures" -eq 0 ]
