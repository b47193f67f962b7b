#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh HARNESS WRITE-SEEDS KIND RUNS: fuzzes from fresh seeds for a bounded number of runs; an input that crashes
# is kept in the current directory.
set -eu

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT
"$2" "$3" "$corpus"
"$1" -runs="$4" -seed=1 -max_len=2048 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
  -artifact_prefix="./$(basename "$1")-" "$corpus"
