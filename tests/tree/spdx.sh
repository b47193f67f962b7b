#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every file of source text says its licence in its first two lines.
# usage: spdx.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"

count=0 failed=0
while read -r file; do
  count=$((count + 1))
  [[ $(head -n 2 "$file") == *"SPDX-License-Identifier: GPL-2.0-or-later"* ]] || {
    failed=$((failed + 1))
    echo "FAIL $file: no SPDX line"
  }
done < <(find CMakeLists.txt quickstart.sh run-tests.sh bench capture-tools cmake docs epan-cats man packaging plugins tests tshark-scripts -type f \
  \( -name '*.[ch]' -o -name '*.sh' -o -name '*.def' -o -name '*.awk' -o -name '*.hex' -o -name '*.cmake' -o -name '*.[17]' -o -path 'tshark-scripts/*' -o -name '*.data' \
  -o -name 'CMakeLists.txt' -o -name 'TESTLIST' \))
echo "$count files, $failed failed"
[ "$count" -gt 200 ] && [ "$failed" -eq 0 ]
