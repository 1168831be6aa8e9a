"""From the text of a patch to its hunks, each with a key that depends on what it changes and not on where it stands."""

import hashlib
import re
from collections.abc import Iterator

from store.reviews import Hunk, Patch

MOST_HUNKS = 400
MOST_LINES = 600
_LINE_LENGTH = 1000
_HUNK = re.compile(r"^@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_ESCAPE = re.compile(r"\\([0-7]{3}|.)")
_ESCAPED = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13}


def read_hunks(text: str, *, cut: bool = False) -> Patch:
    """The hunks of a patch as git writes it; ``cut`` where its end is missing."""
    hunks: list[Hunk] = []
    counts: dict[str, int] = {}
    for file, header, lines in _split(text):
        if len(hunks) >= MOST_HUNKS:
            return Patch(tuple(hunks), True)
        digest = hashlib.sha256("\n".join([file, *(lines or [header])]).encode("utf-8", "replace")).hexdigest()[:16]
        counts[digest] = counts.get(digest, 0) + 1
        key = digest if counts[digest] == 1 else f"{digest}-{counts[digest]}"
        shown = [line[:_LINE_LENGTH] for line in lines[:MOST_LINES]]
        if len(lines) > MOST_LINES:
            header += f" … {len(lines) - MOST_LINES} more lines"
        hunks.append(Hunk(file, header, tuple(shown), key))
    return Patch(tuple(hunks), cut)


def _split(text: str) -> Iterator[tuple[str, str, list[str]]]:
    """(file, header, lines) of each hunk; without lines for a change that has none."""
    lines = text.split("\n")
    position, file, told = 0, "", []  # type: int, str, list[str]
    has_hunks = True
    while position < len(lines):
        line = lines[position]
        position += 1
        match = _HUNK.match(line)
        if line.startswith("diff --git "):
            if not has_hunks:
                yield file, "; ".join(told), []
            file, told, has_hunks = _guess_file(line), [], False
        elif match and file:
            has_hunks = True
            body = []
            left = [int(match[1] or "1"), int(match[2] or "1")]
            while position < len(lines) and (any(left) or lines[position].startswith("\\")):
                sign = lines[position][:1]
                left[0] -= sign in (" ", "-")
                left[1] -= sign in (" ", "+")
                body.append(lines[position].rstrip("\r"))
                position += 1
            yield file, line, body
        elif line.startswith(("--- ", "+++ ")) and not line.endswith("/dev/null"):
            file = _unquote(line[4:].rstrip("\t"))[2:]
        elif line.startswith("rename to "):
            file = _unquote(line[10:])
            told.append(line)
        elif line.startswith(
            ("rename from", "new file", "deleted file", "old mode", "new mode", "Binary", "similarity")
        ):
            told.append(line)
    if not has_hunks:
        yield file, "; ".join(told), []


def _guess_file(line: str) -> str:
    """The file's name in ``diff --git a/x b/x``, where no other line tells it."""
    rest = line[11:]
    if rest.startswith('"'):
        return _unquote(rest[: len(rest) // 2])[2:]
    return rest[2 : len(rest) // 2]


def _unquote(name: str) -> str:
    """A name that git put in quotes because of what is in it, as it is."""
    if not name.startswith('"'):
        return name
    found = bytearray()
    for part in re.split(r"(\\(?:[0-7]{3}|.))", name.strip('"')):
        match = _ESCAPE.fullmatch(part)
        if match is None:
            found += part.encode("utf-8", "replace")
        elif match[1].isdecimal():
            found.append(int(match[1], 8) & 255)
        else:
            found += bytes([_ESCAPED[match[1]]]) if match[1] in _ESCAPED else match[1].encode()
    return found.decode("utf-8", "replace")
