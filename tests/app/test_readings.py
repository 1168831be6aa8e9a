"""What the pages read of metrics."""

import sqlite3
import time
from pathlib import Path

import pytest

from app import readings
from app.readings import Best, Measured, Metric
from store import progress, runs
from store.database import write
from store.progress import Progress
from store.runs import Run
from store.settings import Settings
from tests.fakes import journal, measurements


@pytest.fixture(name="settings")
def _settings(home: Path) -> Settings:
    """Settings on the test's data folder."""
    return Settings(home=home)


@pytest.fixture(name="read")
def _read(connection: sqlite3.Connection, measured: dict[str, str], settings: Settings):
    """Read a run of the measured day by its name."""

    def read(name: str) -> tuple[Run, Measured]:
        run = runs.get_run(connection, measured[name])
        assert run is not None
        return run, readings.read_measured(settings, run)

    return read


def named(measured: Measured, name: str) -> Metric:
    """That metric, which must be there."""
    metric = measured.find(name)
    assert metric is not None, [one.name for one in measured.metrics]
    return metric


def test_a_metric_of_two_sources_is_one(read) -> None:
    """The event file is richer than the log; the progress names the main loss."""
    _, measured = read("resnet-aug")
    names = [metric.name for metric in measured.metrics]
    assert "loss" not in names and measured.main == "train/loss"
    assert named(measured, "train/loss").series.source == measurements.EVENTS
    assert names[:4] == ["train/loss", "val_loss", "train_acc", "val_acc"]


def test_a_spike_and_nans_survive_into_few_buckets(read, settings: Settings) -> None:
    """31,500 points in at most 400 buckets, with the one high value and the three NaNs."""
    _, measured = read("resnet-aug")
    buckets = readings.read_curve(settings, named(measured, "train/loss"))
    assert len(buckets) <= readings.BUCKETS
    assert max(bucket.maximum or 0 for bucket in buckets) == measurements.SPIKE
    assert sum(bucket.nans for bucket in buckets) == 3 and sum(bucket.pos_infs for bucket in buckets) == 1


def test_a_range_is_read_in_its_own_detail(read, settings: Settings) -> None:
    """A hundred steps come as a hundred points, whichever axis they are asked by."""
    _, measured = read("resnet-aug")
    metric = named(measured, "train/loss")
    some = readings.read_curve(settings, metric, low=12_300, high=12_399)
    assert [bucket.x_low for bucket in some] == list(range(12_300, 12_400))
    low, high = metric.series.first_time, metric.series.first_time + 30
    early = readings.read_curve(settings, metric, axis="time", low=low, high=high)
    assert early and all(bucket.count == 1 and low <= bucket.x_low <= high for bucket in early)


def test_the_best_value_is_of_what_counts(read, settings: Settings) -> None:
    """By the metric's direction, at its step; a value that a resumed run ran again does not count."""
    _, resumed = read("vit-small-lr3e-4")
    best = readings.read_best(settings, named(resumed, "train_loss"))
    assert best is not None and best.step == 3999 and best.value > 0.5
    _, measured = read("resnet-aug")
    accuracy = named(measured, "val_acc")
    assert readings.read_best(settings, accuracy) == Best(accuracy.series.high or 0, accuracy.series.last_step)
    assert readings.read_best(settings, named(measured, "learning_rate")) is None


def test_epochs_come_to_the_axis_of_steps(read, settings: Settings) -> None:
    """A validation counted in epochs is drawn with the training, where it is known how many steps an epoch has."""
    _, measured = read("lm-tiny")
    metric = named(measured, "eval_loss")
    assert (metric.unit, metric.scale) == ("step", 200)
    best = readings.read_best(settings, metric)
    assert best is not None and best.step == 1800
    some = readings.read_curve(settings, metric, low=1000, high=1600)
    assert [bucket.x_low for bucket in some] == [5, 6, 7, 8]


def test_a_chosen_direction_holds_for_the_project(read, settings: Settings) -> None:
    """And turns what is best; taken back, it is the guess again."""
    run, _ = read("resnet-aug")
    readings.choose_direction(settings, run.project_id, "val_loss", "higher")
    turned = named(readings.read_measured(settings, run), "val_loss")
    assert turned.chosen and turned.direction == "higher"
    best = readings.read_best(settings, turned)
    assert best is not None and best.value == turned.series.high
    readings.choose_direction(settings, run.project_id, "val_loss", None)
    assert named(readings.read_measured(settings, run), "val_loss").direction == "lower"


def test_the_glossary_of_the_user_gives_directions(read, settings: Settings, home: Path) -> None:
    """An entry with a direction stands before the guess."""
    (home / "glossary.toml").write_text('[gradient]\nnames = ["learning_rate"]\nsource = "us"\ndirection = "lower"\n')
    run, before = read("resnet-aug")
    assert named(before, "learning_rate").direction == "lower"
    (home / "glossary.toml").unlink()
    assert named(readings.read_measured(settings, run), "learning_rate").direction == ""


def test_growth_is_seen_at_once(connection: sqlite3.Connection, home: Path, settings: Settings) -> None:
    """What is kept of a curve is forgotten with its next point."""
    now = time.time()
    run_id = journal.add_run(connection, home, "grow-1", created=now - 60)
    run = runs.get_run(connection, run_id)
    assert run is not None
    for n in range(1, 4):
        with write(connection):
            measurements.add(connection, run_id, "loss", [float(n)], start=now, seconds=1, steps=[n])
        metric = named(readings.read_measured(settings, run), "loss")
        assert [bucket.last for bucket in readings.read_curve(settings, metric)] == [float(k) for k in range(1, n + 1)]
        assert readings.read_best(settings, metric) == Best(1.0, 1)


def test_the_best_after_a_resume_moves_though_the_extreme_does_not(
    connection: sqlite3.Connection, home: Path, settings: Settings
) -> None:
    """The lowest value was run again; of what counts a new one is the best."""
    now = time.time()
    run_id = journal.add_run(connection, home, "again-1", created=now - 60)
    run = runs.get_run(connection, run_id)
    assert run is not None
    with write(connection):
        measurements.add(connection, run_id, "loss", [3.0, 2.0, 0.1], start=now, seconds=1, steps=[1, 2, 3])
        measurements.add(connection, run_id, "loss", [1.0], start=now + 1, seconds=1, steps=[3], legs=[1])
    found = named(readings.read_measured(settings, run), "loss")
    assert readings.read_best(settings, found) == Best(1.0, 3)
    with write(connection):
        measurements.add(connection, run_id, "loss", [0.5], start=now + 2, seconds=1, steps=[4], legs=[1])
    found = named(readings.read_measured(settings, run), "loss")
    assert readings.read_best(settings, found) == Best(0.5, 4)


def test_runs_are_read_together_and_unknown_ones_left_out(
    measured: dict[str, str], settings: Settings, connection: sqlite3.Connection
) -> None:
    """In the order asked for, each once."""
    ids = [measured["lm-tiny"], "nope", measured["resnet-aug"], measured["lm-tiny"]]
    found = readings.read_runs(settings, ids)
    assert [run.name for run in found] == ["lm-tiny", "resnet-aug"]
    many = readings.read_many(settings, found)
    assert many[measured["lm-tiny"]].main == "loss"
    with write(connection):
        progress.record_progress(connection, measured["lm-tiny"], Progress(1, 1, 2, "step", 0.0, main="gone"))
    assert readings.read_many(settings, found)[measured["lm-tiny"]].main == "loss"
