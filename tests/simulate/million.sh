#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# A million flows need no more memory than the first thousands: the address space that suffices for 5000 flows, and 2 MiB,
# is enough for all of them.
# usage: million.sh CATSHARK
set -euo pipefail
catshark=$1

# fits KIBIBYTES FLOWS: the simulation runs in so much address space.
fits() (
  ulimit -v "$1"
  exec "$catshark" simulate --flows "$2" --rate 200 -q -w /dev/null
)

[ -w /dev/null ] || { echo "SKIP: /dev/null is not writable here"; exit 77; }
limit=8192
until fits $limit 5000 2>/dev/null; do
  limit=$((limit + 1024))
  [ $limit -le 262144 ] || { echo "FAIL 5000 flows do not run in 256 MiB"; exit 1; }
done
fits $((limit + 2048)) 1000000 || { echo "FAIL a million flows need more than $((limit + 2048)) KiB"; exit 1; }
echo "5000 flows run in $limit KiB, a million in $((limit + 2048)) KiB"
