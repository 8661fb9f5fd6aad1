"""Kills while a database is first made, and at the first check on a restored backup: before each system call, by strace."""

import random
import shutil
import subprocess
from pathlib import Path

from bed import Skip
from testee import LIMIT, Site, Violation

# All that touch the files, reading and locking included.
CALLS = ["openat", "mkdir", "pwrite64", "fdatasync", "unlink", "ftruncate", "fcntl", "fchmod", "mmap", "pread64", "close"]
STARTS = ["nothing", "an empty file", "a restored backup"]


def kill_creation(site: Site, generator: random.Random, stride: int) -> str:
    """Kills a first check before each call, or each so many-th, and goes on from what is left."""
    if not shutil.which("strace") or subprocess.run(["strace", "-o", "/dev/null", "true"],
                                                    stderr=subprocess.DEVNULL).returncode != 0:
        raise Skip("no strace, or no right to trace")
    site.go_on()
    backup = Path(site.database).with_name("copy.db")
    if site.run(site.command("backup", backup))[0] != 0:
        raise Violation("no backup was made")
    killed = 0
    for start in STARTS:
        for call in CALLS:
            number = 1 + generator.randrange(stride)
            while killed_at(site, backup, start, call, number):
                killed += 1
                number += stride
    if killed == 0:
        raise Violation("no call was killed")
    return f"{killed} kills, before each call of 11 kinds" if stride == 1 else f"{killed} kills"


def killed_at(site: Site, backup: Path, start: str, call: str, number: int) -> bool:
    """Whether there was such a call; what it left is proved, and recorded in."""
    folder = Path(site.database).parent / "first"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    first = Site(site.portbase, str(folder), site.listeners)
    if start == "an empty file":
        Path(first.database).touch(0o600)
    if start == "a restored backup":
        shutil.copy(backup, first.database)
    paths = [word for suffix in ("", "-wal", "-shm", "-journal") for word in ("-P", first.database + suffix)]
    done = subprocess.run(["strace", "-f", "-qq", "-o", "/dev/null", *paths, "-P", str(folder), "-e", f"trace={call}",
                           "-e", f"inject={call}:signal=SIGKILL:when={number}", *first.check()],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=LIMIT)
    if done.returncode not in (-9, 137):
        return False
    try:
        code, output = run_with_errors(first.command("verify"))
        if code != 0 and "No run is recorded" not in output and "No database at" not in output:
            raise Violation(f"verify ended with {code}: {output.strip()}")
        first.go_on()
        first.prove()
    except Violation as violation:
        raise Violation(f"from {start}, before {call} {number}: {violation}") from violation
    return True


def run_with_errors(command: list[str]) -> tuple[int, str]:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=LIMIT)
    return done.returncode, done.stdout
