#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `catshark doctor` with the Wireshark of this machine and the plugin of this build: all well but, perhaps, the right to
# capture. usage: doctor-installed.sh CATSHARK PLUGIN
set -euo pipefail
. "$(dirname "$0")/lib.sh"

command -v tshark >/dev/null || { echo "SKIP: no tshark here"; exit 77; }
version=$(basename "$(dirname "$(dirname "$2")")")
cp "$1" "$work/build/bin/catshark"
mkdir -p "$work/build/plugins/$version/epan"
cp "$2" "$work/build/plugins/$version/epan/catshark.so"
mkdir -p "$work/home/.config/wireshark/profiles"
cp -r "$top/plugins/profile/CATS" "$work/home/.config/wireshark/profiles/"
mkdir -p "$work/build/extcap"
touch "$work/build/extcap/catshark-extcap"
chmod 755 "$work/build/extcap/catshark-extcap"
chmod -R a+rX "$work"
tshark=$(command -v tshark)
full=$(tshark --version 2>/dev/null | sed -n '1s/.*) \([0-9.]*\).*/\1/p')

# The right to capture is this machine's affair: 1 is what doctor says when only that is missing.
plugin_lines() {
  { as_user env WIRESHARK_PLUGIN_DIR="$work/build/plugins" \
    WIRESHARK_EXTCAP_DIR="$work/build/extcap" "$work/build/bin/catshark" doctor || [ $? -eq 1 ]; } |
    grep -v -e ' capture  ' -e 'mend: ' | sed 's/^[a-z]*\( *extcap .*extcap\),.*/warn\1/'
}
expect "the plugin of this build in this Wireshark" 0 plugin_lines <<END
ok    wireshark       tshark $full ($tshark)
ok    plugin-place    T/build/plugins/$version/epan/catshark.so, where Wireshark looks
ok    plugin-version  built for Wireshark $version, which is installed
ok    plugin-loads    tshark lists T/build/plugins/$version/epan/catshark.so
ok    profile         T/home/.config/wireshark/profiles/CATS, use it with -C CATS
warn  extcap          T/build/extcap/catshark-extcap
END
finish
