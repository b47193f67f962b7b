#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Writes a capture of a BGP session that announces End.CATS SIDs in segments of any size, and of packets that are
steered by them. usage: hostile-bgp.py SEED WHAT OUT.pcap

WHAT: plain, within (begins within a message), copies, again (retransmissions), lost, late (out of order), cut (by a
snap length), fragments (of IP), all (but late, cut and fragments), routed (IPv6 by a segment, IPv4 in SRv6). Odd seeds are IPv4, even ones IPv6; sequence numbers of every third one wrap."""
import random
import struct
import sys

seed, what, path = int(sys.argv[1]), sys.argv[2], sys.argv[3]
chance = random.Random(seed)
ipv6 = seed % 2 == 0
CLIENT, SERVER = (bytes([0x20, 1, 0xd, 0xb8]) + bytes(11) + bytes([n]) if ipv6 else bytes([10, 9, 1, n]) for n in (1, 2))
FIRST = 0xfffff000 if seed % 3 == 0 else 1000
SYN, PUSH, ACK = 2, 8, 16


def ip(source, destination, payload, next_header=6):
    if len(source) == 16:
        return struct.pack(">IHBB", 6 << 28 | 0x12345, len(payload), next_header, 64) + source + destination + payload
    return struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), 1, 0, 64, next_header, 0) + source + destination + payload


def fragments(packet):
    """Two of an IP packet without extension headers or options."""
    start = 20 if packet[0] >> 4 == 4 else 40
    middle = start + chance.randrange(24, len(packet) - start, 8)
    parts = (packet[start:middle], 0, 1), (packet[middle:], middle - start, 0)
    if start == 20:
        return [packet[:2] + struct.pack(">HHH", 20 + len(octets), len(packet), more << 13 | at >> 3) + packet[8:20] + octets
                for octets, at, more in parts]
    return [packet[:4] + struct.pack(">HBB", 8 + len(octets), 44, 64) + packet[8:40] +
            struct.pack(">BBHI", 6, 0, at | more, len(packet)) + octets for octets, at, more in parts]


def tcp(source_port, destination_port, sequence, flags, payload=b"", acknowledged=100):
    return struct.pack(">HHIIBBHHH", source_port, destination_port, sequence & 0xffffffff, acknowledged, 0x50, flags,
                       65535, 0, 0) + payload


def message(kind, body=b""):
    return b"\xff" * 16 + struct.pack(">HB", 19 + len(body), kind) + body


def update(service, aggregate):
    """192.0.2.SERVICE/32, granularity egress node, level 2, a score of 7; or its withdrawal."""
    prefix = bytes([32, 192, 0, 2, service])
    if chance.random() < 0.1:
        return message(2, struct.pack(">H", len(prefix)) + prefix + bytes(2))
    value = struct.pack(">HHII", 1, 8, 0x38000000 | aggregate, 0x00841e00) + struct.pack(">HH", 2, 22) + \
        bytes([0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75]) + bytes(8) + bytes([0x80, 0xca, 32, 16, 16, 32])
    attributes = bytes([0x40, 1, 1, 0, 0x40, 2, 0, 0x40, 3, 4, 10, 9, 1, 1, 0xc0, 255, len(value)]) + value
    return message(2, bytes(2) + struct.pack(">H", len(attributes)) + attributes + prefix)


def steered(aggregate, service):
    sid = bytes([0x5f, 0, 0, 0, 0, 0xe, 0xca, 0x75]) + struct.pack(">I", 0x38000000 | aggregate) + bytes(4)
    inner = ip(bytes([10, 1, 0, 2]), bytes([192, 0, 2, service]), tcp(chance.randrange(1024, 65536), 80, 1, SYN))
    return ip(bytes([0x20, 1]) + bytes(13) + bytes([9]), sid, inner, 4)


def from_client(sequence, flags, octets=b""):
    payload = tcp(40000, 179, sequence, flags, octets)
    if what != "routed":
        return ip(CLIENT, SERVER, payload)
    node = bytes([0x5f, 0, 0, 0, 0, 7]) + bytes(10)
    if ipv6:  # one segment left, the server
        return ip(CLIENT, node, bytes([6, 2, 4, 1, 0, 0, 0, 0]) + SERVER + payload, 43)
    return ip(bytes([0x20, 1]) + bytes(13) + bytes([9]), node, ip(CLIENT, SERVER, payload), 4)


def segment(at, octets):
    return from_client(FIRST + 1 + at, PUSH | ACK, octets)


stream = b"".join(update(chance.randrange(80, 84), chance.randrange(1, 6)) if chance.random() < 0.8 else message(4)
                  for _ in range(60))
segments, at = [], 0
while at < len(stream):
    octets = stream[at:at + chance.choice([1, 5, 18, 19, 20, 50, 100, 200, 400, 800])]
    segments.append((at, octets))
    at += len(octets)
frames = [from_client(FIRST, SYN), ip(SERVER, CLIENT, tcp(179, 40000, 99, SYN | ACK, b"", FIRST + 1)),
          from_client(FIRST + 1, ACK)]
if what == "within":
    segments, frames = segments[chance.randrange(1, len(segments) // 2):], []


def happens(kind, probability):
    return (what == kind or (what == "all" and kind not in ("late", "cut", "fragments"))) and chance.random() < probability


cut, i = set(), 0
while i < len(segments):
    if happens("copies", 0.2):
        frames.append(segment(*segments[i]))
    if i > 2 and happens("again", 0.2):
        frames.append(segment(*segments[i - chance.randrange(1, 3)]))
    if happens("lost", 0.1):
        i += 1
        continue
    if i + 1 < len(segments) and happens("late", 0.15):
        frames += [segment(*segments[i + 1]), segment(*segments[i])]
        i += 2
        continue
    if happens("cut", 0.15):
        cut.add(len(frames))
    whole = segment(*segments[i])
    frames += fragments(whole) if len(segments[i][1]) > 4 and happens("fragments", 0.2) else [whole]
    if chance.random() < 0.3:
        frames.append(steered(chance.randrange(1, 7), chance.randrange(80, 85)))
    i += 1

with open(path, "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xa1b2c3d4, 2, 4, 0, 0, 65535, 101))
    for i, frame in enumerate(frames):
        kept = frame[:chance.randrange(81, max(82, len(frame)))] if i in cut else frame
        out.write(struct.pack("<IIII", 1000 + i // 20, i % 20 * 50000, len(kept), len(frame)) + kept)
