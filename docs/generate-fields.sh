#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# Writes docs/fields.md: what the plugin adds to Wireshark, as tshark itself reports it.
set -euo pipefail

usage() {
  cat <<'TEXT'
usage: docs/generate-fields.sh [--print] [PLUGIN-FOLDER]

Asks tshark with the plugin (build/plugins) for fields, values, preferences and statistics; takes severities from
docs/rules.md, examples from docs/fields.data and the columns of the SID table from plugins/sid-uat.c.

  --print   to standard output
TEXT
}

print=false
case ${1:-} in
  -h | --help) usage; exit 0 ;;
  --print) print=true; shift ;;
esac
[ $# -le 1 ] || { usage >&2; exit 2; }
top=$(cd "$(dirname "$0")/.." && pwd)
plugins=${1:-$top/build/plugins}
ours='^(affinity|cats)[.]'

home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT
cp -R -- "$plugins" "$home/plugins"
chmod -R u=rwX,go=rX "$home"

# report NAME TSHARK-ARGUMENT...: what tshark says, in $home/report/NAME.
mkdir "$home/report"
report() {
  local name=$1
  shift
  (cd "$home" && "$top/packaging/as-user.sh" "$home" env LC_ALL=C.UTF-8 WIRESHARK_PLUGIN_DIR="$home/plugins" tshark "$@") \
    >"$home/report/$name" 2>"$home/report/$name.log"
}
report plugins -G plugins
grep '^catshark' "$home/report/plugins" >/dev/null || {
  echo "generate-fields.sh: tshark does not load the plugin from $plugins" >&2
  exit 2
}
report fields -G fields
report values -G values
report preferences -G defaultprefs
report statistics -z help
cat "$home/report/statistics.log" >>"$home/report/statistics"

# fields PROTOCOL: the fields that are no expert info.
fields() {
  awk -F '\t' -v protocol="$1" '
    FNR == NR { # docs/fields.data: columns are two blanks or more apart
      if ($0 !~ /^#/ && split($0, cell, /  +/) >= 3) { known[cell[1]] = cell[2]; example[cell[1]] = cell[3] }
      next
    }
    BEGIN {
      n = split("UINT8=8 bits|UINT16=16 bits|UINT24=24 bits|UINT32=32 bits|UINT64=64 bits|BOOLEAN=boolean|STRING=text|" \
        "STRINGZ=text|BYTES=octets|IPv4=IPv4 address|IPv6=IPv6 address|FRAMENUM=frame number|" \
        "RELATIVE_TIME=time span", words, "|")
      for (i = 1; i <= n; i++) { split(words[i], pair, "="); type["FT_" pair[1]] = pair[2] }
    }
    $1 == "F" && $5 == protocol && $4 != "FT_NONE" && index($3, protocol ".") == 1 && !seen[$3]++ {
      kind = ($4 in type ? type[$4] : $4) ($6 == "BASE_HEX" ? ", hexadecimal" : "")
      text = $8
      gsub(/[|]/, "\\|", text)
      printf "| `%s` | %s | %s | %s | %s |\n", $3, kind, text, known[$3], $3 in example ? "`" example[$3] "`" : ""
    }' "$top/docs/fields.data" "$home/report/fields"
}

# Fields whose values have few names.
values() {
  awk -F '\t' -v ours="$ours" '
    $1 == "V" && $2 ~ ours {
      if (!count[$2]++) order[++fields] = $2
      names[$2] = names[$2] (count[$2] > 1 ? ", " : "") $3 " " $4
    }
    END {
      for (i = 1; i <= fields; i++)
        if (count[order[i]] <= 16) printf "| `%s` | %s |\n", order[i], names[order[i]]
        else printf "| `%s` | %d names: those of IANA'\''s registry of SRv6 endpoint behaviors, and ours |\n", order[i], count[order[i]]
    }' "$home/report/values"
}

expert_infos() {
  awk -F '\t' -v ours="$ours" '
    FNR == NR {
      if (split($0, cell, / *[|] */) >= 5 && cell[2] ~ /^(affinity|cats)\//) {
        sub(/\//, ".", cell[2])
        severity[cell[2]] = cell[3]
        judged[cell[2]] = cell[4]
      }
      next
    }
    $1 == "F" && $4 == "FT_NONE" && $3 ~ ours {
      printf "| `%s` | %s | %s | %s |\n", $3, severity[$3], judged[$3], $2
    }' "$top/docs/rules.md" "$home/report/fields"
}

# In the report a preference follows its comment, the last line of which says what kind of value it has.
preferences() {
  awk -v ours="$ours" '
    /^# / { comment = comment (last == "" ? "" : (comment == "" ? "" : " ") last); last = substr($0, 3); next }
    /^#?[a-z0-9_.]+:/ {
      line = $0
      sub(/^#/, "", line)
      name = value = line
      sub(/:.*/, "", name)
      sub(/^[^:]*: */, "", value)
      if (name ~ ours) printf "| `%s` | %s | %s |\n", name, value == "" ? "nothing" : "`" value "`", comment
    }
    { comment = last = "" }' "$home/report/preferences" | sort
}

sid_columns() {
  tr '\n' ' ' <"$top/plugins/sid-uat.c" | grep -oE 'UAT_FLD_[A-Z_]+\(sids, [a-z]+, "[^"]*", *"[^"]*"' |
    sed -E 's/^[^,]*, ([a-z]+), "[^"]*", *"([^"]*)"$/| \1 | \2 |/'
}

statistics() {
  grep -oE '^ *[a-z_-]+,[a-z_,-]+$' "$home/report/statistics" | tr -d ' ' | grep -E '(^|,)(affinity|cats|cats-routes)(,|$)' | LC_ALL=C sort |
    awk 'FNR == NR { if ($1 == "-z") { split($0, cell, /  +/); what[cell[1]] = cell[2] } next }
      { printf "| `-z %s` | %s |\n", $1, what["-z " $1] }' "$top/docs/fields.data" - || true
}

write() {
  cat <<'TEXT'
# Fields

<!-- Written by docs/generate-fields.sh from what tshark reports; a test compares. Do not edit. -->

Everything here can be a display filter, a column, a colour rule, and a field of `-T fields`, `-T json` and `-T ek`.
`catshark inspect --json` has the same names as keys.

**Known from** says when a field can be shown: from the **packet** alone (and what is configured), from **earlier** packets, so
on every pass, or from **later** packets too: then a single pass of tshark shows it only where it was settled already, and
`tshark -2` and Wireshark's window show all of it. Every example selects something in a capture of `samples/` or
`tests/golden/captures/`, with two passes.

TEXT
  local protocol
  for protocol in affinity cats; do
    printf '## %s.*\n\n| field | type | what | known from | example |\n|---|---|---|---|---|\n' "$protocol"
    fields "$protocol"
    printf '\n'
  done
  printf '## Named values\n\n| field | values |\n|---|---|\n'
  values
  cat <<'TEXT'

## Expert infos

A broken rule is an expert info under its id with a dot. How each is judged: [rules.md](rules.md). Their severities are Wireshark's
Error, Warning and Note. T: the topology file (for SIDs, a SID table) must be there for it to be judged; T or routes: that,
or routes learned in the capture.

| filter | severity | judged from | what was seen |
|---|---|---|---|
TEXT
  expert_infos
  cat <<'TEXT'

## Preferences

Wireshark: Edit, Preferences, Protocols; tshark: `-o NAME:VALUE`.

| preference | default | what |
|---|---|---|
TEXT
  preferences
  cat <<'TEXT'

The table `cats_sids` (Wireshark: preference "SIDs" of CATS; tshark: `-o 'uat:cats_sids:"...","...","...","...","..."'`, once a row) has
these columns:

| column | what |
|---|---|
TEXT
  sid_columns
  if [ -n "$(statistics)" ]; then
    printf '\n## Statistics\n\nWireshark has them in its menu Statistics; tshark prints them with `-q -z`.\n\n| tshark | what |\n|---|---|\n'
    statistics
  fi
}

if $print; then
  write
else
  write >"$home/fields.md"
  cp "$home/fields.md" "$top/docs/fields.md"
  echo "wrote docs/fields.md"
fi
