"""Reading BibTeX as people keep it: entries with their fields, and what could not be read and why."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from store.tex_text import to_plain

_ENTRY = re.compile(r"^[ \t]*@[ \t]*(?P<type>[A-Za-z]+)\s*(?P<open>[{(])", re.MULTILINE)
_NAME = re.compile(r"[^\s\"#%'(),={}]+")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FAMILY_FIRST = re.compile(r"[\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af]")
"""Names in these scripts have the family's first, comma or not."""
_SKIPPED = ("comment", "preamble")


@dataclass(frozen=True)
class Entry:
    """An entry: ``kind`` (article …) and field names in lower case, values as they are in TeX."""

    kind: str
    key: str
    fields: Mapping[str, str]

    def plain(self, name: str) -> str:
        """A field as people read it, empty where there is none."""
        return to_plain(self.fields.get(name, ""))


class _Unreadable(Exception):
    """Why an entry cannot be read."""


def parse(text: str) -> tuple[list[Entry], list[str]]:
    """The entries of a BibTeX file in order, and what is wrong with those that cannot be read, each in a line."""
    text = text.lstrip("\ufeff")
    strings = {name: name for name in MONTHS}
    entries, problems = list[Entry](), list[str]()
    starts = list(_ENTRY.finditer(text))
    for found, after in zip(starts, [*(one.start() for one in starts[1:]), len(text)], strict=True):
        kind = found["type"].lower()
        if kind in _SKIPPED:
            continue
        reader = _Reader(text, found.end(), after, strings)
        try:
            if kind == "string":
                strings |= reader.fields(found["open"])
            else:
                key = reader.key()
                entries.append(Entry(kind, key, reader.fields(found["open"])))
        except _Unreadable as error:
            line = text.count("\n", 0, found.start()) + 1
            problems.append(f"line {line}, @{found['type']}: {error}")
    return entries, problems


def split_names(text: str) -> tuple[str, ...]:
    """The names in a field of authors, in TeX, each as "First von Last, Jr" in plain letters; ``others`` left out."""
    names = []
    for name in _split(text, re.compile(r"\s+and\s+", re.IGNORECASE)):
        parts = [part.strip() for part in _split(name, re.compile(","))]
        if len(parts) == 2:
            parts = [" ".join(parts if FAMILY_FIRST.search(name) else reversed(parts))]
        elif len(parts) == 3:
            parts = [f"{parts[2]} {parts[0]}, {parts[1]}"]
        plain = to_plain(", ".join(part for part in parts if part))
        if plain and plain.casefold() != "others":
            names.append(plain)
    return tuple(names)


def _split(text: str, at: "re.Pattern[str]") -> list[str]:
    """The text cut where the pattern is found outside of braces."""
    parts, begin, depth, place = [], 0, 0, 0
    while place < len(text):
        sign = text[place]
        depth += (sign == "{") - (sign == "}")
        found = at.match(text, place) if depth <= 0 and (sign in ", \t\n\r") else None
        if found:
            parts.append(text[begin:place])
            begin = place = found.end()
        else:
            place += 1
    return [*parts, text[begin:]]


class _Reader:
    """Reads one entry, from behind its opening brace to ``end`` at most."""

    def __init__(self, text: str, at: int, end: int, strings: Mapping[str, str]) -> None:
        self.text, self.at, self.end, self.strings = text, at, end, strings

    def key(self) -> str:
        """The entry's key, empty where it has none."""
        comma = self.text.find(",", self.at, self.end)
        close = self.text.find("}", self.at, self.end)
        stop = comma if comma >= 0 else close
        if stop < 0:
            raise _Unreadable("it has neither fields nor an end")
        key = self.text[self.at : stop].strip()
        if "=" in key:
            return ""
        self.at = stop
        return key

    def fields(self, opened: str) -> dict[str, str]:
        """All fields up to the end of the entry; of two with one name, the first."""
        found: dict[str, str] = {}
        close = "}" if opened == "{" else ")"
        while True:
            self._skip(" \t\r\n,")
            if self.at >= self.end:
                raise _Unreadable(f"its {opened} is not closed")
            if self.text[self.at] == close:
                return found
            name = _NAME.match(self.text, self.at, self.end)
            if name is None:
                raise _Unreadable(f"there is {self.text[self.at]!r} where a field should begin")
            self.at = name.end()
            self._skip(" \t\r\n")
            if self.at >= self.end or self.text[self.at] != "=":
                raise _Unreadable(f"field {name[0]} has no value")
            self.at += 1
            value = self._value(name[0])
            found.setdefault(name[0].lower(), value)

    def _value(self, name: str) -> str:
        parts = []
        while True:
            self._skip(" \t\r\n")
            sign = self.text[self.at : self.at + 1] if self.at < self.end else ""
            if sign in ("{", '"'):
                parts.append(self._quoted(name, sign))
            else:
                word = _NAME.match(self.text, self.at, self.end)
                if word is None:
                    raise _Unreadable(f"field {name} has no value")
                self.at = word.end()
                parts.append(self.strings.get(word[0].lower(), word[0]))
            self._skip(" \t\r\n")
            if self.at >= self.end or self.text[self.at] != "#":
                return "".join(parts)
            self.at += 1

    def _quoted(self, name: str, sign: str) -> str:
        begin, depth = self.at + 1, 0
        for place in range(begin, self.end):
            one = self.text[place]
            if depth == 0 and one == ("}" if sign == "{" else '"') and (one == "}" or self.text[place - 1] != "\\"):
                self.at = place + 1
                return self.text[begin:place]
            depth += (one == "{") - (one == "}")
            if depth < 0:
                break
        raise _Unreadable(f"the value of {name} is not closed")

    def _skip(self, signs: str) -> None:
        while self.at < self.end and self.text[self.at] in signs:
            self.at += 1
