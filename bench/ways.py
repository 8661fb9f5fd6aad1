"""Networks whose way limits, loses, delays or holds little: what many hosts, or many ports, share."""

from case import FEW_OPEN, PORTS_OF_MANY, WEB, Case, many
from changes import anew, bans, carries, holds, loses, pardons, silence, takes

HOP = (1, 0)  # a way that is no function call: over veth alone the kernel drops ICMP errors for a locked socket
HOSTS = many(254)
SHARED = {"like_nmap": True, "first_looks": True, "peers": ("-T4",)}
MANY = {"addresses": HOSTS, "ports": PORTS_OF_MANY, **SHARED}
FEW = {"open": FEW_OPEN, "closed": (), "rest": ("drop",), **SHARED}


def answering(count: int) -> frozenset[str]:
    """The addresses of HOSTS but `count` of them, spread over all."""
    return frozenset(HOSTS) - {HOSTS[number * len(HOSTS) // count] for number in range(count)}


WAYS = [
    # A limit that all hosts share.
    *(Case(f"way-{rate}", f"254 hosts behind a firewall that takes {rate} new connections a second, as many at once",
           start=(takes(f"{rate}/second", burst=rate),), quick=int(rate == 2000), **MANY)
      for rate in (500, 1000, 2000)),
    *(Case(f"way-{rate}-strict", f"254 hosts, {rate} new connections a second, 5 at once",
           start=(takes(f"{rate}/second"),), **MANY) for rate in (500, 1000, 2000)),
    Case("way-500-sparse", "60 of 254 addresses answer, 500 new connections a second, as many at once",
         silent=answering(60), start=(takes("500/second", burst=500), silence), **MANY),
    Case("way-500-sparse-strict", "60 of 254 addresses answer, 500 new connections a second, 5 at once",
         silent=answering(60), start=(takes("500/second"), silence), **MANY),
    Case("way-500-fleet", "1,000 hosts with 3 open ports, 500 new connections a second, as many at once",
         addresses=many(1000), ports=WEB, open=WEB, closed=(), start=(takes("500/second", burst=500),), **SHARED),
    Case("way-500-fleet-strict", "the same, 5 at once", addresses=many(1000), ports=WEB, open=WEB, closed=(),
         start=(takes("500/second"),), **SHARED),
    Case("way-1mbit", "254 hosts over 1 Mbit/s with a queue of 32 KiB", start=(carries("1mbit", "32768"),), **MANY),
    Case("way-256kbit", "254 hosts over 256 kbit/s with a queue of 16 KiB", start=(carries("256kbit", "16384"),),
         **MANY),

    # Too fast, but answered.
    *(Case(f"answers-reset{strict}", "a firewall answers more than 200 new connections a second with a RST, "
           f"{at_once} at once, the rest dropped", rest=("drop",),
           start=(takes("200/second", "reject with tcp reset", burst=at_once),), **SHARED)
      for strict, at_once in (("", 200), ("-strict", 5))),
    Case("answers-reset-closed", "the same, the rest closed",
         start=(takes("200/second", "reject with tcp reset", burst=200),), **SHARED),
    *(Case(f"answers-prohibited{drop}", "the same with ICMP admin-prohibited, without a limit on ICMP, "
           f"the rest {'dropped' if drop else 'closed'}", error_pause=0, delay=HOP, rest=("drop",) if drop else (),
           start=(takes("200/second", "reject with icmp type admin-prohibited", burst=200),), **SHARED)
      for drop in ("", "-drop")),

    # Slow ways.
    *(Case(f"rtt-600-loss-{loss}", f"600 ms round trip, {loss} % lost each way, the rest closed", delay=(300, 0),
           start=(loses(loss),), quick=int(loss == 5), **SHARED) for loss in (2, 5)),
    Case("rtt-600-loss-5-drop", "600 ms round trip, 5 % lost each way, the rest dropped", delay=(300, 0),
         rest=("drop",), start=(loses(5),), **SHARED),
    *(Case(f"rtt-{2 * delay}", f"{2 * delay} ms round trip, the rest dropped", delay=(delay, 0), rest=("drop",),
           **SHARED) for delay in (750, 950)),

    # One host, a limit, and a rest that is dropped.
    *(Case(f"takes-{rate}{few}{strict}", f"{rate} new connections a second, {at_once} at once, "
           f"{'3 open, ' if few else ''}the rest dropped", start=(takes(f"{rate}/second", burst=at_once),),
           **(FEW if few else {"rest": ("drop",), **SHARED}))
      for rate in (50, 10) for few in ("", "-few") for strict, at_once in (("", rate), ("-strict", 5))),
    Case("open-12-a-minute", "the only open port takes 12 new connections a minute, 12 at once, the rest dropped",
         each=(anew(takes("12/minute", burst=12, what=f"tcp dport {FEW_OPEN[0]} ct state new")),),
         **{**FEW, "open": FEW_OPEN[:1]}),
    Case("kbit-64", "64 kbit/s with a queue of 16 KiB, the rest dropped", rest=("drop",),
         start=(carries("64kbit", "16384"),), **SHARED),
    *(Case(f"ban{strict}", f"a ban of 5 s above 100 new connections a second, {at_once} at once, 3 open, the rest "
           "dropped",
           start=(bans("100/second", 5, burst=at_once),), each=(pardons,), **FEW)
      for strict, at_once in (("", 100), ("-strict", 5))),

    # A table of connections that is full.
    Case("table-1000", "a router whose table holds 1,000 connections, 3 open, the rest dropped",
         start=(holds(1000),), **FEW),
    Case("table-2000", "254 addresses behind a router whose table holds 2,000 connections, 60 answer",
         silent=answering(60), start=(silence, holds(2000)), **MANY),
    Case("table-1000-empty", "1,000 connections, each time empty at first, 3 open, the rest dropped",
         each=(anew(holds(1000, 30)),), **FEW),
    Case("table-2000-empty", "254 addresses, 2,000 connections, each time empty at first, 60 answer",
         silent=answering(60), start=(silence,), each=(anew(holds(2000, 30)),), **MANY),

    Case("descriptors", "256 descriptors, the rest dropped", rest=("drop",), wrapper=("prlimit", "--nofile=256:256"),
         **SHARED),
]
