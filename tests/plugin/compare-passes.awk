# SPDX-License-Identifier: GPL-2.0-or-later
# Compares our fields of one pass (first file) with those of two (second file), frame by frame, and prints what differs
# though earlier packets decide it. What only a later packet tells is named here, and nothing else may differ:

BEGIN {
    # Shown with two passes only.
    later["affinity.session"]        # of packets before the connection was seen to be of a session
    later["affinity.verdict"]
    later["affinity.reconnect_in"]
    later["affinity.reconnect_time"] # on the redirect, beside reconnect_in
    later["cats.flow"]               # of plain packets before the first encapsulated one
    later["cats.site"]
    later["cats.verdict"]
    # Shown with one pass only, and otherwise with two.
    overtaken["affinity.verdict"]
    overtaken["cats.verdict"]
}

/^frame / { frame = $2; next }
{ line = frame " " $0 }
FNR == NR { one[line]++; next }
line in one && one[line] > 0 { one[line]--; next }
{
    name = $1
    sub(/:$/, "", name)
    if (!(name in later)) {
        print "two passes only, frame " line
        differs = 1
    }
}

END {
    for (line in one) {
        split(line, word, " ")
        name = word[2]
        sub(/:$/, "", name)
        if (one[line] > 0 && !(name in overtaken)) {
            print "one pass only, frame " line
            differs = 1
        }
    }
    exit differs
}
