#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: leftovers.sh CATSHARK [KERNEL-AFFINITY]
# A test that is killed leaves namespaces, processes, routes' journals, files and cgroups; `lab.sh mend` removes all of
# them, and touches no lab of a test that runs.
set -u
catshark=$1 kernel_affinity=${2:-}
here=$(dirname "$0")
. "$here/srv6.sh"
. "$here/services.sh"

# Of the process id.
left() {
    ip netns list | grep -o "^cs$1-[a-z0-9]*"
    ls -d "${TMPDIR:-/tmp}/catshark-lab-cs$1" 2>/dev/null
    [ -z "$journal" ] || ls "$journal" 2>/dev/null
    pgrep -f "catshark-lab-cs$1/" | xargs -r ps -o args= -p
}

# In a process of its own: a lab that says so when it is up, and then waits.
if [ "${3:-}" = victim ]; then
    lab_begin
    lab_up
    lab_host_addresses ingress egress
    if [ -n "$kernel_affinity" ]; then lab_serve kernel; else lab_serve python; fi
    lab_start egress egress --topology "$(lab_topology 2 full)" --name egress1 --takeover
    echo up >"$lab_files/up"
    wait
fi

lab_begin
lab_up
"$here/leftovers.sh" "$catshark" "$kernel_affinity" victim &
victim=$!
lab_wait "${TMPDIR:-/tmp}/catshark-lab-cs$victim/up" up
journal=/run/catshark/egress1-$(stat -L -c %i "/run/netns/cs$victim-egress").takeover
[ -e "$journal" ] || lab_fail "no journal: nothing to remove"
"$here/lab.sh" mend
[ "$(left "$victim" | grep -c "^cs")" = 7 ] || lab_fail "the lab of a test that runs was touched"
kill -9 "$victim"
wait "$victim" 2>/dev/null
[ -n "$(left "$victim")" ] || lab_fail "nothing was left: nothing to remove"
"$here/lab.sh" mend || lab_fail "mend ended with $?"
[ -z "$(left "$victim")" ] || lab_fail "left behind: $(left "$victim")"
[ "$(ip netns list | grep -c "^$P-")" = 7 ] || lab_fail "the lab of this test was touched"
while read -r path; do
    for group in "$path"/catshark-lab-*; do
        [ ! -d "$group" ] || [ -n "$(cat "$group/cgroup.procs")" ] || lab_fail "$group was left"
    done
done < <(awk '$3 == "cgroup2" { print $2 }' /proc/mounts)
echo "ok: what a killed test left is gone"
