#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Gives every interface of a pcapng a name that is markup. usage: hostile-interfaces.py IN.pcapng OUT.pcapng"""
import struct
import sys

NAMES = ["<script>window.injected = 1; alert(1)</script>", "\"><img src=x onerror=injected=1>", "</title></style><b>",
         "&lt;\u202e'\u0007", "</textarea><svg onload=injected=1>"]


def option(code, value):
    return struct.pack("<HH", code, len(value)) + value + bytes(-len(value) % 4)


def rename(body, count):
    """An interface description block's body: link type, reserved, snap length, options."""
    options, at = b"", 8
    while at + 4 <= len(body):
        code, length = struct.unpack_from("<HH", body, at)
        if code == 0:
            break
        if code != 2:
            options += option(code, body[at + 4:at + 4 + length])
        at += 4 + length + -length % 4
    name = f"{NAMES[count % len(NAMES)]}{count}".encode() + (b"\xff" if count == 3 else b"")
    return body[:8] + option(2, name) + options + option(0, b"")


data = open(sys.argv[1], "rb").read()
out, at, interfaces = b"", 0, 0
while at < len(data):
    kind, length = struct.unpack_from("<II", data, at)
    body = data[at + 8:at + length - 4]
    if kind == 1:
        body = rename(body, interfaces)
        interfaces += 1
    out += struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)
    at += length
open(sys.argv[2], "wb").write(out)
