"""How far runs are and how their predictions turned out, in the journal."""

import sqlite3
from collections.abc import Callable

import pytest

from store import progress, runs
from store.database import write
from store.kinds import kind_of
from store.progress import Mark, Progress

Launched = Callable[..., str]
Judged = Callable[..., None]


def test_progress_is_read_as_written(journal: sqlite3.Connection, launched: Launched) -> None:
    """What was recorded last is read back, the counters included."""
    run = launched("a")
    first = Progress(1, 3.0, None, "epoch", 1000.0)
    last = Progress(
        attempt=2,
        done=3.5,
        total=10.0,
        unit="epoch",
        updated=1001.0,
        levels=[{"unit": "epoch", "done": 3, "total": 10}, {"unit": "batch", "done": 90, "total": 180}],
        phase="train",
        steps_per_epoch=180.0,
        eta_at=2000.0,
        eta_low=1900.0,
        eta_high=2100.0,
        eta_source="80 % of 12 finished runs of this kind",
        main="loss",
    )
    for one in (first, last):
        with write(journal):
            progress.record_progress(journal, run, one)
    assert progress.read_progress(journal, run) == last
    assert last.share == pytest.approx(0.35)
    assert progress.read_progress(journal, "nobody") is None


def test_progress_of_many(journal: sqlite3.Connection) -> None:
    """A thousand runs are read at once; those of which nothing is known are left out."""
    with write(journal):
        for index in range(3):
            progress.record_progress(
                journal, launched_in(journal, f"r{index}"), Progress(1, float(index), 9.0, "s", 1.0)
            )
    found = progress.progress_of(journal, [f"r{index}" for index in range(1200)])
    assert {run: one.done for run, one in found.items()} == {"r0": 0.0, "r1": 1.0, "r2": 2.0}


def launched_in(journal: sqlite3.Connection, run_id: str) -> str:
    """A run entered inside the caller's transaction."""
    runs.record_launch(journal, {"id": run_id, "created": 1.0, "argv": [], "project_root": "/p"}, f"/runs/{run_id}")
    return run_id


def test_share_of_an_odd_total() -> None:
    """Without a total there is no share, and it is never outside 0 to 1."""
    assert Progress(1, 5.0, None, "step", 0.0).share is None
    assert Progress(1, 5.0, 0.0, "step", 0.0).share is None
    assert Progress(1, 5.0, 4.0, "step", 0.0).share == 1.0


def test_marks_are_kept_in_order(journal: sqlite3.Connection, launched: Launched) -> None:
    """Marks come back as they were added, although the clock went back, apart for each attempt."""
    run = launched("a")
    first, more = [Mark(10.0, 1.0), Mark(11.0, 2.0, "eval")], [Mark(9.5, 3.0, "train")]
    with write(journal):
        progress.add_marks(journal, run, 1, first)
        progress.add_marks(journal, run, 2, [Mark(0.0, 0.0)])
        progress.add_marks(journal, run, 1, more)
    assert progress.marks_of(journal, run, 1) == first + more
    with write(journal):
        progress.replace_marks(journal, run, 1, more)
    assert progress.marks_of(journal, run, 1) == more
    assert progress.marks_of(journal, run, 2) == [Mark(0.0, 0.0)]


def test_marks_end_with_their_run(journal: sqlite3.Connection, launched: Launched) -> None:
    """When a run is deleted nothing of its progress is left."""
    run = launched("a")
    with write(journal):
        progress.record_progress(journal, run, Progress(1, 1.0, 2.0, "step", 1.0))
        progress.add_marks(journal, run, 1, [Mark(1.0, 1.0)])
        progress.record_prediction(journal, run, 1, percent=50, time=1.0, remaining=1.0)
        journal.execute("DELETE FROM runs WHERE id = ?", (run,))
    for table in ("progress", "progress_marks", "eta_predictions"):
        assert journal.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0


def test_the_first_prediction_counts(journal: sqlite3.Connection, launched: Launched) -> None:
    """One prediction is kept for every 5 % and attempt, and none at the very beginning or end."""
    run = launched("a")
    with write(journal):
        kept = [
            progress.record_prediction(journal, run, 1, percent=percent, time=1.0, remaining=remaining)
            for percent, remaining in (
                (4.9, 9.0),
                (5.0, 8.0),
                (9.9, 7.0),
                (10.0, 6.0),
                (99.9, 1.0),
                (100.0, 1.0),
                (50.0, 0),
            )
        ]
        assert progress.record_prediction(journal, run, 2, percent=5, time=1.0, remaining=3.0)
    assert kept == [False, True, False, True, True, False, False]
    rows = journal.execute("SELECT percent, remaining FROM eta_predictions WHERE attempt = 1 ORDER BY percent")
    assert [tuple(row) for row in rows] == [(5, 8.0), (10, 6.0), (95, 1.0)]


@pytest.fixture(name="predicted")
def _predicted(journal: sqlite3.Connection, launched: Launched, judged: Judged) -> Callable[..., None]:
    """Enters a run that predicted 100 s at 1000 s and 50 %, and ended as told."""

    def predicted(
        run_id: str, ended: float, *, state: str = "finished", percent: float = 50, **manifest: object
    ) -> None:
        launched(run_id, **{"argv": ["python", "train.py", "--lr", run_id], **manifest})
        judged(run_id, state, ended=ended)
        with write(journal):
            progress.record_prediction(journal, run_id, 1, percent=percent, time=1000.0, remaining=100.0)

    return predicted


KIND = kind_of(["python", "train.py"])


def test_ratios_of_past_runs(journal: sqlite3.Connection, predicted: Callable[..., None]) -> None:
    """Only finished runs of the same project and program that ended before count, newest first."""
    predicted("a", 1090.0)
    predicted("b", 1120.0)
    predicted("failed", 1100.0, state="failed")
    predicted("other", 1100.0, argv=["python", "evaluate.py"])
    predicted("elsewhere", 1100.0, project_root="/p/elsewhere")
    predicted("later", 5000.0)
    project = runs_project(journal, "a")
    ratios = progress.past_ratios(journal, project, KIND, 52.0, before=2000.0)
    assert ratios == [pytest.approx(1.2), pytest.approx(0.9)]
    assert [run.id for run in progress.past_runs(journal, project, KIND, before=2000.0)] == ["b", "a"]
    assert len(progress.past_ratios(journal, project, KIND, 52.0, before=2000.0, limit=1)) == 1


def runs_project(journal: sqlite3.Connection, run_id: str) -> int:
    """The project a run is of."""
    run = runs.get_run(journal, run_id)
    assert run is not None
    return run.project_id


def test_the_nearest_prediction_is_taken(journal: sqlite3.Connection, predicted: Callable[..., None]) -> None:
    """A run without a prediction at that share gives its nearest within 10 %, or none."""
    predicted("a", 1090.0, percent=40)
    project = runs_project(journal, "a")
    for percent, count in ((40, 1), (52, 1), (56, 0), (30, 1), (20, 0)):
        assert len(progress.past_ratios(journal, project, KIND, percent, before=2000.0)) == count


def test_suspended_time_is_not_counted(journal: sqlite3.Connection, predicted: Callable[..., None]) -> None:
    """Time in which a past run was suspended after its prediction is taken off what it took."""
    predicted("a", 1200.0)
    with write(journal):
        for time, kind in ((900.0, "suspended"), (1010.0, "resumed"), (1050.0, "suspended"), (1100.0, "resumed")):
            runs.record_event(journal, "a", 1, time, kind)
    assert progress.suspended_spans(journal, "a", 1) == [(900.0, 1010.0), (1050.0, 1100.0)]
    assert progress.past_ratios(journal, runs_project(journal, "a"), KIND, 50, before=2000.0) == [pytest.approx(1.4)]


def test_a_span_without_an_end(journal: sqlite3.Connection, launched: Launched) -> None:
    """A run that is still suspended has a span without an end; a lone resume means nothing."""
    run = launched("a")
    with write(journal):
        for time, kind in ((5.0, "resumed"), (10.0, "suspended"), (11.0, "suspended")):
            runs.record_event(journal, run, 1, time, kind)
    assert progress.suspended_spans(journal, run, 1) == [(10.0, None)]


def test_predictions_as_they_were_said(journal: sqlite3.Connection, launched: Launched) -> None:
    """Those of one attempt, in the order in which they were said."""
    run = launched("a")
    with write(journal):
        for attempt, percent, time in ((1, 30, 7.0), (1, 10, 5.0), (2, 5, 9.0)):
            progress.record_prediction(journal, run, attempt, percent=percent, time=time, remaining=60.0)
    assert progress.predictions_of(journal, run, 1) == [(10.0, 5.0, 60.0), (30.0, 7.0, 60.0)]
    assert progress.predictions_of(journal, run, 3) == []
