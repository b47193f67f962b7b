# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2034,SC2015
# One cell of the table: its traffic, captured and judged; sourced behind bed.sh.
#
#   cells_of FILE   the rows of the table; read "${cell_columns[@]}" takes one
#   cell_run        runs it in the bed that stands, and has its capture judged while the next one runs; ends the test where
#                   something is wrong
#   cell_end        waits for the last judgement
cell_columns=(cell_name cell_client cell_ingress cell_egress cell_service cell_family cell_shape cell_mtu cell_loss cell_task
    cell_hosts cell_verdict cell_rules)

cells_of() {
    grep -v '^#' "$1"
}

cell_fail() {
    lab_fail "$cell_name: $1"
}

# TASK: what is asked for. A node of ours has no names, our clients keep no files: they count.
cell_path() {
    case $cell_client-$cell_service-$1 in
    *-ours-name) echo 5 ;;
    *-ours-page) echo 60000 ;;
    *-ours-big) echo 10000000 ;;
    ours-*-name) echo number ;;
    *) echo "$1" ;;
    esac
}

# TASK: it arrived whole, in `got`; a kernel's `name` is the site's.
cell_got() {
    if [ "$1-$cell_service" = name-ours ]; then
        cmp -s "$lab_files/got" <(head -c 5 "$lab_files/big") || cell_fail "5 octets differ"
    elif [ "$1" = name ]; then
        grep -x 'site[123]' "$lab_files/got" >>"$lab_files/names" || cell_fail "no site's name: $(cat "$lab_files/got")"
    else
        cmp -s "$lab_files/got" "$lab_files/$1" || cell_fail "$1 differs"
    fi
}

cell_put() {
    n client curl -sS --max-time 60 -g -T "$lab_files/big" "http://$cell_host/put" || cell_fail "PUT"
    cmp -s "$lab_files/www1/put" "$lab_files/big" || cmp -s "$lab_files/www2/put" "$lab_files/big" ||
        cmp -s "$lab_files/www3/put" "$lab_files/big" || cell_fail "what was PUT differs"
    rm -f "$lab_files"/www?/put
}

# TASK FLOWS, as all clients.
cell_curl() {
    local _
    if [ "$1" = put ]; then
        cell_put
        return
    fi
    for _ in $(seq "$2"); do
        lab_get "$cell_host" "$(cell_path "$1")" >"$lab_files/got" || cell_fail "GET $1"
        cell_got "$1"
    done
}

cell_kernel() {
    local _
    for _ in $(seq "$2"); do cell_kernel_flow "$1"; done
}

# ADDRESS: the number of the site whose own it is.
cell_site_of() {
    case $1 in
    10.3.[123].2) echo "${1:5:1}" ;;
    2001:db8:3:[123]::2) echo "${1:11:1}" ;;
    *) cell_fail "redirected to $1, expected a site" ;;
    esac
}

# TASK: with a redirect, the node that redirects is the one that serves then.
cell_kernel_flow() {
    local address=${cell_host//[][]/} site
    (lab_kernel_affinity client get "$address" 80 "$(cell_path "$1")" "$lab_files/hop") >"$lab_files/hops" || cell_fail "GET $1"
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
    [ "$1-$cell_service" = name-kernel ] || return 0
    site=$(cat "$lab_files/got")
    cmp -s "$lab_files/got" "$lab_files/hop.1" || cell_fail "redirected by $(cat "$lab_files/hop.1"), served by $site"
    [ "site$(cell_site_of "$2")" = "$site" ] || cell_fail "$site redirected to $2"
}

# One flow is from an address, several are from the hosts of a prefix; the kernel there owns others.
cell_ours() {
    local sources=(--source 10.1.0.9 --source 2001:db8:1::9)
    [ "$2" = 1 ] || sources=(--source 10.1.0.64/26 --source 2001:db8:1::4000/120)
    rm -f "$lab_files/client.ndjson"
    n client "$catshark" client --topology "$lab_files/net.conf" -i access=c0 "-$cell_family" "${sources[@]}" --flows "$2" \
        --http "/$(cell_path "$1")" --events "$lab_files/client.ndjson" --json >"$lab_files/client.out" 2>"$lab_files/client.err" ||
        cell_fail "our clients of $1 ended with $?: $(cat "$lab_files/client.out" "$lab_files/client.err")"
    cell_check_client "$1" "$2"
}

# SELECTION TEXT: of these events the connection, and that.
cell_events() {
    jq -r "select($1) | \"\(.client) \(.client_port) $2\"" "$lab_files/client.ndjson" | sort
}

# TASK FLOWS: by the summary and by the events; who is redirected goes where he was told, at the port behind his own.
# What is to the host is for the kernel's clients, of cells before.
cell_check_client() {
    local redirects=0 octets answers=$2 server served
    [ "$cell_verdict" = - ] || redirects=$2
    [ "$cell_service" != kernel ] || answers=$(($2 + redirects)) # answers, and then redirects
    case $1-$cell_service in
    name-ours) octets=5 ;;
    name-*) octets=0 ;; # not the octets that a node of ours generates
    *) octets=$(stat -c %s "$lab_files/$1") ;;
    esac
    jq -e --argjson flows "$2" --argjson redirects "$redirects" --argjson octets $((answers * octets)) '.opened == $flows and
        .redirects_accepted == $redirects and .reconnected == $redirects and .finished == $flows + $redirects and
        .failed == 0 and .dropped == (.drops["to-host"] // 0) and ($octets == 0 or .octets_verified == $octets)' "$lab_files/client.out" \
        >/dev/null || cell_fail "$1, $2 flows, $answers answers of $octets octets: $(cat "$lab_files/client.out")"
    cell_events '.event == "redirect-received"' '\(."affinity.ipv4" // ."affinity.ipv6")' |
        awk '{ print $1, $2 + 1, $3 }' | sort >"$lab_files/told"
    cell_events '.event == "finished" and .reconnect == 1' '\(.server)' >"$lab_files/went"
    cmp -s "$lab_files/told" "$lab_files/went" || cell_fail "told: $(cat "$lab_files/told"); went: $(cat "$lab_files/went")"
    cell_events ".event == \"finished\" and .reconnect == $((redirects > 0))" \
        '\(.server) \(."http.status") \(."http.octets")' >"$lab_files/arrived"
    [ "$(wc -l <"$lab_files/arrived")" = "$2" ] && ! grep -qv ' 200 [0-9]*$' "$lab_files/arrived" ||
        cell_fail "$1, $2 flows: $(cat "$lab_files/arrived")"
    [ "$1-$cell_service" != name-ours ] && [ "$1" = name ] || return 0
    while read -r _ _ server _ served; do
        [ "$redirects" = 0 ] || [ "$(cell_site_of "$server")" = "$served" ] || cell_fail "site$served served at $server"
        echo "site$served" >>"$lab_files/names"
    done <"$lab_files/arrived"
}

# FLOWS: ends our nodes, who say whom they redirected and served. With loss, segments may come late, and connections whose
# last segments were lost still be open: they are not served yet. What is to the host is to its link-local address.
cell_check_nodes() {
    local i redirects=0
    [ "$cell_verdict" = - ] || redirects=$1
    lab_serve_end
    bed_service=
    for i in 1 2 3; do
        jq -e --arg loss "$cell_loss" '($loss != "none") as $lossy |
            .dropped == (.drops["to-host"] // 0) + (if $lossy then .drops["no-connection"] // 0 else 0 end) and
            (.nodes[0] | .option_did_not_fit == 0 and .served <= .redirected and
                .redirected <= .served + (if $lossy then .live else 0 end))' "$lab_files/http$i" \
            >/dev/null || cell_fail "site$i: $(cat "$lab_files/http$i")"
        jq -e '.nodes[0] | .redirected + .served_anycast > 0' "$lab_files/http$i" >/dev/null && echo "site$i" >>"$lab_files/names"
    done
    jq -es --argjson flows "$1" --argjson redirects "$redirects" --arg loss "$cell_loss" '[.[].nodes[0]] |
        (map(.redirected) | add) == $redirects and (map(.served_anycast) | add) == $flows - $redirects and
        ($loss != "none" or (map(.failed) | add) == 0)' "$lab_files"/http[123] >/dev/null ||
        cell_fail "$1 flows, $redirects redirects: $(cat "$lab_files"/http[123])"
    [ "$cell_mtu-${cell_task%:*}" != 1360-big ] || jq -es 'map(.nodes[0].path_mtu_lowered) | add > 0' "$lab_files"/http[123] \
        >/dev/null || cell_fail "no segment became smaller: $(cat "$lab_files"/http[123])"
}

# Flows of our egress spread over its sites: of ten, one run in twenty thousand would not.
cell_check_spread() {
    local sites
    sites=$(sort -u "$lab_files/names" | wc -l)
    [ "$cell_egress" = kernel ] || [ "$1" -lt 10 ] || [ "$sites" -ge 2 ] || cell_fail "$1 flows, one site"
}

# Rules with ? may be broken, the others of the row must be. What the core loses verify calls lost.
cell_check_rules() {
    local by
    for by in inspect tshark verify; do
        tr ',' '\n' <<<"$cell_rules" | grep -v '^-$' | sort >"$lab_captured/rules"
        [ "$by $cell_loss" = "verify none" ] || [ "$by" != verify ] || echo 'cats/lost?' >>"$lab_captured/rules"
        [ -z "$(comm -13 <(tr -d '?' <"$lab_captured/rules" | sort) "$lab_captured/$by.rules")" ] &&
            [ -z "$(comm -23 <(grep -v '?$' "$lab_captured/rules") "$lab_captured/$by.rules")" ] ||
            cell_fail "$by: rules broken: $(tr '\n' ' ' <"$lab_captured/$by.rules"), expected: $cell_rules"
    done
    cmp -s "$lab_captured/inspect.rules" "$lab_captured/tshark.rules" || cell_fail "inspect and tshark differ in rules broken"
}

# Each redirect is judged as the cell says and names the site that it comes from, and each flow reached a site.
cell_judge() {
    local verdicts interface address
    lab_decode
    cell_check_rules
    verdicts=$(lab_values affinity.verdict | tr '\n' ' ')
    [ "$verdicts" = "$([ "$cell_verdict" = - ] || echo "$cell_verdict ")" ] ||
        cell_fail "verdicts: $verdicts, expected $cell_verdict"
    [ -n "$(lab_redirects)" ] || [ "$cell_verdict" = - ] || cell_fail "no redirect captured"
    while read -r interface address; do
        [ "e$(cell_site_of "$address")" = "$interface" ] || cell_fail "on $interface a redirect to $address"
    done < <(lab_redirects)
    [ -n "$(lab_values cats.sid)" ] || cell_fail "no SID captured"
    ! lab_values cats.site | grep -qvxF -f - "$lab_captured/names" ||
        cell_fail "captured at $(lab_values cats.site), served by $(sort -u "$lab_captured/names")"
    echo "ok: $cell_name"
}

cell_end() {
    [ -z "$lab_spared" ] || wait "$lab_spared" || exit 1
    lab_spared=
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
    local task=${cell_task%:*} flows=${cell_task#*:}
    cell_host=192.0.2.80
    [ "$cell_family" = 4 ] || cell_host='[2001:db8:80::80]'
    : >"$lab_files/names"
    cell_forget_mtus
    [ "$cell_client" != kernel ] || lab_saf client
    lab_lose "$cell_loss"
    lab_capture
    "cell_$cell_client" "$task" 1
    "cell_$cell_client" name "$flows"
    cell_end
    lab_capture_end
    [ "$cell_loss" = none ] || [ "$(n core nft -j list chain inet loss forward | jq '[.. | .counter? | .packets?] | add')" -gt 0 ] ||
        cell_fail "nothing was lost"
    lab_lose none
    n client nft flush ruleset
    [ "$cell_service" != ours ] || cell_check_nodes "$((flows + 1))"
    cell_check_spread "$flows"
    cp "$lab_files/names" "$lab_captured"
    cell_judge &
    lab_spared=$!
}
