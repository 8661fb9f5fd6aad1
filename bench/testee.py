"""The database under torture, and what was reported as recorded in it."""

import hashlib
import json
import random
import shutil
import socket
import subprocess
from pathlib import Path

LIMIT = 60  # seconds that any process may take


class Violation(Exception):
    """What must not happen did."""


class Listeners:
    """Ports of loopback of which some listen, others each time."""

    def __init__(self, count: int, generator: random.Random) -> None:
        self.generator = generator
        self.sockets: dict[int, socket.socket | None] = {}
        while len(self.sockets) < count:
            listener = socket.socket()
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(("127.0.0.1", 0))
            self.sockets[listener.getsockname()[1]] = None
            listener.close()

    def change(self) -> None:
        port = self.generator.choice(list(self.sockets))
        if listener := self.sockets[port]:
            listener.close()
            self.sockets[port] = None
            return
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
            listener.listen(512)
            self.sockets[port] = listener
        except OSError:
            listener.close()  # somebody else has the port for now

    @property
    def ports(self) -> str:
        return ",".join(map(str, self.sockets))


class Site:
    """One database, and what was reported as recorded in it."""

    def __init__(self, portbase: Path, folder: str, listeners: Listeners) -> None:
        self.portbase = portbase
        self.database = f"{folder}/portbase.db"
        self.listeners = listeners
        self.reported: dict[int, str] = {}
        self.pruned: set[int] = set()

    def command(self, *words: object) -> list[str]:
        return [str(self.portbase), *map(str, words), "--db", self.database]

    def check(self, name: str = "torture") -> list[str]:
        return self.command("check", "-H", "127.0.0.1", "-p", self.listeners.ports, "--name", name, "--confirm", 0,
                            "--json")

    def prune(self, keep: int) -> list[str]:
        return self.command("prune", "--keep", "0h", "--keep-last", keep)

    def run(self, command: list[str], **options) -> tuple[int, str]:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
                              text=True, timeout=LIMIT, **options)
        return done.returncode, done.stdout

    def note(self, output: str) -> int | None:
        """Takes down the run that a check reported; what was cut off reported nothing."""
        try:
            report = json.loads(output)
        except ValueError:
            return None
        if report.get("run") is None:
            return None
        self.reported[report["run"]] = report["digest"]
        return report["run"]

    def record(self, changes: bool = True, **options) -> int | None:
        if changes:
            self.listeners.change()
        code, output = self.run(self.check(), **options)
        if code not in (0, 1, 2, 3):
            raise Violation(f"check ended with {code}")
        run = self.note(output)
        if run is None and code != 3 and not json.loads(output)["warnings"]:
            raise Violation(f"check ended with {code}, recorded nothing, and did not say so")
        return run

    def is_pruned(self, run: int) -> bool:
        done = subprocess.run(self.command("show", run), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                              timeout=LIMIT)
        return done.returncode == 1 and "it was pruned" in done.stderr

    def pruned_runs(self) -> int:
        """How many runs `verify` says were pruned: that of each of them there is an entry, and one of the prune."""
        return json.loads(self.run(self.command("verify", "--json"))[1])["pruned_runs"]

    def prove(self, newest: int = 5) -> None:
        """Everything that was reported is there or was pruned, and all of it holds."""
        code, output = self.run(self.command("verify"))
        if code != 0:
            raise Violation(f"verify ended with {code}: {output.strip()}")
        _, output = self.run(self.command("runs", "--limit", 1_000_000, "--json"))
        there = {run["run"]: run["digest"] for run in json.loads(output)["runs"]}
        for run, digest in self.reported.items():
            if run in self.pruned or there.get(run) == digest:
                continue
            if run not in there and self.is_pruned(run):
                self.pruned.add(run)
            else:
                raise Violation(f"run {run} was reported with {digest}, and is {there.get(run, 'not there')}")
        for run in sorted(there)[-newest:]:
            _, text = self.run(self.command("show", run, "--canonical"))
            if hashlib.sha256(text.encode()).hexdigest() != there[run]:
                raise Violation(f"the snapshot of run {run} does not have its digest")

    def prove_file(self, path: Path) -> None:
        """A backup or a bundle has its name only when it is whole."""
        if path.exists():
            words = ["verify", "--bundle", path] if path.suffix == ".bundle" else ["verify", "--db", path]
            code, output = self.run([str(self.portbase), *map(str, words)])
            if code != 0:
                raise Violation(f"{path.name} is there, and verify ended with {code}: {output.strip()}")
            path.unlink()

    def save(self) -> None:
        """Keeps the closed database, to be put back."""
        shutil.copy(self.database, self.database + ".saved")

    def restore(self) -> None:
        for suffix in ("-wal", "-shm"):
            Path(self.database + suffix).unlink(missing_ok=True)
        shutil.copy(self.database + ".saved", self.database)
        self.pruned = set()

    def go_on(self) -> None:
        if self.record() is None:
            raise Violation("the next check recorded nothing")
