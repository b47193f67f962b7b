#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The lab by hand, as root, with what a build left in build/ (or $CATSHARK_BUILD). See docs/lab.md.
set -u
usage() {
    cat <<'TEXT'
usage: tests/lab/lab.sh up [CELL]   brings the lab up as the cell wants it (ours-4), and leaves it running
       tests/lab/lab.sh down        removes it, and what killed tests have left behind
       tests/lab/lab.sh mend        removes only what killed tests have left behind
       tests/lab/lab.sh run CELL    runs one cell of the table in a lab of its own, as the tests do
       tests/lab/lab.sh list        the cells
       tests/lab/lab.sh table       the cells as docs/lab.md has them
TEXT
}

here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "${CATSHARK_BUILD:-$here/../../build}" 2>/dev/null && pwd)
catshark=$build/bin/catshark
kernel_affinity=$build/tests/lab/kernel-affinity
[ -x "$kernel_affinity" ] || kernel_affinity=
lab_name="catshark-lab"
[ "${1:-}" = run ] && lab_name= # the process id's
. "$here/srv6.sh"
. "$here/services.sh"
. "$here/bed.sh"
. "$here/cell.sh"

trouble() {
    echo "lab.sh: $1" >&2
    exit 2
}

# CELL: has its columns in $cell_*.
find_cell() {
    while read -r "${cell_columns[@]}"; do
        [ "$cell_name" != "$1" ] || return 0
    done < <(cells_of "$here/cells")
    trouble "\"$1\", expected a cell: see tests/lab/lab.sh list"
}

up() {
    find_cell "$1"
    [ -x "$catshark" ] || trouble "no $catshark, expected a build: see README.md"
    ! ip netns list | grep -q "^$P-" || trouble "the lab is up, expected none: tests/lab/lab.sh down"
    [ -n "$kernel_affinity" ] || [ "$cell_client $cell_service" = "${cell_client/kernel/} ${cell_service/kernel/}" ] ||
        trouble "$1 wants the kernel's TCP with the affinity option: build it with clang and libbpf-dev"
    set -m # processes of their own, which a ^C at this terminal does not end
    lab_begin
    bed_for_cell
    [ "$cell_client" != kernel ] || lab_saf client
    lab_lose "$cell_loss"
    trap - EXIT INT TERM
    disown -a
    echo "The lab is up: $cell_ingress ingress, $cell_egress egress, $cell_service services, $cell_shape."
    echo "Its topology: $lab_files/net.conf; what its roles say: $lab_files/*.err"
}

# A test's process, whose id it is named after, is gone, or no script.
is_left() {
    local pid=${1#cs}
    ! ps -o args= -p "$pid" | grep -q '\.sh\b'
}

# Namespaces, files and cgroups of tests that were killed; those of tests that run stay.
mend() {
    local name path
    for name in $(ip netns list | awk '/^cs[0-9]+-(client|ingress|core|egress|site[123]|probe)( |$)/ { print $1 }'); do
        is_left "${name%-*}" && lab_remove_namespace "$name"
    done
    for path in "${TMPDIR:-/tmp}"/catshark-lab-cs[0-9]*; do
        [ ! -d "$path" ] || ! is_left "${path##*/catshark-lab-}" || rm -rf "$path"
    done
    while read -r path; do
        for path in "$path"/catshark-lab-*; do
            # An empty one can be removed, one in use cannot.
            [ ! -d "$path" ] || rmdir "$path" 2>/dev/null
        done
    done < <(awk '$3 == "cgroup2" { print $2 }' /proc/mounts)
    return 0
}

table() {
    local head="| cell | client | ingress | egress | service | IPv | shape | core MTU | loss | task:flows | hosts | verdict | rules broken |"
    echo "$head"
    echo "|---|---|---|---|---|---|---|---|---|---|---|---|---|"
    cells_of "$here/cells" | awk '{ $1 = $1; gsub(/ /, " | "); print "| " $0 " |" }'
}

case "${1:-} $#" in
"up 1" | "up 2") up "${2:-ours-4}" ;;
"down 1")
    lab_cleanup
    mend
    ;;
"mend 1") mend ;;
"list 1") cells_of "$here/cells" ;;
"table 1") table ;;
"run 2")
    find_cell "$2"
    exec "$here/cells.sh" "$catshark" "$build/plugins" "$kernel_affinity" "$2"
    ;;
"-h 1" | "--help 1") usage ;;
*)
    echo "lab.sh: \"$*\", expected one of these:" >&2
    usage >&2
    exit 2
    ;;
esac
