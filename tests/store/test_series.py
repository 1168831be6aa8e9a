"""Time series against a plain list of points: nothing lost, the last wins, every spike in a bucket."""

import contextlib
import itertools
import math
import random
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from store import curves, series
from store.buckets import Bucket
from store.chunks import CHUNK, PLAIN, SPAN, Form
from store.database import open_journal, snapshot, write

QUIET = settings(deadline=None, max_examples=30, suppress_health_check=list(HealthCheck))
_subjects = map(str, itertools.count())


class Point(NamedTuple):
    """What is appended."""

    leg: int
    step: float
    time: float
    value: float


class Kept(NamedTuple):
    """What is left of it on reading."""

    leg: int
    step: float
    time: float
    value: float
    superseded: bool


@dataclass(frozen=True)
class Batch:
    """How one batch of points is made."""

    length: int
    seed: int
    new_leg: bool = False
    back: int = 0
    jitter: bool = False
    odd: bool = False


def made_of(batches: Sequence[Batch]) -> list[list[Point]]:
    """The points of those batches: steps rise, but for jitter, and go back where a leg begins."""
    made: list[list[Point]] = []
    leg, step, now = 0, 0, 1_800_000_000.0
    for batch in batches:
        rng = random.Random(batch.seed)
        if batch.new_leg:
            leg += rng.choice((1, 1, 1000))
            step = max(-5, step - batch.back)
        points = []
        for _ in range(batch.length):
            step += rng.choice((1, 1, 1, 5))
            now += rng.choice((0.0, 0.1, 2.5))
            value = rng.gauss(0, 1)
            if batch.odd and rng.random() < 0.05:
                value = rng.choice((math.nan, math.inf, -math.inf, 1e9, -1e300))
            points.append(Point(leg, step - rng.choice((0, 0, 0, 1, 3)) * batch.jitter, now, value))
        made.append(points)
    return made


def resolved(points: Sequence[Point]) -> list[Kept]:
    """What reading has to give, in the plainest way: by leg and step, the last wins, superseded ones marked."""
    last = {(point.leg, point.step): point for point in points}
    first: dict[int, float] = {}
    for point in points:
        first[point.leg] = min(point.step, first.get(point.leg, math.inf))
    fit_of: dict[int, int] = {}
    begin, fit = math.inf, 0
    for leg in sorted(first):
        if first[leg] <= begin:
            begin = first[leg]
            fit = leg
        fit_of[leg] = fit
    kept = []
    for (leg, step), point in sorted(last.items(), key=lambda item: item[0]):
        later = [first[other] for other in first if other > leg and fit_of[other] == fit_of[leg]]
        kept.append(Kept(*point, step >= min(later, default=math.inf)))
    return kept


def append(connection: sqlite3.Connection, subject: str, points: Sequence[Point], name: str = "loss") -> None:
    """Append them in one transaction to a series that belongs to no run."""
    legs, steps, times, values = (list(column) for column in zip(*points, strict=True))
    with write(connection):
        series.append(
            connection,
            None,
            name,
            source="log",
            unit="step",
            legs=legs,
            steps=steps,
            times=times,
            values=values,
            subject=subject,
        )


def fill(connection: sqlite3.Connection, batches: Sequence[Sequence[Point]]) -> series.Series:
    """A new series with those batches."""
    subject = next(_subjects)
    for points in batches:
        append(connection, subject, points)
    (found,) = series.list_series(connection, None, subject)
    return found


def read(connection: sqlite3.Connection, series_id: int, **options: Any) -> list[Kept]:
    """The points of a series as rows."""
    points = curves.read_points(connection, series_id, **options)
    columns = (points.leg, points.steps, points.times, points.values, points.superseded)
    return [Kept(*row) for row in zip(*columns, strict=True)]


def plain(rows: Sequence[Kept]) -> list[tuple[object, ...]]:
    """Rows that compare equal where a value is NaN in both."""
    return [tuple("nan" if field != field else field for field in row) for row in rows]


def count_odd(values: Sequence[float]) -> tuple[int, int, int]:
    """NaNs, +infs and -infs among them."""
    return sum(value != value for value in values), values.count(math.inf), values.count(-math.inf)


def check(bucket: Bucket, kept: Sequence[Kept]) -> None:
    """The bucket says of those points, which are all of it, what there is to say."""
    values = [point.value for point in kept]
    finite = [value for value in values if math.isfinite(value)]
    assert bucket.count == len(kept)
    assert (bucket.x_low, bucket.x_high) == (kept[0].step, kept[-1].step)
    assert (bucket.minimum, bucket.maximum) == (min(finite, default=None), max(finite, default=None))
    assert (bucket.nans, bucket.pos_infs, bucket.neg_infs) == count_odd(values)
    assert [repr(bucket.first), repr(bucket.last)] == [repr(values[0]), repr(values[-1])]


batches_of_points = st.lists(
    st.builds(
        Batch,
        length=st.one_of(st.integers(1, 40), st.integers(900, 2600)),
        seed=st.integers(0, 10_000),
        new_leg=st.booleans(),
        back=st.integers(0, 4000),
        jitter=st.booleans(),
        odd=st.booleans(),
    ),
    min_size=1,
    max_size=9,
)
fractions = st.tuples(st.floats(-0.1, 1.1), st.floats(-0.1, 1.1)).map(sorted)


class TestReadingPoints:
    """`read_points`."""

    @QUIET
    @given(batches=batches_of_points, part=fractions, axis=st.sampled_from(("step", "time")))
    def test_is_what_a_plain_list_gives(
        self, journal: sqlite3.Connection, batches: list[Batch], part: list[float], axis: str
    ) -> None:
        """Whatever arrived in whatever batches: resolved, marked, and exactly what the window holds."""
        made = made_of(batches)
        found = fill(journal, made)
        model = resolved([point for points in made for point in points])
        assert plain(read(journal, found.id)) == plain(model)
        along = [getattr(point, axis) for point in model]
        low, high = (min(along) + share * (max(along) - min(along)) for share in part)
        expected = [point for point in model if low <= getattr(point, axis) <= high]
        expected.sort(key=lambda point: (point.leg, getattr(point, axis)))
        window = read(journal, found.id, low=low, high=high, axis=axis)
        assert sorted(plain(window), key=repr) == sorted(plain(expected), key=repr)
        assert [(row.leg, getattr(row, axis)) for row in window] == [(row.leg, getattr(row, axis)) for row in expected]
        assert curves.resolved_count(journal, found.id) == sum(not point.superseded for point in model)

    def test_what_replaced_a_point_lies_outside_the_window(self, journal: sqlite3.Connection) -> None:
        """A step that was logged again much later is gone from its first time too."""
        points = [Point(0, n, n, 0.0) for n in range(3 * CHUNK)]
        found = fill(journal, [points, [Point(0, 700, 9e9 + n, 1.0) for n in range(CHUNK)]])
        rows = read(journal, found.id, low=690, high=710, axis="time")
        assert [row.step for row in rows] == [step for step in range(690, 711) if step != 700]

    def test_an_unknown_series_is_empty(self, journal: sqlite3.Connection) -> None:
        """A series that was deleted meanwhile has no points and no buckets."""
        assert len(curves.read_points(journal, 4711)) == 0
        assert curves.read_buckets(journal, 4711) == []
        assert curves.resolved_count(journal, 4711) == 0


class TestSuperseding:
    """Legs that resume, and legs that begin again."""

    def flags(self, journal: sqlite3.Connection, *legs: tuple[int, int]) -> list[list[bool]]:
        """For legs of (first, last) step: which of their points are superseded."""
        made = [[Point(leg, step, step, 0.0) for step in range(low, high)] for leg, (low, high) in enumerate(legs)]
        rows = read(journal, fill(journal, made).id)
        return [[row.superseded for row in rows if row.leg == leg] for leg in range(len(legs))]

    def test_a_resume_supersedes_from_its_first_step_on(self, journal: sqlite3.Connection) -> None:
        """Points that the earlier leg reached beyond the checkpoint are marked, the others are not."""
        assert self.flags(journal, (0, 6), (4, 9)) == [[False] * 4 + [True] * 2, [False] * 5]

    def test_another_fit_supersedes_nothing(self, journal: sqlite3.Connection) -> None:
        """A leg that begins at or before the beginning leaves all before it as they are."""
        assert self.flags(journal, (1, 6), (1, 9), (0, 3)) == [[False] * 5, [False] * 8, [False] * 3]

    def test_a_resume_reaches_back_to_its_own_fit_only(self, journal: sqlite3.Connection) -> None:
        """After another fit has begun, a resume belongs to that one."""
        assert self.flags(journal, (0, 4), (0, 4), (2, 5)) == [[False] * 4, [False, False, True, True], [False] * 3]

    def test_a_resume_from_an_older_checkpoint(self, journal: sqlite3.Connection) -> None:
        """Going back behind an earlier resume supersedes that one too."""
        flags = self.flags(journal, (0, 6), (4, 6), (2, 7))
        assert flags == [[False, False, True, True, True, True], [True, True], [False] * 5]

    def test_many_resumes_in_chunks(self, journal: sqlite3.Connection) -> None:
        """Chunks sealed before a leg began are apart at its first step all the same."""
        made = [[Point(leg, leg * 700 + n, leg, float(n)) for n in range(1500)] for leg in range(60)]
        found = fill(journal, made)
        model = resolved([point for points in made for point in points])
        buckets = curves.read_buckets(journal, found.id, buckets=70)
        assert sum(bucket.count for bucket in buckets if bucket.superseded) == sum(one.superseded for one in model)
        assert curves.resolved_count(journal, found.id) == sum(not one.superseded for one in model) == 59 * 700 + 1500

    def test_a_late_point_makes_a_resume_of_another_fit(self, journal: sqlite3.Connection) -> None:
        """Where the earlier leg turns out to begin lower, its sealed points are superseded after all."""
        made = [[Point(0, n + 10, n, 1.0) for n in range(3000)], [Point(1, n + 8, n, 2.0) for n in range(3000)]]
        found = fill(journal, made)
        assert curves.resolved_count(journal, found.id) == 6000
        late = Point(0, 5, 0, 3.0)
        append(journal, found.subject, [late])
        model = resolved([*made[0], *made[1], late])
        drawn = curves.read_buckets(journal, found.id, buckets=12)
        assert (
            sum(bucket.count for bucket in drawn if bucket.superseded) == sum(one.superseded for one in model) == 3000
        )

    def test_a_cutoff_inside_a_sealed_block(self, journal: sqlite3.Connection) -> None:
        """When legs arrive out of order and one turns out to be another fit, blocks are divided all the same."""
        made = [
            [Point(leg, n + first, n, float(leg)) for n in range(2000)] for leg, first in ((0, 0), (2, 50), (1, 80))
        ]
        made.append([Point(2, -1, 0, 2.0)])
        found = fill(journal, made)
        model = resolved([point for points in made for point in points])
        drawn = curves.read_buckets(journal, found.id, buckets=12)
        assert sum(bucket.count for bucket in drawn if bucket.superseded) == 1920
        assert sum(one.superseded for one in model) == 1920
        assert max(bucket.x_high for bucket in drawn if bucket.leg == 0 and not bucket.superseded) == 79


class TestBuckets:
    """`read_buckets`."""

    @QUIET
    @given(batches=batches_of_points, part=fractions, buckets=st.sampled_from((4, 24, 60, 1000)))
    def test_every_point_is_in_one(
        self, journal: sqlite3.Connection, batches: list[Batch], part: list[float], buckets: int
    ) -> None:
        """At any zoom, from points, blocks or chunks: each bucket tells exactly its points, together they tell all."""
        made = made_of([Batch(**{**vars(batch), "jitter": False}) for batch in batches])
        found = fill(journal, made)
        assert found.monotone
        model = resolved([point for points in made for point in points])
        low, high = (-5 + share * (model[-1].step + 5) for share in part)
        windows: tuple[dict[str, Any], ...] = ({}, {"low": low, "high": high})
        for window in windows:
            drawn = curves.read_buckets(journal, found.id, buckets=buckets, **window)
            inside = [one for one in model if not window or low <= one.step <= high]
            stretches = {(one.leg, one.superseded) for one in inside}
            assert len(drawn) <= buckets
            if len(stretches) > buckets // 2:
                assert sum(bucket.count for bucket in drawn) == len(inside)
                continue
            assert [(one.leg, one.superseded) for one in drawn] == sorted((one.leg, one.superseded) for one in drawn)
            for key in stretches:
                kept = [one for one in inside if (one.leg, one.superseded) == key]
                steps = [one.step for one in kept]
                for bucket in drawn:
                    if (bucket.leg, bucket.superseded) == key:
                        check(bucket, kept[bisect_left(steps, bucket.x_low) : bisect_right(steps, bucket.x_high)])
            assert sum(bucket.count for bucket in drawn) == len(inside)
            if len(inside) <= buckets:
                assert len(drawn) == len(inside)

    def test_few_points_of_many(self, journal: sqlite3.Connection) -> None:
        """Two points out of the middle of a chunk are two buckets, however much lies around them."""
        found = fill(journal, made_of([Batch(2500, 1)]))
        steps = [one.step for one in read(journal, found.id)][500:502]
        drawn = curves.read_buckets(journal, found.id, low=steps[0], high=steps[1], buckets=4)
        assert [(bucket.x_low, bucket.x_high, bucket.count) for bucket in drawn] == [(one, one, 1) for one in steps]

    @QUIET
    @given(batches=batches_of_points, buckets=st.sampled_from((4, 40, 1000)), axis=st.sampled_from(("step", "time")))
    def test_jitter_and_time(
        self, journal: sqlite3.Connection, batches: list[Batch], buckets: int, axis: curves.Axis
    ) -> None:
        """With steps out of order no point that is left is missing, and what was replaced counts once at most."""
        made = made_of(batches)
        found = fill(journal, made)
        arrived = [point for points in made for point in points]
        model = resolved(arrived)
        drawn = curves.read_buckets(journal, found.id, buckets=buckets, axis=axis)
        assert len(drawn) <= buckets
        assert len(model) <= sum(bucket.count for bucket in drawn) <= len(arrived)
        finite = [one.value for one in model if math.isfinite(one.value)]
        if finite:
            assert min(one.minimum for one in drawn if one.minimum is not None) <= min(finite)
            assert max(one.maximum for one in drawn if one.maximum is not None) >= max(finite)
        least, most = (count_odd([point.value for point in points]) for points in (model, arrived))
        seen = [sum(getattr(one, kind) for one in drawn) for kind in ("nans", "pos_infs", "neg_infs")]
        assert all(low <= count <= high for low, count, high in zip(least, seen, most, strict=True))
        along = [getattr(one, axis) for one in model]
        assert (min(one.x_low for one in drawn), max(one.x_high for one in drawn)) == (min(along), max(along))

    def test_spikes_in_a_long_series(self, journal: sqlite3.Connection) -> None:
        """Of 150,000 points in 100 buckets every single odd one shows, and a zoom to few points is exact."""
        length = (2 * SPAN + 17) * CHUNK + 345
        rng = random.Random(5)
        points = [Point(0, n, n * 0.5, rng.random()) for n in range(length)]
        odd = range(1000, length, length // 60)
        for number, place in enumerate(odd):
            value = (math.nan, math.inf, -math.inf, 1000.0 + place)[number % 4]
            points[place] = points[place]._replace(value=value)
        found = fill(journal, [points[begin : begin + 70_000] for begin in range(0, length, 70_000)])
        kept = [Kept(*point, False) for point in points]
        axes: tuple[curves.Axis, ...] = ("step", "time")
        for axis in axes:
            drawn = curves.read_buckets(journal, found.id, buckets=100, axis=axis)
            assert 50 <= len(drawn) <= 100
            assert [sum(getattr(one, kind) for one in drawn) for kind in ("nans", "pos_infs", "neg_infs")] == [15] * 3
            assert {1000.0 + place for place in odd[3::4]} <= {one.maximum for one in drawn}
        for low, high in ((0, length - 1), (12_345, length - 333), (70_001, 80_000), (length - 400, length - 100)):
            drawn = curves.read_buckets(journal, found.id, low=low, high=high, buckets=100)
            assert (drawn[0].x_low, drawn[-1].x_high) == (low, high)
            for bucket in drawn:
                check(bucket, kept[int(bucket.x_low) : int(bucket.x_high) + 1])
        drawn = curves.read_buckets(journal, found.id, low=length - 400, high=length - 100)
        assert [repr(one.first) for one in drawn] == [repr(point.value) for point in points[length - 400 : length - 99]]

    def test_more_legs_than_buckets(self, journal: sqlite3.Connection) -> None:
        """With hundreds of fits the buckets are shared, and nothing falls out."""
        made = [[Point(leg, step, leg, float(leg)) for step in range(30)] for leg in range(500)]
        found = fill(journal, [[point for points in made for point in points]])
        drawn = curves.read_buckets(journal, found.id, buckets=50)
        assert len(drawn) <= 50
        assert sum(bucket.count for bucket in drawn) == 500 * 30
        assert {min(one.minimum or 0 for one in drawn), max(one.maximum or 0 for one in drawn)} == {0.0, 499.0}


class TestAppending:
    """`append` and `list_series`."""

    @QUIET
    @given(batches=batches_of_points)
    def test_the_row_of_a_series(self, journal: sqlite3.Connection, batches: list[Batch]) -> None:
        """Counts, extremes, last value and times are those of all points that arrived."""
        made = made_of(batches)
        found = fill(journal, made)
        points = [point for batch in made for point in batch]
        finite = [point.value for point in points if math.isfinite(point.value)]
        last = max(enumerate(points), key=lambda item: (item[1].leg, item[1].step, item[0]))[1]
        assert found.count == len(points)
        assert (found.nans, found.pos_infs, found.neg_infs) == count_odd([point.value for point in points])
        assert (found.low, found.high) == (min(finite, default=None), max(finite, default=None))
        assert (found.last_leg, found.last_step, found.last_time) == (last.leg, last.step, last.time)
        assert repr(found.last) == repr(last.value)
        assert found.first_time == points[0].time
        keys = [(point.leg, point.step) for point in points]
        assert found.monotone == all(one < other for one, other in itertools.pairwise(keys))

    def test_one_by_one_or_all_at_once(self, journal: sqlite3.Connection) -> None:
        """How points are cut into batches changes nothing of what is read."""
        (points,) = made_of([Batch(2500, seed=3, jitter=True, odd=True)])
        one, all_ = fill(journal, [[point] for point in points]), fill(journal, [points])
        assert plain(read(journal, one.id)) == plain(read(journal, all_.id))

    def test_the_tail_stays_short(self, journal: sqlite3.Connection) -> None:
        """A series that grows a point at a time never has more than a few rows to read beside its chunks."""
        longest = 0
        subject = next(_subjects)
        for n in range(CHUNK + 300):
            append(journal, subject, [Point(0, n, n, n)])
            (rows,) = journal.execute("SELECT count(*) FROM series_tail").fetchone()
            longest = max(longest, rows)
        assert longest <= 64
        (found,) = series.list_series(journal, None, subject)
        assert [row.value for row in read(journal, found.id)] == list(range(CHUNK + 300))

    def test_runs_names_and_sources_are_apart(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """Each name and source of a run is a series of its own; of a subject without a run too."""
        for run_id, name, source in (
            (launched("r1"), "loss", "log"),
            ("r1", "loss", "/tb/events"),
            ("r1", "acc", "log"),
            (launched("r2"), "loss", "log"),
        ):
            for n in range(2):
                with write(journal):
                    series.append(
                        journal, run_id, name, source=source, unit="epoch", legs=[0], steps=[n], times=[n], values=[n]
                    )
        append(journal, "GPU-1", [Point(0, 0, 0, 50.0)], "util")
        append(journal, "GPU-1", [Point(0, 1, 1, 51.0)], "util")
        listed = [(one.name, one.source, one.unit, one.count) for one in series.list_series(journal, "r1")]
        assert listed == [("acc", "log", "epoch", 2), ("loss", "/tb/events", "epoch", 2), ("loss", "log", "epoch", 2)]
        assert [(one.name, one.count) for one in series.list_series(journal, None, "GPU-1")] == [("util", 2)]
        assert series.list_series(journal, "r3") == []

    def test_what_a_run_takes_is_no_metric(self, journal: sqlite3.Connection, launched: Callable[..., str]) -> None:
        """A run's system series are apart: no metric of it, and not taken away with a source of that name."""
        launched("r1")
        for subject, name in (("", "loss"), ("system", "cpu")):
            with write(journal):
                series.append(
                    journal,
                    "r1",
                    name,
                    source="second",
                    unit="s",
                    legs=[0],
                    steps=[1],
                    times=[1],
                    values=[1],
                    subject=subject,
                )
        assert [one.name for one in series.list_series(journal, "r1")] == ["loss"]
        with write(journal):
            series.remove_source(journal, "r1", "second")
        assert series.list_series(journal, "r1") == []
        assert [one.name for one in series.list_series(journal, "r1", "system")] == ["cpu"]

    def test_sealed_in_either_form(self, journal: sqlite3.Connection) -> None:
        """Points of both forms, and of a series sealed in one and then the other, are read the same."""
        batches = made_of([Batch(3 * CHUNK, seed=1, jitter=True, odd=True), Batch(2 * CHUNK, seed=2, new_leg=True)])
        compressed = Form(compressed=True, gap=30.0)
        for subject, forms in (("plain", (PLAIN, PLAIN)), ("small", (compressed,) * 2), ("both", (PLAIN, compressed))):
            for points, form in zip(batches, forms, strict=True):
                legs, steps, times, values = (list(column) for column in zip(*points, strict=True))
                with write(journal):
                    series.append(
                        journal,
                        None,
                        "loss",
                        source="log",
                        unit="step",
                        legs=legs,
                        steps=steps,
                        times=times,
                        values=values,
                        subject=subject,
                        form=form,
                    )
        plain, small, both = (
            repr(read(journal, series.list_series(journal, None, subject)[0].id))
            for subject in ("plain", "small", "both")
        )
        assert plain == small == both
        sizes = [row[0] for row in journal.execute("SELECT length(points) FROM series_chunks WHERE series_id = 1")]
        assert sizes == [24 * CHUNK] * 5

    @pytest.mark.parametrize(
        ("columns", "words"),
        [
            (([0], [1.0, 2.0], [1.0], [1.0]), "differ in length"),
            (([0], [math.nan], [1.0], [1.0]), "not finite"),
            (([0], [1.0], [math.inf], [1.0]), "not finite"),
        ],
    )
    def test_what_cannot_be_kept(
        self, journal: sqlite3.Connection, columns: tuple[list[float], ...], words: str
    ) -> None:
        """Columns of unequal length and points without a place are refused, and nothing is written."""
        legs, steps, times, values = columns
        with pytest.raises(ValueError, match=words), write(journal):
            series.append(
                journal,
                None,
                "loss",
                source="log",
                unit="step",
                legs=[int(leg) for leg in legs],
                steps=steps,
                times=times,
                values=values,
            )
        assert series.list_series(journal, None) == []

    def test_all_or_nothing(self, journal: sqlite3.Connection) -> None:
        """A transaction that fails after sealing leaves series, chunks and tail as they were."""
        before, after = made_of([Batch(1500, seed=1), Batch(1500, seed=2)])
        found = fill(journal, [before])
        with pytest.raises(RuntimeError, match="power"), write(journal):
            columns = [list(column) for column in zip(*after, strict=True)]
            series.append(
                journal,
                None,
                "loss",
                source="log",
                unit="step",
                legs=[point.leg for point in after],
                steps=columns[1],
                times=columns[2],
                values=columns[3],
                subject=found.subject,
            )
            raise RuntimeError("power cut")
        assert series.list_series(journal, None, found.subject) == [found]
        assert len(read(journal, found.id)) == 1500

    def test_a_deleted_run_takes_its_points_along(
        self, journal: sqlite3.Connection, launched: Callable[..., str]
    ) -> None:
        """Nothing of a run's series outlives it."""
        launched("r1")
        (points,) = made_of([Batch(70_000, seed=1)])
        legs, steps, times, values = (list(column) for column in zip(*points, strict=True))
        with write(journal):
            series.append(
                journal, "r1", "loss", source="log", unit="step", legs=legs, steps=steps, times=times, values=values
            )
        with write(journal):
            journal.execute("DELETE FROM runs WHERE id = 'r1'")
        for table in ("series", "series_legs", "series_tail", "series_chunks", "series_spans"):
            assert journal.execute(f"SELECT count(*) FROM {table}").fetchone()[0] == 0

    def test_a_reader_sees_one_moment(self, journal: sqlite3.Connection, home: Path) -> None:
        """While points are sealed by another process, a reader neither misses any nor sees one twice."""
        before, after = made_of([Batch(CHUNK - 1, seed=1), Batch(5, seed=2)])
        found = fill(journal, [before])
        with contextlib.closing(open_journal(home / "journal.db", read_only=True)) as reader:
            with snapshot(reader):
                assert len(read(reader, found.id)) == CHUNK - 1
                append(journal, found.subject, after)
                assert len(read(reader, found.id)) == CHUNK - 1
            assert len(read(reader, found.id)) == CHUNK + 4
            assert not reader.in_transaction
