"""Sessions: one at a time, none overlapping, forgotten ones ended, all of them to be put right later."""

import contextlib
import itertools
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from store import advice_log, sessions, tasks
from store.advice import Advice
from store.database import open_journal, write
from store.errors import SessionError
from store.sessions import KINDS
from store.symptoms import Phrase
from store.waiting_preferences import WaitingPreferences, save_waiting

NOW = 1_000_000.0


def begin(journal: sqlite3.Connection, kind: str, now: float, **fields: object) -> int:
    """Begin a session in a transaction of its own."""
    with write(journal):
        return sessions.begin(journal, kind, now, **fields)  # type: ignore[arg-type]


def end(journal: sqlite3.Connection, number: int, now: float, **fields: str) -> sessions.Session:
    """End a session in a transaction of its own."""
    with write(journal):
        return sessions.end(journal, number, now, **fields)


def touch(journal: sqlite3.Connection, now: float, slept: float = 0.0) -> sessions.Session | None:
    """Let time go on, in a transaction of its own."""
    with write(journal):
        return sessions.touch(journal, now, slept)


class TestBeginning:
    """A session begins, and ends the one before."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_every_kind(self, journal: sqlite3.Connection, kind: str) -> None:
        """Each kind has a usual length and goes on until somebody ends it."""
        number = begin(journal, kind, NOW)
        one = sessions.open_session(journal)
        assert one is not None and (one.id, one.kind, one.length) == (number, kind, sessions.USUAL_SECONDS[kind])
        ended = end(journal, number, NOW + 60, outcome=" 終わった ")
        assert (ended.ended, ended.ended_by, ended.outcome, ended.seconds(NOW + 999)) == (
            NOW + 60,
            "user",
            "終わった",
            60,
        )
        assert sessions.open_session(journal) is None

    def test_a_switch(self, journal: sqlite3.Connection) -> None:
        """The next one begins where the open one ends, as a switch."""
        first = begin(journal, "task", NOW)
        second = begin(journal, "mail", NOW + 300)
        before, after = sessions.get_session(journal, first), sessions.get_session(journal, second)
        assert (before.ended, before.ended_by) == (NOW + 300, "switch")
        assert after.begun == before.ended

    def test_mail_has_a_cap(self, journal: sqlite3.Connection) -> None:
        """Mail is ten minutes at most, or what was chosen, and cannot be extended beyond."""
        number = begin(journal, "mail", NOW, planned=3600)
        assert sessions.get_session(journal, number).length == sessions.MAIL_CAP_SECONDS
        with pytest.raises(SessionError, match="10 minutes at most"):
            sessions.extend(journal, number, 60, NOW)
        save_waiting(journal, WaitingPreferences(mail_minutes=15), NOW)
        assert sessions.extend(journal, number, 300, NOW).length == 900
        assert sessions.get_session(journal, begin(journal, "mail", NOW + 10)).length == 900

    def test_what_it_is_about(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """The project is that of the task or the run, and the task is in doing from then on."""
        launched("r1", name="学習")
        project = journal.execute("SELECT id FROM projects").fetchone()[0]
        with write(journal):
            task = tasks.add(journal, "損失を直す", NOW, project_id=project)
        one = sessions.get_session(journal, begin(journal, "task", NOW, task_id=task))
        assert (one.project_id, one.project, one.task) == (project, "cifar", "損失を直す")
        known = tasks.get(journal, task)
        assert known is not None and known.state == "doing"
        one = sessions.get_session(journal, begin(journal, "plan", NOW + 1, run_id="r1"))
        assert (one.project_id, one.run) == (project, "学習")

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"kind": "nap"}, "kinds are read"),
            ({"planned": 0}, "longer than nothing"),
            ({"planned": 1e6}, "at most 12 hours"),
            ({"task_id": 7}, "there is no task 7; `machiai task ls --all`"),
            ({"run_id": "gone"}, "there is no run gone; `machiai ls`"),
            ({"project_id": 7}, "there is no project 7"),
        ],
    )
    def test_what_is_refused(self, journal: sqlite3.Connection, fields: dict[str, object], words: str) -> None:
        """What cannot begin leaves the open session going on."""
        first = begin(journal, "read", NOW)
        with pytest.raises(SessionError, match=words):
            begin(journal, **{"kind": "task", "now": NOW + 9, **fields})  # type: ignore[arg-type]
        one = sessions.open_session(journal)
        assert one is not None and one.id == first


class TestEnding:
    """A session ends once, and loses nothing that was typed."""

    def test_in_two_tabs(self, journal: sqlite3.Connection) -> None:
        """Ending it again elsewhere changes neither when nor how it ended, and both outcomes are kept."""
        number = begin(journal, "review", NOW)
        end(journal, number, NOW + 100, outcome="two bugs")
        again = end(journal, number, NOW + 500, outcome="and a third")
        assert (again.ended, again.outcome) == (NOW + 100, "two bugs\n\nand a third")
        assert end(journal, number, NOW + 600, outcome="two bugs").outcome == again.outcome

    def test_a_suggestion_is_finished(self, journal: sqlite3.Connection) -> None:
        """What was begun with a suggestion and ended by the user is finished; one that was left is only accepted."""
        for end_after, by, outcome in ((600, "user", "finished"), (600, "switch", "accepted"), (5, "user", "accepted")):
            with write(journal):
                (offer,) = advice_log.offer(journal, [Advice("plan", "run:x", Phrase("x"), (), 5, 1)], NOW)
                journal.execute("UPDATE advice SET subject = 'tasks' WHERE id = ?", (offer,))
                number = sessions.take(journal, offer, NOW)
            assert advice_log.get_offer(journal, offer).session_id == number
            end(journal, number, NOW + end_after, by=by)
            assert advice_log.get_offer(journal, offer).outcome == outcome

    def test_none(self, journal: sqlite3.Connection) -> None:
        """A session that there is not is said to be none."""
        with pytest.raises(SessionError, match="there is no session 3"):
            end(journal, 3, NOW)

    def test_gently(self, journal: sqlite3.Connection) -> None:
        """It is over when its time has passed, still goes on, and may be given more."""
        number = begin(journal, "read", NOW, planned=600)
        one = sessions.get_session(journal, number)
        assert not sessions.is_over(one, NOW + 599) and sessions.is_over(one, NOW + 600)
        assert touch(journal, NOW + 900) is None
        more = sessions.extend(journal, number, 300, NOW + 900)
        assert more.due == NOW + 1200
        end(journal, number, NOW + 950)
        with pytest.raises(SessionError, match="has ended"):
            sessions.extend(journal, number, 300, NOW + 960)


class TestForgotten:
    """Sessions that nobody is at any more."""

    @pytest.mark.parametrize(("planned", "limit"), [(600.0, 2400.0), (3600.0, 7200.0)])
    def test_ended_as_planned(self, journal: sqlite3.Connection, planned: float, limit: float) -> None:
        """Open for its length and again as long, half an hour at least, it ended when it was meant to."""
        number = begin(journal, "task", NOW, planned=planned)
        assert touch(journal, NOW + limit) is None
        ended = touch(journal, NOW + limit + 1)
        assert ended is not None and ended.id == number
        assert (ended.ended, ended.ended_by) == (NOW + planned, "forgotten")
        assert touch(journal, NOW + 2 * limit) is None

    def test_by_the_next_one(self, journal: sqlite3.Connection) -> None:
        """Beginning another finds it forgotten too: the night is not work."""
        first = begin(journal, "refactor", NOW, planned=1800)
        begin(journal, "task", NOW + 50_000)
        assert sessions.get_session(journal, first).seconds(NOW) == 1800

    def test_corrected(self, journal: sqlite3.Connection) -> None:
        """What really was is put in its place."""
        number = begin(journal, "read", NOW, planned=600)
        touch(journal, NOW + 9000)
        with write(journal):
            one = sessions.correct(journal, number, NOW + 9001, ended=NOW + 2000, outcome="pass 2")
        assert (one.ended, one.ended_by, one.outcome, one.corrected) == (NOW + 2000, "corrected", "pass 2", NOW + 9001)


class TestSleep:
    """The machine's sleep is no work."""

    def test_a_short_one(self, journal: sqlite3.Connection) -> None:
        """It is taken out, and the planned end moves."""
        number = begin(journal, "task", NOW, planned=1800)
        assert touch(journal, NOW + 900, slept=300) is None
        one = sessions.get_session(journal, number)
        assert (one.seconds(NOW + 900), one.due) == (600, NOW + 2100)
        assert end(journal, number, NOW + 2100).seconds(0) == 1800

    def test_a_long_one(self, journal: sqlite3.Connection) -> None:
        """A session that the machine slept through ended when it fell asleep."""
        number = begin(journal, "task", NOW, planned=1800)
        ended = touch(journal, NOW + 600 + 40_000, slept=40_000)
        assert ended is not None and (ended.id, ended.ended, ended.ended_by) == (number, NOW + 600, "sleep")

    def test_before_it_began(self, journal: sqlite3.Connection) -> None:
        """Sleep from before its beginning is none of its own."""
        number = begin(journal, "task", NOW)
        touch(journal, NOW + 30, slept=4000)
        one = sessions.get_session(journal, number)
        assert (one.ended, one.slept) == (None, 0)


class TestCorrecting:
    """Times that are put right."""

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"ended": NOW + 99}, "end before it began"),
            ({"begun": NOW + 200}, "end before it began"),
            ({"ended": NOW + 5000}, "in the future"),
            ({"ended": NOW + 350}, "overlap session 3"),
            ({"begun": NOW - 50}, "overlap session 1"),
            ({"kind": "nap"}, "kinds are read"),
        ],
    )
    def test_what_is_refused(self, journal: sqlite3.Connection, fields: dict[str, object], words: str) -> None:
        """Nothing is changed where it would lie in the future, in no time or over another."""
        for number, kind in enumerate(("task", "read", "mail")):
            end(journal, begin(journal, kind, NOW + number * 200 - 100), NOW + number * 200)
        middle = sessions.get_session(journal, 2)
        with pytest.raises(SessionError, match=words), write(journal):
            sessions.correct(journal, 2, NOW + 1200, **fields)  # type: ignore[arg-type]
        assert sessions.get_session(journal, 2) == middle

    def test_the_open_one(self, journal: sqlite3.Connection) -> None:
        """Its beginning may be put earlier, and it goes on; an end closes it."""
        number = begin(journal, "task", NOW)
        assert sessions.correct(journal, number, NOW + 10, begun=NOW - 600).ended is None
        one = sessions.correct(journal, number, NOW + 20, ended=NOW + 15)
        assert (one.begun, one.ended, one.ended_by) == (NOW - 600, NOW + 15, "corrected")

    def test_within_the_sleep(self, journal: sqlite3.Connection) -> None:
        """It never slept longer than it lasted."""
        number = begin(journal, "task", NOW, planned=1800)
        touch(journal, NOW + 1000, slept=900)
        one = sessions.correct(journal, number, NOW + 1000, ended=NOW + 500)
        assert one.slept == 500 and one.seconds(0) == 0


class TestAsking:
    """What follows from a session that is open."""

    def test_resume_notes(self, journal: sqlite3.Connection) -> None:
        """Where one is, is asked after thought and after some reading, not after mail or a break."""
        one = sessions.get_session(journal, begin(journal, "task", NOW))
        asked = {kind for kind in KINDS if sessions.needs_resume(replace(one, kind=kind), NOW + 60)}
        assert asked == {"task", "refactor", "review", "plan", "other"}
        read = replace(one, kind="read")
        assert not sessions.needs_resume(read, NOW + 599) and sessions.needs_resume(read, NOW + 600)

    def test_what_waits_for_its_end(self, journal: sqlite3.Connection) -> None:
        """News may wait for as long as the session was meant to be, but not for a break or mail."""
        one = sessions.get_session(journal, begin(journal, "task", NOW, planned=600))
        assert sessions.held_until(one, NOW + 10) == NOW + 600
        assert sessions.held_until(one, NOW + 600) is None
        assert sessions.held_until(replace(one, kind="break"), NOW + 10) is None
        assert sessions.held_until(replace(one, kind="mail"), NOW + 10) is None
        assert sessions.held_until(None, NOW) is None


class Days(RuleBasedStateMachine):
    """A researcher who begins, ends, forgets and corrects, on a machine that sleeps, in any order."""

    folder: Path

    @initialize()
    def open(self) -> None:
        """An empty journal of its own."""
        self.connection = open_journal(self.folder / f"{uuid.uuid4()}.db")
        self.now = NOW
        self.typed: dict[int, list[str]] = {}

    @rule(seconds=st.sampled_from((0.0, 1.0, 59.0, 600.0, 1800.0, 5000.0, 40_000.0)))
    def wait(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds

    @rule(kind=st.sampled_from(KINDS), planned=st.sampled_from((None, 300.0, 1800.0, 7200.0)))
    def begin(self, kind: str, planned: float | None) -> None:
        """A session begins."""
        number = begin(self.connection, kind, self.now, planned=planned)
        one = sessions.open_session(self.connection)
        assert one is not None and one.id == number and one.begun >= NOW

    @precondition(lambda self: sessions.open_session(self.connection) is not None)
    @rule(outcome=st.sampled_from(("", "a", "b")))
    def end(self, outcome: str) -> None:
        """The open one ends, with or without a word."""
        one = sessions.open_session(self.connection)
        assert one is not None
        end(self.connection, one.id, self.now, outcome=outcome)
        if outcome:
            self.typed.setdefault(one.id, []).append(outcome)

    @rule(number=st.integers(1, 6), outcome=st.sampled_from(("a", "c")))
    def end_again(self, number: int, outcome: str) -> None:
        """A tab that is behind ends one that may have ended long ago."""
        with contextlib.suppress(SessionError):
            end(self.connection, number, self.now, outcome=outcome)
            self.typed.setdefault(number, []).append(outcome)

    @rule(slept=st.sampled_from((0.0, 0.0, 100.0, 900.0, 1800.0, 30_000.0)))
    def touch(self, slept: float) -> None:
        """The daemon looks; the machine may have slept just before."""
        self.now += slept
        touch(self.connection, self.now, slept)
        one = sessions.open_session(self.connection)
        assert one is None or not sessions.forgotten(one, self.now)

    @rule(number=st.integers(1, 6), begun=st.integers(-9000, 9000), length=st.integers(-10, 9000))
    def correct(self, number: int, begun: int, length: int) -> None:
        """Something is put right, or refused."""
        with contextlib.suppress(SessionError), write(self.connection):
            one = sessions.get_session(self.connection, number)
            first = one.begun + begun
            sessions.correct(self.connection, number, self.now, begun=first, ended=first + length)

    @invariant()
    def holds(self) -> None:
        """No two overlap, none ends before it began or in the future or slept longer than it lasted; nothing is lost."""
        known = sessions.list_sessions(self.connection, -1e12, 1e12)
        assert sum(one.ended is None for one in known) <= 1
        spans = sorted((one.begun, one.ended if one.ended is not None else self.now) for one in known)
        for (_, ended), (begun, _) in itertools.pairwise(spans):
            assert ended <= begun
        for one in known:
            assert one.begun <= (one.ended if one.ended is not None else self.now) <= self.now
            assert 0 <= one.slept <= (one.ended if one.ended is not None else self.now) - one.begun
            assert (one.ended is None) == (one.ended_by is None)
            for outcome in self.typed.get(one.id, []):
                assert outcome in (one.outcome or "").split("\n\n")

    def teardown(self) -> None:
        """The journal is closed."""
        if hasattr(self, "connection"):
            self.connection.close()


def test_any_order(tmp_path: Path) -> None:
    """Whatever is done in whatever order, the invariants hold."""

    class Here(Days):
        folder = tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
