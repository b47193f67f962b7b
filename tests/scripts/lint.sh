#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts are POSIX shell in the eyes of dash, and shellcheck has nothing to say. usage: lint.sh
set -euo pipefail
cd "$(dirname "$0")/../.."
scripts=(tshark-scripts/affinity-report tshark-scripts/steering-report tshark-scripts/redirect-timeline tshark-scripts/to-ndjson
  tshark-scripts/common.sh)
if command -v dash >/dev/null; then
  for script in "${scripts[@]}"; do
    dash -n "$script"
  done
fi
command -v shellcheck >/dev/null || { echo "SKIP: shellcheck is not installed"; exit 77; }
shellcheck -x -s sh "${scripts[@]}"
