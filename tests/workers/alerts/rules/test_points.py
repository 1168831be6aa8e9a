"""Conditions and new bests, followed along the points of running runs through restarts and resumes."""

import dataclasses
import math
import sqlite3
from collections.abc import Sequence
from typing import Any

import pytest

from store import rule_states, runs, series, thresholds
from store.database import write
from store.legs import LEGS_OF_ATTEMPT
from store.progress import Progress
from store.series import list_series
from workers.alerts.judgement import Judgement
from workers.alerts.rules import points as rule
from workers.alerts.rules.points import PointWatch
from workers.alerts.sights import RunSight

RUN = "261121-120000-aaaa"


class Training:
    """A run in the journal that appends points, and is looked at as the engine does it."""

    def __init__(self, journal: sqlite3.Connection, created: float = 1000.0) -> None:
        self.journal = journal
        self.watch = PointWatch(journal)
        self.now = created
        self.steps: dict[tuple[str, str, int], int] = {}
        self.attempt = 1
        with write(journal):
            runs.record_launch(journal, {"id": RUN, "created": created, "project_root": "/p/cifar"}, "/runs/a")

    def add(self, expression: str, *, created: float | None = None, severity: str = "now") -> int:
        """Set a condition for the run's project."""
        created = self.now if created is None else created
        with write(self.journal):
            run = runs.get_run(self.journal, RUN)
            assert run is not None
            return thresholds.add(self.journal, expression, created, project_id=run.project_id, severity=severity)

    def append(self, name: str, values: Sequence[float], *, source: str = "log", leg: int = 0, step: int = 0) -> None:
        """Append values a second apart, at the steps that follow or from ``step`` on."""
        leg += (self.attempt - 1) * LEGS_OF_ATTEMPT
        begin = self.steps.get((name, source, leg), step)
        self.steps[name, source, leg] = begin + len(values)
        n = len(values)
        with write(self.journal):
            series.append(
                self.journal, RUN, name, source=source, unit="step", legs=[leg] * n, values=values,
                steps=[float(begin + at) for at in range(n)], times=[self.now + at + 1 for at in range(n)],
            )  # fmt: skip
        self.now += n

    def look(self, *, commit: bool = True, **fields: Any) -> list[Judgement]:
        """Look, and write down what is to be kept, unless the transaction shall fail."""
        run = runs.get_run(self.journal, RUN)
        assert run is not None
        run = dataclasses.replace(run, attempt=self.attempt)
        self.now += 5
        found = self.watch.look(RunSight(run, self.now, series=list_series(self.journal, RUN), **fields))
        if commit and (found or self.watch.is_changed):
            with write(self.journal):
                self.watch.save(self.journal, self.now)
            self.watch.saved()
        return found

    def restart(self) -> None:
        """Begin with what the journal holds."""
        self.watch = PointWatch(self.journal)


@pytest.fixture(name="training")
def _training(journal: sqlite3.Connection) -> Training:
    return Training(journal)


def told(found: Sequence[Judgement], kind: str = "threshold") -> list[tuple[str, float]]:
    """What was told: metric or expression, and step."""
    return [(one.facts.get("expression", one.facts["metric"]), one.facts["step"]) for one in found if one.rule == kind]


class TestThresholds:
    """Conditions of the user."""

    def test_told_once(self, training: Training) -> None:
        """It is told when it becomes true, with what, where and when; not while it stays so; again after a change."""
        made = training.add("val_acc > 0.9", severity="soon")
        training.append("val_acc", [0.5, 0.8])
        assert told(training.look()) == []
        training.append("val_acc", [0.85, 0.93])
        (one,) = training.look()
        assert one == Judgement(
            "threshold",
            True,
            {"id": made, "expression": "val_acc > 0.9", "metric": "val_acc", "value": 0.93, "step": 3.0},
            1009.0,
            RUN,
            1,
            occasion=str(made),
            severity="soon",
        )
        training.append("val_acc", [0.94])
        assert told(training.look()) == []
        training.append("val_acc", [0.8, 0.95])
        assert told(training.look()) == [("val_acc > 0.9", 6.0)]

    @pytest.mark.parametrize("text", ["loss > 3 for 3", "loss[4].mean > 3", "loss is nan", "loss best higher"])
    def test_restarts_change_nothing(self, journal: sqlite3.Connection, text: str) -> None:
        """With a restart after any look, the same is told as without any."""
        values = [1.0, 4.0, 5.0, 4.0, 1.0, 2.0, math.nan, 4.0, 4.0, 4.0, 4.0, 1.0, 9.0, 9.0, 9.0]
        training = Training(journal)
        training.add(text)
        found = []
        for value in values:
            training.append("loss", [value])
            found += told(training.look())
            training.restart()
        assert found
        watched = Training(journal)
        watched.now = training.now
        journal.execute("DELETE FROM rule_states")
        assert found[0] == told(watched.look())[0]
        (past,) = thresholds.replay(journal, text, 1)
        assert [step for _, step in found] == [fire.step for fire in past.fired]

    def test_a_failed_transaction_loses_nothing(self, training: Training) -> None:
        """What was not committed is told again, by the same process and by the next."""
        training.add("loss > 3")
        training.append("loss", [1.0, 4.0])
        assert told(training.look(commit=False)) == [("loss > 3", 1.0)]
        assert told(training.look(commit=False)) == [("loss > 3", 1.0)]
        training.restart()
        assert told(training.look()) == [("loss > 3", 1.0)]
        training.restart()
        assert told(training.look()) == []

    def test_set_while_it_is_true(self, training: Training) -> None:
        """What was so before the condition was set is not told; a change after that is."""
        training.append("loss", [1.0, 4.0, 4.0])
        training.look()
        training.add("loss > 3")
        assert told(training.look()) == []
        training.append("loss", [4.0, 1.0, 4.0])
        assert told(training.look()) == [("loss > 3", 5.0)]

    def test_removed(self, training: Training) -> None:
        """A condition that was removed tells nothing any more."""
        made = training.add("loss > 3")
        with write(training.journal):
            thresholds.remove(training.journal, made, training.now)
        training.append("loss", [1.0, 4.0])
        assert told(training.look()) == []

    def test_another_attempt(self, training: Training) -> None:
        """Points of the attempt before are not told in the next one, but what comes true in it is."""
        training.add("loss > 3")
        training.append("loss", [1.0, 4.0])
        training.attempt = 2
        assert told(training.look()) == []
        training.append("loss", [4.0])
        (one,) = training.look()
        assert (one.attempt, one.facts["step"]) == (2, 0.0)

    def test_a_richer_source_turns_up(self, training: Training) -> None:
        """It is read from then on, and what was told from the other is not told again."""
        training.add("loss > 3")
        training.append("loss", [1.0, 4.0])
        assert len(told(training.look())) == 1
        training.now = 1000.0
        training.append("loss", [1.0, 4.0, 4.0, 4.0], source="events")
        training.now = 2000.0
        assert told(training.look()) == []
        training.append("loss", [1.0, 4.0], source="events")
        assert told(training.look()) == [("loss > 3", 5.0)]

    def test_nothing_is_read_in_vain(self, training: Training) -> None:
        """Where nothing grew, or bounds say that it cannot be, no point is read."""
        training.add("loss > 30")
        training.add("loss[20].mean > 30")
        training.append("loss", [1.0] * 100)
        training.look()
        asked: list[str] = []
        training.journal.set_trace_callback(asked.append)
        training.append("loss", [1.0] * 100)
        asked.clear()
        training.look()
        training.journal.set_trace_callback(None)
        assert asked and not [one for one in asked if "series_tail" in one or "series_chunks" in one]
        training.append("loss", [700.0])
        assert told(training.look()) == [("loss > 30", 200.0), ("loss[20].mean > 30", 200.0)]

    def test_numbers_that_json_has_not(self, training: Training) -> None:
        """A NaN is told by its name."""
        training.add("loss is nan")
        training.append("loss", [1.0, math.nan])
        (one,) = training.look()
        assert one.facts["value"] == "nan"

    def test_a_condition_of_a_newer_machiai(self, training: Training) -> None:
        """One that cannot be read is passed over; the others are followed."""
        training.add("loss > 3")
        training.journal.execute("INSERT INTO thresholds (project_id, expression, created) VALUES (1, 'loss ~ 3', 0)")
        training.append("loss", [1.0, 4.0])
        assert told(training.look()) == [("loss > 3", 1.0)]


class TestBest:
    """A new best of what the run is for."""

    def test_after_the_beginning(self, training: Training) -> None:
        """The first ten points are no news; after them the last new best of a look is told, with the one before."""
        training.append("val_acc", [0.01 * at for at in range(10)])
        assert training.look() == []
        training.append("val_acc", [0.05, 0.2, 0.3, 0.1])
        (one,) = training.look()
        assert (one.rule, one.active, one.occasion, one.severity) == ("best", True, "", None)
        assert one.facts == {
            "metric": "val_acc", "value": 0.3, "step": 12.0, "previous": 0.2, "direction": "higher",
        }  # fmt: skip
        training.append("val_acc", [0.3, 0.2, math.nan, math.inf])
        assert training.look() == []

    def test_not_in_the_first_twentieth(self, training: Training) -> None:
        """At the beginning of a long run nothing is told."""
        training.append("loss", [2.0 - 0.01 * at for at in range(20)])
        assert training.look(progress=Progress(1, 20, 1000, "step", 1.0)) == []
        training.append("loss", [1.0])
        assert told(training.look(progress=Progress(1, 60, 1000, "step", 1.0)), "best") == [("loss", 20.0)]

    def test_a_quality_before_the_loss(self, training: Training) -> None:
        """When a validation metric turns up, its best counts; the user's direction is taken."""
        training.append("loss", [2.0 - 0.01 * at for at in range(20)])
        training.append("val_acc", [0.1] * 10)
        training.look()
        training.append("loss", [0.1])
        assert training.look() == []
        training.append("val_acc", [0.5])
        assert told(training.look(), "best") == [("val_acc", 10.0)]
        training.append("val_acc", [0.05])
        assert told(training.look(directions={"val_acc": "lower"}), "best") == [("val_acc", 11.0)]

    def test_it_goes_on_in_the_next_attempt(self, training: Training) -> None:
        """What a requeued run has to beat is the best of all its attempts."""
        training.append("val_acc", [*([0.1] * 10), 0.7])
        training.look()
        training.attempt = 2
        training.append("val_acc", [0.5, 0.6])
        assert training.look() == []
        training.append("val_acc", [0.8])
        (one,) = training.look()
        assert (one.attempt, one.facts["previous"]) == (2, 0.7)


def test_states_are_written_sparingly(training: Training) -> None:
    """Where nothing came true, how far was read is written once a minute; a look without points writes nothing."""
    training.add("loss > 0.5")
    writes = 0
    for _ in range(24):  # two minutes
        training.append("loss", [0.1])
        training.now -= 1
        before = [one.changed for one in rule_states.read(training.journal, rule.STATES)]
        training.look()
        writes += [one.changed for one in rule_states.read(training.journal, rule.STATES)] != before
    assert 2 <= writes <= 3
    training.now += 60
    training.look()
    assert not training.watch.is_changed
