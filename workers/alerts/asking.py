"""Asking the rules at one look: who said what of whom, and what happens when a rule fails."""

import logging
import sqlite3
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, ParamSpec, TypeVar

from store.database import is_of_the_journal
from store.preferences import AlertPreferences
from store.runs import Run
from workers.alerts.gathering import subject_of
from workers.alerts.judgement import Judgement
from workers.alerts.rules import MACHINE_EVERY, MACHINE_RULES, OF_RUNS, RUN_RULES, MachineRule, RunRule
from workers.alerts.rules.goals import judge_goals
from workers.alerts.rules.points import RULES as POINT_RULES
from workers.alerts.rules.points import PointWatch
from workers.alerts.rules.review import Figures, Weeks, judge_review, last_due
from workers.alerts.sights import MachineSight, RunSight
from workers.machine.awake import Clocks

log = logging.getLogger(__name__)

REVIEW, GOALS = "review", "goals"
Attempt = tuple[str, int]
P = ParamSpec("P")
T = TypeVar("T")


class Key(NamedTuple):
    """What one episode is remembered under; the subject is ``run:<id>/<attempt>`` or the part of a machine."""

    rule: str
    subject: str
    occasion: str


@dataclass
class Look:
    """What one look found: judgements by key; ``asked`` are the rules that answered, and of which subject (None: of all
    parts of the machines). ``present`` are the attempts an alert may be raised of."""

    clocks: Clocks
    preferences: AlertPreferences
    present: set[Attempt] = field(default_factory=set)
    late: set[Attempt] = field(default_factory=set)
    found: dict[Key, Judgement] = field(default_factory=dict)
    asked: set[tuple[str, str | None]] = field(default_factory=set)

    def note(self, kind: str, subject: str | None, judgements: Iterable[Judgement]) -> None:
        """Take down what a rule said."""
        self.asked.add((kind, subject))
        for one in judgements:
            about = one.subject if subject is None else subject
            if subject is None and one.run_id is not None and kind in OF_RUNS:
                about = f"{subject_of(one.run_id, one.attempt)} {one.subject}"
            self.found[Key(kind, about, one.occasion)] = one


class Asking:
    """The rules as tables, those on points, and what is known of which fail; belongs to one thread."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        run_rules: Mapping[str, RunRule] = RUN_RULES,
        machine_rules: Mapping[str, MachineRule] = MACHINE_RULES,
    ) -> None:
        self.run_rules = run_rules
        self.machine_rules = machine_rules
        self.points = PointWatch(connection)
        self._next: dict[str, float] = {}
        self._failed: dict[str, str] = {}

    def attempt(self, what: str, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """What that work returns; None where it failed, which is logged once: wrong data must not end the look.

        What is wrong with the journal itself is raised.
        """
        try:
            found = work(*args, **kwargs)
        except Exception as error:
            if is_of_the_journal(error):
                raise
            if self._failed.get(what) != repr(error):
                log.exception("%s failed and is left out", what)
            self._failed[what] = repr(error)
            return None
        self._failed.pop(what, None)
        return found

    def judge_run(self, look: Look, sight: RunSight) -> None:
        """Ask every rule that is on about a run."""
        subject = subject_of(sight.run.id, sight.run.attempt)
        for kind, rule in self.run_rules.items():
            if look.preferences.rule_on(kind):
                found = self._ask(f"the rule {kind} for {subject}", rule, sight, look.preferences.sensitivity(kind))
                if found is not None:
                    look.note(kind, subject, found)
        self.judge_points(look, sight)

    def judge_points(self, look: Look, sight: RunSight) -> None:
        """Ask the rules that read a run's metrics; they are followed also while they are off."""
        subject = subject_of(sight.run.id, sight.run.attempt)
        found = self.attempt(f"reading the metrics of {subject}", self.points.look, sight)
        for kind in POINT_RULES if found is not None else ():
            if look.preferences.rule_on(kind):
                look.note(kind, subject, [one for one in found or () if one.rule == kind])

    def due(self, look: Look) -> list[str]:
        """The rules on machines that are to be asked at this look."""
        now = look.clocks.steady
        return [one for one in self.machine_rules if look.preferences.rule_on(one) and now >= self._next.get(one, 0.0)]

    def judge_machine(self, look: Look, sight: MachineSight, kinds: Iterable[str]) -> None:
        """Ask these rules about the machines."""
        for kind in kinds:
            self._next[kind] = look.clocks.steady + MACHINE_EVERY.get(kind, 0.0)
            rule, sensitivity = self.machine_rules[kind], look.preferences.sensitivity(kind)
            found = self._ask(f"the rule {kind}", rule, sight, sensitivity)
            if found is not None:
                look.note(kind, None, found)

    def judge_review(
        self, look: Look, sight: MachineSight, known: Container[Key], figures: Figures, weeks: Weeks
    ) -> None:
        """Ask whether the week's review is due, unless that was told already (is among the ``known``)."""
        if not look.preferences.rule_on(REVIEW) or look.clocks.steady < self._next.get(REVIEW, 0.0):
            return
        due = last_due(look.preferences.review, sight.now, None, weeks.start())
        if due is None or Key(REVIEW, "", due[0]) in known:
            return
        self._next[REVIEW] = look.clocks.steady + MACHINE_EVERY[REVIEW]
        found = self.attempt("the review", judge_review, sight, look.preferences.review, None, figures, weeks)
        look.note(REVIEW, None, found or ())

    def judge_goals(self, look: Look, known: Container[Key], weeks: Weeks) -> None:
        """Ask for the goals of a week that begins today, unless they were told already (are among the ``known``)."""
        if not look.preferences.rule_on(GOALS) or look.clocks.steady < self._next.get(GOALS, 0.0):
            return
        self._next[GOALS] = look.clocks.steady + MACHINE_EVERY[GOALS]
        found = self.attempt("the goals", judge_goals, look.clocks.wall, None, weeks) or ()
        look.note(GOALS, None, [one for one in found if Key(GOALS, "", one.occasion) not in known])

    def is_of_run(self, kind: str) -> bool:
        """Whether a rule is about runs, and what it tells over with them."""
        return kind in self.run_rules or kind in POINT_RULES or kind in OF_RUNS

    def _ask(
        self, what: str, rule: Callable[[T, str], Judgement | list[Judgement]], sight: T, sensitivity: str
    ) -> list[Judgement] | None:
        found = self.attempt(what, rule, sight, sensitivity)
        return [found] if isinstance(found, Judgement) else found


def attempts_of(active: Iterable[Run]) -> set[Attempt]:
    """The attempts that these runs are at."""
    return {(run.id, run.attempt) for run in active}
