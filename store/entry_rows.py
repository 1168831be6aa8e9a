"""Entries of the journal as rows: what they hold, and what they said before."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("note", "study", "refactor", "review", "plan", "idea")
DAY = "day"
"""The fact that makes an entry the one of its day: what is appended to today goes there."""
COLUMNS = "SELECT e.*, p.name AS project FROM entries e LEFT JOIN projects p ON p.id = e.project_id"


@dataclass(frozen=True)
class Entry:
    """One item of the journal; times in epoch seconds. ``facts`` is what its kind knows besides (commits, tests …);
    ``revision`` grows by one with each change, and must be given to make the next."""

    id: int
    kind: str
    title: str
    body: str
    project_id: int | None
    project: str | None
    facts: dict[str, Any]
    created: float
    changed: float
    removed: float | None
    revision: int

    @property
    def heading(self) -> str:
        """Its title, or else its first words."""
        first = next((line for line in self.body.splitlines() if line.strip(" #\t")), "")
        return self.title or first.strip(" #\t")[:80]

    @property
    def day(self) -> str:
        """The day whose entry it is, as 2026-11-21; empty for one that was written by itself."""
        return str(self.facts.get(DAY, ""))


@dataclass(frozen=True)
class Version:
    """What an entry said until ``saved``, when revision ``revision`` was replaced by the next."""

    entry_id: int
    revision: int
    saved: float
    kind: str
    title: str
    body: str
    facts: dict[str, Any]


def entry_from(row: sqlite3.Row) -> Entry:
    """An entry from a row of COLUMNS."""
    return Entry(**{**dict(row), "facts": json.loads(row["facts"])})


def dump(facts: Mapping[str, Any]) -> str:
    """Facts as they are kept."""
    return json.dumps(dict(facts), ensure_ascii=False, sort_keys=True)
