# SPDX-License-Identifier: GPL-2.0-or-later
# Turns packets written by hand into text2pcap's input. A line `packet TITLE` begins a packet; every other line holds
# octets in hexadecimal, behind # what they mean. text2pcap wants the offset of each line, which is counted here. `packet
# @20.5 TITLE` in all of them gives times, in seconds from 2026 on: text2pcap -t '%Y-%m-%d %H:%M:%S.%f'.

function fail(reason) {
    printf "%s:%d: %s\n", FILENAME, FNR, reason > "/dev/stderr"
    failed = 1
    exit 2
}

{ sub(/[ \t]*#.*/, "") }

/^[ \t]*$/ { next }

$1 == "packet" {
    offset = 0
    packets++
    if ($2 ~ /^@/) {
        seconds = substr($2, 2)
        if (seconds !~ /^[0-9]+(\.[0-9]+)?$/ || seconds + 0 >= 3600)
            fail("\"" $2 "\", expected @ and seconds below 3600")
        printf "2026-01-01 00:%02d:%09.6f\n", int(seconds / 60), seconds % 60
    }
    next
}

{
    if (!packets)
        fail("octets before the first packet line")
    line = sprintf("%06x", offset)
    for (i = 1; i <= NF; i++) {
        if ($i !~ /^[0-9a-f]+$/ || length($i) % 2)
            fail("\"" $i "\", expected pairs of hexadecimal digits")
        for (at = 1; at < length($i); at += 2) {
            line = line " " substr($i, at, 2)
            offset++
        }
    }
    print line
}

END {
    if (!failed && !packets) {
        printf "%s: no packet\n", FILENAME > "/dev/stderr"
        exit 2
    }
}
