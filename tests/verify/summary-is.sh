# SPDX-License-Identifier: GPL-2.0-or-later
# Compares the summary of `verify --json`; sourced by scripts that set $catshark and count $cases and $failed. Its output
# stays in out.ndjson and err.
# shellcheck disable=SC2034,SC2154 # set and read by who sources it

# is NAME STATUS FILTER EXPECTED ARGUMENT...: what jq makes of the summary of `verify --json ARGUMENT...`.
is() {
  local name=$1 expected_status=$2 filter=$3 expected=$4 status=0 found
  shift 4
  cases=$((cases + 1))
  "$catshark" verify --json "$@" >out.ndjson 2>err || status=$?
  found=$(jq -c "select(.summary) | $filter" out.ndjson)
  if [ "$status" -ne "$expected_status" ] || [ "$found" != "$expected" ]; then
    failed=$((failed + 1))
    echo "FAIL $name: exit $status, expected $expected_status; found $found, expected $expected"
    cat err
  fi
}
