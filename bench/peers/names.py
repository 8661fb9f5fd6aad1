#!/usr/bin/env python3
"""Answer DNS questions for one name over UDP, as a file says at the time, until SIGTERM.

usage: names.py ADDRESS MODE-FILE NAME IPV4 IPV6

The file holds nothing, or what is said instead of the addresses: `nxdomain`, `servfail-a` or `nodata-a`; the last
two only to who asks for IPv4. Prints `ready` once it listens.
"""

import ipaddress
import socket
import struct
import sys
from pathlib import Path

A, AAAA = 1, 28
SERVFAIL, NXDOMAIN = 2, 3
TTL = 0


def question(packet: bytes) -> tuple[str, int, bytes]:
    """The name and type that are asked for, and the question as it came."""
    labels, at = [], 12
    while length := packet[at]:
        labels.append(packet[at + 1:at + 1 + length].decode("ascii"))
        at += 1 + length
    kind, _ = struct.unpack_from("!HH", packet, at + 1)
    return ".".join(labels).lower(), kind, packet[12:at + 5]


def answer(packet: bytes, mode: str, name: str, addresses: dict[int, bytes]) -> bytes:
    asked, kind, echoed = question(packet)
    code, data = 0, addresses.get(kind)
    if asked != name or mode == "nxdomain":
        code, data = NXDOMAIN, None
    elif kind == A and mode in ("servfail-a", "nodata-a"):
        code, data = (SERVFAIL if mode == "servfail-a" else 0), None
    record = b"" if data is None else struct.pack("!HHHIH", 0xC00C, kind, 1, TTL, len(data)) + data
    is_desired = packet[2] & 1  # recursion
    header = struct.pack("!2sBBHHHH", packet[:2], 0x80 | 0x04 | is_desired, 0x80 | code, 1, 1 if record else 0, 0, 0)
    return header + echoed + record


def main() -> None:
    if len(sys.argv) != 6:
        raise SystemExit("usage: names.py ADDRESS MODE-FILE NAME IPV4 IPV6")
    address, file, name, ipv4, ipv6 = sys.argv[1:]
    addresses = {A: ipaddress.IPv4Address(ipv4).packed, AAAA: ipaddress.IPv6Address(ipv6).packed}
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((address, 53))
    print("ready", flush=True)
    while True:
        packet, client = server.recvfrom(512)
        server.sendto(answer(packet, Path(file).read_text(), name, addresses), client)


if __name__ == "__main__":
    main()
