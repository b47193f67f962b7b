#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh HARNESS WRITE-SEEDS KIND RUNS: fuzzes from fresh seeds for a bounded number of runs; an input that crashes
# is kept in the current directory. Words of the input, where it has some, are in KIND.dict beside this script.
set -eu

harness=$1 kind=$3
corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"$2" "$kind" "$corpus"
set -- -runs="$4" -seed=1 -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1
dictionary=$(dirname "$0")/$kind.dict
[ ! -e "$dictionary" ] || set -- "$@" -dict="$dictionary"
"$harness" "$@" -artifact_prefix="./$(basename "$harness")-" "$corpus"
