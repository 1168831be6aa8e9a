"""What was read in a month, or for a project: the papers with what was learned of each, passes, and the time they took.

A paper is of a project by a task, an entry or a session of it that is about the paper, by a note that is also about one
of its runs, or by a tag of the project's name.
"""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from typing import Any

from store import attachments, entries
from store.attachments import Attachment
from store.entry_rows import Entry
from store.paper_rows import Paper, get
from store.projects import Project
from store.reading import PASSES, Pass, passes_of
from store.sessions import Session, list_sessions, sessions_about
from store.weekly.calendar import begin_of
from store.weekly.months import Month, month_of
from store.weekly.papers import read_papers
from store.worked import sum_by_kind

NOTE = "study"
"""The kind of entry that a note on a paper is."""
_UNDECIDED = ("inbox", "later")
_MOST_MONTHS = 24


@dataclass(frozen=True)
class PaperReading:
    """A paper and what was done with it in the time that is looked at: ``seconds`` of sessions about it, the passes
    that were finished, the notes that were written (oldest first), and their pictures by id."""

    paper: Paper
    seconds: float = 0.0
    passes: tuple[Pass, ...] = ()
    notes: tuple[Entry, ...] = ()
    attached: Mapping[int, Attachment] | None = None


@dataclass(frozen=True)
class ReadingReview:
    """The reading of a month (``month``) or for a project (``project``), from ``begin`` to ``until`` in epoch seconds.

    ``read``, ``reading`` and ``ahead`` (kept, in no hand yet) are its papers, each in one of them. ``figures`` are
    found, kept, read, dropped (None where they are not told), passes by number ({count, seconds}), seconds.
    ``strip`` is seconds by day of a month, by month for a project.
    """

    month: Month | None
    project: Project | None
    begin: float
    until: float
    partial: bool
    read: tuple[PaperReading, ...]
    reading: tuple[PaperReading, ...]
    ahead: tuple[PaperReading, ...]
    figures: dict[str, Any]
    strip: tuple[tuple[str, float], ...]

    @property
    def name(self) -> str:
        """``2026-11``, or the project's name."""
        return self.project.name if self.project is not None else str(self.month)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was read, and nothing is there to be."""
        return not (self.read or self.reading or self.ahead or self.figures["seconds"])


def read_month(connection: sqlite3.Connection, month: Month, zone: tzinfo | None, as_of: float) -> ReadingReview:
    """The reading of a month where ``zone`` is, as far as it has gone at ``as_of``."""
    begin, end = month.bounds(zone)
    until = max(begin, min(end, as_of))
    figures = read_papers(connection, begin, until, as_of)
    del figures["lessons"]
    read = _decided(connection, begin, until, "read")
    reading = [one for one in _in_hand(connection, until, as_of) if one not in read]
    ahead = [one for one in _decided(connection, begin, until, "queue", _UNDECIDED) if one not in {*read, *reading}]
    reader = _Reader(connection, begin, until, as_of)
    days = month.days()
    edges = [begin_of(day, zone) for day in (*days, days[-1] + timedelta(days=1))]
    sessions = [one for one in list_sessions(connection, begin, until) if one.kind == "read"]
    strip = _strip([day.isoformat() for day in days], edges, sessions, until, as_of)
    return ReadingReview(
        month, None, begin, until, until < end,
        reader.tell(read), reader.tell(reading), reader.tell(ahead, notes=False), figures, strip,
    )  # fmt: skip


def read_project(connection: sqlite3.Connection, project: Project, zone: tzinfo | None, as_of: float) -> ReadingReview:
    """All that was read for a project until ``as_of``; its months where ``zone`` is."""
    papers = [paper for ref in _of_project(connection, project) if (paper := get(connection, ref)) is not None]
    by_state: dict[str, list[int]] = {}
    for paper in sorted(papers, key=lambda one: (one.ended or one.changed, one.id), reverse=True):
        by_state.setdefault(paper.state, []).append(paper.id)
    sessions = sessions_about(connection, [paper.ref for paper in papers])
    begin = min((one.begun for one in sessions), default=as_of)
    reader = _Reader(connection, 0.0, as_of, as_of)
    read, reading = reader.tell(by_state.get("read", [])), reader.tell(by_state.get("reading", []))
    done = [one for paper in papers for one in passes_of(connection, paper.id)]
    figures = {
        "found": None,
        "kept": len(by_state.get("queue", [])),
        "read": len(read),
        "dropped": len(by_state.get("dropped", [])),
        "passes": {str(number): _sum(one for one in done if one.number == number) for number in PASSES},
        "seconds": sum(sum_by_kind(sessions, 0.0, as_of, as_of).values()),
    }
    first, last = month_of(begin, zone), month_of(as_of, zone)
    months = [last]
    while months[0] > first and len(months) < _MOST_MONTHS:
        months.insert(0, months[0].shift(-1))
    edges = [*(one.bounds(zone)[0] for one in months), last.bounds(zone)[1]]
    strip = _strip([str(one) for one in months], edges, sessions, as_of, as_of)
    ahead = reader.tell(by_state.get("queue", []), notes=False)
    return ReadingReview(None, project, begin, as_of, False, read, reading, ahead, figures, strip)


def as_json(review: ReadingReview) -> dict[str, Any]:
    """The review as scripts take it: its figures, and its papers with their lessons."""

    def row(one: PaperReading, group: str) -> dict[str, Any]:
        return {
            "id": one.paper.ref,
            "title": one.paper.title,
            "group": group,
            "lesson": one.paper.lesson,
            "seconds": one.seconds,
            "passes": [done.number for done in one.passes],
            "notes": len(one.notes),
        }

    groups = {"read": review.read, "reading": review.reading, "ahead": review.ahead}
    return {
        "month": str(review.month) if review.month is not None else None,
        "project": review.project.name if review.project is not None else None,
        "begin": review.begin,
        "until": review.until,
        "partial": review.partial,
        **review.figures,
        "papers": [row(one, group) for group, found in groups.items() for one in found],
    }


class _Reader:
    """Tells of papers what was done with them between two moments."""

    def __init__(self, connection: sqlite3.Connection, begin: float, until: float, as_of: float) -> None:
        self._connection, self._begin, self._until, self._as_of = connection, begin, until, as_of

    def tell(self, ids: Sequence[int], *, notes: bool = True) -> tuple[PaperReading, ...]:
        papers = [paper for one in ids if (paper := get(self._connection, one)) is not None]
        about: dict[str, list[Session]] = {}
        for session in sessions_about(self._connection, [paper.ref for paper in papers]):
            about.setdefault(session.paper or "", []).append(session)
        return tuple(self._tell(paper, about.get(paper.ref, []), notes) for paper in papers)

    def _tell(self, paper: Paper, sessions: Sequence[Session], notes: bool) -> PaperReading:
        seconds = sum(sum_by_kind(sessions, self._begin, self._until, self._as_of).values())
        done = [one for one in passes_of(self._connection, paper.id) if self._begin <= one.finished < self._until]
        if not notes:
            return PaperReading(paper, seconds, tuple(done))
        written = [
            one
            for one in reversed(entries.entries_about(self._connection, "paper", paper.ref))
            if one.kind == NOTE and self._begin <= one.created < self._until
        ]
        attached = {file.id: file for one in written for file in attachments.attachments_of(self._connection, one.id)}
        return PaperReading(paper, seconds, tuple(done), tuple(written), attached)


def _decided(
    connection: sqlite3.Connection, begin: float, until: float, state: str, before: Sequence[str] = ()
) -> list[int]:
    """The papers that were put into a state, from one of those ``before`` where any are named; the last one first."""
    rows = connection.execute(
        "SELECT paper_id, detail FROM paper_events WHERE time >= ? AND time < ? AND kind = 'state' AND undone IS NULL "
        "ORDER BY time DESC, id DESC",
        (begin, until),
    )
    found: dict[int, None] = {}
    for row in rows:
        detail = json.loads(row["detail"])
        if detail["now"] == state and (not before or detail["was"] in before):
            found.setdefault(row["paper_id"])
    return list(found)


def _in_hand(connection: sqlite3.Connection, until: float, as_of: float) -> list[int]:
    """The papers that were being read at ``until``: by what they were before the first decision after it, else now."""
    now = connection.execute(
        "SELECT id FROM papers WHERE state = 'reading' AND added < ? ORDER BY changed DESC, id DESC", (until,)
    )
    states: dict[int, str] = {row["id"]: "reading" for row in now}
    if until < as_of:
        later: dict[int, str] = {}
        rows = connection.execute(
            "SELECT e.paper_id, e.detail FROM paper_events e JOIN papers p ON p.id = e.paper_id "
            "WHERE e.time >= ? AND e.kind = 'state' AND e.undone IS NULL AND p.added < ? ORDER BY e.id",
            (until, until),
        )
        for row in rows:
            later.setdefault(row["paper_id"], json.loads(row["detail"])["was"])
        states |= later
    return [paper_id for paper_id, state in states.items() if state == "reading"]


def _of_project(connection: sqlite3.Connection, project: Project) -> list[str]:
    """The papers of a project, by ref."""
    rows = connection.execute(
        "SELECT l.to_id AS ref FROM tasks t JOIN links l ON l.from_kind = 'task' AND l.from_id = CAST(t.id AS TEXT) "
        "WHERE t.project_id = :id AND l.to_kind = 'paper' "
        "UNION SELECT l.to_id FROM entries e JOIN links l ON l.from_kind = 'entry' AND l.from_id = CAST(e.id AS TEXT) "
        "WHERE e.project_id = :id AND e.removed IS NULL AND l.to_kind = 'paper' "
        "UNION SELECT p.to_id FROM links p JOIN entries e ON e.id = CAST(p.from_id AS INTEGER) "
        "JOIN links r ON r.from_kind = 'entry' AND r.from_id = p.from_id AND r.to_kind = 'run' "
        "JOIN runs u ON u.id = r.to_id "
        "WHERE p.from_kind = 'entry' AND p.to_kind = 'paper' AND e.removed IS NULL AND u.project_id = :id "
        "UNION SELECT s.paper FROM sessions s WHERE s.paper IS NOT NULL AND s.project_id = :id "
        "UNION SELECT p.ref FROM papers p, json_each(p.tags) t WHERE p.tags != '[]' AND lower(t.value) = lower(:name)",
        {"id": project.id, "name": project.name},
    )
    return [str(row["ref"]) for row in rows]


def _strip(
    labels: Sequence[str], edges: Sequence[float], sessions: Sequence[Session], until: float, as_of: float
) -> tuple[tuple[str, float], ...]:
    """Seconds of those sessions between each two edges; nothing after ``until``."""
    found = []
    for label, low, high in zip(labels, edges[:-1], edges[1:], strict=True):
        inside = sum_by_kind(sessions, low, min(high, until), as_of) if low < until else {}
        found.append((label, sum(inside.values())))
    return tuple(found)


def _sum(passes: Iterable[Pass]) -> dict[str, Any]:
    done = list(passes)
    return {"count": len(done), "seconds": sum(one.seconds or 0.0 for one in done)}
