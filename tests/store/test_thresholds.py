"""Conditions of projects and runs, and their replay over past runs."""

import sqlite3
from collections.abc import Callable, Sequence

import pytest

from store import choices, runs, series, thresholds
from store.database import write
from store.errors import ExpressionError
from store.expressions import parse
from store.thresholds import Threshold

Launched = Callable[..., str]


def measure(journal: sqlite3.Connection, run: str, name: str, values: Sequence[float], source: str = "log") -> None:
    """Points of a metric, ten steps and a second apart."""
    n = len(values)
    with write(journal):
        series.append(
            journal, run, name, source=source, unit="step", legs=[0] * n, steps=[10.0 * at for at in range(n)],
            times=[1000.0 + at for at in range(n)], values=values,
        )  # fmt: skip


def project_of(journal: sqlite3.Connection, run: str) -> int:
    """The project's id."""
    found = runs.get_run(journal, run)
    assert found is not None
    return found.project_id


class TestKeeping:
    """What is looked for."""

    def test_of_a_run_and_of_its_project(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """A run has its own conditions and its project's, in the form in which they read normally."""
        first, second, other = launched("a"), launched("b"), launched("c", project_root="/p/other")
        project = project_of(journal, first)
        with write(journal):
            mine = thresholds.add(journal, "loss<1", 5.0, run_id=first, severity="digest")
            ours = thresholds.add(journal, "val_acc  >  90%", 6.0, project_id=project)
            assert thresholds.add(journal, "loss < 1.0", 7.0, run_id=first, severity="soon") == mine
        assert thresholds.thresholds_of_run(journal, first) == [
            Threshold(mine, None, first, "loss < 1", "soon", 5.0, "cifar", first),
            Threshold(ours, project, None, "val_acc > 0.9", "now", 6.0, "cifar", None),
        ]
        assert [one.id for one in thresholds.thresholds_of_run(journal, second)] == [ours]
        assert thresholds.thresholds_of_run(journal, other) == []
        with write(journal):
            assert thresholds.remove(journal, ours, 8.0) and not thresholds.remove(journal, ours, 9.0)
        assert [one.id for one in thresholds.list_all(journal)] == [mine]

    def test_what_is_refused(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """A condition that cannot be read, one of nothing, a severity that there is not."""
        run = launched("a")
        with write(journal):
            with pytest.raises(ExpressionError):
                thresholds.add(journal, "loss >", 1.0, run_id=run)
            with pytest.raises(ValueError, match="of a project or of a run"):
                thresholds.add(journal, "loss > 1", 1.0)
            with pytest.raises(ValueError, match="now, soon, digest"):
                thresholds.add(journal, "loss > 1", 1.0, run_id=run, severity="loud")
        assert thresholds.list_all(journal) == []

    def test_from_the_launch(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """Those of ``run.json`` are entered with the run, once; one that cannot be read does not keep it out."""
        for _ in range(2):
            launched("a", created=77.0, alerts=["val_acc > 0.9", "what >< 3"])
        (one,) = thresholds.list_all(journal)
        assert (one.run_id, one.expression, one.severity, one.created) == ("a", "val_acc > 0.9", "now", 77.0)

    def test_the_better_direction(self) -> None:
        """A new best needs to know it: from the expression, the user's choice, or the name."""
        thresholds.check_direction(parse("reward best"), {})
        thresholds.check_direction(parse("kl best lower"), {})
        thresholds.check_direction(parse("kl best"), {"kl": "lower"})
        with pytest.raises(ExpressionError, match="`kl best higher` or `kl best lower`"):
            thresholds.check_direction(parse("kl best"), {})
        with pytest.raises(ExpressionError, match="not plain"):
            thresholds.check_direction(parse("reward best"), {"reward": ""})


class TestReplay:
    """What would have been told."""

    def test_over_past_runs(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """Each run with the points at which it became true; one without the metric says so; others are left out."""
        for number, name in enumerate(("old", "empty", "new")):
            launched(name, created=1000.0 + number, name=f"the {name}")
        launched("other", project_root="/p/other")
        measure(journal, "old", "val_acc", [0.5, 0.91, 0.92, 0.8, 0.95])
        measure(journal, "new", "val_acc", [0.5, 0.6])
        found = thresholds.replay(journal, "val_acc > 0.9", project_of(journal, "old"))
        assert [(one.run_id, one.name, one.found, one.count) for one in found] == [
            ("new", "the new", True, 0),
            ("empty", "the empty", False, 0),
            ("old", "the old", True, 2),
        ]
        assert [(fire.step, fire.time, fire.value) for fire in found[2].fired] == [
            (10.0, 1001.0, 0.91),
            (40.0, 1004.0, 0.95),
        ]
        assert found[2].holds and (found[2].low, found[2].high, found[2].points) == (0.5, 0.95, 5)
        assert [one.run_id for one in thresholds.replay(journal, "val_acc > 0.9", project_of(journal, "old"), 1)] == [
            "new"
        ]

    def test_best_by_the_projects_choice(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """The direction chosen for the project decides what is better."""
        launched("a")
        measure(journal, "a", "kl", [3.0, 2.0, 4.0, 1.0])
        project = project_of(journal, "a")
        choices.choose_direction(journal, project, "kl", "lower", 1.0)
        (found,) = thresholds.replay(journal, "kl best", project)
        assert [fire.step for fire in found.fired] == [10.0, 30.0]

    def test_many_fires_are_counted(self, journal: sqlite3.Connection, launched: Launched) -> None:
        """The first hundred are kept, all are counted, over sealed chunks too."""
        launched("a")
        measure(journal, "a", "loss", [float(at % 2) for at in range(5000)])
        (found,) = thresholds.replay(journal, "loss > 0.5", project_of(journal, "a"))
        assert (found.count, len(found.fired), found.fired[0].step) == (2500, 100, 10.0)


def test_names_that_come_near(journal: sqlite3.Connection, launched: Launched) -> None:
    """For a metric nobody has, those that it may have meant; None where there is one."""
    launched("a")
    for name in ("val_acc", "train/loss", "lr"):
        measure(journal, "a", name, [1.0])
    project = project_of(journal, "a")
    assert thresholds.near_names(journal, project, "val_acc") is None
    assert thresholds.near_names(journal, project, "val_ac") == ["val_acc"]
    assert thresholds.near_names(journal, project, "loss") == ["train/loss"]
    assert thresholds.near_names(journal, project, "xyz") == []
