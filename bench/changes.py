"""What can be done to a network of bench/accuracy: each function makes a change, which is then applied to it."""

from networks import SYN, Change, Network


def rules(*lines: str, at: str = "router", chain: str = "way") -> Change:
    """These rules for what comes by, as nft writes them."""
    def change(network: Network) -> None:
        for line in lines:
            network.nft(at, f"add rule {network.family} bed {chain} {line}")
    return change


def anew(*changes: Change) -> Change:
    """The rules of the way are only these, and have counted nothing so far."""
    def change(network: Network) -> None:
        network.nft("router", f"flush chain {network.family} bed way")
        network.apply(changes)
    return change


# --- loss and silence ------------------------------------------------------------------------

def loses(percent: float, back: float | None = None) -> Change:
    """So many of a hundred packets are lost on the way out, and as many, or `back`, on the way back."""
    def change(network: Network) -> None:
        for side, share in (("saddr", percent), ("daddr", percent if back is None else back)):
            if share:
                network.nft("router", f"add rule ip bed way ip {side} {network.near_address} "
                                      f"numgen random mod 1000 < {round(share * 10)} drop")
    return change


def silence(network: Network) -> None:
    """Nothing answers at the addresses that the case calls silent; the way there is used all the same."""
    network.nft("far", f"add rule ip bed replies ip daddr {{ {', '.join(sorted(network.case.silent))} }} drop")


# --- limits ----------------------------------------------------------------------------------

def takes(rate: str, over: str = "drop", burst: int = 5, what: str = SYN, at: str = "router") -> Change:
    """A firewall takes only so many new connections, 500/second, and treats the others as said."""
    return rules(f"{what} limit rate over {rate} burst {burst} packets {over}", at=at)


def takes_each(rate: str, burst: int = 5) -> Change:
    """Each host behind a firewall takes only so many new connections."""
    def change(network: Network) -> None:
        network.nft("router", "add set ip bed taken { type ipv4_addr; size 65535; flags dynamic; }")
        rules(f"{SYN} add @taken {{ ip daddr limit rate over {rate} burst {burst} packets }} drop")(network)
    return change


def bans(rate: str, seconds: int, burst: int = 5) -> Change:
    """Whoever makes new connections faster than that is dropped for so long, from all."""
    def change(network: Network) -> None:
        network.nft("router", f"add set ip bed banned {{ type ipv4_addr; flags dynamic,timeout; timeout {seconds}s; }}")
        rules("ip saddr @banned drop",
              f"{SYN} limit rate over {rate} burst {burst} packets add @banned {{ ip saddr }} drop")(network)
    return change


def pardons(network: Network) -> None:
    """A ban that an earlier run earned is over."""
    network.nft("router", "flush set ip bed banned")


def holds(connections: int, seconds: int = 120) -> Change:
    """The router's table holds so many connections, those without an answer for so long; more get nowhere.

    120 s is what Linux has. The limit of its own table can be set for the whole machine only.
    """
    def change(network: Network) -> None:
        network.setting("router", "netfilter/nf_conntrack_tcp_timeout_syn_sent", seconds)
        rules(f"ct state new ct count over {connections} drop")(network)
    return change


def carries(rate: str, queue: str) -> Change:
    """The router sends so much each way, and lets so many bytes wait: 1mbit, 32kb."""
    def change(network: Network) -> None:
        for device in ("to-near", "to-far"):
            network.inside("router", "tc", "qdisc", "add", "dev", device, "root", "tbf", "rate", rate, "burst", "1600",
                           "limit", queue)
    return change
