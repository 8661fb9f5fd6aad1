"""The programs that bench/accuracy runs on a network, and what their runs came to."""

import json
import subprocess
import time
import xml.etree.ElementTree
from dataclasses import dataclass, field
from pathlib import Path

from bed import Failure, TookTooLong, finish
from networks import Network

PROGRAM_LIMIT = 180  # seconds
PEER_LIMIT = 120


@dataclass
class Runs:
    """What the runs of one program came to."""
    walls: list[float] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)  # each once
    drifted: int = 0  # runs with drift, where there was none
    wrong: int = 0  # runs in which some state is not the true one
    wrong_states: int = 0
    unstable: int = 0  # runs in which looks at some port disagreed
    failed: list[str] = field(default_factory=list)  # why, of runs without an answer
    others: list[float] = field(default_factory=list)  # when the last SYN to an undisturbed host came, in seconds

    def judge(self, states: dict, truth: dict) -> None:
        differing = sum(states.get(endpoint) != state for endpoint, state in truth.items())
        differing += len(states.keys() - truth.keys())
        self.wrong_states += differing
        self.wrong += differing > 0


def timed(command: list, inside: list[str] = [], limit: int = PROGRAM_LIMIT) -> tuple[int, str, float]:
    start = time.monotonic()
    code, output = finish(command, limit=limit, inside=inside, stderr=subprocess.DEVNULL)
    return code, output, time.monotonic() - start


class Portbase:
    """The binary under test, with a database of its own for one case."""

    def __init__(self, binary: Path, network: Network, folder: str) -> None:
        self.network = network
        self.case = network.case
        self.binary = binary
        self.near = network.prefix("near")
        self.database = ["--db", f"{folder}/portbase.db"]

    def check(self, runs: Runs, *request: str) -> None:
        """One run, told to `runs`."""
        begin = time.monotonic()
        code, output, wall = timed([self.binary, "check", *self.database, "--name", "bed", "--json", *request],
                                   self.near)
        runs.walls.append(wall)
        if self.case.hosts:
            runs.others.append(self.network.last_syn_to_others(begin))
        if code not in (0, 1, 2):
            runs.failed.append(f"portbase ended with {code}")
            return
        try:
            report = json.loads(output)
            results = {(host["host"], result["port"]): result for host in report["hosts"] for result in host["results"]}
        except (ValueError, KeyError) as error:
            runs.failed.append(f"JSON: {error!r}")
            return
        if report["digest"] not in runs.digests:
            runs.digests.append(report["digest"])
        runs.judge({endpoint: result["state"] for endpoint, result in results.items()}, self.case.truth())
        # Without a baseline the exit code judges states.
        runs.drifted += bool(report["drift"]) or code != 0 if report["baseline"] else 0
        runs.unstable += any("unstable" in result for result in results.values())

    def set_baseline(self, more: int) -> Runs:
        """The run that is to be, and, of many hosts, some more before the dead one dies, to be compared with."""
        target, ports = self.case.targets()
        before = Runs()
        self.check(before, "-H", target, "-p", f"{ports[0]}-{ports[-1]}")
        if self.case.hosts:
            for _ in range(more):
                self.check(before)
            self.network.disturb()
            self.check(Runs())
        code, _, _ = timed([self.binary, "baseline", "set", "bed", *self.database, "--reason", "bed"], self.near)
        if code != 0 or before.failed:
            raise Failure(f"no baseline: {(before.failed or [f'baseline set ended with {code}'])[0]}")
        return before

    def measure(self, count: int) -> tuple[Runs, Runs]:
        """The runs before the network is disturbed, and `count` after."""
        before = self.set_baseline(more=min(count - 1, 4))
        if not self.case.hosts:
            self.network.disturb()
        runs = Runs()
        for _ in range(count):
            self.check(runs)
            if not runs.digests:
                break  # it does not work at all: no need to wait for each
        return before, runs


def nmap_runs(network: Network, folder: str, timing: str, count: int) -> Runs:
    result = Runs()
    target, ports = network.case.targets()
    files = [f"{folder}/nmap{timing}-{number}.xml" for number in range(count)]
    for file in files:
        try:
            code, _, wall = timed(["nmap", "-sT", "-Pn", "-n", timing, "-oX", file, "-p", f"{ports[0]}-{ports[-1]}",
                                   target], network.prefix("near"), PEER_LIMIT)
        except TookTooLong as reason:
            result.walls.append(PEER_LIMIT)  # at least
            result.failed.append(str(reason))
            break  # the next ones would, too
        if code != 0:
            raise Failure(f"nmap ended with {code}")
        result.walls.append(wall)
        result.judge(nmap_states(file), network.case.truth())
        if file != files[0]:
            code = timed(["ndiff", files[0], file])[0]
            if code not in (0, 1):
                raise Failure(f"ndiff ended with {code}")
            result.drifted += code
    return result


def nmap_states(file: str) -> dict[tuple[str, int], str]:
    states = {}
    for host in xml.etree.ElementTree.parse(file).getroot().findall("host"):
        address = host.find("address").get("addr")
        for extra in host.findall("ports/extraports"):
            # The ports that are not listed one by one stand in the reasons' ranges.
            for reason in extra.findall("extrareasons"):
                states |= {(address, port): extra.get("state") for port in listed(reason.get("ports"))}
        for port in host.findall("ports/port"):
            states[address, int(port.get("portid"))] = port.find("state").get("state")
    return states


def listed(ranges: str) -> list[int]:
    """The ports of 22,8000-8010."""
    ends = [part.partition("-") for part in ranges.split(",")]
    return [port for low, _, high in ends for port in range(int(low), int(high or low) + 1)]
