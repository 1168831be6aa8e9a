"""What differs between runs: parameters, command lines, code. Pure."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_FILE = re.compile(r'^diff --git (?:"?a/(?P<old>.+?)"?) (?:"?b/(?P<new>.+?)"?)$')
SHORT_COMMIT = 10


@dataclass(frozen=True)
class Changed:
    """One file of a patch, with lines added and removed; both zero for a binary file."""

    file: str
    added: int
    removed: int


def differing(values: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Keys whose values are not the same everywhere, in order of first sight; None where a key is missing."""
    keys = dict.fromkeys(key for one in values for key in one)
    rows = {key: [one.get(key) for one in values] for key in keys}
    return {key: row for key, row in rows.items() if any(value != row[0] for value in row)}


def same(values: Sequence[Mapping[str, Any]]) -> int:
    """How many keys have the same value everywhere."""
    return len({key for one in values for key in one}) - len(differing(values))


def own_words(commands: Sequence[Sequence[str]]) -> list[list[str]]:
    """The words of each command line that not all of them have, in order."""
    common = Counter(commands[0]) if commands else Counter()
    for words in commands[1:]:
        common &= Counter(words)
    rest = []
    for words in commands:
        left, kept = Counter(common), []
        for word in words:
            if left[word]:
                left[word] -= 1
            else:
                kept.append(word)
        rest.append(kept)
    return rest


def changes_of(patch: str) -> list[Changed]:
    """The files a git patch changes, with their numbers of lines."""
    found: list[Changed] = []
    inside = False
    for line in patch.splitlines():
        match = _FILE.match(line)
        if match:
            found.append(Changed(match["new"], 0, 0))
            inside = False
        elif line.startswith("@@"):
            inside = True
        elif line.startswith("+++ ") and not inside and not found:
            found.append(Changed(line[4:].removeprefix("b/"), 0, 0))
        elif inside and found and line.startswith(("+", "-")):
            last = found[-1]
            plus = line[0] == "+"
            found[-1] = Changed(last.file, last.added + plus, last.removed + (not plus))
    return found


def describe_changes(changes: Sequence[Changed], most: int = 3) -> str:
    """``train.py +3 −1, model.py +12 −0``; the rest of many as a number."""
    parts = [f"{one.file} +{one.added} −{one.removed}" for one in changes[:most]]
    if len(changes) > most:
        rest = changes[most:]
        parts.append(f"… {len(rest)}: +{sum(one.added for one in rest)} −{sum(one.removed for one in rest)}")
    return ", ".join(parts)
