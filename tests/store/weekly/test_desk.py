"""When somebody was at the desk, by the traces that are left of it."""

import sqlite3
from collections.abc import Callable
from typing import Any

from store import advice_log, alerts, entries, intents, papers, plans, resumes, tasks
from store.advice import Advice
from store.commits import Commit, record
from store.database import write
from store.sessions import Session
from store.symptoms import Phrase
from store.weekly.desk import read_marks, reckon_desk

BEGIN, UNTIL = 100_000.0, 200_000.0
NOON = 150_000.0


def block(kind: str, begun: float, ended: float | None, planned: float = 3600.0) -> Session:
    """A session by hand."""
    return Session(1, kind, None, None, None, None, begun, planned, ended, 0.0, begun, None, None, None, None)


class TestReckoning:
    """Which time is spent at the desk."""

    def test_nothing(self) -> None:
        """Without a trace nothing is said."""
        assert reckon_desk([], [], BEGIN, UNTIL, UNTIL) == []

    def test_a_trace_stands_for_the_time_before_it(self) -> None:
        """One trace is five minutes, and those less than half an hour apart are one stay; a second more is two."""
        assert reckon_desk([NOON], [], BEGIN, UNTIL, UNTIL) == [(NOON - 300, NOON)]
        assert reckon_desk([NOON + 2100, NOON], [], BEGIN, UNTIL, UNTIL) == [(NOON - 300, NOON + 2100)]
        assert reckon_desk([NOON + 2101, NOON], [], BEGIN, UNTIL, UNTIL) == [
            (NOON - 300, NOON), (NOON + 1801, NOON + 2101),
        ]  # fmt: skip

    def test_sessions(self) -> None:
        """A session is time at the desk, all of it; a break is not, unless there are traces around it."""
        read = block("read", NOON, NOON + 4000)
        assert reckon_desk([], [read], BEGIN, UNTIL, UNTIL) == [(NOON, NOON + 4000)]
        rest = block("break", NOON + 4000, NOON + 5000)
        assert reckon_desk([], [read, rest], BEGIN, UNTIL, UNTIL) == [(NOON, NOON + 4000)]
        assert reckon_desk([NOON + 5200], [read, rest], BEGIN, UNTIL, UNTIL) == [(NOON, NOON + 5200)]

    def test_one_that_goes_on(self) -> None:
        """An open session counts until now; one that was forgotten until it was meant to end."""
        session = block("task", NOON, None)
        assert reckon_desk([], [session], BEGIN, UNTIL, NOON + 600) == [(NOON, NOON + 600)]
        assert reckon_desk([], [session], BEGIN, UNTIL, NOON + 40_000) == [(NOON, NOON + 3600)]

    def test_the_edges(self) -> None:
        """What was left before the beginning reaches in, what comes at the end or later does not; all is cut there."""
        assert reckon_desk([BEGIN - 60, BEGIN + 240], [], BEGIN, UNTIL, UNTIL) == [(BEGIN, BEGIN + 240)]
        assert reckon_desk([BEGIN - 900, BEGIN + 1200], [], BEGIN, UNTIL, UNTIL) == [(BEGIN, BEGIN + 1200)]
        assert reckon_desk([BEGIN - 60], [], BEGIN, UNTIL, UNTIL) == []
        assert reckon_desk([UNTIL - 200, UNTIL], [], BEGIN, UNTIL, UNTIL) == [(UNTIL - 500, UNTIL - 200)]
        long = block("plan", BEGIN - 50, UNTIL + 50)
        assert reckon_desk([], [long], BEGIN, UNTIL, UNTIL + 50) == [(BEGIN, UNTIL)]
        later = block("plan", UNTIL, UNTIL + 50)
        assert reckon_desk([UNTIL - 200], [later], BEGIN, UNTIL, UNTIL + 50) == [(UNTIL - 500, UNTIL - 200)]


class TestMarks:
    """The traces that the journal has."""

    def test_what_a_person_does(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """Tasks, papers, entries, plans, notes, answers, commits, launches and what was asked are traces, each once."""
        at = iter(range(int(NOON), int(NOON) + 10_000, 10))
        wanted: list[float] = []

        def now() -> float:
            wanted.append(float(next(at)))
            return wanted[-1]

        run = launched("by-hand", now())
        launched("by-slurm", NOON + 9000, engine="slurm")
        with write(journal):
            task = tasks.add(journal, "tidy the loader", now())
            tasks.change(journal, task, now(), notes="in two steps")
            tasks.set_state(journal, task, "doing", now())
            tasks.block(journal, task, now(), run_id=run)
            tasks.wake_for_run(journal, run, NOON + 8000)
            tasks.acknowledge(journal, task, now())
            paper = papers.take_up(journal, papers.Find("2601.00001", "A paper"), NOON + 8100).paper.ref
            papers.set_state(journal, paper, "queue", now())
            papers.change(journal, paper, now(), tags=["loss"])
            entry = entries.add(journal, "note", "one", now())
            entries.change(journal, entry, now(), 1, body="two")
            plans.change_plan(journal, run, now(), hypothesis="it learns")
            resumes.write_resume(journal, now(), project_id=None, next_step="run it again")
            alert = alerts.raise_alert(
                journal, kind="crashed", severity="now", occurred=NOON, now=NOON, title="", body=""
            )
        assert alert is not None
        alerts.acknowledge(journal, alert, now())
        intents.ask(journal, intents.STOP_RUN, run, now())
        with write(journal):
            project = journal.execute("SELECT id FROM projects").fetchone()[0]
            for sha, mine, time in (("a", True, now()), ("b", False, NOON + 8200)):
                record(journal, [Commit("/p", sha, project, "", "", time, "change", "", 1, 3, 1, (), mine)])
            mark(journal, now())
            offer = advice_log.offer(journal, [suggestion()], NOON)[0]
            advice_log.answer(journal, offer, advice_log.SKIPPED, now())
        assert sorted(set(read_marks(journal, BEGIN, UNTIL))) == wanted

    def test_the_window(self, journal: sqlite3.Connection) -> None:
        """Those of the half hour before are read too, and none of later."""
        with write(journal):
            for time in (BEGIN - 1801, BEGIN - 1800, BEGIN, UNTIL - 1, UNTIL):
                entries.add(journal, "note", "text", time)
        assert sorted(read_marks(journal, BEGIN, UNTIL)) == [BEGIN - 1800, BEGIN, UNTIL - 1]

    def test_no_table_is_scanned(self, journal: sqlite3.Connection) -> None:
        """Each kind of trace is found by an index."""
        plans_told: list[Any] = []
        journal.set_trace_callback(plans_told.append)
        read_marks(journal, BEGIN, UNTIL)
        journal.set_trace_callback(None)
        (query,) = plans_told
        steps = [row["detail"] for row in journal.execute(f"EXPLAIN QUERY PLAN {query}")]
        assert len([step for step in steps if step.startswith("SEARCH")]) == 12, steps
        assert not [step for step in steps if step.startswith("SCAN")], steps


def mark(journal: sqlite3.Connection, time: float) -> None:
    """A hunk that was looked through."""
    journal.execute(
        "INSERT INTO review_marks (repository, sha, hunk, ticked, changed) VALUES ('/p', ?, '1', 1, ?)",
        ("a", time),
    )


def suggestion() -> Advice:
    """Something to do."""
    return Advice("read", "paper:x", Phrase("{paper}", paper="x"), (), 10.0, 1.0)
