#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# `cmake --install` puts plugin and profile where this Wireshark looks, and a user who has neither gets the profile by its
# name. usage: check-install.sh BUILD
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../tshark-user.sh"
tshark_user_start "$1/plugins"

folder() {
  env -u WIRESHARK_PLUGIN_DIR -u WIRESHARK_DATA_DIR tshark -G folders 2>/dev/null | sed -n "s/^$1:[[:space:]]*//p"
}
root=$tshark_home/root
DESTDIR=$root cmake --install "$1" >"$tshark_home/log" 2>&1 || { cat "$tshark_home/log"; exit 1; }
plugins=$root$(folder "Global Plugins")
data=$root$(folder "Global configuration")
cmp "$1/plugins/$(basename "$plugins")/epan/catshark.so" "$plugins/epan/catshark.so" || fail "the plugin is not where Wireshark looks"
for file in "$here"/../../plugins/profile/CATS/*; do
  cmp "$file" "$data/profiles/CATS/$(basename "$file")" || fail "$(basename "$file") is not where Wireshark looks"
done

# As if the folders below root/ were those of this Wireshark, for a user who has nothing of his own.
rm -rf "$tshark_home/plugins" "$tshark_home/.config"
cp -R "$(dirname "$plugins")" "$tshark_home/plugins"
chmod -R u=rwX,go=rX "$tshark_home"
tshark_home_take "$here/../../samples/simulated-first-light.pcapng"
egress=$(as_user env WIRESHARK_DATA_DIR="$data" tshark -C CATS -n -r simulated-first-light.pcapng -Y frame.number==2 \
  -T fields -e _ws.col.Egress 2>"$tshark_home/err") || true
[ "$egress" = egress2 ] || fail "Egress of frame 2: \"$egress\", expected egress2 by the profile: $(cat "$tshark_home/err")"
[ "$failures" -eq 0 ]
