# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2015
# Captures of the lab's links and what two decoders say of them; sourced behind srv6.sh and tests/tshark-user.sh.
#
#   lab_capture         the client's link, both links to the core, the links to the sites: pcapng by interface
#   lab_capture_end     ends it, and takes it and the topology to $lab_files/captured, where the next one does not reach
#                       them
#   lab_rules_known     has the rules that the plugin judges in lab_rules
#   lab_decode          has both decoders, and verify, read what lies there, and leaves the rules that they find broken,
#                       sorted, a line each, in its files inspect.rules, tshark.rules and verify.rules
#   lab_values FIELD    the values that tshark found in that field (one of lab_decode's): sorted, one a line
#   lab_redirects       of each redirect captured at a site's link: the interface, and the address that it names
lab_captures=() lab_rules=() lab_captured=$lab_files/captured

lab_capture() {
    local ns interfaces
    while read -r ns interfaces; do
        # shellcheck disable=SC2046,SC2086 # lists
        ip netns exec "$P-$ns" dumpcap -q -B 64 -N 100000 -C 100000000 $(printf -- '-i %s ' $interfaces) -w "$lab_files/at-$ns.pcapng" \
            2>"$lab_files/at-$ns.err" &
        lab_captures+=($!)
    done <<'END'
ingress i0 i1
egress e0 e1 e2 e3
END
    lab_wait "$lab_files/at-ingress.err" '^File: '
    lab_wait "$lab_files/at-egress.err" '^File: '
}

# What the kernel has captured reaches dumpcap a quarter of a second later; nothing says that it has.
lab_capture_end() {
    sleep 0.4
    kill -INT "${lab_captures[@]}"
    wait "${lab_captures[@]}" || lab_fail "a capture ended with $?: $(cat "$lab_files"/at-*.err)"
    lab_captures=()
    # What came while it ended is flushed: it belongs to no cell.
    ! grep -h '^Packets received' "$lab_files"/at-*.err | grep -vE '\(pcap:0/dumpcap:0/flushed:[0-9]+/ps_ifdrop:0\)' || lab_fail "a capture lost packets"
    mkdir -p "$lab_captured"
    mv "$lab_files"/at-*.pcapng "$lab_captured"
    cp "$lab_files/net.conf" "$lab_captured"
}

# As fields.
lab_rules_known() {
    as_user tshark -G fields | awk -F'\t' '$1 == "F" { print $3 }' >"$lab_files/known"
    mapfile -t lab_rules < <(sed -n 's/^| \([a-z]*\)\/\([a-z-]*\) |.*/\1.\2/p' "$here/../../docs/rules.md" |
        grep -xF -f "$lab_files/known")
    [ "${#lab_rules[@]}" -gt 20 ] || lab_fail "${#lab_rules[@]} rules are known to the plugin"
}

# dumpcap writes what its threads, one an interface, have at hand: that wants order.
lab_merge() {
    mergecap -I none -w "$lab_captured/merged.pcapng" "$lab_captured/at-ingress.pcapng" "$lab_captured/at-egress.pcapng" ||
        lab_fail "mergecap"
    reordercap "$lab_captured/merged.pcapng" "$lab_captured/cell.pcapng" >"$lab_captured/reordered" || lab_fail "reordercap"
}

lab_decode() {
    local fields field
    lab_merge
    "$catshark" inspect -r "$lab_captured/cell.pcapng" --topology "$lab_captured/net.conf" --sessions --flows --json -q \
        >"$lab_captured/inspect.json" || lab_fail "inspect ended with $?"
    jq -r '.rules | keys[]' "$lab_captured/inspect.json" | sort -u >"$lab_captured/inspect.rules"
    "$catshark" verify --topology "$lab_captured/net.conf" --fail-on note --json "$lab_captured/cell.pcapng" \
        >"$lab_captured/verify.json"
    [ $? -le 1 ] || lab_fail "verify: trouble with the capture"
    jq -r '.rule // empty' "$lab_captured/verify.json" | sort -u >"$lab_captured/verify.rules"
    fields=()
    for field in frame.interface_name affinity.verdict affinity.port affinity.ipv4 affinity.ipv6 cats.sid cats.site \
        "${lab_rules[@]}"; do
        fields+=(-e "$field")
    done
    tshark_home_take "$lab_captured/cell.pcapng"
    tshark_home_take "$lab_captured/net.conf"
    as_user tshark -2 -o "cats.topology:$tshark_home/net.conf" -o "affinity.reconnect_limit:$lab_reconnect_limit" -r cell.pcapng -T fields -E header=y -E separator='|' \
        "${fields[@]}" >"$lab_captured/tshark.found" || lab_fail "tshark ended with $?"
    awk -F'|' 'NR == 1 { split($0, name, "|"); next }
        { for (i = 8; i <= NF; i++) if ($i != "") broken[name[i]] = 1 }
        END { for (each in broken) { sub(/\./, "/", each); print each } }' "$lab_captured/tshark.found" |
        sort >"$lab_captured/tshark.rules"
}

lab_values() {
    awk -F'|' -v wanted="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == wanted) at = i; next }
        $at != "" { print $at }' "$lab_captured/tshark.found" | sort -u
}

lab_redirects() {
    awk -F'|' 'NR > 1 && $1 ~ /^e[123]$/ && $4 $5 != "" { print $1, $4 $5 }' "$lab_captured/tshark.found" | sort -u
}
