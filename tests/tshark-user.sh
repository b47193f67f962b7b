# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by tests that run tshark with the plugin. Wireshark's programs refuse plugins to root without a word, so they
# run as an unprivileged user with a home of their own, and the plugin must be seen to be loaded first.
#
#   tshark_user_start PLUGIN-DIRECTORY   makes $tshark_home with a copy of the plugin; ends the test with status 77
#                                        where it cannot run; removed on exit
#   as_user PROGRAM ARGUMENT...          runs a program of Wireshark as that user, in $tshark_home
#   tshark_home_take FILE                copies a capture to where that user can read it, under its own name
#   fail WORD...                         says what is wrong and counts it in $failures

skip() {
  echo "SKIP: $*"
  exit 77
}

failures=0
fail() {
  echo "$@"
  failures=$((failures + 1))
}

as_user() {
  (
    cd "$tshark_home" || exit 2
    "$tshark_as_user" "$tshark_home" env -i PATH="$PATH" HOME="$tshark_home" LC_ALL=C.UTF-8 TZ=UTC0 \
      WIRESHARK_PLUGIN_DIR="$tshark_home/${tshark_plugins-plugins}" WIRESHARK_ABORT_ON_DISSECTOR_BUG=1 "$@"
  )
}

tshark_home_take() {
  cp -- "$1" "$tshark_home/$(basename -- "$1")"
  chmod 644 "$tshark_home/$(basename -- "$1")"
}

tshark_user_start() {
  command -v tshark >/dev/null || skip "tshark is not installed"
  if [ "$(id -u)" = 0 ]; then
    command -v setpriv >/dev/null || skip "setpriv is not installed and tshark loads no plugin as root"
    getent passwd nobody >/dev/null || skip "there is no user nobody and tshark loads no plugin as root"
  fi
  tshark_as_user=$(cd "$(dirname "${BASH_SOURCE[0]}")/../packaging" && pwd)/as-user.sh
  tshark_home=$(mktemp -d)
  trap 'rm -rf "$tshark_home"' EXIT
  cp -R -- "$1" "$tshark_home/plugins"
  chmod -R u=rwX,go=rX "$tshark_home"
  if ! as_user tshark -G plugins | grep '^catshark\.so' >/dev/null; then
    echo "tshark does not load catshark.so from $1:"
    as_user tshark -G plugins
    exit 1
  fi
}
