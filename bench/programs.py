"""The programs that bench/accuracy runs on a network, and what their runs came to."""

import contextlib
import json
import subprocess
import time
import xml.etree.ElementTree
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bed import Failure, TookTooLong, finish
from case import Case
from networks import Network, Traffic

PROGRAM_LIMIT = 180  # seconds
PEER_LIMIT = 120


@dataclass
class Runs:
    """What the runs of one program came to."""
    walls: list[float] = field(default_factory=list)
    digests: list[str] = field(default_factory=list)  # of each run that answered
    drifts: list[bool] = field(default_factory=list)  # of these, whether it told drift, where there was none
    wrong: int = 0  # runs in which some state is not the true one
    wrong_states: int = 0
    unstable: int = 0  # runs in which looks at some port disagreed
    told: list[bool] = field(default_factory=list)  # of these, whether all that is unstable was listed as such
    failed: list[str] = field(default_factory=list)  # why, of runs without an answer
    unknown: int = 0  # of these, how many ended as UNKNOWN
    others: list[float] = field(default_factory=list)  # when the last SYN to an undisturbed host came, in seconds
    traffic: list[Traffic] = field(default_factory=list)

    def judge(self, states: dict[tuple[str, int], str], case: Case) -> None:
        truth = case.truth()
        differing = sum(states.get(endpoint) != state for endpoint, state in truth.items())
        differing += len(states.keys() - truth.keys() - case.endpoints(case.flipping))
        self.wrong_states += differing
        self.wrong += differing > 0


def timed(command: list, inside: list[str] = [], limit: int = PROGRAM_LIMIT) -> tuple[int, str, float]:
    start = time.monotonic()
    code, output = finish(command, limit=limit, inside=inside, stderr=subprocess.DEVNULL)
    return code, output, time.monotonic() - start


@contextlib.contextmanager
def one_run(network: Network, runs: Runs, has_moments: bool = True) -> Iterator[None]:
    """A run on the network, whose traffic is told to `runs`."""
    with network.one_run(has_moments):
        if network.case.light:
            network.forget_traffic()
        yield
        if network.case.light:
            runs.traffic.append(network.traffic())


def address_file(network: Network, folder: str) -> Path:
    """The addresses of the case, as portbase and nmap read them."""
    file = Path(folder, "addresses")
    file.write_text("".join(f"{address}\n" for address in network.case.addresses))
    return file


class Portbase:
    """The binary under test, with a database of its own for one case."""

    def __init__(self, binary: Path, network: Network, folder: str, minutes: float) -> None:
        self.seconds = minutes * 60  # after which no further run begins
        self.network = network
        self.case = network.case
        self.binary = binary
        self.folder = folder
        self.database = f"{folder}/portbase.db"
        self.request = ["--targets", str(address_file(network, folder)), "-p", self.case.port_list()]

    def check(self, runs: Runs, *request: str, database: str | None = None, has_moments: bool = True) -> None:
        """One run, told to `runs`."""
        command = [self.binary, "check", "--db", database or self.database, "--name", "bed", "--json", *request]
        with one_run(self.network, runs, has_moments):
            begin = time.monotonic()
            try:
                code, output, wall = timed(command, self.network.program())
            except TookTooLong as reason:
                runs.walls.append(PROGRAM_LIMIT)  # at least
                runs.failed.append(str(reason))
                return
        runs.walls.append(wall)
        if self.case.overtakes:
            runs.others.append(self.network.last_syn_to_others(begin))
        if code not in (0, 1, 2):
            runs.unknown += code == 3
            runs.failed.append(f"portbase ended with {code}")
            return
        try:
            report = json.loads(output)
            results = {(host["host"], result["port"]): result for host in report["hosts"] for result in host["results"]}
        except (ValueError, KeyError) as error:
            runs.failed.append(f"JSON: {error!r}")
            return
        runs.digests.append(report["digest"])
        runs.judge({endpoint: result["state"] for endpoint, result in results.items()}, self.case)
        # Without a baseline the exit code judges states.
        runs.drifts.append(bool(report["baseline"]) and (bool(report["drift"]) or code != 0))
        unstable = {endpoint for endpoint, result in results.items() if "unstable" in result}
        runs.unstable += bool(unstable)
        runs.told.append(self.case.endpoints(self.case.unstable + self.case.flipping) <= unstable)

    def set_baseline(self, more: int) -> Runs:
        """The run that is to be, and, of many hosts, some more before the dead one dies, to be compared with."""
        before = Runs()
        self.check(before, *self.request, has_moments=False)
        if self.case.overtakes:
            for _ in range(more):
                self.check(before)
            self.network.apply(self.case.disturb)
            self.check(Runs())
        code, _, _ = timed([self.binary, "baseline", "set", "bed", "--db", self.database, "--reason", "bed"],
                           self.network.program())
        if code != 0 or before.failed:
            raise Failure(f"no baseline: {(before.failed or [f'baseline set ended with {code}'])[0]}")
        return before

    def measure(self, count: int) -> tuple[Runs, Runs]:
        """The runs before the network is disturbed, and `count` after."""
        before = self.set_baseline(more=min(count - 1, 4))
        if not self.case.overtakes:
            self.network.apply(self.case.disturb)
        runs = Runs()
        for _ in self.numbers(count, runs):
            self.check(runs)
        return before, runs

    def numbers(self, count: int, runs: Runs) -> Iterator[int]:
        """Numbers of runs, as long as there is time and they work at all."""
        end = time.monotonic() + self.seconds
        for number in range(count):
            works = runs.digests or self.case.is_unknown or number == 0
            if not works or time.monotonic() > end:
                return
            yield number

    def first_looks(self, count: int) -> Runs:
        """Runs on the disturbed network that know nothing from before."""
        runs = Runs()
        for number in self.numbers(count, runs):
            self.check(runs, *self.request, database=f"{self.folder}/first-{number}.db")
        return runs


def nmap_runs(network: Network, folder: str, timing: str, count: int) -> Runs:
    result = Runs()
    files = [f"{folder}/nmap{timing}-{number}.xml" for number in range(count)]
    family = ["-6"] if ":" in network.case.addresses[0] else []
    command = ["nmap", "-sT", "-Pn", "-n", timing, *family, "-p", network.case.port_list(),
               "-iL", address_file(network, folder)]
    for file in files:
        try:
            with one_run(network, result):
                code, _, wall = timed([*command, "-oX", file], network.program(), PEER_LIMIT)
        except TookTooLong as reason:
            result.walls.append(PEER_LIMIT)  # at least
            result.failed.append(str(reason))
            break  # the next ones would, too
        if code != 0:
            raise Failure(f"nmap ended with {code}")
        result.walls.append(wall)
        result.judge(nmap_states(file), network.case)
        if file != files[0]:
            code = timed(["ndiff", files[0], file])[0]
            if code not in (0, 1):
                raise Failure(f"ndiff ended with {code}")
            result.drifts.append(code == 1)
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
