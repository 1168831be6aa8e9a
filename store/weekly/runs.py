"""The runs of a week: how many were at work, began and ended, and for how long."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from store.runs import ACTIVE, ENDED
from store.weekly.spans import Span, clip, join, length

Stretch = tuple[float, float | None]
"""From and to, in epoch seconds; to None where it goes on."""

# The indexes hold (started, ended) and (ended, started): a plus keeps SQLite from choosing the longer half of them.
_EDGES = """
    UNION SELECT run_id FROM attempts WHERE started >= :begin AND started < :until
    UNION SELECT id FROM runs WHERE started >= :begin AND started < :until
    UNION SELECT id FROM runs WHERE ended >= :begin AND ended < :until
"""
_EARLY = f"""
    SELECT run_id FROM attempts WHERE started < :until AND (+ended IS NULL OR +ended > :begin)
    UNION SELECT id FROM runs WHERE started < :until AND (+ended IS NULL OR +ended > :begin) {_EDGES}
"""
_LATE = f"""
    SELECT run_id FROM attempts WHERE ended > :begin AND +started < :until
    UNION SELECT run_id FROM attempts WHERE ended IS NULL AND +started < :until
    UNION SELECT id FROM runs WHERE ended > :begin AND +started < :until
    UNION SELECT id FROM runs WHERE ended IS NULL AND +started < :until {_EDGES}
"""


@dataclass(frozen=True)
class RunFacts:
    """What a week asks of a run: when it was at work, stretch by stretch in order, and when it was over (epoch
    seconds); ``ended`` is None while it is queued or running."""

    id: str
    name: str
    state: str
    stretches: tuple[Stretch, ...]
    ended: float | None = None

    def spans(self, begin: float, until: float) -> list[Span]:
        """Its time between two moments, without overlaps."""
        whole = ((first, until if last is None else last) for first, last in self.stretches)
        return join(clip(whole, begin, until))


def read_facts(connection: sqlite3.Connection, begin: float, until: float) -> list[RunFacts]:
    """The runs that may have been at work, or over, between two moments; in order of their ids."""
    if until <= begin:
        return []
    among = json.dumps(_read_ids(connection, begin, until))
    attempts: dict[str, list[sqlite3.Row]] = {}
    for row in connection.execute(
        "SELECT run_id, started, ended, beat_at FROM attempts "
        "WHERE run_id IN (SELECT value FROM json_each(?)) AND +started IS NOT NULL ORDER BY run_id, number",
        (among,),
    ):
        attempts.setdefault(row["run_id"], []).append(row)
    rows = connection.execute(
        "SELECT id, name, state, started, ended FROM runs WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
        (among,),
    )
    return [_facts_from(row, attempts.get(row["id"], ())) for row in rows]


def read_times(connection: sqlite3.Connection, begin: float, until: float) -> dict[str, list[Span]]:
    """When each run was at work between two moments, by its id; without the runs that were not."""
    return times_of(read_facts(connection, begin, until), begin, until)


def times_of(facts: Iterable[RunFacts], begin: float, until: float) -> dict[str, list[Span]]:
    """The same from facts that are known."""
    found = {one.id: one.spans(begin, until) for one in facts}
    return {run_id: spans for run_id, spans in found.items() if spans}


def reckon_runs(facts: Iterable[RunFacts], begin: float, until: float, end: float | None = None) -> dict[str, Any]:
    """The figures of the runs between ``begin`` and ``until``; ``end`` is when the week does (None: at ``until``).

    Of a run that was at work before ``begin`` or after the end too only what is inside counts, and it is ``spanning``.
    """
    known = list(facts)
    times = times_of(known, begin, until)
    is_over = until >= (until if end is None else end)
    figures: dict[str, Any] = {"at_work": len(times), "begun": 0, **dict.fromkeys(ENDED, 0), "running": 0}
    figures["spanning"] = 0
    for one in known if until > begin else ():
        first = min((stretch[0] for stretch in one.stretches), default=None)
        if first is not None:
            figures["begun"] += begin <= first < until
            figures["running"] += first < until and (one.ended is None or one.ended >= until)
        if one.ended is not None and begin <= one.ended < until:
            figures[one.state] += 1
        if one.id in times:
            after = is_over and any(last is None or last > until for _, last in one.stretches)
            figures["spanning"] += after or any(_is_before(stretch, begin) for stretch in one.stretches)
    figures["seconds"] = sum(length(spans) for spans in times.values())
    return figures


def read_runs(connection: sqlite3.Connection, begin: float, until: float, end: float | None = None) -> dict[str, Any]:
    """The figures of the runs that the journal has of between ``begin`` and ``until``; see :func:`reckon_runs`."""
    return reckon_runs(read_facts(connection, begin, until), begin, until, end)


def _read_ids(connection: sqlite3.Connection, begin: float, until: float) -> list[str]:
    """The runs that may matter: of all that began before or all that ended after, whichever are fewer, by the clock."""
    first, last = connection.execute("SELECT (SELECT min(started) FROM runs), (SELECT max(ended) FROM runs)").fetchone()
    is_early = first is None or last is None or until - first < last - begin
    rows = connection.execute(_EARLY if is_early else _LATE, {"begin": begin, "until": until})
    return [row[0] for row in rows]


def _is_before(stretch: Stretch, begin: float) -> bool:
    first, last = stretch
    return first < begin and (last is None or last > first)


def _facts_from(run: sqlite3.Row, attempts: Sequence[sqlite3.Row]) -> RunFacts:
    """An attempt of which no end was written down ended when the run did, or where the next one took its place."""
    ended = None if run["state"] in ACTIVE else run["ended"]
    if not attempts:
        stretches = [(run["started"], ended)] if run["started"] is not None else []
        return RunFacts(run["id"], run["name"], run["state"], tuple(stretches), ended)
    stretches = []
    for place, attempt in enumerate(attempts):
        last = attempt["ended"]
        if last is None and place + 1 < len(attempts):
            following = attempts[place + 1]["started"]
            last = following if attempt["beat_at"] is None else min(attempt["beat_at"], following)
        elif last is None:
            last = ended
        stretches.append((attempt["started"], last))
    return RunFacts(run["id"], run["name"], run["state"], tuple(stretches), ended)
