#!/usr/bin/env python3
"""Recompute the ledger of a portbase database from its table alone, and print its head as 'portbase head' does.

Usage: ledger.py DATABASE. Exit codes: 0 the chain holds, 1 it does not, 2 trouble. docs/format.md has the rules.
Needs nothing but Python's standard library: neither portbase nor its code.
"""
import hashlib
import sqlite3
import sys
import urllib.parse

COLUMNS = (
    "sequence", "kind", "name", "number", "recorded_at", "user", "vantage", "person", "reason", "ticket", "subject",
    "record",
)


def line(word, value):
    """One line of an entry's text; none for a column that is NULL."""
    if value is None:
        return b""
    if isinstance(value, bytes):
        value = value.hex()
    if isinstance(value, str):
        value = value.replace("\\", "\\\\").replace("\n", "\\n")
    return f"{word} {value}\n".encode()


def main(path):
    database = sqlite3.connect(f"file:{urllib.parse.quote(path)}?mode=ro", uri=True)
    previous, expected = bytes(32), 1
    for row in database.execute(f"SELECT {', '.join(COLUMNS)}, hash FROM ledger ORDER BY sequence"):
        text = b"portbase-ledger 1\n" + line("previous", previous)
        text += b"".join(line(word, value) for word, value in zip(COLUMNS, row))
        if row[0] != expected:
            print(f"entry {expected}: it is missing")
            return 1
        if hashlib.sha256(text).digest() != row[-1]:
            print(f"entry {expected}: its hash is not that of its text and of the entry before")
            return 1
        previous, expected = row[-1], expected + 1
    print(f"portbase ledger {expected - 1} sha256:{previous.hex()}")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(*sys.argv[1:]))
    except (sqlite3.Error, TypeError) as error:
        print(f"ledger.py: {error}", file=sys.stderr)
        sys.exit(2)
