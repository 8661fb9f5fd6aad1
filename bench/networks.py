"""The networks of bench/accuracy: what each does to packets, and what is true of its ports."""

import contextlib
import re
import time
from dataclasses import dataclass

from bed import Namespaces, listeners

FIRST, COUNT = 2001, 1000
PORTS = range(FIRST, FIRST + COUNT)
OPEN = [port for port in PORTS if port % 50 == 1]
CLOSED = [port for port in PORTS if port % 50 in (2, 3)] + [port for port in PORTS if port % 100 == 4]
REST = [port for port in PORTS if port not in {*OPEN, *CLOSED}]
PORTS_OF_MANY = range(FIRST, FIRST + 20)  # where there are 254 hosts

REPLIES = {
    "drop": "drop",
    "port-unreachable": "reject with icmp type port-unreachable",
    "admin-prohibited": "reject with icmp type admin-prohibited",
    "host-prohibited": "reject with icmp type host-prohibited",
    "tcp-reset": "meta l4proto tcp reject with tcp reset",
}
REJECTS = tuple(reply for reply in REPLIES if reply != "drop")
ICMP_REJECTS = tuple(reply for reply in REJECTS if reply != "tcp-reset")
FEW_REJECTS = ("drop",) * 90 + ICMP_REJECTS  # 900 dropped, 10 of each: with hundreds nmap needs minutes
HOP = (1, 0)  # a way that is no function call: over veth alone the kernel drops ICMP errors for a locked socket


@dataclass
class Case:
    """A network, and what portbase has to reach on it."""
    name: str
    what: str
    rest: tuple[str, ...] = ()  # how the rest of the ports replies, in equal shares; by itself it is closed
    by: str = "far"  # who replies so
    error_pause: int | None = 1000  # milliseconds from one ICMP error to the next, as Linux has it; 0 for no limit
    loss: int = 0  # percent, each way
    syn_limit: int = 0  # SYNs a second that the far host takes
    delay: tuple[int, int] | None = None  # milliseconds each way, and the most jitter
    hosts: bool = False  # a network of 254 hosts, one dead and one slow
    within_budget: bool = False  # wall at most the timeout and a fifth
    of_nmap: float | None = None  # wall at most this part of nmap -T4's
    quick: int = 0  # runs in the short version; 0 to leave it out

    def replies(self) -> dict[int, str]:
        """How each port of the rest replies, where that is a rule."""
        return {port: self.rest[index * len(self.rest) // len(REST)] for index, port in enumerate(REST) if self.rest}

    def targets(self) -> tuple[str, range]:
        return (f"{Network.many}.1-254", PORTS_OF_MANY) if self.hosts else (Network.far_address, PORTS)

    def truth(self) -> dict[tuple[str, int], str]:
        """The state of each endpoint."""
        if self.hosts:
            addresses = [f"{Network.many}.{number}" for number in range(1, 255)]
            return {(address, port): "filtered" if address == Network.dead else "open" if port in OPEN else "closed"
                    for address in addresses for port in PORTS_OF_MANY}
        states = dict.fromkeys(PORTS, "closed") | dict.fromkeys(OPEN, "open")
        for port, reply in self.replies().items():
            states[port] = "closed" if reply == "tcp-reset" else "filtered"
        return {(Network.far_address, port): state for port, state in states.items()}


CASES = [
    Case("drop", "the rest dropped", rest=("drop",), within_budget=True, quick=2),
    *(Case(f"reject-{kind}", f"half of the rest rejected: {kind}, half dropped", rest=("drop", kind), error_pause=0,
           delay=HOP) for kind in REJECTS),
    Case("reject-mixed", "the rest rejected in four kinds, and dropped", rest=("drop", *REJECTS), error_pause=0,
         delay=HOP, quick=2),
    Case("reject-limited", "the same, but an ICMP error a second", rest=("drop", *REJECTS), delay=HOP),
    Case("reject-some", "the same, but an ICMP error each 10 ms", rest=("drop", *REJECTS), error_pause=10, delay=HOP,
         quick=2),
    Case("reject-router", "the same, by the router and with no hop between", rest=("drop", *REJECTS), by="router",
         error_pause=0),
    Case("loss-2", "2 % lost each way, the rest closed", loss=2, of_nmap=0.5),
    Case("loss-5", "5 % lost each way, the rest closed", loss=5, of_nmap=0.5, quick=5),
    Case("loss-2-filtered", "2 % lost each way, the rest dropped or rejected", rest=("drop", *ICMP_REJECTS), loss=2,
         of_nmap=0.15),
    Case("loss-5-filtered", "5 % lost each way, the rest dropped or rejected", rest=("drop", *ICMP_REJECTS), loss=5,
         of_nmap=0.15, quick=2),
    Case("loss-2-few", "2 % lost each way, the rest dropped, but for 30 rejected", rest=FEW_REJECTS, loss=2,
         of_nmap=0.15),
    Case("loss-5-few", "5 % lost each way, the rest dropped, but for 30 rejected", rest=FEW_REJECTS, loss=5,
         of_nmap=0.15),
    Case("loss-5-errors", "5 % lost each way, the rest dropped or rejected over a hop, each with its ICMP error",
         rest=("drop", *ICMP_REJECTS), loss=5, error_pause=0, delay=HOP),
    Case("syn-limit", "200 SYNs a second, the rest closed", syn_limit=200, quick=1),
    Case("delay-20", "20 ms each way and up to 10 ms jitter, the rest dropped", rest=("drop",), delay=(20, 10),
         quick=1),
    Case("delay-200", "200 ms each way and up to 50 ms jitter, the rest dropped", rest=("drop",), delay=(200, 50)),
    Case("hosts-254", "254 hosts × 20 ports, one dead, one 300 ms away", hosts=True, within_budget=True, quick=1),
]


class Network(Namespaces):
    """near ── router ── far, and a slow one beside far."""
    near_address, far_address = "10.98.0.1", "10.97.0.2"
    many = "10.99.0"  # 10.99.0.0/24: all of it is the far host
    dead, slow = "10.99.0.77", "10.99.0.99"
    REMEMBERED = 3600  # seconds

    def __init__(self, case: Case, cleanup: contextlib.ExitStack) -> None:
        super().__init__(cleanup, "near", "router", "far", "slow")
        self.case = case
        self.join("near", self.near_address, "router", "10.98.0.2", case.delay)
        self.join("router", "10.97.0.1", "far", self.far_address)
        self.join("router", "10.96.0.1", "slow", "10.96.0.2", (150, 20) if case.hosts else None)
        self.setting("router", "ip_forward", 1)
        for role, gateway in (("near", "10.98.0.2"), ("far", "10.97.0.1"), ("slow", "10.96.0.1")):
            self.ip(role, "route", "add", "default", "via", gateway)
        self.ip("router", "route", "add", f"{self.many}.0/24", "via", self.far_address)
        self.ip("far", "route", "add", "local", f"{self.many}.0/24", "dev", "lo")
        self.ip("slow", "route", "add", "local", self.slow, "dev", "lo")
        for role in ("far", "slow"):
            cleanup.enter_context(listeners("0.0.0.0", ",".join(map(str, OPEN)), self.prefix(role)))
        self.make_rules()

    def make_rules(self) -> None:
        """The chains, and how the ports reply, which stays the same all the time."""
        for role, hook in (("router", "forward"), ("far", "input")):
            self.nft(role, "add table ip bed")
            self.nft(role, f"add chain ip bed way {{ type filter hook {hook} priority 0; }}")
            self.nft(role, f"add chain ip bed replies {{ type filter hook {hook} priority 10; }}")
        replies = self.case.replies()
        for reply, rule in REPLIES.items():
            ports = ", ".join(str(port) for port, its_reply in replies.items() if its_reply == reply)
            if ports:
                self.nft(self.case.by, f"add rule ip bed replies tcp dport {{ {ports} }} {rule}")
        if self.case.error_pause != 1000:
            self.setting(self.case.by, "icmp_ratelimit", self.case.error_pause)
            self.setting(self.case.by, "icmp_msgs_per_sec", 100_000)
            self.setting(self.case.by, "icmp_msgs_burst", 100_000)
        if self.case.hosts:
            self.nft("router", f"add set ip bed last {{ type ipv4_addr; size 256; timeout {self.REMEMBERED}s; }}")
            self.nft("router", "add rule ip bed way tcp flags & (syn | ack) == syn update @last { ip daddr }")

    def disturb(self) -> None:
        """What makes the network a bad one, once the baseline is set."""
        if self.case.loss:
            self.nft("router", f"add rule ip bed way numgen random mod 100 < {self.case.loss} drop")
        if self.case.syn_limit:
            self.nft("far", "add rule ip bed way tcp flags & (syn | ack) == syn "
                            f"limit rate over {self.case.syn_limit}/second drop")
        if self.case.hosts:
            self.nft("router", f"add rule ip bed way ip daddr {self.dead} drop")
            self.ip("router", "route", "add", self.slow, "via", "10.96.0.2")

    def last_syn_to_others(self, start: float) -> float:
        """When the last SYN to a host that is neither dead nor slow came by, in seconds since `start`."""
        seen = self.inside("router", "nft", "list set ip bed last")
        now = time.monotonic()
        left = {address: seconds_of(text) for address, text in
                re.findall(r"([0-9.]+) (?:timeout \S+ )?expires (\w+)", seen)}
        return now - start - min(self.REMEMBERED - seconds for address, seconds in left.items()
                                 if address not in (self.dead, self.slow))

    def nft(self, role: str, rule: str) -> None:
        self.inside(role, "nft", rule)

    def setting(self, role: str, name: str, value: int) -> None:
        self.inside(role, "sh", "-c", f"echo {value} > /proc/sys/net/ipv4/{name}")


def seconds_of(text: str) -> float:
    """A duration as nft writes it, 59m58s120ms."""
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(ms|[dhms])", text))
