"""The cases of bench/accuracy, in the order of the table."""

from case import PORTS_OF_MANY, REPLIES, Case, many
from changes import loses, silence, takes
from moments import MOMENTS
from networks import Network, Routed
from own import OWN
from ways import HOP, WAYS

REJECTS = tuple(reply for reply in REPLIES if reply != "drop")
ICMP_REJECTS = tuple(reply for reply in REJECTS if reply != "tcp-reset")
FEW_REJECTS = ("drop",) * 90 + ICMP_REJECTS  # 900 dropped, 10 of each: with hundreds nmap needs minutes


def slows(network: Network) -> None:
    """One address is behind a slow way."""
    network.ip("router", "route", "add", Routed.slow, "via", "10.96.0.2")


PORTS_OF_ONE = [
    Case("drop", "the rest dropped", rest=("drop",), within=2.4, quick=2),
    *(Case(f"reject-{kind}", f"half of the rest rejected: {kind}, half dropped", rest=("drop", kind), error_pause=0,
           delay=HOP) for kind in REJECTS),
    Case("reject-mixed", "the rest rejected in four kinds, and dropped", rest=("drop", *REJECTS), error_pause=0,
         delay=HOP, quick=2),
    Case("reject-limited", "the same, but an ICMP error a second", rest=("drop", *REJECTS), delay=HOP),
    Case("reject-some", "the same, but an ICMP error each 10 ms", rest=("drop", *REJECTS), error_pause=10, delay=HOP,
         quick=2),
    Case("reject-router", "the same, by the router and with no hop between", rest=("drop", *REJECTS), by="router",
         error_pause=0),
    Case("loss-2", "2 % lost each way, the rest closed", disturb=(loses(2),), of_nmap=0.5),
    Case("loss-5", "5 % lost each way, the rest closed", disturb=(loses(5),), of_nmap=0.5, quick=5),
    Case("loss-2-filtered", "2 % lost each way, the rest dropped or rejected", rest=("drop", *ICMP_REJECTS),
         disturb=(loses(2),), of_nmap=0.15),
    Case("loss-5-filtered", "5 % lost each way, the rest dropped or rejected", rest=("drop", *ICMP_REJECTS),
         disturb=(loses(5),), of_nmap=0.15, quick=2),
    Case("loss-2-few", "2 % lost each way, the rest dropped, but for 30 rejected", rest=FEW_REJECTS,
         disturb=(loses(2),), of_nmap=0.15),
    Case("loss-5-few", "5 % lost each way, the rest dropped, but for 30 rejected", rest=FEW_REJECTS,
         disturb=(loses(5),), of_nmap=0.15),
    Case("loss-5-errors", "5 % lost each way, the rest dropped or rejected over a hop, each with its ICMP error",
         rest=("drop", *ICMP_REJECTS), disturb=(loses(5),), error_pause=0, delay=HOP),
    Case("syn-limit", "200 SYNs a second, the rest closed", disturb=(takes("200/second", at="far"),), quick=1),
    Case("delay-20", "20 ms each way and up to 10 ms jitter, the rest dropped", rest=("drop",), delay=(20, 10),
         quick=1),
    Case("delay-200", "200 ms each way and up to 50 ms jitter, the rest dropped", rest=("drop",), delay=(200, 50)),
    Case("hosts-254", "254 hosts × 20 ports, one dead, one 300 ms away", addresses=many(254), ports=PORTS_OF_MANY,
         silent=frozenset({Routed.dead}), disturb=(silence, slows), overtakes=True, within=2.4, quick=1),
]

CASES = [*PORTS_OF_ONE, *WAYS, *MOMENTS, *OWN]
