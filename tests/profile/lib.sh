# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the tests of the profile, after tshark-user.sh.
#
#   profile_user_start PLUGIN-DIRECTORY PROFILES   as tshark_user_start, and the profiles are among the user's own
#   rows FILE                                      what stands in a file of the profile CATS, without comments
#   quoted COLUMN                                  of rows "a","b",... on standard input, that column

profile_user_start() {
  tshark_user_start "$1"
  profiles=$tshark_home/.config/wireshark/profiles
  mkdir -p "$profiles"
  cp -R -- "$2/." "$profiles"
  chmod -R u=rwX,go=rX "$tshark_home"
}

rows() {
  grep -v -e '^#' -e '^$' "$profiles/CATS/$1"
}

quoted() {
  awk -F '","' -v column="$1" '{ sub(/^"/, ""); sub(/"$/, ""); gsub(/\\x22/, "\"", $column); print $column }'
}
