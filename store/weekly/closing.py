"""The review of a week: begun, gone through step by step, and closed, which freezes its figures."""

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Any

from store import alerts, deliveries
from store.errors import ReviewError
from store.weekly.calendar import STARTS, Week, parse_week, spell_zone
from store.weekly.documents import SEEN, put_week
from store.weekly.texts import tidy_text

STEPS = ("inbox", "runs", "tasks", "papers", "looking_back", "next", "close")
"""The steps of closing a week, in their order."""
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_REMINDER, _OVER = "review", "it was over before it was sent"
_SAME_SECONDS, _ROUNDING = 1.0, 1e-9
_LENGTHS = ("seconds", "late_median", "late_worst")
_APART = ("week", "begin", "end", "until", "zone", "start", "partial", "closed")
"""What of the figures is no figure: which week it is, and up to when."""
_BRIEF = "week, week_start, zone, begun, step, answers, changed, closed"


@dataclass(frozen=True)
class WeekReview:
    """The review of a week, which begins on ``start`` in ``zone`` (as ``spell_zone`` writes it).

    ``step`` is the step that was come to, ``answers`` what was written, by name. ``begun``, ``changed`` and ``closed``
    are epoch seconds, ``closed`` None while it is open. ``figures`` are those of when it was closed; None where it is
    open, and in lists.
    """

    week: Week
    start: str
    zone: str
    begun: float
    step: str
    changed: float
    answers: Mapping[str, str] = field(default_factory=dict)
    closed: float | None = None
    figures: dict[str, Any] | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The answers that are texts."""
        return {name: text for name, text in self.answers.items() if not name.startswith(SEEN)}


def read(connection: sqlite3.Connection, week: Week) -> WeekReview | None:
    """The review of a week, None where it was not begun."""
    row = connection.execute(f"SELECT {_BRIEF}, figures FROM week_reviews WHERE week = ?", (str(week),)).fetchone()
    return _review_from(row) if row else None


def list_reviews(connection: sqlite3.Connection) -> list[WeekReview]:
    """Every review that was begun, the newest week first, without the figures."""
    rows = connection.execute(f"SELECT {_BRIEF}, NULL AS figures FROM week_reviews ORDER BY week DESC")
    return [_review_from(row) for row in rows]


def list_closed(connection: sqlite3.Connection) -> list[WeekReview]:
    """The reviews that were closed, the newest week first, without the figures."""
    return [one for one in list_reviews(connection) if one.closed is not None]


def is_closed(connection: sqlite3.Connection, week: Week) -> bool:
    """Whether the review of that week was closed."""
    row = connection.execute("SELECT closed FROM week_reviews WHERE week = ?", (str(week),)).fetchone()
    return row is not None and row["closed"] is not None


def begin(connection: sqlite3.Connection, week: Week, zone: tzinfo | None, start: str, now: float) -> WeekReview:
    """Begin to review a week, or go on where it was left; inside the caller's transaction.

    ReviewError where that week has not begun yet.
    """
    if start not in STARTS:
        raise ReviewError("{value} is none of {known}", value=repr(start), known=", ".join(STARTS))
    known = read(connection, week)
    if known is not None:
        return known
    if now < week.bounds(zone, start)[0]:
        raise ReviewError("the week {week} has not begun yet; there is nothing to look back on", week=week)
    connection.execute(
        "INSERT INTO week_reviews (week, week_start, zone, begun, step, changed) VALUES (?, ?, ?, ?, ?, ?)",
        (str(week), start, spell_zone(zone), now, STEPS[0], now),
    )
    return WeekReview(week, start, spell_zone(zone), now, STEPS[0], now)


def set_step(connection: sqlite3.Connection, week: Week, step: str, now: float) -> WeekReview:
    """Keep which step was come to, inside the caller's transaction.

    ReviewError for a step there is not, and where the review was not begun or is closed.
    """
    if step not in STEPS:
        raise ReviewError("{value} is none of {known}", value=repr(step), known=", ".join(STEPS))
    _open_review(connection, week)
    connection.execute(
        "UPDATE week_reviews SET step = ?, changed = ? WHERE week = ? AND step <> ?", (step, now, str(week), step)
    )
    return _open_review(connection, week)


def answer(connection: sqlite3.Connection, week: Week, name: str, text: str, now: float) -> WeekReview:
    """Keep what was written under a name (``worked``, ``did_not`` …), inside the caller's transaction; an empty text
    takes it away. ReviewError where the review was not begun or is closed, and for a text that is too long."""
    if not _NAME.fullmatch(name):
        raise ReviewError("{value} is no name of an answer: a-z, 0-9 and _", value=repr(name))
    review = _open_review(connection, week)
    answers = {**review.answers, name: tidy_text(text)}
    if not answers[name]:
        del answers[name]
    if answers != dict(review.answers):
        connection.execute(
            "UPDATE week_reviews SET answers = ?, changed = ? WHERE week = ?",
            (json.dumps(answers, ensure_ascii=False), now, str(week)),
        )
        put_week(connection, week)
    return _open_review(connection, week)


def close(connection: sqlite3.Connection, week: Week, figures: Mapping[str, Any], now: float) -> WeekReview:
    """Close a review with the figures as they are now, inside the caller's transaction. One that is closed stays as it
    is. ReviewError where it was not begun, or the figures are another week's."""
    if figures.get("week") != str(week):
        raise ReviewError("these are not the figures of the week {week}", week=week)
    known = read(connection, week)
    if known is not None and known.closed is not None:
        return known
    _open_review(connection, week)
    kept = json.dumps({**figures, "closed": now}, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    connection.execute(
        "UPDATE week_reviews SET step = ?, changed = ?, closed = ?, figures = ? WHERE week = ?",
        (STEPS[-1], now, now, kept, str(week)),
    )
    put_week(connection, week)
    _withdraw_reminder(connection, week, now)
    closed = read(connection, week)
    assert closed is not None
    return closed


def differences(frozen: Mapping[str, Any], now: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Which figures are others now than those a week was closed with: ``{name, was, now}``, named by the keys that lead
    to them (``crashes.count``); those of a project's best by its name. Lengths that differ by less than a second are
    the same."""
    was, are = dict(_leaves(frozen)), dict(_leaves(now))
    found = []
    for name in dict.fromkeys([*was, *are]):
        before, after = was.get(name, _missing(name)), are.get(name, _missing(name))
        if not _same(name, before, after):
            found.append({"name": name, "was": before, "now": after})
    return found


def _withdraw_reminder(connection: sqlite3.Connection, week: Week, now: float) -> None:
    """What reminds of the review is over; where it waits to be sent, it is not sent any more."""
    alert = alerts.find_alert(connection, kind=_REMINDER, run_id=None, attempt=None, occasion=str(week))
    if alert is not None:
        alerts.clear_alert(connection, alert.id, now)
        deliveries.suppress(connection, alert.id, now, why="over", error=_OVER)


def _leaves(figures: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in figures.items():
        if name == "best":
            yield from ((f"best.{one['project']}", one["value"]) for one in value)
        elif name not in _APART and isinstance(value, Mapping):
            yield from _numbers(value, name)


def _numbers(part: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if isinstance(value, Mapping):
            yield from _numbers(value, f"{path}.{name}")
        elif value is None or isinstance(value, int | float):
            yield f"{path}.{name}", value


def _missing(name: str) -> int | None:
    """What a figure is that is not there: none of a kind, or no value at all."""
    return 0 if ".kinds." in name or ".passes." in name else None


def _same(name: str, was: Any, now: Any) -> bool:
    if isinstance(was, int | float) and isinstance(now, int | float):
        return abs(was - now) < (_SAME_SECONDS if name.endswith(_LENGTHS) else _ROUNDING * max(1.0, abs(was)))
    return bool(was == now)


def _open_review(connection: sqlite3.Connection, week: Week) -> WeekReview:
    review = read(connection, week)
    if review is None:
        raise ReviewError("the review of {week} was not begun", week=week)
    if review.closed is not None:
        raise ReviewError("the review of {week} is closed; add a note to it instead", week=week)
    return review


def _review_from(row: sqlite3.Row) -> WeekReview:
    return WeekReview(
        week=parse_week(row["week"]),
        start=row["week_start"],
        zone=row["zone"],
        begun=row["begun"],
        step=row["step"],
        changed=row["changed"],
        answers=json.loads(row["answers"]),
        closed=row["closed"],
        figures=json.loads(row["figures"]) if row["figures"] else None,
    )
