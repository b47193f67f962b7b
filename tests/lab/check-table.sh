#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The table of docs/lab.md is that of the cells.
set -euo pipefail
cd "$(dirname "$0")/../.."
diff <(sed -n '/^<!-- table -->/,/^<!-- end -->/p' docs/lab.md | grep '^|') <(tests/lab/lab.sh table)
[ "$(grep -c '^|' <(tests/lab/lab.sh table))" -gt 10 ]
