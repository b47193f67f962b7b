#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every row of TESTLIST with another awk than the one that is "awk" here, with which the rows are tests of their own.
# usage: awks.sh AWK CATSHARK PLUGIN-DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
awk=$(command -v "$1") || skip "$1 is not installed"
if [ "$(readlink -f "$awk")" = "$(readlink -f "$(command -v awk)")" ]; then
  echo "$1 is awk here: the rows themselves are run with it"
  exit 0
fi

bin=$(mktemp -d)
trap 'rm -rf "$bin"' EXIT
chmod 755 "$bin"
ln -s "$awk" "$bin/awk"
rows=0
while read -r name _; do
  PATH=$bin:$PATH "$here/golden.sh" "$2" "$3" "$name" </dev/null || fail "$name: $1 says something else"
  rows=$((rows + 1))
done < <(grep '^[a-z]' "$here/TESTLIST")
echo "$rows rows with $1"
[ "$rows" -gt 0 ] && [ "$failures" -eq 0 ]
