#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: cells.sh CATSHARK PLUGIN-FOLDER KERNEL-AFFINITY INGRESS EGRESS   the cells with these forwarders
#        cells.sh CATSHARK PLUGIN-FOLDER KERNEL-AFFINITY CELL             one of them
# Runs cells of the table: what was asked for arrives whole, each redirect ends on the right node, our roles drop nothing
# that they should not, and of the rules no others are broken than the cell's. KERNEL-AFFINITY may be empty, where it
# could not be built: its cells are skipped.
set -u
catshark=$1 plugins=$2 kernel_affinity=$3 ingress=$4 egress=${5:-}
here=$(cd "$(dirname "$0")" && pwd)
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/captures.sh"
. "$here/bed.sh"
. "$here/cell.sh"
. "$here/../tshark-user.sh"

lab_begin
for tool in dumpcap mergecap reordercap jq nginx nsenter; do
    command -v "$tool" >/dev/null || lab_skip "no $tool here"
done
tshark_user_start "$plugins"
lab_rules_known
trap 'lab_cleanup; rm -rf "$tshark_home"' EXIT
count=0 skipped=0
while read -r "${cell_columns[@]}" <&3; do
    if [ -n "$egress" ]; then
        [ "$cell_ingress $cell_egress" = "$ingress $egress" ] || continue
    else
        [ "$cell_name" = "$ingress" ] || continue
    fi
    if [ -z "$kernel_affinity" ] && [ "$cell_client $cell_service" != "${cell_client/kernel/} ${cell_service/kernel/}" ]; then
        skipped=$((skipped + 1))
        continue
    fi
    bed_for_cell
    cell_run
    count=$((count + 1))
done 3< <(cells_of "$here/cells")
bed_end
cell_end
[ "$((count + skipped))" -gt 0 ] || lab_fail "no such cell: $ingress $egress"
echo "$count cells pass"
[ "$skipped" = 0 ] ||
    lab_skip "$skipped cells want the kernel's TCP with the affinity option: build it with clang and libbpf-dev"
