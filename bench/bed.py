"""What bench/run and bench/accuracy share: processes, C helpers, network namespaces."""

import contextlib
import itertools
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
ENDS_WITH_US = ["setpriv", "--pdeathsig", "KILL"]  # before a command: also when we are killed


class Skip(Exception):
    """A case cannot run here, for want of rights or tools: the text says which."""


class Failure(Exception):
    """A program did not do what it has to: the text says what it did."""


class TookTooLong(Failure):
    """A program was ended at its limit."""


# --- processes -------------------------------------------------------------------------------

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
    process = subprocess.Popen([*ENDS_WITH_US, *map(str, command)], stdout=subprocess.PIPE, text=True,
                               start_new_session=True, **options)
    try:
        first_line = process.stdout.readline().strip()
        if not first_line:
            raise Failure(f"{Path(command[0]).name} did not start")
        yield first_line
    finally:
        stop(process)
        process.stdout.close()


def finish(command: list, limit: int = RUN_LIMIT, inside: list[str] = [], **options) -> tuple[int, str]:
    """Run a command to its end: exit code and output."""
    process = subprocess.Popen([*ENDS_WITH_US, *inside, *map(str, command)], stdout=subprocess.PIPE, text=True,
                               stdin=subprocess.DEVNULL, start_new_session=True, **options)
    try:
        output, _ = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        raise TookTooLong(f"{Path(command[0]).name} took more than {limit} s") from None
    finally:
        stop(process)
        process.stdout.close()
    return process.returncode, output


def listeners(address: str, ports: int | str, inside: list[str] = []):
    """Sockets that listen: so many, or at the ports listed."""
    return running([*inside, sys.executable, PEERS / "listeners.py", address, ports])


def listed_ports(line: str) -> set[int]:
    return set(map(int, line.removeprefix("ports: ").split(",")))


# --- the machine -----------------------------------------------------------------------------

def compile_peers(*names: str) -> None:
    """Compile the C programs of these names, or all, into bench/out."""
    OUT.mkdir(exist_ok=True)
    for source in [PEERS / f"{name}.c" for name in names] or sorted(PEERS.glob("*.c")):
        if not shutil.which("gcc"):
            raise Skip("no gcc command")
        made = OUT / f"{source.stem}.{os.getpid()}"  # renamed when it is whole: another one may run it
        code, _ = finish(["gcc", "-O2", "-Wall", "-Wextra", "-pthread", source, "-o", made])
        if code != 0:
            raise Failure(f"{source.name} does not compile")
        made.rename(OUT / source.stem)


def raise_descriptor_limit() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def shown(path: Path) -> str:
    """A path for the table: relative to the project, so that it tells nothing about the machine."""
    path = Path(os.path.abspath(path))
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else path.name


# --- network namespaces ----------------------------------------------------------------------

class Namespaces:
    """Network namespaces by role, and what joins them; gone when `cleanup` is."""
    numbers = itertools.count(1)

    def __init__(self, cleanup: contextlib.ExitStack, *roles: str) -> None:
        self.cleanup = cleanup
        self.label = f"portbase-{os.getpid()}-{next(self.numbers)}"
        for role in roles:
            cleanup.callback(subprocess.run, ["ip", "netns", "delete", self.name(role)], stderr=subprocess.DEVNULL)
            self.command("ip", "netns", "add", self.name(role))
            self.ip(role, "link", "set", "lo", "up")

    def name(self, role: str) -> str:
        return f"{self.label}-{role}"

    def command(self, *words: str) -> str:
        done = subprocess.run(words, capture_output=True, text=True, timeout=30)
        if done.returncode != 0:
            raise Failure(f"{' '.join(words)[:200]}: {(done.stderr.strip() or 'failed').splitlines()[0]}")
        return done.stdout

    def prefix(self, role: str) -> list[str]:
        """What goes before a command to run it there."""
        return ["ip", "netns", "exec", self.name(role)]

    def inside(self, role: str, *words: str) -> str:
        return self.command(*self.prefix(role), *words)

    def ip(self, role: str, *words: str) -> None:
        self.command("ip", "-n", self.name(role), *words)

    def join(self, a: str, a_address: str, b: str, b_address: str, delay: tuple[int, int] | None = None,
             switch: tuple[int, int] | None = None) -> None:
        """Join two by a veth pair, or over a way of so many milliseconds, and up to so many more, each way; and of
        another number of milliseconds by turns, each for so long."""
        ends = {a: (f"to-{b}", a_address, b_address), b: (f"to-{a}", b_address, a_address)}
        devices = ends[a][0], ends[b][0]
        is_delayed_by_kernel = delay is not None and not switch and self.has_netem(a)
        if delay is None or is_delayed_by_kernel:
            self.command("ip", "link", "add", devices[0], "netns", self.name(a), "type", "veth", "peer", "name",
                         devices[1], "netns", self.name(b))
        elif os.access("/dev/net/tun", os.R_OK | os.W_OK):
            relay = [OUT / "delay_relay", self.name(a), devices[0], self.name(b), devices[1], *delay,
                     *(switch or ())]
            self.cleanup.enter_context(running(relay))
        else:
            raise Skip("a delay needs netem, or a /dev/net/tun that may be opened")
        for role, (device, own, other) in ends.items():
            self.ip(role, "address", "add", own, "peer", other, "dev", device)
            self.ip(role, "link", "set", device, "up")
            if is_delayed_by_kernel:
                self.inside(role, "tc", "qdisc", "add", "dev", device, "root", *netem(delay))

    def has_netem(self, role: str) -> bool:
        try:
            self.inside(role, "tc", "qdisc", "add", "dev", "lo", "root", *netem((1, 1)))
        except Failure:
            return False
        self.inside(role, "tc", "qdisc", "delete", "dev", "lo", "root")
        return True


def netem(delay: tuple[int, int]) -> list[str]:
    least, jitter = delay
    return ["netem", "limit", "65536", "delay", f"{least + jitter / 2}ms", f"{jitter / 2}ms"]
