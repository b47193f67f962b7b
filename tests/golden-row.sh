# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by tests that compare what is shown now with what was shown when a person last looked at it; the test has
# defined usage() before.
#
#   golden_arguments COUNT ARGUMENT...   reads the command line: --refresh, and COUNT words, in the array $golden_words
#   golden_row TESTLIST NAME             sets $row: what stands behind NAME in its row of that file
#   golden_compare EXPECTED SHOWN        ends the test where they differ; with --refresh, makes SHOWN what is expected

golden_refresh=false

golden_arguments() {
  local count=$1
  shift
  if [ "${1:-}" = --refresh ]; then
    golden_refresh=true
    shift
  fi
  if [ $# -ne "$count" ]; then
    usage >&2
    exit 2
  fi
  golden_words=("$@")
}

golden_row() {
  row=$(sed -n "s/^$2[[:space:]][[:space:]]*//p" "$1")
  if [ -z "$row" ]; then
    echo "$(basename "$0"): \"$2\" is no row of $1" >&2
    exit 2
  fi
}

golden_compare() {
  if $golden_refresh; then
    cp "$2" "$1"
    echo "wrote $1"
  elif ! diff -u --label expected --label shown "$1" "$2"; then
    echo "If what is shown is right: $0 --refresh ${golden_words[*]}"
    exit 1
  fi
}
