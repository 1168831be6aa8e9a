"""The papers of a stretch of time: found, decided on, read, and what was learned from them."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.paper_rows import STATES
from store.reading import PASSES
from store.weekly.sessions import read_sessions

_UNDECIDED = ("inbox", "later")


@dataclass(frozen=True)
class Decision:
    """A paper went from one state to another, at ``time`` in epoch seconds."""

    paper_id: int
    time: float
    was: str
    now: str


@dataclass(frozen=True)
class Lesson:
    """A paper, and what was learned from it: empty where nothing was written."""

    paper_id: int
    ref: str
    title: str
    lesson: str


@dataclass(frozen=True)
class Reading:
    """A pass over a paper that was finished at ``finished``; ``seconds`` where they are known."""

    number: int
    finished: float
    seconds: float | None


def reckon_papers(
    added: Iterable[float],
    decisions: Iterable[Decision],
    lessons: Iterable[Lesson],
    passes: Sequence[Reading],
    seconds: float,
    begin: float,
    until: float,
) -> dict[str, Any]:
    """What was ``found``; the papers that were ``kept`` (taken from the inbox to the queue), ``read`` and ``dropped``,
    each once; ``passes`` by their number, ``seconds`` of reading, and the ``lessons`` of those that were read, where
    there is one, in the order that they were first read in. All from ``begin`` to before ``until``."""
    made = [one for one in decisions if begin <= one.time < until]
    read = dict.fromkeys(one.paper_id for one in made if one.now == "read")
    learned = {one.paper_id: one for one in lessons if one.lesson.strip()}
    done = [one for one in passes if begin <= one.finished < until]
    return {
        "found": sum(begin <= time < until for time in added),
        "kept": len({one.paper_id for one in made if one.now == "queue" and one.was in _UNDECIDED}),
        "read": len(read),
        "dropped": len({one.paper_id for one in made if one.now == "dropped"}),
        "passes": {str(number): _sum([one for one in done if one.number == number]) for number in PASSES},
        "seconds": seconds,
        "lessons": [
            {"ref": one.ref, "title": one.title, "lesson": one.lesson}
            for number in read
            if (one := learned.get(number)) is not None
        ],
    }


def read_papers(
    connection: sqlite3.Connection, begin: float, until: float, as_of: float | None = None
) -> dict[str, Any]:
    """The papers of a stretch of time; ``as_of`` is when one looks, ``until`` where it is not given.

    Decisions that were taken back do not count.
    """
    added = connection.execute(
        f"SELECT added FROM papers WHERE state IN {STATES} AND added >= ? AND added < ?", (begin, until)
    )
    decided = connection.execute(  # by time: of a kind there are far more than in a week
        "SELECT paper_id, time, json_extract(detail, '$.was') AS was, json_extract(detail, '$.now') AS now "
        "FROM paper_events WHERE time >= ? AND time < ? AND +kind = 'state' AND undone IS NULL ORDER BY id",
        (begin, until),
    )
    decisions = [Decision(**dict(row)) for row in decided]
    read = json.dumps([one.paper_id for one in decisions if one.now == "read"])
    lessons = connection.execute(
        "SELECT id AS paper_id, ref, title, lesson FROM papers WHERE id IN (SELECT value FROM json_each(?))", (read,)
    )
    passes = connection.execute(
        "SELECT number, finished, seconds FROM paper_passes WHERE finished >= ? AND finished < ?", (begin, until)
    )
    reading = read_sessions(connection, begin, until, as_of)["kinds"].get("read", {"seconds": 0.0})
    return reckon_papers(
        [row["added"] for row in added],
        decisions,
        [Lesson(**dict(row)) for row in lessons],
        [Reading(**dict(row)) for row in passes],
        reading["seconds"],
        begin,
        until,
    )


def _sum(passes: Sequence[Reading]) -> dict[str, Any]:
    return {"count": len(passes), "seconds": sum((one.seconds or 0.0 for one in passes), 0.0)}
