#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every filter, field and macro that the profile names compiles with the plugin; every rule that the plugin judges and that
# is an error or a warning has its colour. usage: check-filters.sh PLUGIN-DIRECTORY PROFILES
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
. "$here/lib.sh"
profile_user_start "$1" "$2"
tshark_home_take "$here/../../samples/simulated-first-light.pcapng"
capture=simulated-first-light.pcapng
as_user tshark -G fields | cut -f 3 >"$tshark_home/fields"

count=0
# check WHERE FILTER: the filter compiles.
check() {
  count=$((count + 1))
  as_user tshark -C CATS -n -r "$capture" -c 1 -Y "$2" >/dev/null 2>"$tshark_home/err" ||
    fail "$1: \"$2\": $(cat "$tshark_home/err")"
  [ ! -s "$tshark_home/err" ] || fail "$1: \"$2\": $(cat "$tshark_home/err")"
}

# check_filters FILE COLUMN: the filters in that column of FILE.
check_filters() {
  local filter
  while IFS= read -r filter; do
    check "$1" "$filter"
  done < <(rows "$1" | quoted "$2")
}

# A macro is tried as the file's first comment shows it.
check_macros() {
  local name example
  for name in $(rows dfilter_macros | quoted 1); do
    example=$(grep '^#' "$profiles/CATS/dfilter_macros" | grep -o "\${$name:[^}]*}") || {
      fail "dfilter_macros: no example of $name in the comment"
      continue
    }
    check dfilter_macros "$example"
  done
}

# Fields of FILE, one a line on standard input.
check_fields() {
  local field
  while IFS= read -r field; do
    grep -qxF -- "$field" "$tshark_home/fields" || fail "$1: no field \"$field\""
  done
}

# check_files FILE...: what these files of the profile name.
check_files() {
  local file
  as_user tshark -C CATS -n -r "$capture" --color -c 1 >/dev/null 2>"$tshark_home/err" || fail "tshark -C CATS: status $?"
  [ ! -s "$tshark_home/err" ] || fail "tshark -C CATS complains: $(cat "$tshark_home/err")"
  for file in "$@"; do
    case $file in
      dfilter_buttons) check_filters "$file" 3 ;;
      dfilter_macros) check_macros ;;
      io_graphs)
        check_filters io_graphs 3
        check_fields io_graphs < <(rows io_graphs | quoted 7 | sed '/^$/d')
        ;;
      preferences) check_fields preferences < <(rows preferences | sed -n 's/.*%Cus:\([^:]*\):.*/\1/p' | sed 's/ or /\n/g') ;;
      colorfilters | cats_sids) ;; # tshark has read them by now
      recent) ;;
      *) fail "$file: no file that this test knows" ;;
    esac
  done
}

check_files $(ls "$profiles/CATS")
[ "$count" -ge 10 ] || fail "$count filters, expected at least 10"

# docs/rules.md says what severity a rule has; the plugin has a field for each rule that it judges.
coloured() {
  rows colorfilters | grep "($1)@" | cut -d @ -f 3 | sed 's/ || /\n/g' | sort
}
for severity in error warning; do
  sed -n "s#^| \([a-z]*\)/\([a-z-]*\) | $severity .*#\1.\2#p" "$here/../../docs/rules.md" | sort |
    grep -xF -f "$tshark_home/fields" >"$tshark_home/judged"
  coloured "$severity" | diff -u --label "rules judged, $severity" --label "rules coloured, $severity" \
    "$tshark_home/judged" - || fail "colorfilters: the rules of severity $severity differ"
done

# A profile that names what does not exist is found out, in each of its files.
expect_found_out() {
  local before=$failures file=$1
  cp "$profiles/CATS/$file" "$tshark_home/good"
  cat >>"$profiles/CATS/$file"
  check_files "$file" >"$tshark_home/said"
  [ "$failures" -gt "$before" ] || { echo "$file: a field that does not exist is not found out"; exit 1; }
  failures=$before
  cp "$tshark_home/good" "$profiles/CATS/$file"
}
expect_found_out colorfilters <<<'@x@cats.missing@[0,0,0][1,1,1]'
expect_found_out dfilter_buttons <<<'"TRUE","x","cats.missing","x"'
expect_found_out dfilter_macros <<<$'# ${x:1}\n"x","cats.missing == $1"'
expect_found_out io_graphs <<<'"Enabled","x","","#204a87","Line","AVG(Y Field)","cats.missing","None","1"'
expect_found_out cats_sids <<<'"5f00::/99999","","","",""'
expect_found_out preferences <<<$'gui.column.format:\n\t"x", "%Cus:cats.missing:0:R"'

echo "$count filters, $failures failed"
[ "$failures" -eq 0 ]
