#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Installs what is missing, builds and runs every test that can run here.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: ./run-tests.sh [--no-install] [CTEST-ARGUMENT...]

Builds with warnings as errors and runs every test; then the unit tests once more under AddressSanitizer and
UndefinedBehaviorSanitizer, a build with clang, and a bounded run of the fuzzers. Arguments such as -R NAME or
-L unit go to ctest.

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
cmake --build --preset fuzz --target fuzz-frame fuzz-topology write-seeds
ctest --preset fuzz -L fuzz

step "all tests"
ctest --test-dir build --output-on-failure -j 2 "$@"
