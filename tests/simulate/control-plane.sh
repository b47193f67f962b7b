#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The commands in docs/control-plane.md's section on the simulation print what stands below them there.
# usage: control-plane.sh CATSHARK PLUGIN-FOLDER SOURCE-FOLDER
set -euo pipefail
catshark=$1 plugins=$2 source=$3
. "$source/tests/tshark-user.sh"
tshark_user_start "$plugins"

# The programs of the document's commands; tshark reads what the user who may load plugins can read.
work=$tshark_home/document
mkdir "$work"
catshark() { "$catshark" "$@"; }
tshark() { (cd "$work" && chmod a+rx . && chmod a+r ./* && as_user tshark "${@/way.pcapng/$work/way.pcapng}" 2>/dev/null); }

# run COMMAND EXPECTED
commands=0
run() {
  commands=$((commands + 1))
  found=$(cd "$work" && eval "$1" | sed 's|  *$||') || fail "FAIL $1: exit status $?"
  [ "$found" = "$2" ] || fail "FAIL $1: printed
$found
expected
$2"
}

command='' expected=''
while IFS= read -r line; do
  case $line in
    '    $ '*)
      [ -z "$command" ] || run "$command" "$expected"
      command=${line#'    $ '} expected='' ;;
    '    '*) expected=$expected${expected:+$'\n'}${line#'    '} ;;
    *)
      [ -z "$command" ] || run "$command" "$expected"
      command='' expected='' ;;
  esac
done < <(sed -n '/^## In a simulation$/,/^## With/p' "$source/docs/control-plane.md")
echo "$commands commands"
[ "$commands" -ge 10 ] || fail "FAIL the document has $commands commands, expected 10 at least"
[ "$failures" -eq 0 ]
