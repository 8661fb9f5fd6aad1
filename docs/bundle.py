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


ENTRY = "previous sequence kind name number recorded_at user vantage person reason ticket subject record"
RECORDS = {
    "request": "kind number name body recorded_at vantage user",
    "run": "kind number name snapshot states request asked started_at finished_at vantage user version options hosts open"
    " closed filtered answers min_us median_us p95_us max_us reads_banners evidence banners",
    "baseline": "kind number name snapshot run derived recorded_at vantage user person reason ticket",
    "import": "kind number content",
}
# Of an entry those of things that belong to no check, too.
OPTIONAL = {"person", "reason", "ticket", "derived", "banners"}


def fields(text, header, words, line):
    """The word and the value of each line, which are those of `words` in their order."""
    first, *rest = text.decode().split("\n")[:-1]
    require(first == header, line, f"it does not begin with '{header}'")
    pairs = [(word, value) for word, _, value in (line.partition(" ") for line in rest)]
    found = dict(pairs)
    known = words(found).split()
    require([word for word, _ in pairs] == [word for word in known if word in found]
            and all(word in found or word in OPTIONAL for word in known), line, "it does not have the lines of its kind")
    return found


def entry_words(found):
    """The words of an entry: what belongs to a check has a name; of kinds to come that is not known."""
    kind = found.get("kind")
    is_named = kind in ("request", "run", "baseline") or "name" in found and kind not in ("report", "prune", "import")
    return ENTRY if is_named else ENTRY.replace(" name", "")


def record_words(found):
    """The words of a record of that kind."""
    return RECORDS.get(found.get("kind"), "kind")


def content(value):
    """The text that a line holds: a line feed stands as \\n in it, a backslash as \\\\."""
    return value.replace("\\\\", "\0").replace("\\n", "\n").replace("\0", "\\")


TEXTS = ("snapshot", "evidence", "banners")


class Check:
    """What the bundle told of one check so far."""

    def __init__(self):
        self.requests, self.runs, self.texts = {}, {}, {}

    def close(self, record, texts, line):
        """All texts of a record are there: whether they are what it says."""
        kind, number = record["kind"], record["number"]
        require(all(record.get(part) == digest for part, digest in texts.items()), line, "a text is not of the record")
        if kind == "request":
            self.requests[number] = record["body"]
        elif kind == "run":
            self.texts |= texts
            require(self.requests.get(record["request"]) == record["asked"], line, "its request is not there")
            require("banners" in record or "banners" not in texts, line, "it read no banners")
            for part in TEXTS:
                require(record.get(part, EMPTY) in (EMPTY, self.texts.get(part)), line, f"its {part} is not there")
            self.runs[number] = record["snapshot"]
        else:
            found = texts if "derived" in record else {"snapshot": self.runs.get(record["run"])}
            require(record["run"] in self.runs, line, "its run is not there")
            require(found.get("snapshot") == record["snapshot"], line, "its snapshot is not there")


def prove(data):
    """Yields each run as its check, number and digest, and at last the head."""
    previous, sequence, vouched, subjects, checks, record, texts, began = "0" * 64, 0, {}, {}, {}, None, {}, 0
    for kind, text, line in [*parts(data), ("end", b"", 0)]:
        if kind not in TEXTS and record:
            checks.setdefault(record["name"], Check()).close(record, texts, began)
            if record["kind"] == "run":
                yield f"{record['name']} run {record['number']} sha256:{record['snapshot']}"
            record, texts = None, {}
        digest = hashlib.sha256(text).hexdigest()
        if kind == "entry":
            entry, sequence = fields(text, "portbase-ledger 1", entry_words, line), sequence + 1
            require(entry["previous"] == previous and entry["sequence"] == str(sequence), line,
                    "the entry does not follow the one before it")
            vouched[entry["kind"], entry.get("name"), entry["number"]] = entry["record"]
            subjects[entry["record"]] = entry["subject"]
            previous = digest
        elif kind == "record":
            record, began = fields(text, "portbase-record 1", record_words, line), line
            name = record["kind"], record.get("name"), record["number"]
            require(vouched.pop(name, None) == digest, line, "it is not the record that was entered")
            about = record.get("body", record.get("content"))
            about = record["snapshot"] if about is None else hashlib.sha256(content(about).encode()).hexdigest()
            require(subjects.pop(digest, about) == about, line, "the entry names another digest")
            if record["kind"] == "import":
                for words in map(str.split, content(record["content"]).splitlines()):
                    if len(words) == 5:
                        vouched[words[0], words[2], words[1]] = words[3]
                record = None
            else:
                require(record["kind"] in ("request", "run", "baseline"), line, "a bundle has no such record")
        elif kind in TEXTS:
            require(record and kind not in texts, line, "there is no record that it belongs to")
            texts[kind] = digest
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
