"""The table of bench/accuracy: its rows, the figures in bench/out, and the page that shows them."""

import argparse
import datetime
import json
import os
import platform
import re
import shlex
import statistics
import sys
from dataclasses import asdict
from pathlib import Path

from bed import OUT, ROOT, finish, shown
from case import Case
from cases import CASES
from judge import Found
from networks import Traffic
from programs import Runs

PAGE = ROOT / "docs" / "accuracy.md"
PEERS = OUT / "accuracy-peers"  # what the peers came to, a file a case

HEAD = ["network", "program", "runs", "digests", "false drift", "wrong runs", "wrong states", "median", "longest",
        "to reach", ""]
RULE = "|" + " --- |" * len(HEAD)


def line(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def rows(found: Found) -> list[str]:
    verdict = "" if not found.targets else "met" if found.is_met else "**MISSED**"
    cells = []
    for program, runs in found.runs.items():
        targets = "; ".join(text if met else f"**{text}**" for text, met in found.targets)
        told = [targets, verdict] if program == "portbase" else ["", ""]
        if isinstance(runs, str):
            cells.append([found.case.name, f"{program} **{runs}**", *[""] * 7, *told])
            continue
        name = program + (f" **failed in {len(runs.failed)}: {runs.failed[0]}**" if runs.failed else "")
        walls = [f"{value:.2f} s" for value in (statistics.median(runs.walls), max(runs.walls))]
        counts = [len(runs.walls), len(set(runs.digests)) or "", sum(runs.drifts), runs.wrong, runs.wrong_states]
        cells.append([found.case.name, name, *map(str, counts), *walls, *told])
    return [line(each) for each in cells]


def heading(arguments: argparse.Namespace) -> str:
    """What made the figures."""
    nmap = "none"
    if arguments.peers == "nmap":
        nmap = re.search(r"version (\S+)", finish(["nmap", "--version"])[1])[1]
    words = [shown(Path(word)) if "/" in word else word for word in sys.argv[1:]]
    rows = f"{', '.join(case.name for case in arguments.cases)}: " if arguments.case else ""
    return (f"- {rows}{os.cpu_count()} processors, Linux {platform.release().split('-')[0]}; nmap {nmap}; "
            f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}; `{shlex.join(['bench/accuracy', *words])}`")


def keep_peers(case: Case, runs: dict[str, Runs | str]) -> None:
    """Keep what the peers came to, for runs that are not to wait for them."""
    PEERS.mkdir(exist_ok=True)
    figures = {name: asdict(its) for name, its in runs.items() if isinstance(its, Runs)}
    (PEERS / f"{case.name}.json").write_text(json.dumps(figures, indent=1) + "\n")


def kept_peers(case: Case) -> dict[str, Runs]:
    try:
        figures = json.loads((PEERS / f"{case.name}.json").read_text())
    except FileNotFoundError:
        return {}
    return {name: Runs(**{**its, "traffic": [Traffic(**each) for each in its["traffic"]]})
            for name, its in figures.items()}


def keep(lines: list[str], all_found: list[Found]) -> None:
    """After each case, since a whole run takes long."""
    (OUT / "accuracy.md").write_text("\n".join(lines) + "\n")
    figures = [{"case": found.case.name, "what": found.case.what, "targets": dict(found.targets),
                "programs": {name: runs if isinstance(runs, str) else asdict(runs)
                             for name, runs in found.runs.items()}}
               for found in all_found]
    (OUT / "accuracy.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def record(lines: list[str], ran: list[Case]) -> None:
    """Put the lines into the page. Those of other cases stay, with what is said of how they were made."""
    start, end = "<!-- table -->\n", "<!-- end of table -->\n"
    before, rest = PAGE.read_text().split(start)
    old, after = rest.split(end)
    places = {case.name: place for place, case in enumerate(CASES)}

    def case_of(row: str) -> str:
        return row.split("|")[1].strip()

    kept = [row for row in old.splitlines() if row.startswith("| ")
            and case_of(row) in places.keys() - {case.name for case in ran}]
    facts = [fact for fact in old.splitlines() if kept and fact.startswith("- ")]
    new = [row for row in lines if row.startswith("| ") and case_of(row) in places]
    table = [line(HEAD), RULE, *sorted(kept + new, key=lambda row: places[case_of(row)])]
    PAGE.write_text(before + start + "\n".join([*facts, lines[0], "", *table]) + "\n" + end + after)
