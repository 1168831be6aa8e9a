"""Asking the rules: those that fail, those that are off, those whose time has not come."""

import logging
import sqlite3
from collections.abc import Mapping
from typing import Any

import pytest

from store.database import write
from store.errors import JournalError
from store.preferences import AlertPreferences, RuleChoice
from store.weekly import closing, goals
from store.weekly.calendar import week_of
from tests.workers.alerts.lab import START, Lab
from workers.alerts.asking import Asking, Key, Look
from workers.alerts.judgement import Judgement
from workers.alerts.rules import RunRule
from workers.alerts.sights import MachineSight, RunSight
from workers.alerts.weeks import KeptWeeks
from workers.machine.awake import Clocks


def look_at(now: float = START, **rules: RuleChoice) -> Look:
    """An empty look."""
    return Look(Clocks(now, now), AlertPreferences(rules=rules))


def judge_well(sight: RunSight, sensitivity: str) -> Judgement:
    """A rule that always says so, and how keen it was asked to be."""
    return Judgement("diverged", True, {"asked": sensitivity}, run_id=sight.run.id, attempt=sight.run.attempt)


class Faulty:
    """A rule that can make nothing of what it sees, until it is mended."""

    def __init__(self, error: Exception | None) -> None:
        self.error = error
        self.asked = 0

    def __call__(self, sight: RunSight | MachineSight, sensitivity: str) -> list[Judgement]:
        self.asked += 1
        if self.error is not None:
            raise self.error
        return []


@pytest.fixture(name="sight")
def _sight(lab: Lab) -> RunSight:
    return RunSight(lab.run(lab.launch()), START)


class TestFailing:
    """One rule that fails."""

    def test_the_others_go_on(self, journal: sqlite3.Connection, sight: RunSight) -> None:
        """What it would have said is not known; the others are asked all the same."""
        rules: dict[str, RunRule] = {"stalled": Faulty(KeyError("cpu")), "diverged": judge_well}
        look = look_at()
        Asking(journal, run_rules=rules).judge_run(look, sight)
        subject = f"run:{sight.run.id}/1"
        assert list(look.found) == [Key("diverged", subject, "")]
        assert {kind for kind, _ in look.asked} == {"diverged", "threshold", "best"}

    def test_it_is_logged_once(
        self, journal: sqlite3.Connection, sight: RunSight, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Not at every look; but again when it fails in another way, or after it was well."""
        rule = Faulty(KeyError("cpu"))
        asking = Asking(journal, run_rules={"stalled": rule})
        for error in (rule.error, rule.error, ValueError("x"), ValueError("x"), None, ValueError("x")):
            rule.error = error
            asking.judge_run(look_at(), sight)
        assert rule.asked == 6
        told = [one.getMessage() for one in caplog.records if one.levelno == logging.ERROR]
        assert told == [f"the rule stalled for run:{sight.run.id}/1 failed and is left out"] * 3

    @pytest.mark.parametrize("error", [JournalError("gone"), sqlite3.DatabaseError("malformed")])
    def test_the_journal_is_no_rule(self, journal: sqlite3.Connection, sight: RunSight, error: Exception) -> None:
        """Where the journal cannot be used the look ends, and the worker is started anew."""
        with pytest.raises(type(error)):
            Asking(journal, run_rules={"stalled": Faulty(error)}).judge_run(look_at(), sight)

    def test_values_that_sqlite_does_not_take(self, journal: sqlite3.Connection, sight: RunSight) -> None:
        """They are the rule's fault, not the journal's."""
        rule = Faulty(sqlite3.ProgrammingError("type 'set' is not supported"))
        Asking(journal, run_rules={"stalled": rule}).judge_run(look_at(), sight)
        assert rule.asked == 1


class TestChoices:
    """What people chose."""

    def test_off(self, journal: sqlite3.Connection, sight: RunSight) -> None:
        """A rule that is off is not asked, on runs or machines, and has not answered."""
        rule = Faulty(None)
        look = look_at(stalled=RuleChoice(on=False), heat=RuleChoice(on=False))
        asking = Asking(journal, run_rules={"stalled": rule}, machine_rules={"heat": rule})
        asking.judge_run(look, sight)
        asking.judge_machine(look, MachineSight(START), asking.due(look))
        assert rule.asked == 0
        assert not {"stalled", "heat"} & {kind for kind, _ in look.asked}

    def test_sensitivity(self, journal: sqlite3.Connection, sight: RunSight) -> None:
        """A rule is asked as keenly as was chosen."""
        look = look_at(diverged=RuleChoice(sensitivity="keen"))
        Asking(journal, run_rules={"diverged": judge_well}).judge_run(look, sight)
        assert [one.facts for one in look.found.values()] == [{"asked": "keen"}]


class TestMachines:
    """Rules on machines."""

    def test_dear_ones_once_a_minute(self, journal: sqlite3.Connection) -> None:
        """Those that read much of history are not asked at every look."""
        often, seldom = Faulty(None), Faulty(None)
        asking = Asking(journal, machine_rules={"heat": often, "disk": seldom})
        for number in range(24):
            look = look_at(START + 5.0 * number)
            asking.judge_machine(look, MachineSight(look.clocks.wall), asking.due(look))
        assert (often.asked, seldom.asked) == (24, 2)

    def test_runs_that_share_a_gpu(self, journal: sqlite3.Connection) -> None:
        """What idles is told of each run by itself; what else befalls a GPU is one thing, whoever it is about."""
        look = look_at()
        of: list[dict[str, Any]] = [{"subject": "gpu:1", "run_id": run, "attempt": 1} for run in "ab"]
        look.note("gpu_idle", None, [Judgement("gpu_idle", True, **about) for about in of])
        look.note("gpu_memory", None, [Judgement("gpu_memory", True, **about) for about in of])
        assert [key.subject for key in look.found] == ["run:a/1 gpu:1", "run:b/1 gpu:1", "gpu:1"]


class TestReview:
    """The week's review."""

    def _ask(
        self,
        connection: sqlite3.Connection,
        asking: Asking,
        when: str,
        now: float,
        known: tuple[Key, ...] = (),
    ) -> tuple[Look, int]:
        look = Look(Clocks(now, now), AlertPreferences(review=when))
        asked = 0

        def figures(begin: float, end: float) -> Mapping[str, Any]:
            nonlocal asked
            asked += 1
            return {"runs": 3, "finished": 2, "crashed": 1, "hours": 5.0, "open": 0}

        asking.judge_review(look, MachineSight(now), known, figures, KeptWeeks(connection))
        return look, asked

    def test_due(self, journal: sqlite3.Connection) -> None:
        """It is told when it is due, and its figures are not asked for again once it was told."""
        asking = Asking(journal)
        assert self._ask(journal, asking, "", START) == (Look(Clocks(START, START), AlertPreferences(review="")), 0)
        look, asked = self._ask(journal, asking, "fri 16:00", START)
        assert asked == 1
        (key,) = look.found
        assert (key.rule, look.found[key].facts["runs"]) == ("review", 3)
        assert self._ask(journal, asking, "fri 16:00", START + 3600, (key,))[1] == 0
        assert self._ask(journal, asking, "fri 16:00", START + 5 * 86400)[1] == 0

    def test_closed(self, journal: sqlite3.Connection) -> None:
        """It is not told of a week that was closed."""
        week = week_of(START, None)
        with write(journal):
            closing.begin(journal, week, None, "mon", START)
            closing.close(journal, week, {"week": str(week)}, START)
        look, asked = self._ask(journal, Asking(journal), "fri 16:00", START)
        assert (look.found, asked) == ({}, 0)


def test_goals_of_the_week(journal: sqlite3.Connection) -> None:
    """They are told on the first day of their week, once, as open as they are then; and not with the rule off."""
    monday = week_of(START, None).shift(1).bounds(None)[0]
    week = week_of(monday, None)
    with write(journal):
        done, _ = goals.set_goals(journal, week, [("a", None, []), ("b", None, [])], START)
        goals.set_state(journal, done.id, "dropped", START)
    asking = Asking(journal)

    def ask(now: float, known: tuple[Key, ...] = (), **chosen: RuleChoice) -> Look:
        look = Look(Clocks(now, now), AlertPreferences(rules=chosen))
        asking.judge_goals(look, known, KeptWeeks(journal))
        return look

    assert ask(monday - 60.0).found == {}
    assert ask(monday + 60.0, goals=RuleChoice(on=False)).found == {}
    found = ask(monday + 120.0).found
    key = Key("goals", "", str(week))
    assert {one: found[one].facts["goals"] for one in found} == {key: ["b"]}
    assert ask(monday + 150.0).found == {}
    assert ask(monday + 240.0, known=(key,)).found == {}
    assert ask(monday + 86400.0).found == {}
