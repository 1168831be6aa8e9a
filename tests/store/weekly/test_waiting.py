"""How much training ran while somebody was at the desk, and how much of that had a session."""

import sqlite3
from collections.abc import Callable

import pytest

from store import entries
from store.database import write
from store.runs import Attempt, record_attempt
from store.weekly.waiting import read_waiting, reckon_waiting
from tests.store.weekly.test_desk import block

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0
HOUR = 3600.0
NOTHING = {"desk_seconds": 0.0, "training_seconds": 0.0, "waiting_seconds": 0.0, "used_seconds": 0.0}


class TestReckoning:
    """Lengths by what went on at once."""

    def test_nothing(self) -> None:
        """A week without anything is nothing of each."""
        assert reckon_waiting([], [], [], BEGIN, UNTIL, UNTIL) == NOTHING
        assert reckon_waiting([NOON], [], [(BEGIN, UNTIL)], UNTIL, BEGIN, BEGIN) == NOTHING

    def test_at_once(self) -> None:
        """Training counts once however many run; what ran while somebody was there waits, what has a session is used."""
        training = [(NOON, NOON + 4 * HOUR), (NOON + 3 * HOUR, NOON + 5 * HOUR)]
        sessions = [block("read", NOON - HOUR, NOON + HOUR), block("task", NOON + 4.5 * HOUR, NOON + 6 * HOUR)]
        assert reckon_waiting([NOON + 1.25 * HOUR], sessions, training, BEGIN, UNTIL, UNTIL) == {
            "desk_seconds": 2.25 * HOUR + 1.5 * HOUR,
            "training_seconds": 5 * HOUR,
            "waiting_seconds": 1.25 * HOUR + 0.5 * HOUR,
            "used_seconds": HOUR + 0.5 * HOUR,
        }

    def test_a_break_at_the_desk(self) -> None:
        """A session of any kind uses the waiting time, a break too, where one was at the desk."""
        sessions = [block("break", NOON, NOON + 600)]
        told = reckon_waiting([NOON, NOON + 1200], sessions, [(BEGIN, UNTIL)], BEGIN, UNTIL, UNTIL)
        assert (told["waiting_seconds"], told["used_seconds"]) == (1500.0, 600.0)
        away = reckon_waiting([], sessions, [(BEGIN, UNTIL)], BEGIN, UNTIL, UNTIL)
        assert (away["waiting_seconds"], away["used_seconds"]) == (0.0, 0.0)

    def test_all_is_cut_at_the_edges(self) -> None:
        """Of what goes on at the beginning or at the end only what is inside counts."""
        sessions = [block("task", BEGIN - HOUR, BEGIN + HOUR), block("plan", UNTIL - HOUR, None, 9 * HOUR)]
        assert reckon_waiting([], sessions, [(BEGIN - HOUR, UNTIL + HOUR)], BEGIN, UNTIL, UNTIL + HOUR) == {
            "desk_seconds": 2 * HOUR,
            "training_seconds": UNTIL - BEGIN,
            "waiting_seconds": 2 * HOUR,
            "used_seconds": 2 * HOUR,
        }

    def test_what_is_split_adds_up(self) -> None:
        """Two stretches side by side have together what the whole has."""
        marks = [NOON + n * 997.0 for n in range(-30, 30, 3)]
        sessions = [block("read", NOON - HOUR, NOON + 2 * HOUR)]
        training = [(NOON - 5 * HOUR, NOON + 400), (NOON + 900, NOON + 4 * HOUR)]
        whole = reckon_waiting(marks, sessions, training, BEGIN, UNTIL, UNTIL)
        parts = [
            reckon_waiting(marks, sessions, training, first, last, UNTIL)
            for first, last in ((BEGIN, NOON + 100), (NOON + 100, UNTIL))
        ]
        assert {name: sum(part[name] for part in parts) for name in whole} == pytest.approx(whole)


def test_from_the_journal(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Runs, their attempts, sessions and traces are put together; a session that began before reaches in."""
    run = launched("a", created=NOON - 10 * HOUR, engine="slurm")
    with write(journal):
        for number, (started, ended) in enumerate(((NOON - 8 * HOUR, NOON), (NOON + HOUR, NOON + 2 * HOUR)), 1):
            record_attempt(journal, attempt(run, number, started, ended))
        journal.execute(
            "INSERT INTO sessions (kind, begun, ended, seen, slept) VALUES ('read', ?, ?, ?, 0)",
            (BEGIN - HOUR, BEGIN + HOUR, BEGIN),
        )
        entries.add(journal, "note", "the loss is noisy", NOON + 1.5 * HOUR)
        entries.add(journal, "note", "it is the loader", NOON + 1.75 * HOUR)
    assert read_waiting(journal, BEGIN, UNTIL) == {
        "desk_seconds": HOUR + 1200.0,
        "training_seconds": 9 * HOUR,
        "waiting_seconds": 1200.0,
        "used_seconds": 0.0,
    }
    assert read_waiting(journal, BEGIN, NOON)["training_seconds"] == 8 * HOUR
    assert read_waiting(journal, UNTIL, BEGIN) == NOTHING


def attempt(run: str, number: int, started: float, ended: float) -> Attempt:
    """One execution of a run."""
    return Attempt(run, number, None, None, None, None, None, None, started, ended, "killed", None, "SIGTERM", None)
