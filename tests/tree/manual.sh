#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Every page of the manual can be read where it lies, `man ./man/catshark-ingress.1`, and formats without a complaint.
# usage: manual.sh SOURCE-FOLDER
set -euo pipefail
cd "$1"

command -v man >/dev/null || { echo "SKIP: no man here"; exit 77; }
count=0 failed=0
for page in man/*.[17]; do
  count=$((count + 1))
  text=$(MANPAGER=cat MANWIDTH=100 LC_ALL=C.UTF-8 man --warnings "./$page" 2>&1) || true
  if [[ $text != *NAME*DESCRIPTION* ]] || [[ $text == *warning:* ]]; then
    failed=$((failed + 1))
    echo "FAIL $page: expected NAME, DESCRIPTION and no warning, found: $(head -n 3 <<<"$text")"
  fi
done
echo "$count pages, $failed failed"
[ "$count" -gt 10 ] && [ "$failed" -eq 0 ]
