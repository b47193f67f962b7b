#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Runs a command as an unprivileged user with a home folder of its own: Wireshark and tshark refuse plugins to root.
# A user who is not root already stays who they are. usage: as-user.sh HOME COMMAND ARG...
# HOME must be there; it is made readable to that user. WIRESHARK_* variables pass through.
set -eu
[ $# -ge 2 ] || { echo "as-user.sh: $# arguments, expected HOME COMMAND..." >&2; exit 2; }
home=$1
shift
if [ "$(id -u)" -ne 0 ]; then
  exec env HOME="$home" XDG_CONFIG_HOME="$home/.config" "$@"
fi
chown -R nobody "$home"
exec setpriv --reuid nobody --regid nogroup --clear-groups --inh-caps=-all --bounding-set=-all \
  env HOME="$home" XDG_CONFIG_HOME="$home/.config" "$@"
