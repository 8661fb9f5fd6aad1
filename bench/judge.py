"""What the runs on a network have to reach, and whether they did."""

import statistics
from dataclasses import dataclass, field

from case import Case
from programs import Runs

LATER = 0.1  # seconds that a dead and a slow host may cost the others: the machine's own unrest
SOON = 4.0  # seconds: where nmap is right in less, portbase may take a fifth longer
MOST_AT_OPEN = 20  # connections that a run makes to an open port
FIRST_LOOKS = "portbase, first looks"
PEER = "nmap -T4 + ndiff"

Target = tuple[str, bool]  # and whether it is met


@dataclass
class Found:
    """What a case came to; `runs` by program, portbase first, or the text of what kept it from running."""
    case: Case
    runs: dict[str, Runs | str]
    targets: list[Target] = field(default_factory=list)

    @property
    def is_met(self) -> bool:
        return all(met for _, met in self.targets)


def judge(found: Found, before: Runs, is_quick: bool) -> None:
    """Find each target. The short version judges no times: other work may go on beside it."""
    case, runs, nmap = found.case, found.runs["portbase"], found.runs.get(PEER)
    first = found.runs.get(FIRST_LOOKS)
    if case.is_unknown:
        found.targets = [("UNKNOWN each time", runs.unknown == len(runs.walls))]
        return
    found.targets = [truth(case, before, runs)]
    if first:
        found.targets.append(("the same at the first look",
                              first.wrong == 0 and len(set(first.digests)) == 1 and not first.failed))
    if case.flipping or case.unstable:
        found.targets.append(("listed as unstable", all(runs.told[learnt(case, runs):])))
    if case.light:
        found.targets += tread(case, runs)
    if is_quick:
        return
    if case.within:
        found.targets.append((f"wall ≤ {case.within} s", max(runs.walls) <= case.within))
    if case.overtakes:
        then, now = statistics.median(before.others), statistics.median(runs.others)
        found.targets.append((f"the last SYN to another host as early as before: {then * 1000:.0f} and "
                              f"{now * 1000:.0f} ms", now <= then + LATER))
    if isinstance(nmap, Runs):
        found.targets += beside_nmap(case, runs, first, nmap)
    elif nmap and (case.of_nmap or case.like_nmap):
        found.targets.append(("wall beside nmap -T4's, which failed", False))


def learnt(case: Case, runs: Runs) -> int:
    """The run from which on all is judged. What flips by itself is learnt from the first half of them."""
    return len(runs.digests) // 2 if case.flipping else 0


def truth(case: Case, before: Runs, runs: Runs) -> Target:
    from_run = learnt(case, runs)
    digests = runs.digests[from_run:]
    if not case.flipping and not case.overtakes:
        digests = before.digests + digests  # it has the addresses of names, too
    told = "no false drift, every state true, one digest" + " in the second half of the runs" * bool(case.flipping)
    if before.wrong_states and not case.overtakes:
        told += f" (the baseline has {before.wrong_states} wrong)"
    return (told,
            not any(runs.drifts[from_run:]) and runs.wrong == 0 and len(set(digests)) == 1 and not runs.failed)


def beside_nmap(case: Case, runs: Runs, first: Runs | None, nmap: Runs) -> list[Target]:
    """The targets that nmap's runs set."""
    targets = []
    its = statistics.median(nmap.walls)
    most = case.of_nmap
    is_right = nmap.wrong * 2 <= len(nmap.walls)
    if case.like_nmap and is_right:
        most = 1.2 if its < SOON and not nmap.failed else 1.0
    elif case.like_nmap:  # it sets no target
        targets.append((f"wall beside nmap -T4, which is wrong: {statistics.median(runs.walls) / its:.2f}", True))
    if most:
        ratio = statistics.median(runs.walls) / its
        targets.append((f"wall ≤ {most} × nmap -T4: {ratio:.2f}", ratio <= most))
        if first:
            ratio = statistics.median(first.walls) / its
            targets.append((f"first looks: {ratio:.2f}", ratio <= most))
    if case.light:
        syns, of_nmap = (statistics.median(each.syns for each in those.traffic) for those in (runs, nmap))
        targets.append((f"SYNs ≤ 2 × nmap -T4's: {syns:.0f} and {of_nmap:.0f}", syns <= 2 * of_nmap))
    return targets


def tread(case: Case, runs: Runs) -> list[Target]:
    """How lightly it treads: in any of the runs."""
    entries = max(each.entries for each in runs.traffic)
    endpoints = len(case.addresses) * len(case.ports)
    at_open = max(each.most_at_open for each in runs.traffic)
    too_often = max(each.too_often for each in runs.traffic)
    return [(f"entries ≤ 1.05 × endpoints: {entries}", entries <= 1.05 * endpoints),
            (f"connections to an open port ≤ {MOST_AT_OPEN}: {at_open}", at_open <= MOST_AT_OPEN),
            (f"none above 5 a second: {too_often}", too_often == 0)]
