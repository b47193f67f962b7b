# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of tshark-scripts/.
#
#   scripts_start PLUGIN-DIRECTORY   as tshark_user_start, and the scripts are in $tshark_home/tshark-scripts
#   sample NAME...                   copies captures of samples/ to where that user reads them

. "$(dirname "${BASH_SOURCE[0]}")/../tshark-user.sh"
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

scripts_start() {
  tshark_user_start "$1"
  cp -R "$top/tshark-scripts" "$tshark_home/tshark-scripts"
  chmod -R u=rwX,go=rX "$tshark_home/tshark-scripts"
  chmod go+x "$tshark_home"/tshark-scripts/*-report "$tshark_home/tshark-scripts/redirect-timeline" \
    "$tshark_home/tshark-scripts/to-ndjson"
}

sample() {
  local name
  for name in "$@"; do
    tshark_home_take "$top/samples/$name"
  done
}
