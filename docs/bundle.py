#!/usr/bin/env python3
"""Prove a bundle that 'portbase export' made, and print its runs and the head of its ledger.

Usage: bundle.py FILE. Exit codes: 0 it holds, 1 it does not, 2 trouble. docs/format.md has the rules. Needs nothing but
Python's standard library: neither portbase nor its code. It does not prove signatures, which 'portbase verify' does.
"""
import hashlib
import sys

EMPTY = hashlib.sha256(b"").hexdigest()


class Broken(Exception):
    """Something that does not hold."""


def require(holds, line, problem):
    if not holds:
        raise Broken(f"line {line}: {problem}")


def parts(data):
    """Each part's kind, its text, and the line on which that begins."""
    *lines, rest = [line + b"\n" for line in data.split(b"\n")]
    require(lines and lines[0] == b"portbase-bundle 1\n", 1, "it is not a bundle")
    require(rest == b"\n", len(lines) + 1, "the file ends inside a line")
    digest = hashlib.sha256(b"".join(lines[:-1])).hexdigest()
    require(lines[-1] == f"digest {digest}\n".encode(), len(lines), "the digest is not that of the lines before it")
    at = 1
    while at < len(lines) - 1:
        words = lines[at].split()
        require(len(words) == 3 and words[0] == b"part" and words[2].isdigit(), at + 1, "no part begins like that")
        end = at + 1 + int(words[2])
        require(at + 1 < end < len(lines), at + 1, "the part is cut off")
        yield words[1].decode(), b"".join(lines[at + 1:end]), at + 2
        at = end


def fields(text):
    """The word and the value of each line."""
    return {word: value for word, _, value in (line.partition(" ") for line in text.decode().split("\n")[1:-1])}


def content(value):
    """The text that a line holds: a line feed stands as \\n in it, a backslash as \\\\."""
    return value.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")


def prove(data):
    """Yields each run as its check, number and digest, and at last the head."""
    previous, sequence, check, vouched, runs, texts = "0" * 64, 0, None, {}, [], {}
    for kind, text, line in [*parts(data), ("end", b"", 0)]:
        if kind in ("entry", "record", "signature", "end") and runs:  # all texts of the run before are there
            run, at = runs.pop()
            for part in ("snapshot", "evidence", "banners"):
                has = texts.get((run["name"], part), EMPTY)
                require(run.get(part, EMPTY) in (EMPTY, has), at, f"the {part} is not that of the record")
            yield f"{run['name']} run {run['number']} sha256:{run['snapshot']}"
        digest = hashlib.sha256(text).hexdigest()
        if kind == "entry":
            entry, sequence = fields(text), sequence + 1
            require(entry["previous"] == previous and entry["sequence"] == str(sequence), line,
                    "the entry does not follow the one before it")
            vouched[entry["kind"], entry.get("name"), entry["number"]] = entry["record"]
            previous = digest
        elif kind == "record":
            record = fields(text)
            name = record["kind"], record.get("name"), record["number"]
            require(vouched.pop(name, None) == digest, line, "it is not the record that was entered")
            if record["kind"] == "import":
                for words in map(str.split, content(record["content"]).splitlines()):
                    if len(words) == 5:
                        vouched[words[0], words[2], words[1]] = words[3]
            check = record.get("name")
            if record["kind"] == "run":
                runs.append((record, line))
            elif record["kind"] == "baseline" and "derived" in record:
                check = (check, record["number"])
                texts[check, "wanted"] = record["snapshot"]
        elif kind in ("snapshot", "evidence", "banners"):
            require(check, line, "there is no record that it belongs to")
            require(texts.get((check, "wanted"), digest) == digest, line, f"the {kind} is not that of the record")
            texts[check, kind] = digest
        else:
            require(kind in ("signature", "end"), line - 1, "no part begins like that")
    yield f"portbase ledger {sequence} sha256:{previous}"


def main(path):
    with open(path, "rb") as file:
        data = file.read()
    try:
        for line in list(prove(data)):
            print(line)
    except (Broken, KeyError, ValueError) as error:
        print(f"it does not hold: {error}")
        return 1
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (OSError, TypeError) as error:
        print(f"bundle.py: {error}", file=sys.stderr)
        sys.exit(2)
