# SPDX-License-Identifier: GPL-2.0-or-later
# Turns packets written by hand into text2pcap's input. A line `packet TITLE` begins a packet; every other line holds
# octets in hexadecimal, behind # what they mean. text2pcap wants the offset of each line, which is counted here.

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
