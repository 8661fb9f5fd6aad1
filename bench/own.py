"""Networks that are in no report: other losses, limits that differ by where packets come from or go to, or begin late;
and silent networks, on which is counted what a run sends."""

from case import FAR, FEW_OPEN, Case
from changes import carries, loses, rules, silence, takes, takes_each
from moments import trouble
from networks import SYN
from ways import FEW, MANY, SHARED, answering

LIGHT = {**SHARED, "light": True}
SOURCES = ((1024, 40000), (40001, 48000), (48001, 54000), (54001, 65535))  # in each of which the kernel takes some

OWN = [
    Case("loss-back-10", "nothing lost on the way out, 10 % on the way back, the rest closed", start=(loses(0, 10),),
         **SHARED),
    Case("loss-out-10-drop", "10 % lost on the way out, nothing on the way back, the rest dropped", rest=("drop",),
         start=(loses(10, 0),), **SHARED),
    Case("limit-by-source", "each quarter of the source ports may make 50 new connections a second, the rest closed",
         start=(rules(*(f"tcp sport {low}-{high} {SYN} limit rate over 50/second drop" for low, high in SOURCES)),),
         **SHARED),
    Case("policer-300", "254 hosts, 300 new connections a second, 50 at once",
         start=(takes("300/second", burst=50),), **MANY),
    Case("way-500-drop", "254 hosts, one port open, the rest dropped, 500 new connections a second, as many at once",
         rest=("drop",), closed=(), start=(takes("500/second", burst=500),), **MANY),
    Case("limit-by-host", "each of 254 hosts takes 10 new connections a second, 5 at once",
         start=(takes_each("10/second"),), **MANY),
    Case("two-ways", "127 hosts behind a router that takes 200 new connections a second, 127 behind another",
         network="two-ways", start=(takes("200/second", burst=200),), **MANY),
    Case("limit-begins", "254 hosts, of which 60 answer; 500 new connections a second from 50 ms on",
         silent=answering(60), start=(silence,),
         during=lambda: trouble(600, f"{SYN} limit rate over 500/second drop", start=0.05), **MANY),
    Case("hosts-reset", "254 hosts, a firewall answers more than 500 new connections a second with a RST",
         start=(takes("500/second", "reject with tcp reset", burst=500),), **MANY),
    Case("few-100", "100 new connections a second, 30 ms round trip, 3 open, the rest dropped", delay=(15, 0),
         start=(takes("100/second"),), **FEW),
    Case("queue-small", "254 hosts over 10 Mbit/s with a queue of 4 KiB", start=(carries("10mbit", "4096"),), **MANY),

    Case("light-one", "one open port, the rest dropped", **{**FEW, **LIGHT, "open": FEW_OPEN[:1]}),
    Case("light-dead", "a host at which nothing answers", silent=frozenset({FAR}), start=(silence,), **LIGHT),
    Case("light-hosts", "60 of 254 addresses answer", silent=answering(60), start=(silence,), **{**MANY, **LIGHT}),
]
