# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034,SC2015
# One cell of the table: its traffic, captured and judged; sourced behind bed.sh.
#
#   cells_of FILE   the rows of the table; read "${cell_columns[@]}" takes one
#   cell_run        runs it in the bed that stands; ends the test where something is wrong
cell_columns=(cell_name cell_client cell_ingress cell_egress cell_service cell_family cell_shape cell_mtu cell_loss cell_task
    cell_hosts cell_verdict cell_rules)

cells_of() {
    grep -v '^#' "$1"
}

cell_fail() {
    lab_fail "$cell_name: $1"
}

# PATH: the file arrived whole, in `got`; `name` is the site's.
cell_got() {
    if [ "$1" = name ]; then
        grep -x 'site[123]' "$lab_files/got" >>"$lab_files/names" || cell_fail "no site's name: $(cat "$lab_files/got")"
    else
        cmp -s "$lab_files/got" "$lab_files/www1/$1" || cell_fail "$1 differs"
    fi
}

cell_put() {
    n client curl -sS --max-time 60 -g -T "$lab_files/big" "http://$cell_host/put" || cell_fail "PUT"
    cmp -s "$lab_files/www1/put" "$lab_files/big" || cmp -s "$lab_files/www2/put" "$lab_files/big" ||
        cmp -s "$lab_files/www3/put" "$lab_files/big" || cell_fail "what was PUT differs"
    rm -f "$lab_files"/www?/put
}

cell_curl() {
    if [ "$1" = put ]; then
        cell_put
        return
    fi
    lab_get "$cell_host" "$1" >"$lab_files/got" || cell_fail "GET $1"
    cell_got "$1"
}

# PATH: with a redirect, the node that redirects is the one that serves then.
cell_kernel() {
    local address=${cell_host//[][]/} site
    (lab_kernel_affinity client get "$address" 80 "$1" "$lab_files/hop") >"$lab_files/hops" || cell_fail "GET $1"
    if [ "$cell_verdict" = - ]; then
        [ "$(cat "$lab_files/hops")" = "served $address 80" ] || cell_fail "no redirect expected: $(cat "$lab_files/hops")"
        mv "$lab_files/hop.1" "$lab_files/got"
        cell_got "$1"
        return
    fi
    # shellcheck disable=SC2046 # fields
    set -- "$1" $(awk '$1 == "redirect" { print $2, $3 }' "$lab_files/hops")
    [ "$#" = 3 ] && [ "$(tail -n 1 "$lab_files/hops")" = "served $2 $3" ] || cell_fail "$(cat "$lab_files/hops")"
    mv "$lab_files/hop.2" "$lab_files/got"
    cell_got "$1"
    [ "$1" = name ] || return 0
    site=$(cat "$lab_files/got")
    cmp -s "$lab_files/got" "$lab_files/hop.1" || cell_fail "redirected by $(cat "$lab_files/hop.1"), served by $site"
    case $2 in
    "10.3.${site#site}.2" | "2001:db8:3:${site#site}::2") ;;
    *) cell_fail "$site redirected to $2" ;;
    esac
}

# Flows of our egress spread over its sites; a thousandth of all runs with six flows or more would not.
cell_check_spread() {
    local sites
    sites=$(sort -u "$lab_files/names" | wc -l)
    [ "$cell_egress" = kernel ] || [ "$1" -lt 6 ] || [ "$sites" -ge 2 ] || cell_fail "$1 flows, one site"
}

# Rules with ? may be broken, the others of the row must be.
cell_check_rules() {
    local by
    tr ',' '\n' <<<"$cell_rules" | grep -v '^-$' | sort >"$lab_files/rules"
    for by in inspect tshark; do
        [ -z "$(comm -13 <(tr -d '?' <"$lab_files/rules" | sort) "$lab_files/$by.rules")" ] &&
            [ -z "$(comm -23 <(grep -v '?$' "$lab_files/rules") "$lab_files/$by.rules")" ] ||
            cell_fail "$by: rules broken: $(tr '\n' ' ' <"$lab_files/$by.rules"), expected: $cell_rules"
    done
    cmp -s "$lab_files/inspect.rules" "$lab_files/tshark.rules" || cell_fail "inspect and tshark differ in rules broken"
}

# Each redirect is judged as the cell says, and each flow reached a site.
cell_check_capture() {
    local verdicts
    lab_decode
    cell_check_rules
    verdicts=$(lab_values affinity.verdict | tr '\n' ' ')
    [ "$verdicts" = "$([ "$cell_verdict" = - ] || echo "$cell_verdict ")" ] ||
        cell_fail "verdicts: $verdicts, expected $cell_verdict"
    [ -n "$(lab_values affinity.port)" ] || [ "$cell_verdict" = - ] || cell_fail "no redirect captured"
    [ -n "$(lab_values cats.sid)" ] || cell_fail "no SID captured"
    ! lab_values cats.site | grep -qvxF -f - "$lab_files/names" ||
        cell_fail "captured at $(lab_values cats.site), served by $(sort -u "$lab_files/names")"
}

# Path MTUs that hosts learned in an earlier cell would keep packets of this one from being too big.
cell_forget_mtus() {
    local host
    for host in client site1 site2 site3; do
        ip -n "$P-$host" route flush cache
        ip -n "$P-$host" -6 route flush cache
    done
}

cell_run() {
    local task=${cell_task%:*} flows=${cell_task#*:} _
    cell_host=192.0.2.80
    [ "$cell_family" = 4 ] || cell_host='[2001:db8:80::80]'
    : >"$lab_files/names"
    cell_forget_mtus
    [ "$cell_client" != kernel ] || lab_saf client
    lab_lose "$cell_loss"
    lab_capture
    "cell_$cell_client" "$task"
    for _ in $(seq "$flows"); do "cell_$cell_client" name; done
    lab_capture_end
    [ "$cell_loss" = none ] || [ "$(n core nft -j list chain inet loss forward | jq '[.. | .counter? | .packets?] | add')" -gt 0 ] ||
        cell_fail "nothing was lost"
    lab_lose none
    n client nft flush ruleset
    cell_check_spread "$flows"
    cell_check_capture
    echo "ok: $cell_name"
}
