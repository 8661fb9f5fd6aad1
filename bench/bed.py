"""What the benchmarks and the accuracy matrix share: processes, namespaces, peers."""

import contextlib
import os
import resource
import shutil
import signal
import subprocess
import sys
from pathlib import Path

BENCH = Path(__file__).resolve().parent
ROOT = BENCH.parent
OUT = BENCH / "out"
PEERS = BENCH / "peers"

RUN_LIMIT = 300  # seconds that a program may take


class Skip(Exception):
    """A case cannot run here: the text says why."""


def stop(process: subprocess.Popen) -> None:
    """End a process of ours, and what it started."""
    for number, patience in ((signal.SIGTERM, 3), (signal.SIGKILL, 10)):
        if process.poll() is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, number)  # every one of ours leads a group of its own
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience)


@contextlib.contextmanager
def running(command: list, **options):
    """A process in the background, from its first line of output on."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True,
                               start_new_session=True, **options)
    try:
        first_line = process.stdout.readline().strip()
        if not first_line:
            raise Skip(f"{Path(command[0]).name} did not start")
        yield first_line
    finally:
        stop(process)
        process.stdout.close()


def finish(command: list, limit: int = RUN_LIMIT, **options) -> tuple[int, str]:
    """Run a command to its end: exit code and output."""
    process = subprocess.Popen(list(map(str, command)), stdout=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise Skip(f"{Path(command[0]).name} took more than {limit} s") from None
    finally:
        stop(process)
        process.stdout.close()
    return process.returncode, output


def listeners(address: str, ports: int | str, inside: list[str] = []):
    """Sockets that listen: so many, or at the ports listed."""
    return running([*inside, sys.executable, PEERS / "listeners.py", address, ports])


def listed_ports(line: str) -> set[int]:
    return set(map(int, line.removeprefix("ports: ").split(",")))


def compile_peers() -> None:
    OUT.mkdir(exist_ok=True)
    if not shutil.which("gcc"):
        raise SystemExit("gcc is needed for the peers")
    for source in sorted(PEERS.glob("*.c")):
        flags = ["-O2", "-Wall", "-Wextra", "-pthread"]
        code, _ = finish(["gcc", *flags, source, "-o", OUT / source.stem])
        if code != 0:
            raise SystemExit(f"{source.name} does not compile")


def raise_descriptor_limit() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def shown(path: Path) -> str:
    """A path for the table: relative to the project, so that it tells nothing about the machine."""
    path = Path(os.path.abspath(path))
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name
