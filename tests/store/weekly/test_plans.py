"""The runs planned for a week, and the GPU-hours that they would take of the machine."""

import sqlite3
from collections.abc import Callable

import pytest

from store.database import write
from store.errors import ReviewError
from store.weekly import plans
from store.weekly.calendar import Week

WEEK = Week(2026, 48)


def test_planned(journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
    """Planned runs are listed as they were written, changed and removed; GPU-hours are count × hours × GPUs."""
    launched("r1")
    with write(journal):
        seeds = plans.add_run(journal, WEEK, "three seeds", 10.0, count=3, hours=8, gpus=2, project_id=1)
        sweep = plans.add_run(journal, WEEK, " sweep of\nlr ", 11.0, count=12, hours=0.5)
        blind = plans.add_run(journal, WEEK, "long one", 12.0, count=2, gpus=8)
    assert (seeds.project, seeds.gpu_hours, sweep.text, sweep.gpu_hours, blind.gpu_hours) == (
        "cifar", 48.0, "sweep of lr", 6.0, None,
    )  # fmt: skip
    assert plans.planned_hours(plans.planned_runs(journal, WEEK)) == (54.0, 2)
    with write(journal):
        assert plans.change_run(journal, seeds.id, count=1, gpus=None).gpu_hours == 8.0
        assert plans.remove_run(journal, sweep.id)
        assert not plans.remove_run(journal, sweep.id)
    assert [one.id for one in plans.planned_runs(journal, WEEK)] == [seeds.id, blind.id]
    assert plans.planned_runs(journal, WEEK.shift(1)) == []


def test_capacity() -> None:
    """Two GPUs have 336 hours in a week, and as many as they have in the days that are left of it."""
    assert plans.capacity(2) == 336.0
    assert plans.capacity(8, 0.5) == 96.0
    assert plans.capacity(0) == 0.0


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"text": " "}, "say in a line"),
        ({"count": 0}, "0 is no number of runs"),
        ({"count": 2.5}, "2.5 is no number of runs"),
        ({"count": True}, "True is no number of runs"),
        ({"hours": -1.0}, "no number of hours"),
        ({"hours": float("nan")}, "no number of hours"),
        ({"gpus": 5000}, "give 0 to 1,024"),
        ({"project_id": 9}, "no project 9"),
    ],
)
def test_refusals(journal: sqlite3.Connection, fields: dict[str, object], reason: str) -> None:
    """What cannot be is refused, when it is written and when it is changed, and nothing is kept of it."""
    with write(journal):
        known = plans.add_run(journal, WEEK, "one", 1.0)
        with pytest.raises(ReviewError, match=reason):
            plans.add_run(journal, WEEK, **{"text": "x", "now": 2.0, **fields})  # type: ignore[arg-type]
        with pytest.raises(ReviewError, match=reason):
            plans.change_run(journal, known.id, **fields)
    assert plans.planned_runs(journal, WEEK) == [known]
    with pytest.raises(ReviewError, match="removed meanwhile"):
        plans.change_run(journal, 99, count=2)
