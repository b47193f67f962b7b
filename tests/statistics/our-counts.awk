# SPDX-License-Identifier: GPL-2.0-or-later
# Reduces what tshark -z prints to what the plugin counted: of a tree the columns up to the largest value, of tables of
# conversations and endpoints the addresses and counts, of io,stat the row of values, of follow all of it. Times and rates
# are Wireshark's own.

/^=+$/ || /^-+$/ || /^$/ || /^Filter:</ { next }

/^Topic \/ Item/ {
    width = index($0, "Rate (ms)") - 1
    next
}

/(Conversations|Endpoints)$/ {
    print
    width = 0
    table = 1
    next
}

# The title of a tree or of what is followed.
/^[^ ]+.*:($| tcp,)/ { table = 0 }

/^ +\|/ { next }

/^\|/ {
    if (/<>/) {
        gsub(/ +/, " ")
        print
    }
    next
}

/ <-> / {
    sub(/ +[0-9.]+ +[0-9.]+ *$/, "")
    gsub(/ +/, " ")
    print " " $0
    next
}

table {
    gsub(/ +/, " ")
    sub(/ $/, "")
    print " " $0
    next
}

width && length($0) > width {
    $0 = substr($0, 1, width)
    sub(/ +$/, "")
    print
    next
}

{ print }
