#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# usage: ingress.sh CATSHARK
# What `ingress` refuses of the options that say how routes are read; nothing is opened for it, so it needs no right.
set -u
catshark=$1
failures=0

# REASON WORDS...: exit status 2, the reason first.
refused() {
    local reason=$1 said status
    shift
    said=$("$catshark" "$@" --topology none.conf --name ingress1 2>&1)
    status=$?
    [ "$status" = 2 ] && [[ $said == "catshark $1: $reason"* ]] && return
    echo "FAIL: $*: exit status $status, $said"
    failures=$((failures + 1))
}

refused '--attribute: it is for --routes, which is not given' ingress --attribute 254
refused '--add-path: it is for --routes, which is not given' ingress --add-path
refused '--attribute: "14", expected CODE or CODE/FLAGS: 43-127 or 129-255' ingress --routes - --attribute 14
refused '--attribute: "254/0x40", expected CODE or CODE/FLAGS' ingress --routes - --attribute 254/0x40
refused 'unknown option --attribute' egress --attribute 254
refused 'none.conf: No such file or directory' ingress --routes - --attribute 254/0x80 --add-path
[ "$failures" = 0 ] && echo "ok: ingress"
