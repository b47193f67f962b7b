#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# The scripts' help, and their errors: exit status 2, the reason first, nothing said on standard output.
# usage: errors.sh PLUGIN-DIRECTORY
set -euo pipefail
. "$(dirname "$0")/lib.sh"
scripts_start "$1"
sample sa-200-100-client.pcap bgp-ebgp.pcap

# refuses TEXT COMMAND...: exit status 2 and TEXT on standard error.
refuses() {
  local text=$1 status=0
  shift
  as_user "$@" >"$tshark_home/out" 2>"$tshark_home/err" </dev/null || status=$?
  [ $status -eq 2 ] || fail "$*: exit status $status, expected 2: $(cat "$tshark_home/err")"
  grep -qF -- "$text" "$tshark_home/err" || fail "$*: \"$(cat "$tshark_home/err")\", expected $text"
  [ ! -s "$tshark_home/out" ] || fail "$*: said \"$(head -n 1 "$tshark_home/out")\" on standard output"
}

printf 'no capture\n' >"$tshark_home/text"
printf '[service web]\ncolour=red\n' >"$tshark_home/bad.conf"
printf 'secret' >"$tshark_home/secret.pcap"
mkdir "$tshark_home/bin" "$tshark_home/tmp"
chmod 644 "$tshark_home/text" "$tshark_home/bad.conf"
chmod 755 "$tshark_home/bin"
# A PATH that lacks what Wireshark brings.
for tool in dirname cat sh id env rm mktemp awk sed; do
  ln -s "$(command -v $tool)" "$tshark_home/bin/$tool"
done
if [ "$(id -u)" -eq 0 ]; then
  chown 0 "$tshark_home/secret.pcap"
fi
chmod 000 "$tshark_home/secret.pcap"

for name in affinity-report steering-report redirect-timeline to-ndjson; do
  script=tshark-scripts/$name
  as_user "$script" --help >"$tshark_home/out"
  [ "$(head -n 1 "$tshark_home/out")" = "usage: $name (-r FILE... | -i INTERFACE) [OPTION...] [-- TSHARK-OPTION...]" ] ||
    fail "$name --help: $(head -n 1 "$tshark_home/out")"
  for option in -r -i -a -c -Y --topology --help --; do
    grep -q -- "^  .*$option" "$tshark_home/out" || fail "$name --help does not name $option"
  done
  as_user env PATH="$tshark_home/bin" "$script" -h >"$tshark_home/help-without-tshark" ||
    fail "$name: no help without tshark"
  refuses "$name: neither -r FILE nor -i INTERFACE" "$script"
  refuses "$name: 'missing.pcap': no such file, expected a capture" "$script" -r missing.pcap
  refuses "The file \"text\" isn't a capture file" "$script" -r text
  refuses "$name: no tshark in PATH" env PATH="$tshark_home/bin" "$script" -r text
done

script=tshark-scripts/affinity-report
capture=sa-200-100-client.pcap
refuses "affinity-report: -r without a value" "$script" -r
refuses "-r '', expected a value" "$script" -r ''
refuses "'capture.pcap', expected an option; a capture is given by -r FILE" "$script" capture.pcap
refuses "'--colour', expected an option" "$script" --colour
refuses "-r and -i, expected one of the two" "$script" -r $capture -i lo
refuses "-a with -r, expected -i" "$script" -r $capture -a duration:1
refuses "-c 'many', expected a number of packets, at least 1" "$script" -r $capture -c many
refuses "-c '0', expected a number of packets, at least 1" "$script" -r $capture -c0
refuses "'tmp' is a folder, expected a capture" "$script" -r tmp
refuses "'secret.pcap' may not be read by $(as_user id -un), expected a capture" "$script" -r secret.pcap
refuses "'missing.conf': no such file, expected a topology file" "$script" -r $capture --topology missing.conf
refuses "cats.topology: bad.conf:2:" "$script" -r $capture --topology=bad.conf
refuses "tshark refuses -Y or --topology" "$script" -r $capture -Y 'affinity.colour == 1'
refuses "unknown preference" "$script" -r $capture -- -o affinity.colour:1
refuses "mergecap does not merge the captures" "$script" -r $capture -r text
refuses "hint: tshark -D lists the interfaces" "$script" -i no-such-interface -a duration:1
refuses "tshark does not load the plugin from WIRESHARK_PLUGIN_DIR=/nowhere" env WIRESHARK_PLUGIN_DIR=/nowhere "$script" -r $capture
refuses "hint: export WIRESHARK_PLUGIN_DIR=" env -u WIRESHARK_PLUGIN_DIR "$script" -r $capture
grep -q "catshark doctor" "$tshark_home/err" || fail "doctor is not named: $(cat "$tshark_home/err")"
if [ "$(id -u)" -eq 0 ] && ! tshark -G plugins 2>/dev/null | grep '^catshark' >/dev/null; then
  status=0
  "$top/$script" -r "$tshark_home/$capture" >"$tshark_home/out" 2>"$tshark_home/err" || status=$?
  [ $status -eq 2 ] || fail "as root: exit status $status, expected 2"
  grep -q "run as root, Wireshark ignores WIRESHARK_PLUGIN_DIR" "$tshark_home/err" || fail "as root: $(cat "$tshark_home/err")"
fi

# A capture that is cut short: what is in it, and status 2.
head -c 1200 "$tshark_home/$capture" >"$tshark_home/cut.pcap"
status=0
as_user "$script" -r cut.pcap >"$tshark_home/out" 2>"$tshark_home/err" || status=$?
[ $status -eq 2 ] && grep -q "cut short" "$tshark_home/err" && grep -q '^ *0  10.1.0.2:35030 ' "$tshark_home/out" ||
  fail "cut short: status $status, $(cat "$tshark_home/err" "$tshark_home/out")"

# File names are not words of the shell.
cp "$tshark_home/$capture" "$tshark_home/it's \$(one) file.pcap"
chmod 644 "$tshark_home"/it*.pcap
as_user "$script" -r "it's \$(one) file.pcap" >"$tshark_home/out"
as_user "$script" -r $capture | cmp - "$tshark_home/out" || fail "a file name with blanks and quotes is read otherwise"

# A language with a decimal comma changes nothing.
as_user env LC_ALL=de_DE.UTF-8 LANG=de_DE.UTF-8 "$script" -r $capture | cmp - "$tshark_home/out" || fail "the language changes the report"

# Nothing is left behind, also not by what was refused.
as_user env TMPDIR="$tshark_home/tmp" "$script" -r - <"$tshark_home/$capture" >/dev/null
as_user env TMPDIR="$tshark_home/tmp" "$script" -r text >/dev/null 2>&1 || true
as_user env TMPDIR="$tshark_home/tmp" "$script" -r $capture -Y 'x y' >/dev/null 2>&1 || true
left=$(ls "$tshark_home/tmp")
[ -z "$left" ] || fail "left behind: $left"
[ "$failures" -eq 0 ]
