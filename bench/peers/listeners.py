#!/usr/bin/env python3
"""Open listening TCP sockets on deterministic ports, and accept and close until SIGTERM.

usage: listeners.py ADDRESS COUNT [SEED]
       listeners.py ADDRESS PORT,PORT,… (of a single one: PORT,)

Prints `ports: 1,2,3` (sorted, one line) once every socket listens.
"""

import os
import random
import select
import signal
import socket
import sys

BACKLOG = 4096
LOWEST, HIGHEST = 1024, 65535
EPHEMERAL = (32768, 60999)  # Linux's default range: a scanner's own ports come from here


def choose(count: int, seed: int):
    """Yield candidate ports for ever: one in every stratum first, so that they are well spread."""
    generator = random.Random(seed)
    span = HIGHEST - LOWEST + 1
    for index in range(count):
        low = LOWEST + span * index // count
        high = LOWEST + span * (index + 1) // count - 1
        yield generator.randint(low, max(low, high))
    while True:
        yield generator.randint(LOWEST, HIGHEST)


def listen(address: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def open_all(address: str, count: int, seed: int) -> dict[int, socket.socket]:
    listeners: dict[int, socket.socket] = {}
    for attempt, port in enumerate(choose(count, seed)):
        if len(listeners) == count:
            break
        if attempt > 20 * count + 1000:
            raise SystemExit(f"listeners: no more free ports on {address}")
        if port in listeners:
            continue
        try:
            listeners[port] = listen(address, port)
        except OSError as error:
            if attempt >= count + 100:
                raise SystemExit(f"listeners: {address} port {port}: {error}") from error
    return listeners


def drain(listener: socket.socket) -> None:
    """Accept and close everything that waits in one backlog."""
    while True:
        try:
            connection, _ = listener.accept()
        except BlockingIOError:
            return
        except OSError:
            continue  # the peer has gone already: the next one
        connection.close()


def main() -> None:
    if len(sys.argv) not in (3, 4):
        raise SystemExit("usage: listeners.py ADDRESS COUNT [SEED] | ADDRESS PORT,PORT,…")
    address = sys.argv[1]

    def stop(_signal, _frame) -> None:
        os._exit(0)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if "," in sys.argv[2]:
        listeners = {port: listen(address, port) for port in map(int, sys.argv[2].strip(",").split(","))}
    else:
        count, seed = int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) == 4 else 1
        if not 1 <= count <= 10000:
            raise SystemExit("listeners: COUNT is from 1 to 10000")
        listeners = open_all(address, count, seed)
    poll = select.epoll()
    by_descriptor = {}
    for listener in listeners.values():
        by_descriptor[listener.fileno()] = listener
        poll.register(listener.fileno(), select.EPOLLIN)
    print("ports: " + ",".join(map(str, sorted(listeners))), flush=True)
    while True:
        for descriptor, _ in poll.poll():
            drain(by_descriptor[descriptor])


if __name__ == "__main__":
    main()
