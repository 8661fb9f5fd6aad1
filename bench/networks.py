"""The networks of bench/accuracy: network namespaces, and what can be told of the packets that went by."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bed import Namespaces, listeners
from case import FAR, MANY, REPLIES, Case

REMEMBERED = 3600  # seconds that a set of the router remembers
SYN = "tcp flags & (syn | ack) == syn"

Change = Callable[["Network"], None]  # something that is done to a network
Moments = Iterator[tuple[float, Change]]  # what is done when, in seconds since the start of a run, in order

OFTEN = 5  # connections a second to one open port


@dataclass
class Traffic:
    """What a run sent, as the router saw it."""
    syns: int
    entries: int  # that a connection table would hold, one for each two ends
    most_at_open: int  # connections to an open port, of that which had most
    too_often: int  # those above OFTEN a second


class Network(Namespaces):
    """Some namespaces; the programs run in the one called near."""
    family = "ip"  # of its rules

    def __init__(self, case: Case, cleanup: contextlib.ExitStack, *roles: str) -> None:
        super().__init__(cleanup, *roles)
        self.case = case
        self.filtering: list[str] = []  # who has chains

    def listen(self, role: str, address: str = "0.0.0.0") -> None:
        """Have all open ports of the case listen there; unsteady ones are another's."""
        ports = "".join(f"{port}," for port in self.case.open if port not in self.case.flipping)
        self.cleanup.enter_context(listeners(address, ports, self.prefix(role)))

    def add_chains(self, role: str, hook: str) -> None:
        """Chains in the order of their work: of moments, of what the way does, of how ports reply."""
        self.filtering.append(role)
        self.nft(role, f"add table {self.family} bed")
        for chain, priority in (("moment", -10), ("way", 0), ("replies", 10)):
            self.nft(role, f"add chain {self.family} bed {chain} {{ type filter hook {hook} priority {priority}; }}")

    def nft(self, role: str, rule: str) -> None:
        self.inside(role, "nft", rule)

    def setting(self, role: str, name: str, value: int) -> None:
        self.inside(role, "sh", "-c", f"echo {value} > /proc/sys/net/{name}")

    def program(self) -> list[str]:
        """What goes before a program that is measured."""
        return [*self.prefix("near"), *self.case.wrapper]

    def apply(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            change(self)

    @contextlib.contextmanager
    def one_run(self, has_moments: bool):
        """What is done before and during a run. What is due at its start is done when this returns."""
        self.apply(self.case.each)
        if not (has_moments and self.case.during):
            yield
            return
        begun, ended, errors = threading.Event(), threading.Event(), []

        def live() -> None:
            try:
                begin = 0.0
                for at, change in self.case.during():
                    if at > 0 and not begun.is_set():
                        begin = time.monotonic()
                        begun.set()
                    if at > 0 and ended.wait(max(0, begin + at - time.monotonic())):
                        return
                    change(self)
            except Exception as error:  # of another thread: told by this run
                errors.append(error)
            finally:
                begun.set()

        thread = threading.Thread(target=live, daemon=True)
        thread.start()
        begun.wait()
        try:
            yield
        finally:
            ended.set()
            thread.join()
            self.calm()
        if errors:
            raise errors[0]

    def calm(self) -> None:
        """Take back what a moment did."""
        for role in self.filtering:
            self.nft(role, f"flush chain {self.family} bed moment")


class Routed(Network):
    """near ── router ── far, and a slow one beside far."""
    near_address, far_address = "10.98.0.1", FAR
    dead, slow = f"{MANY}.0.77", f"{MANY}.0.99"
    listens_at = "0.0.0.0"

    def __init__(self, case: Case, cleanup: contextlib.ExitStack, *more: str) -> None:
        super().__init__(case, cleanup, "near", "router", "far", "slow", *more)
        self.join("near", self.near_address, "router", "10.98.0.2", case.delay, case.switch)
        self.join("router", "10.97.0.1", "far", self.far_address)
        self.join("router", "10.96.0.1", "slow", "10.96.0.2", (150, 20) if case.overtakes else None)
        self.setting("router", "ipv4/ip_forward", 1)
        for role, gateway in (("near", "10.98.0.2"), ("far", "10.97.0.1"), ("slow", "10.96.0.1")):
            self.ip(role, "route", "add", "default", "via", gateway)
        self.ip("router", "route", "add", f"{MANY}.0.0/16", "via", self.far_address)
        self.ip("far", "route", "add", "local", f"{MANY}.0.0/16", "dev", "lo")
        self.ip("slow", "route", "add", "local", self.slow, "dev", "lo")
        for role in ("far", "slow"):
            self.listen(role, self.listens_at)
        self.make_rules()

    def make_rules(self) -> None:
        """The chains, and how the ports reply, which stays the same all the time."""
        for role, hook in (("router", "forward"), ("far", "input")):
            self.add_chains(role, hook)
        replies = self.case.replies()
        for reply, rule in REPLIES.items():
            ports = ", ".join(str(port) for port, its_reply in replies.items() if its_reply == reply)
            if ports:
                self.nft(self.case.by, f"add rule ip bed replies tcp dport {{ {ports} }} {rule}")
        if self.case.error_pause != 1000:
            for role in {self.case.by, "router"}:
                self.setting(role, "ipv4/icmp_ratelimit", self.case.error_pause)
                self.setting(role, "ipv4/icmp_msgs_per_sec", 100_000)
                self.setting(role, "ipv4/icmp_msgs_burst", 100_000)
        if self.case.overtakes:
            self.nft("router", f"add set ip bed last {{ type ipv4_addr; size 256; timeout {REMEMBERED}s; }}")
            self.nft("router", f"add rule ip bed way {SYN} update @last {{ ip daddr }}")
        if self.case.light:
            self.count_traffic()
        self.apply(self.case.start)

    # --- what went by ----------------------------------------------------------------------------

    def last_syn_to_others(self, start: float) -> float:
        """When the last SYN to a host that is neither dead nor slow came by, in seconds since `start`."""
        seen = self.inside("router", "nft", "list set ip bed last")
        now = time.monotonic()
        left = {address: seconds_of(text) for address, text in
                re.findall(r"([0-9.]+) (?:timeout \S+ )?expires (\w+)", seen)}
        return now - start - min(REMEMBERED - seconds for address, seconds in left.items()
                                 if address not in (self.dead, self.slow))

    def count_traffic(self) -> None:
        """Count the SYNs before anything happens to them."""
        to_open = f"{SYN} tcp dport {{ {', '.join(map(str, self.case.open))} }}"
        two_ends = "type ipv4_addr . inet_service . ipv4_addr . inet_service"
        for command in (
            "add counter ip bed syns",
            "add counter ip bed too_often",
            f"add set ip bed entries {{ {two_ends}; size 1000000; flags dynamic; }}",
            "add set ip bed at_open { type ipv4_addr . inet_service; size 65535; flags dynamic; counter; }",
            "add set ip bed often { type ipv4_addr . inet_service; size 65535; flags dynamic; }",
            "add chain ip bed counting { type filter hook forward priority -20; }",
            f"add rule ip bed counting {SYN} counter name syns "
            "update @entries { ip saddr . tcp sport . ip daddr . tcp dport }",
            f"add rule ip bed counting {to_open} update @at_open {{ ip daddr . tcp dport }}",
            f"add rule ip bed counting {to_open} update @often {{ ip daddr . tcp dport "
            f"limit rate over {OFTEN}/second burst {OFTEN} packets }} counter name too_often",
        ):
            self.nft("router", command)

    def forget_traffic(self) -> None:
        for what in ("set ip bed entries", "set ip bed at_open", "set ip bed often"):
            self.nft("router", f"flush {what}")
        self.nft("router", "reset counters table ip bed")

    def traffic(self) -> Traffic:
        def listed(what: str) -> dict:
            answer = json.loads(self.inside("router", "nft", "-j", f"list {what}"))
            return next(each for part in answer["nftables"] for kind, each in part.items() if kind != "metainfo")

        met = [element["elem"]["counter"]["packets"] for element in listed("set ip bed at_open").get("elem", [])]
        return Traffic(listed("counter ip bed syns")["packets"], len(listed("set ip bed entries").get("elem", [])),
                       max(met, default=0), listed("counter ip bed too_often")["packets"])


def seconds_of(text: str) -> float:
    """A duration as nft writes it, 59m58s120ms."""
    units = {"d": 86400, "h": 3600, "m": 60, "s": 1, "ms": 0.001}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)(ms|[dhms])", text))
