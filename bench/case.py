"""What a case of bench/accuracy is: a network, what is true of its ports, and what is to be reached on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from networks import Change, Moments

FAR = "10.97.0.2"
MANY = "10.99"  # 10.99.0.0/16: all of it is the far host
PORTS = tuple(range(2001, 3001))
OPEN = tuple(port for port in PORTS if port % 50 == 1)
CLOSED = tuple(port for port in PORTS if port % 50 in (2, 3) or port % 100 == 4)
FEW_OPEN = OPEN[::7]  # three
WEB = (22, 80, 443)
PORTS_OF_MANY = PORTS[:20]  # where there are 254 hosts

REPLIES = {
    "drop": "drop",
    "port-unreachable": "reject with icmp type port-unreachable",
    "admin-prohibited": "reject with icmp type admin-prohibited",
    "host-prohibited": "reject with icmp type host-prohibited",
    "tcp-reset": "meta l4proto tcp reject with tcp reset",
}


def many(count: int) -> tuple[str, ...]:
    """So many addresses, none of which ends in 0 or 255."""
    return tuple(f"{MANY}.{number // 254}.{number % 254 + 1}" for number in range(count))


@dataclass(frozen=True)
class Case:
    """A network, and what portbase has to reach on it."""
    name: str
    what: str

    # What is asked for, and what is true of it.
    addresses: tuple[str, ...] = (FAR,)
    silent: frozenset[str] = frozenset()  # addresses at which nothing answers
    ports: tuple[int, ...] = PORTS
    open: tuple[int, ...] = OPEN
    closed: tuple[int, ...] = CLOSED
    rest: tuple[str, ...] = ()  # how the rest of the ports replies, in equal shares; by itself it is closed
    unstable: tuple[int, ...] = ()  # ports that have to be listed as unstable
    flipping: tuple[int, ...] = ()  # open ports without a state that is true: they have to be listed, once learnt

    # How the network is.
    network: str = "routed"  # which of NETWORKS
    by: str = "far"  # who replies for the rest
    error_pause: int | None = 1000  # milliseconds from one ICMP error to the next, as Linux has it; 0 for no limit
    delay: tuple[int, int] | None = None  # milliseconds each way, and the most jitter
    switch: tuple[int, int] | None = None  # another delay each way by turns, and how long each holds
    start: tuple[Change, ...] = ()  # from the start: the baseline is set on the bad network
    disturb: tuple[Change, ...] = ()  # once the baseline is set
    each: tuple[Change, ...] = ()  # before each run
    during: Callable[[], Moments] | None = None  # during each run that has a baseline
    wrapper: tuple[str, ...] = ()  # words before each program

    # What is to be reached, beside the states.
    within: float | None = None  # wall at most so many seconds
    of_nmap: float | None = None  # wall at most this part of nmap -T4's
    like_nmap: bool = False  # wall at most nmap -T4's where that is right, and 1.2 times that if it is under 4 s
    overtakes: bool = False  # the dead and the slow host cost the others nothing
    light: bool = False  # few SYNs, few entries in a connection table, few connections to an open port
    first_looks: bool = False  # right without a baseline, too
    is_unknown: bool = False  # nothing can be known: each run has to say so
    peers: tuple[str, ...] = ("-T3", "-T4")  # nmap's timings
    quick: int = 0  # runs in the short version; 0 to leave it out

    def rest_ports(self) -> list[int]:
        return [port for port in self.ports if port not in {*self.open, *self.closed}]

    def replies(self) -> dict[int, str]:
        """How each port of the rest replies, where that is a rule."""
        rest = self.rest_ports() if self.rest else []
        return {port: self.rest[index * len(self.rest) // len(rest)] for index, port in enumerate(rest)}

    def truth(self) -> dict[tuple[str, int], str]:
        """The state of each endpoint that has one."""
        states = {port: "open" if port in self.open else "closed" for port in self.ports}
        for port, reply in self.replies().items():
            states[port] = "closed" if reply == "tcp-reset" else "filtered"
        return {(address, port): "filtered" if address in self.silent else state
                for address in self.addresses for port, state in states.items() if port not in self.flipping}

    def endpoints(self, ports: tuple[int, ...]) -> set[tuple[str, int]]:
        return {(address, port) for address in self.addresses for port in ports}

    def port_list(self) -> str:
        if len(self.ports) == self.ports[-1] - self.ports[0] + 1:
            return f"{self.ports[0]}-{self.ports[-1]}"
        return ",".join(map(str, self.ports))
