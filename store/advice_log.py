"""What was suggested and what became of it, and the weights that follow from that.

A weight is 1, and 0.05 more for each suggestion of its kind that was accepted, 0.1 more for each that was finished and
0.1 less for each that was skipped; each of these counts half after two weeks. It stays between 0.5 and 1.5.
"""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store.advice import HEAVIEST, KINDS, LIGHTEST, Advice
from store.errors import SessionError
from store.symptoms import Phrase

ACCEPTED, SKIPPED, FINISHED = "accepted", "skipped", "finished"
OUTCOMES = (ACCEPTED, SKIPPED, FINISHED)
STEPS = {ACCEPTED: 0.05, FINISHED: 0.1, SKIPPED: -0.1}
HALVED_AFTER_SECONDS = 14 * 86400.0
SAME_SECONDS = 3600.0
DECLINED_SECONDS = 2 * 3600.0

_RESET = "waiting.weights_reset"
_COLUMNS = "id, kind, subject, project_id, offered, minutes, outcome, answered, session_id"


@dataclass(frozen=True)
class Offer:
    """A suggestion that was made; ``outcome`` is ``accepted``, ``skipped``, ``finished``, or None without an answer."""

    id: int
    kind: str
    subject: str
    project_id: int | None
    offered: float
    minutes: float | None
    outcome: str | None
    answered: float | None
    session_id: int | None

    @property
    def session(self) -> dict[str, Any]:
        """What :func:`store.sessions.begin` takes to begin it, as far as the suggestion says."""
        about, _, one = self.subject.partition(":")
        return {
            "kind": "break" if self.kind == "stretch" else self.kind,
            "planned": None if self.minutes is None else self.minutes * 60,
            "project_id": self.project_id,
            "task_id": int(one) if about == "task" else None,
            "run_id": one if about == "run" else None,
            "paper": one if about == "paper" else None,
        }


@dataclass(frozen=True)
class Weight:
    """How much suggestions of a kind count, and the answers since the last reset that it comes from."""

    kind: str
    value: float
    accepted: int = 0
    finished: int = 0
    skipped: int = 0


def offer(connection: sqlite3.Connection, advices: Sequence[Advice], now: float) -> list[int]:
    """Note what is suggested, inside the caller's transaction: the ids, in the same order.

    What was suggested within the hour and has no answer yet keeps its id.
    """
    ids = []
    for one in advices:
        row = connection.execute(
            "SELECT id FROM advice WHERE kind = ? AND subject = ? AND offered > ? AND outcome IS NULL "
            "ORDER BY offered DESC LIMIT 1",
            (one.kind, one.subject, now - SAME_SECONDS),
        ).fetchone()
        reason = json.dumps([_plain(phrase) for phrase in (one.title, *one.reasons)], ensure_ascii=False)
        if row:
            connection.execute(
                "UPDATE advice SET minutes = ?, reason = ? WHERE id = ?", (one.minutes, reason, row["id"])
            )
            ids.append(int(row["id"]))
            continue
        cursor = connection.execute(
            "INSERT INTO advice (kind, subject, project_id, offered, minutes, reason) VALUES (?, ?, ?, ?, ?, ?)",
            (one.kind, one.subject, one.project_id, now, one.minutes, reason),
        )
        ids.append(int(cursor.lastrowid or 0))
    return ids


def answer(
    connection: sqlite3.Connection, advice_id: int, outcome: str, now: float, session_id: int | None = None
) -> None:
    """Note what became of a suggestion; inside the caller's transaction. What is finished stays so.

    Raises SessionError for a suggestion that there is not, ValueError for an outcome that there is not.
    """
    if outcome not in OUTCOMES:
        raise ValueError(f"an outcome is {', '.join(OUTCOMES)}, not {outcome!r}")
    cursor = connection.execute(
        "UPDATE advice SET outcome = CASE WHEN outcome = 'finished' THEN outcome ELSE ? END, answered = ?, "
        "session_id = coalesce(?, session_id) WHERE id = ?",
        (outcome, now, session_id, advice_id),
    )
    if not cursor.rowcount:
        raise SessionError("there is no suggestion {number}; `machiai session now` makes new ones", number=advice_id)


def finish(connection: sqlite3.Connection, advice_id: int, now: float) -> None:
    """What was begun with a suggestion was done; inside the caller's transaction. Nothing where it is not known."""
    connection.execute(
        "UPDATE advice SET outcome = 'finished', answered = ? WHERE id = ? AND outcome = 'accepted'", (now, advice_id)
    )


def get_offer(connection: sqlite3.Connection, advice_id: int) -> Offer:
    """The suggestion of that id; SessionError where there is none."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM advice WHERE id = ?", (advice_id,)).fetchone()
    if row is None:
        raise SessionError("there is no suggestion {number}; `machiai session now` makes new ones", number=advice_id)
    return Offer(**dict(row))


def list_offers(connection: sqlite3.Connection, begin: float, end: float) -> list[Offer]:
    """The suggestions made from ``begin`` to before ``end``, oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM advice WHERE offered >= ? AND offered < ? ORDER BY offered, id", (begin, end)
    )
    return [Offer(**dict(row)) for row in rows]


def declined(connection: sqlite3.Connection, now: float) -> frozenset[tuple[str, str]]:
    """The (kind, subject) that were skipped in the last two hours: not to be suggested again so soon."""
    rows = connection.execute(
        "SELECT kind, subject FROM advice WHERE outcome = 'skipped' AND answered > ?", (now - DECLINED_SECONDS,)
    )
    return frozenset((row["kind"], row["subject"]) for row in rows)


def explain_weights(connection: sqlite3.Connection, now: float) -> list[Weight]:
    """The weight of each kind, and the answers behind it."""
    counts = {kind: dict.fromkeys(OUTCOMES, 0) for kind in KINDS}
    values = dict.fromkeys(KINDS, 1.0)
    rows = connection.execute(
        "SELECT kind, outcome, answered FROM advice WHERE outcome IS NOT NULL AND answered > ?",
        (_reset_at(connection),),
    )
    for row in rows:
        if row["kind"] in counts:
            age = max(0.0, now - row["answered"])
            values[row["kind"]] += STEPS[row["outcome"]] * 0.5 ** (age / HALVED_AFTER_SECONDS)
            counts[row["kind"]][row["outcome"]] += 1
    return [Weight(kind, min(HEAVIEST, max(LIGHTEST, value)), **counts[kind]) for kind, value in values.items()]


def weights(connection: sqlite3.Connection, now: float) -> dict[str, float]:
    """The weight of each kind."""
    return {one.kind: one.value for one in explain_weights(connection, now)}


def reset_weights(connection: sqlite3.Connection, now: float) -> None:
    """Let every weight be 1 again, inside the caller's transaction; the answers are kept, and count no longer."""
    connection.execute(
        "INSERT INTO preferences (name, value, changed) VALUES (?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value, changed = excluded.changed",
        (_RESET, json.dumps(now), now),
    )


def _reset_at(connection: sqlite3.Connection) -> float:
    row = connection.execute("SELECT changed FROM preferences WHERE name = ?", (_RESET,)).fetchone()
    return float(row["changed"]) if row else float("-inf")


def _plain(phrase: Phrase) -> list[Any]:
    return [phrase.message, dict(phrase.values)]
