#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds and runs every test that can run here.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./run-tests.sh [--no-install] [CTEST-ARGUMENT...]

Builds with warnings as errors and runs every test; then the unit tests once more under AddressSanitizer and
UndefinedBehaviorSanitizer, a build with clang, and a bounded run of the fuzzers. Arguments such as -R NAME or
-L unit go to ctest. At the end it lists what was skipped, and why.

  --no-install   install nothing; say what is missing and stop
TEXT
}

install=()
if [ "${1:-}" = --no-install ]; then
  install=(--no-install)
  shift
elif [ "${1:-}" = -h ] || [ "${1:-}" = --help ]; then
  usage
  exit 0
fi

top=$(cd "$(dirname "$0")" && pwd)
cd "$top"
packaging/install-debian.sh "${install[@]}" packaging/debian-build.txt packaging/debian-test.txt

step() {
  printf '\n== %s\n' "$*"
}

# What the tests of these build folders said they skipped.
skipped() {
  local build
  for build in "$@"; do
    [ ! -e "$build/Testing/Temporary/LastTest.log" ] || awk -v build="$build" '
      / Testing: / { name = $3 }
      /^SKIP: / { sub(/^SKIP: */, ""); print "  " build ": " name ": " $0 }
      /^ok .* # SKIP/ { test = $3; sub(/.* # SKIP */, ""); print "  " build ": " name " " test ": " $0 }
    ' "$build/Testing/Temporary/LastTest.log"
  done
}
rm -f build/Testing/Temporary/LastTest.log build-asan/Testing/Temporary/LastTest.log build-fuzz/Testing/Temporary/LastTest.log

step "build with gcc, warnings are errors"
cmake --preset release -G Ninja -DCATSHARK_WERROR=ON >/dev/null
cmake --build --preset release

step "build with clang, warnings are errors"
CC=clang cmake -S . -B build-clang -G Ninja -DCATSHARK_WERROR=ON -DCMAKE_BUILD_TYPE=Debug >/dev/null
cmake --build build-clang

step "unit tests under AddressSanitizer and UndefinedBehaviorSanitizer"
cmake --preset asan -G Ninja >/dev/null
cmake --build --preset asan
ctest --test-dir build-asan --output-on-failure -L unit -j 2 "$@"

step "libFuzzer, for a bounded number of runs"
cmake --preset fuzz -G Ninja >/dev/null
cmake --build --preset fuzz --target fuzz-bgp-stream fuzz-exabgp fuzz-flows fuzz-frame fuzz-routes fuzz-sessions fuzz-topology write-seeds
ctest --preset fuzz -L fuzz

step "all tests but those on live links"
status=0
ctest --test-dir build --output-on-failure -j 2 -LE live "$@" || status=$?
left_out=$(skipped build build-asan build-fuzz)

# They share cores and time-outs with whatever else runs here: a second try tells a defect from a bad moment.
step "tests on live links"
ctest --test-dir build --output-on-failure -j 2 -L live --repeat until-pass:2 "$@" || status=$?

step "skipped here, and why (nothing: all of it ran)"
printf '%s\n' "$left_out"
skipped build
exit $status
