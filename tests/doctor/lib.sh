# SPDX-License-Identifier: GPL-2.0-or-later
# What the doctor's tests share: a folder that an unprivileged user reads, and exact comparison of what was printed.

top=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d -p "${TMPDIR:-/tmp}" catshark-doctor.XXXXXX)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir -p "$work/home" "$work/build/bin"
failures=0

# expect NAME STATUS COMMAND...: standard input is what COMMAND must print (the work folder as T, one line in all for
# standard output and standard error), STATUS how it must exit.
expect() {
  local name=$1 wanted_status=$2 status=0
  shift 2
  sed 's/^ *//' >"$work/expected"
  "$@" >"$work/raw" 2>&1 || status=$?
  sed "s#$work#T#g; s/^ *//" "$work/raw" >"$work/found"
  if ! diff -u "$work/expected" "$work/found" || [ "$status" -ne "$wanted_status" ]; then
    echo "FAILED: $name: exit status $status, expected $wanted_status" >&2
    failures=$((failures + 1))
  else
    echo "ok: $name"
  fi
}

# Runs COMMAND as an unprivileged user whose home is $work/home.
as_user() {
  "$top/packaging/as-user.sh" "$work/home" "$@"
}

finish() {
  [ "$failures" -eq 0 ] || { echo "$failures failed" >&2; exit 1; }
}
