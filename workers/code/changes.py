"""Which files differ between two trees, or between a tree and the working tree, with their lines."""

import os
from collections.abc import Sequence
from dataclasses import dataclass

from workers.code.git import Git

_WORDS = {"A": "added", "D": "deleted", "M": "modified", "R": "renamed", "T": "type", "U": "modified", "C": "added"}
_SUBMODULE = "160000"
COUNT_SECONDS = 5.0
LIST_SECONDS = 10.0
_OPTIONS = ("-z", "-M", "-l300", "--ignore-submodules=dirty")


@dataclass(frozen=True)
class Change:
    """A file that differs; ``path`` is its name now, ``was`` its former one; bytes that are no text are surrogates."""

    path: str
    status: str
    added: int | None = None
    deleted: int | None = None
    was: str | None = None
    submodule: bool = False


def list_changes(git: Git, command: Sequence[str]) -> tuple[list[Change], bool]:
    """What ``diff-tree`` or ``diff-index`` of those arguments finds; the second is False where lines are not counted.

    CodeError where git cannot tell.
    """
    verb, *arguments = command
    raw = git.need(verb, "--raw", *_OPTIONS, *arguments, seconds=LIST_SECONDS).parts
    found = []
    position = 0
    while position < len(raw):
        modes, letter = raw[position].lstrip(":").split(" ")[:2], raw[position].rpartition(" ")[2][:1]
        renamed = letter in ("R", "C")
        was = raw[position + 1] if letter == "R" else None
        path = raw[position + (2 if renamed else 1)]
        found.append(Change(path, _WORDS.get(letter, "modified"), was=was, submodule=_SUBMODULE in modes))
        position += 3 if renamed else 2
    if not found:
        return [], True
    counted = git.ask(verb, "--numstat", *_OPTIONS, "--no-ext-diff", "--no-textconv", *arguments, seconds=COUNT_SECONDS)
    if not counted.ok:
        return found, False
    lines = read_numstat([os.fsdecode(part) for part in counted.output.split(b"\0")])
    return [
        Change(one.path, one.status, *lines.get(one.path, (None, None)), one.was, one.submodule) for one in found
    ], True


def read_numstat(parts: Sequence[str]) -> dict[str, tuple[int | None, int | None]]:
    """Lines added and deleted by path, from ``--numstat -z``; None for binary files."""
    lines: dict[str, tuple[int | None, int | None]] = {}
    position = 0
    while position < len(parts):
        fields = parts[position].split("\t", 2)
        position += 1
        if len(fields) < 3:
            continue
        path = fields[2]
        if not path:  # renamed: the names follow
            path = parts[position + 1] if position + 1 < len(parts) else ""
            position += 2
        lines[path] = (_number(fields[0]), _number(fields[1]))
    return lines


def printable(path: str) -> str:
    """A path that can be shown and kept, whatever bytes are in it."""
    return os.fsencode(path).decode("utf-8", "replace")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None
