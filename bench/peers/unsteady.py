#!/usr/bin/env python3
"""Listen at one port as a service in trouble does, until SIGTERM.

usage: unsteady.py ADDRESS PORT hung BACKLOG          accepts nothing, whatever waits
       unsteady.py ADDRESS PORT slow BACKLOG SECONDS  accepts one connection each so many seconds
       unsteady.py ADDRESS PORT flaps UP DOWN         listens for so many seconds, then does not for so many

Prints `ready` once it listens.
"""

import contextlib
import socket
import sys
import time

BACKLOG = 4096


def listener(address: str, port: int, backlog: int) -> socket.socket:
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.listen(backlog)
    return made


def accept_slowly(service: socket.socket, pause: float) -> None:
    while True:
        time.sleep(pause)
        service.accept()[0].close()


def flap(service: socket.socket, address: str, port: int, up: float, down: float) -> None:
    while True:
        end = time.monotonic() + up
        while (left := end - time.monotonic()) > 0:
            service.settimeout(left)
            with contextlib.suppress(OSError):
                service.accept()[0].close()
        service.close()
        time.sleep(down)
        service = listener(address, port, BACKLOG)


def main() -> None:
    if len(sys.argv) < 5 or (sys.argv[3], len(sys.argv)) not in (("hung", 5), ("slow", 6), ("flaps", 6)):
        raise SystemExit("usage: unsteady.py ADDRESS PORT hung BACKLOG | slow BACKLOG SECONDS | flaps UP DOWN")
    address, port, kind = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    numbers = [float(word) for word in sys.argv[4:]]
    service = listener(address, port, BACKLOG if kind == "flaps" else int(numbers[0]))
    print("ready", flush=True)
    if kind == "hung":
        while True:
            time.sleep(3600)
    elif kind == "slow":
        accept_slowly(service, numbers[1])
    else:
        flap(service, address, port, *numbers)


if __name__ == "__main__":
    main()
