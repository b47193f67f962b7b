# SPDX-License-Identifier: GPL-2.0-or-later
# Sourced by the checks of this folder, with $here this folder, $catshark and $plugins: starts the user of tshark and
# makes captures in $tshark_home.
#
#   sample FILE...            takes files of samples/
#   simulated NAME OPTION...  NAME.pcapng by simulate, five flows from a fixed seed
#   without_first NAME FROM COUNT   NAME.pcap of sample FROM as if the capture had begun COUNT frames later
#   ours FILE OPTION...       prints our fields of the capture as our-fields.awk does, all but the Info column
#   table FILE FILTER FIELD...  the fields of the frames that the filter lets through, with two passes
. "$here/../tshark-user.sh"
tshark_user_start "$plugins"
samples=$here/../../samples

sample() {
  local file
  for file; do
    tshark_home_take "$samples/$file"
  done
}

simulated() {
  local name=$1
  shift
  "$catshark" simulate --seed 3 --flows 5 -q "$@" -w "$tshark_home/$name.pcapng"
  chmod 644 "$tshark_home/$name.pcapng"
}

without_first() {
  editcap "$samples/$2" "$tshark_home/$1.pcap" "1-$3"
  chmod 644 "$tshark_home/$1.pcap"
}

ours() {
  local file=$1 pdml
  shift
  pdml=$(mktemp -p "$tshark_home")
  as_user tshark -n -r "$file" "$@" -T pdml >"$pdml"
  # The first file must have a line for awk to tell it from the second.
  awk -f "$here/../golden/our-fields.awk" <(echo) "$pdml"
}

table() {
  local file=$1 filter=$2
  shift 2
  as_user tshark -n -2 -r "$file" -Y "$filter" -T fields "${@/#/-e}"
}
