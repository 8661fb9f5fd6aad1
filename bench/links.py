"""Networks of other shapes than a router with one way behind it."""

import contextlib
import ipaddress
import subprocess
import sys
import tempfile
from pathlib import Path

from bed import ENDS_WITH_US, PEERS, Failure, running
from case import FAR, Case
from networks import Network, Routed

NAME = "web.bed.test"
FAR_6 = "fd00:97::2"


class OwnLink(Network):
    """near ── far, on one link: near looks for each address as a neighbour. Far has those that are not silent."""
    near_addresses = {4: "10.100.0.1/20", 6: "fd00:98::1/64"}

    def __init__(self, case: Case, cleanup: contextlib.ExitStack) -> None:
        super().__init__(case, cleanup, "near", "far")
        family = ipaddress.ip_address(case.addresses[0]).version
        self.family = {4: "ip", 6: "ip6"}[family]
        self.command("ip", "link", "add", "to-far", "netns", self.name("near"), "type", "veth", "peer", "name",
                     "to-near", "netns", self.name("far"))
        length = self.near_addresses[family].partition("/")[2]
        answering = [f"{address}/{length}" for address in case.addresses if address not in case.silent]
        own = [self.near_addresses[family]]
        for role, device, addresses in (("near", "to-far", own), ("far", "to-near", answering)):
            without_search = "nodad" if family == 6 else ""
            lines = "".join(f"address add {address} dev {device} {without_search}\n" for address in addresses)
            done = subprocess.run([*ENDS_WITH_US, "ip", "-n", self.name(role), "-batch", "-"], input=lines, text=True,
                                  capture_output=True, timeout=30)
            if done.returncode != 0:
                raise Failure(f"no addresses for {role}: {done.stderr.strip()}")
            self.ip(role, "link", "set", device, "up")
            self.add_chains(role, "input")
        self.listen("far", "::" if family == 6 else "0.0.0.0")
        self.apply(case.start)

    def forget_neighbours(self) -> None:
        for role in ("near", "far"):
            self.ip(role, "-4" if self.family == "ip" else "-6", "neigh", "flush", "all", "nud", "all")


class TwoWays(Routed):
    """The first half of the addresses is behind the router, the other behind a second one of its own."""

    def __init__(self, case: Case, cleanup: contextlib.ExitStack) -> None:
        super().__init__(case, cleanup, "other", "beyond")
        self.join("near", "10.95.0.1", "other", "10.95.0.2")
        self.join("other", "10.94.0.1", "beyond", "10.94.0.2")
        self.setting("other", "ipv4/ip_forward", 1)
        self.ip("beyond", "route", "add", "default", "via", "10.94.0.1")
        self.ip("other", "route", "add", "default", "via", "10.94.0.2")
        half = len(case.addresses) // 2
        for address in case.addresses[half:]:
            self.ip("near", "route", "add", address, "via", "10.95.0.2")
            self.ip("beyond", "route", "add", "local", address, "dev", "lo")
        self.listen("beyond")


class Named(Routed):
    """The far host has a name, which a server of its own tells near, and addresses of both families."""
    listens_at = "::"

    def __init__(self, case: Case, cleanup: contextlib.ExitStack) -> None:
        super().__init__(case, cleanup)
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="portbase-names-")))
        self.mode, self.resolver = folder / "mode", folder / "resolv.conf"
        self.says("")
        self.resolver.write_text("nameserver 127.0.0.53\noptions timeout:1 attempts:2\n")
        server = [sys.executable, PEERS / "names.py", "127.0.0.53", self.mode, NAME, FAR, FAR_6]
        cleanup.enter_context(running([*self.prefix("near"), *server]))
        for role, device, address in (("near", "to-router", "fd00:98::1"), ("router", "to-near", "fd00:98::2"),
                                      ("router", "to-far", "fd00:97::1"), ("far", "to-router", FAR_6)):
            self.ip(role, "address", "add", f"{address}/64", "dev", device, "nodad")
        self.setting("router", "ipv6/conf/all/forwarding", 1)
        for role, gateway in (("near", "fd00:98::2"), ("far", "fd00:97::1")):
            self.ip(role, "route", "add", "default", "via", gateway)

    def says(self, mode: str) -> None:
        """What the server says from now on."""
        new = self.mode.with_suffix(".new")
        new.write_text(mode)
        new.rename(self.mode)

    def calm(self) -> None:
        super().calm()
        self.says("")

    def program(self) -> list[str]:
        # `ip netns exec` gives each program mounts of its own.
        mount = f'mount --bind {self.resolver} /etc/resolv.conf && exec "$@"'
        return [*self.prefix("near"), "sh", "-c", mount, "sh", *self.case.wrapper]


NETWORKS = {"routed": Routed, "own-link": OwnLink, "two-ways": TwoWays, "named": Named}
