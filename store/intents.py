"""What the dashboard asks the daemon to do: ``asked`` → ``accepted`` → ``done`` or ``refused``, with an answer."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from store.database import write

STOP_RUN = "stop_run"
WATCH_PID = "watch_pid"
"""Watch a job that is running already: detail ``{"pid", "start_ticks"}``; the answer's run is the intent's then."""
MOVE_QUEUED = "move_queued"
"""Let a queued run go elsewhere in the queue: detail ``{"before": run id, or null for the last place}``."""
TEST_CHANNEL = "test_channel"
"""Send a test message through one channel alone: detail ``{"channel"}``; the answer says what came of it."""
LIST_DEVICES = "list_devices"
"""Ask Pushbullet for the account's devices; they are then the reading ``devices`` of ``pushbullet``."""
SHOW_COMMIT = "show_commit"
"""Ask git for the hunks of a commit: detail ``{"repository", "sha"}``; they are then in ``store.reviews``."""
PULL_PAPERS = "paper_pull"
"""Ask arXiv for the new papers of a search, or of all: detail ``{"search"}`` or none."""
ADD_PAPERS = "paper_add"
"""Ask arXiv about papers that are known by their ids alone; those that the detail's ``{"text"}`` names are kept."""
FETCH_PAPER = "paper_fetch"
"""Have the PDF of a paper: detail ``{"ref"}``."""
OF_PAPERS = (PULL_PAPERS, ADD_PAPERS, FETCH_PAPER)
_TOLD_APART = (WATCH_PID, MOVE_QUEUED, TEST_CHANNEL, SHOW_COMMIT, *OF_PAPERS)
"""Kinds of which two with other details are two: all others are the same for the same run."""


@dataclass(frozen=True)
class Intent:
    """One thing asked of the daemon; times in epoch seconds."""

    id: int
    kind: str
    run_id: str | None
    detail: dict[str, Any]
    asked: float
    state: str
    answered: float | None
    answer: str | None


def ask(
    connection: sqlite3.Connection,
    kind: str,
    run_id: str | None,
    now: float,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Ask the daemon for something; asking again for what is still open returns the open intent's id."""
    wanted = json.dumps(dict(detail or {}), sort_keys=True)
    with write(connection):
        row = connection.execute(
            "SELECT id FROM intents WHERE kind = ? AND run_id IS ? AND state IN ('asked', 'accepted') "
            "AND (? OR detail = ?)",
            (kind, run_id, kind not in _TOLD_APART, wanted),
        ).fetchone()
        if row:
            return int(row["id"])
        cursor = connection.execute(
            "INSERT INTO intents (kind, run_id, detail, asked, state) VALUES (?, ?, ?, ?, 'asked')",
            (kind, run_id, wanted, now),
        )
    return int(cursor.lastrowid or 0)


def open_intents(connection: sqlite3.Connection) -> list[Intent]:
    """What is asked or accepted and not yet answered, oldest first."""
    rows = connection.execute("SELECT * FROM intents WHERE state IN ('asked', 'accepted') ORDER BY id")
    return [_intent(row) for row in rows]


def intents_of_run(connection: sqlite3.Connection, run_id: str) -> list[Intent]:
    """All intents about a run, newest first."""
    rows = connection.execute("SELECT * FROM intents WHERE run_id = ? ORDER BY id DESC", (run_id,))
    return [_intent(row) for row in rows]


def latest_intents(connection: sqlite3.Connection, kind: str, since: float) -> list[Intent]:
    """The intents of a kind that were asked since then, newest first."""
    rows = connection.execute("SELECT * FROM intents WHERE kind = ? AND asked >= ? ORDER BY id DESC", (kind, since))
    return [_intent(row) for row in rows]


def answer(
    connection: sqlite3.Connection, intent_id: int, state: str, text: str, now: float, run_id: str | None = None
) -> None:
    """Record how far an intent has come: ``accepted``, ``done`` or ``refused``, and the words for it.

    ``run_id`` is the run that came of it, where it was about none before.
    """
    with write(connection):
        connection.execute(
            "UPDATE intents SET state = ?, answer = ?, answered = ?, run_id = coalesce(?, run_id) WHERE id = ?",
            (state, text, now, run_id, intent_id),
        )


def _intent(row: sqlite3.Row) -> Intent:
    return Intent(**{**dict(row), "detail": json.loads(row["detail"])})
