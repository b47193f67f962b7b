# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034,SC2015
# The forwarders that a cell wants, kept from cell to cell as long as they are the same; sourced behind srv6.sh.
#
#   bed_for_cell   has namespaces, ingress, egress, and services, as $cell_* say
#   bed_end        ends them, and judges the summaries of our roles
bed='' bed_service='' bed_tells=''
declare -A bed_roles=()

# NS: starts the forwarder there.
bed_forwarder() {
    local kind=cell_$1
    if [ "${!kind}" = kernel ]; then
        "lab_kernel_$1" "$cell_shape"
        return
    fi
    lab_start "$1" "$1" --topology "$lab_files/net.conf" --name "${1}1" --encapsulation "$word" --takeover --json
    bed_roles[$1]=$lab_role
}

bed_start() {
    local mode segments word via role kind
    lab_shape "$cell_shape"
    lab_core_mtu=$cell_mtu
    lab_up
    for role in ingress egress; do
        kind=cell_$role
        [ "$cell_hosts" = bare ] && [ "${!kind}" = ours ] || lab_host_addresses "$role"
    done
    lab_topology "$segments" "$word" >/dev/null
    bed_forwarder egress
    bed_forwarder ingress
}

# On small links of the core, and only there, packets are too big; who sent them is told: clients that PUT by the ingress,
# servers by the egress.
bed_check_summary() {
    local out=$lab_files/$1.out
    if [ "$bed_mtu" -lt 1500 ]; then
        jq -e --arg role "$1" --arg tells "$bed_tells" '.dropped == (.drops["too-big"] // 0) and
            (.icmp_errors > 0 or ($tells | contains($role) | not))' "$out"
    else
        jq -e '.dropped == 0' "$out"
    fi >/dev/null || lab_fail "$1, core links of $bed_mtu: $(cat "$out")"
    jq -e '.decapsulated > 0 and .encapsulated > 0' "$out" >/dev/null || lab_fail "$1 did not forward both ways: $(cat "$out")"
}

bed_end() {
    local role
    [ -n "$bed" ] || return 0
    for role in "${!bed_roles[@]}"; do
        lab_stop "${bed_roles[$role]}" || lab_fail "the $role ended with $?"
        bed_check_summary "$role"
        [ -z "$(n "$role" ip -6 route show type blackhole)$(n "$role" ip route show type blackhole)" ] ||
            lab_fail "$role: a blackhole route stayed"
    done
    bed_roles=()
    lab_serve_end
    lab_down
    bed='' bed_service='' bed_tells=''
}

bed_for_cell() {
    local wanted="$cell_ingress $cell_egress $cell_shape $cell_mtu $cell_hosts"
    if [ "$wanted" != "$bed" ]; then
        bed_end
        bed_start
        bed=$wanted bed_mtu=$cell_mtu
    fi
    if [ "$cell_service" != "$bed_service" ]; then
        lab_serve_end
        lab_serve "$cell_service"
        bed_service=$cell_service
    fi
    if [ "${cell_task%:*}" = put ]; then bed_tells+=' ingress'; else bed_tells+=' egress'; fi
    [ "$cell_egress" = ours ] || lab_kernel_cats "$cell_family"
}
