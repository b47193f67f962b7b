# SPDX-License-Identifier: GPL-2.0-or-later
# Reduces tshark's output to what the plugin adds. First file: frame number, tab, Info column; second file: PDML.
# For each frame that has any: the plugin's part of the Info column, then a line per field with its value, and with the
# octets that it marks; a broken rule has its text for value.

function attribute(name,    from, rest) {
    from = index($0, " " name "=\"")
    if (!from)
        return ""
    rest = substr($0, from + length(name) + 3)
    return substr(rest, 1, index(rest, "\"") - 1)
}

function begin_frame() {
    if (!shown)
        print "frame " frame
    shown = 1
}

FNR == NR {
    split($0, column, "\t")
    if (match(column[2], /( \[SAF\]| Affinity=(permit|[0-9.]+:[0-9]+|\[[0-9a-f:.]+\]:[0-9]+)| SID=[0-9a-f:]+)+/))
        info[column[1]] = substr(column[2], RSTART + 1, RLENGTH - 1)
    next
}

/<packet>/ { shown = 0 }

/<field name="num" pos="0"/ {
    frame = attribute("show")
    if (frame in info) {
        begin_frame()
        print "  info: " info[frame]
    }
}

# For filters alone.
/<field name="(affinity|cats)\.[^"]*"[^>]* hide="yes"/ { next }

/<field name="(affinity|cats)\./ {
    begin_frame()
    value = attribute("show")
    if (value == "True")
        value = 1
    if (value == "")
        value = attribute("showname")
    size = attribute("size") + 0
    marks = size ? " [" attribute("pos") "+" size "]" : ""
    print "  " attribute("name") ": " value marks
}
