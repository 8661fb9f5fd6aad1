"""Networks, services and names that are away, or say something else, for a moment."""

import itertools
import sys

from bed import PEERS, running
from case import OPEN, PORTS_OF_MANY, WEB, Case
from changes import rules
from links import NAME, OwnLink
from networks import SYN, Change, Moments, Network
from ways import HOP, SHARED

PLUGIN = 10.0  # seconds that a monitoring plugin is given in all
NEIGHBOURS = tuple(f"10.100.{number // 256}.{number % 256}" for number in range(16, 4016))
WORDS = {"nxdomain": "NXDOMAIN", "servfail-a": "SERVFAIL to the question for IPv4",
         "nodata-a": "that there is no address of IPv4"}


# --- what happens when -----------------------------------------------------------------------

def trouble(seconds: float, *lines: str, at: str = "router", start: float = 0) -> Moments:
    """These rules hold for so long."""
    yield start, rules(*lines, at=at, chain="moment")
    yield start + seconds, lambda network: network.nft(at, f"flush chain {network.family} bed moment")


def blackouts(seconds: float, every: float) -> Moments:
    """Nothing comes through, again and again."""
    for number in itertools.count():
        yield from trouble(seconds, "drop", start=number * every + 0.1)


def says(mode: str, seconds: float) -> Moments:
    """The name server says something else for so long."""
    yield 0, lambda network: network.says(mode)
    yield seconds, lambda network: network.says("")


def unsteady(*words: object) -> Change:
    """The first open port is that of a service in trouble."""
    def change(network: Network) -> None:
        network.cleanup.enter_context(running([*network.prefix("far"), sys.executable, PEERS / "unsteady.py",
                                               "0.0.0.0", OPEN[0], *words]))
    return change


def loses_on_link(percent: int) -> Change:
    """On the own link so much is lost each way, of what finds neighbours too."""
    def change(network: OwnLink) -> None:
        for role in ("near", "far"):
            rules(f"numgen random mod 100 < {percent} drop", at=role)(network)
            if network.family == "ip":
                network.nft(role, "add table arp bed")
                network.nft(role, "add chain arp bed way { type filter hook input priority 0; }")
                network.nft(role, f"add rule arp bed way numgen random mod 100 < {percent} drop")
    return change


# --- the cases -------------------------------------------------------------------------------

TOLD = {"peers": (), "within": PLUGIN}
NAMED = {"network": "named", "addresses": (NAME,), "peers": ()}
UNSTEADY = {"flipping": OPEN[:1], "peers": ()}

MOMENTS = [
    # Away, or refused, for a moment.
    *(Case(f"unreachable-{seconds}s", f"the router says host-unreachable for the first {seconds} s", error_pause=0,
           delay=HOP, during=lambda seconds=seconds: trouble(seconds, "reject with icmp type host-unreachable"),
           quick=int(seconds == 2), **TOLD) for seconds in (1, 2, 4)),
    *(Case(f"restart-{seconds}s", f"a service is away, and its port closed, for the first {seconds} s",
           during=lambda seconds=seconds: trouble(seconds, f"tcp dport {OPEN[0]} reject with tcp reset", at="far"),
           unstable=OPEN[:1], quick=int(seconds == 1), **TOLD) for seconds in (1, 3, 5)),
    Case("restart-all-3s", "all services of the host are away, and their ports closed, for the first 3 s",
         during=lambda: trouble(3, "meta l4proto tcp reject with tcp reset", at="far"), unstable=OPEN,
         **TOLD),
    *(Case(f"away-{seconds}s", f"all is dropped for the first {seconds} s",
           during=lambda seconds=seconds: trouble(seconds, "drop"), peers=()) for seconds in (3, 8)),
    Case("blackout-2s", "all is dropped for 2 s, once, the rest always", rest=("drop",),
         during=lambda: trouble(2, "drop", start=0.3), **SHARED),
    Case("blackouts-300ms", "all is dropped for 300 ms of each 1.5 s, the rest always", rest=("drop",),
         during=lambda: blackouts(0.3, 1.5), **SHARED),
    Case("rtt-switching", "20 ms and 1 s round trip by turns, each for 1.5 s, the rest dropped", delay=(10, 0),
         switch=(500, 1500), rest=("drop",), **SHARED),

    # Ports that flip by themselves.
    Case("hung", "a service accepts nothing; two connections may wait", start=(unsteady("hung", 1),), **UNSTEADY),
    Case("hung-slow", "a service accepts one connection each 2 s; one may wait", start=(unsteady("slow", 0, 2),),
         **UNSTEADY),
    Case("flaps", "a service listens for 1.3 s, then does not for 1.3 s", start=(unsteady("flaps", 1.3, 1.3),),
         **UNSTEADY),
    Case("backends", "one of two backends of a port refuses",
         start=(rules(f"tcp dport {OPEN[0]} {SYN} numgen inc mod 2 0 reject with tcp reset"),
                unsteady("flaps", 3600, 0)), **UNSTEADY),

    # Neighbours that are not known yet.
    *(Case(f"own-link-{count}", f"{count} addresses of the own link, 100 are there", network="own-link",
           addresses=NEIGHBOURS[:count], silent=frozenset(NEIGHBOURS[:count]) - set(NEIGHBOURS[:count:count // 100]),
           ports=WEB, open=WEB, closed=(), each=(OwnLink.forget_neighbours,), **SHARED) for count in (2000, 4000)),
    Case("neighbour-loss-5", "the own link, 5 % lost each way, questions for neighbours too", network="own-link",
         addresses=NEIGHBOURS[:1], start=(loses_on_link(5),), each=(OwnLink.forget_neighbours,), **SHARED),
    Case("neighbour-loss-5-ipv6", "the same over IPv6", network="own-link", addresses=("fd00:98::2",),
         start=(loses_on_link(5),), each=(OwnLink.forget_neighbours,), quick=3, **SHARED),
    Case("neighbours-loss-5-ipv6", "the same, 50 hosts with 20 ports", network="own-link",
         addresses=tuple(f"fd00:98::{number:x}" for number in range(2, 52)), ports=PORTS_OF_MANY,
         start=(loses_on_link(5),), each=(OwnLink.forget_neighbours,), **SHARED),

    # Names, for which the server says something else.
    *(Case(f"name-{mode}-{text}", f"the name server says {WORDS[mode]} for the first {text}",
           during=lambda mode=mode, seconds=seconds: says(mode, seconds), quick=int(seconds < 1), **NAMED)
      for mode, seconds, text in (("nxdomain", 0.3, "300ms"), ("nxdomain", 2, "2s"), ("servfail-a", 1, "1s"),
                                  ("nodata-a", 1, "1s"), ("nodata-a", 3, "3s"))),
    Case("name-servfail-a", "the name server says SERVFAIL to the question for IPv4, and answers that for IPv6",
         disturb=(lambda network: network.says("servfail-a"),), is_unknown=True, **NAMED),
]
