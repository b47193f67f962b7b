# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash disable=SC2154,SC2015
# Captures of the lab's links and what two decoders say of them; sourced behind srv6.sh and tests/tshark-user.sh.
#
#   lab_capture         the client's link, both links to the core, the links to the sites: pcapng by interface
#   lab_capture_end     ends it; all of it, by time, is $lab_files/cell.pcapng
#   lab_decode          has both decoders read it, and leaves the rules that they find broken, sorted, a line each, in
#                       $lab_files/inspect.rules and tshark.rules
#   lab_values FIELD    the values that tshark found in that field (one of lab_decode's): sorted, one a line
lab_captures=() lab_rules=()

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
    ! grep -h "^Packets received" "$lab_files"/at-*.err | grep -v '/0 (' || lab_fail "a capture lost packets"
    mergecap -I none -w "$lab_files/merged.pcapng" "$lab_files/at-ingress.pcapng" "$lab_files/at-egress.pcapng" ||
        lab_fail "mergecap"
    # dumpcap writes what its threads, one an interface, have at hand.
    reordercap "$lab_files/merged.pcapng" "$lab_files/cell.pcapng" >"$lab_files/reordered" || lab_fail "reordercap"
    tshark_home_take "$lab_files/cell.pcapng"
    tshark_home_take "$lab_files/net.conf"
}

# The rules that the plugin judges, as fields.
lab_rule_fields() {
    as_user tshark -G fields | awk -F'\t' '$1 == "F" { print $3 }' >"$lab_files/known"
    sed -n 's/^| \([a-z]*\)\/\([a-z-]*\) |.*/\1.\2/p' "$here/../../docs/rules.md" | grep -xF -f "$lab_files/known"
}

lab_decode() {
    local fields field
    "$catshark" inspect -r "$lab_files/cell.pcapng" --topology "$lab_files/net.conf" --sessions --flows --json -q \
        >"$lab_files/inspect.json" || lab_fail "inspect ended with $?"
    jq -r '.rules | keys[]' "$lab_files/inspect.json" | sort -u >"$lab_files/inspect.rules"
    [ -n "${lab_rules[*]}" ] || mapfile -t lab_rules < <(lab_rule_fields)
    [ "${#lab_rules[@]}" -gt 20 ] || lab_fail "${#lab_rules[@]} rules are known to the plugin"
    fields=()
    for field in affinity.verdict affinity.port cats.sid cats.site cats.verdict "${lab_rules[@]}"; do
        fields+=(-e "$field")
    done
    as_user tshark -2 -o "cats.topology:$tshark_home/net.conf" -r cell.pcapng -T fields -E header=y -E separator='|' \
        "${fields[@]}" >"$lab_files/tshark.found" || lab_fail "tshark ended with $?"
    awk -F'|' 'NR == 1 { split($0, name, "|"); next }
        { for (i = 6; i <= NF; i++) if ($i != "") broken[name[i]] = 1 }
        END { for (each in broken) { sub(/\./, "/", each); print each } }' "$lab_files/tshark.found" |
        sort >"$lab_files/tshark.rules"
}

lab_values() {
    awk -F'|' -v wanted="$1" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == wanted) at = i; next }
        $at != "" { print $at }' "$lab_files/tshark.found" | sort -u
}
