"""How far a watched job is and when it will be done, on its way into the journal.

The marks in the journal are all that is needed to go on after a restart; what past runs of the same kind teach is read
once, when a forecast begins.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from store import progress as store_progress
from store.kinds import kind_of
from store.metrics import main_loss
from store.progress import Mark, Progress
from store.runs import Run
from workers.logs.eta import Course, Interval, interval
from workers.logs.past import Shape
from workers.logs.progress import Standing
from workers.logs.records import TRAIN

EVERY_SECONDS = 5.0
"""How often the time left is told anew while the log is silent."""
_PAST_RUNS = 5
"""How many past runs' courses are looked at for what this one has not shown yet."""


@dataclass
class _Said:
    """What was written last."""

    time: float = 0.0
    bucket: int = -1


class Forecast:
    """The progress and time left of one attempt of a run."""

    def __init__(self, connection: sqlite3.Connection, run: Run, attempt: int, *, poll: float) -> None:
        self.run = run
        self.attempt = attempt
        self.kind = kind_of(run.argv, run.cwd)
        self.course = Course(store_progress.marks_of(connection, run.id, attempt), poll=poll)
        known = store_progress.read_progress(connection, run.id)
        self.unit = known.unit if known and known.attempt == attempt else None
        self.standing: Standing | None = None
        self.names: set[str] = set()
        self.past: list[Shape] | None = None
        self.poll = poll
        self._said = _Said()
        self._known = known if known and known.attempt == attempt else None
        self._dirty = False
        self._ratios: tuple[int, list[float]] | None = None

    def add(self, marks: Sequence[tuple[float, Standing]], names: Sequence[str]) -> None:
        """Take in where the training's counters stood, and the metrics that came with them."""
        self.names.update(names)
        for moment, standing in marks:
            if standing.unit != self.unit:
                if self.unit is not None:
                    self.course.restart()
                self.unit = standing.unit
            phase = standing.phase if standing.phase != TRAIN else None
            self.course.add(moment, standing.done, phase)
            self.standing = standing
            self._dirty = True

    def is_due(self, now: float) -> bool:
        """Whether there is anything to write: the counters moved, or it was long ago that the time left was told."""
        return self._dirty or (self.standing is not None and now - self._said.time >= EVERY_SECONDS)

    def keep(self, connection: sqlite3.Connection) -> None:
        """Write the marks that are new; inside the transaction that moves the log's cursor."""
        replaced, marks = self.course.changes()
        if replaced:
            store_progress.replace_marks(connection, self.run.id, self.attempt, marks)
        elif marks:
            store_progress.add_marks(connection, self.run.id, self.attempt, marks)

    def write(
        self,
        connection: sqlite3.Connection,
        now: float,
        *,
        suspended: Sequence[tuple[float, float | None]] = (),
        naps: Sequence[tuple[float, float]] = (),
        ended: bool = False,
    ) -> None:
        """Write marks, progress and time left; inside the caller's transaction.

        Nothing ran while the job was ``suspended`` and during the machine's ``naps``.
        """
        self.keep(connection)
        self._dirty = False
        self._said.time = now
        standing = self.standing
        if standing is None:
            return
        eta_at, spread = None, Interval(None, None, "")
        if not ended:
            estimate = self.course.estimate(
                standing.total,
                now,
                suspended=[*suspended, *naps],
                past=self._past(connection, naps),
                periods=_periods(standing),
            )
            if estimate is not None:
                eta_at = now + estimate.seconds
                spread = self._interval(connection, estimate.seconds, estimate.percent, now)
                bucket = int(estimate.percent // 5)
                if bucket != self._said.bucket:
                    self._said.bucket = bucket
                    store_progress.record_prediction(
                        connection,
                        self.run.id,
                        self.attempt,
                        percent=estimate.percent,
                        time=now,
                        remaining=estimate.seconds,
                    )
                words = estimate.words(standing.unit)
                spread = Interval(spread.low, spread.high, f"{spread.source}; {words}" if words else spread.source)
        store_progress.record_progress(
            connection,
            self.run.id,
            Progress(
                attempt=self.attempt,
                done=standing.done,
                total=standing.total,
                unit=standing.unit,
                updated=now,
                levels=[{"unit": c.unit, "done": c.done, "total": c.total} for c in standing.levels],
                phase=standing.phase,
                steps_per_epoch=_steps_per_epoch(standing),
                eta_at=eta_at,
                eta_low=None if spread.low is None else now + spread.low,
                eta_high=None if spread.high is None else now + spread.high,
                eta_source=spread.source or None,
                main=main_loss(sorted(self.names)) or (self._known.main if self._known else None),
            ),
        )

    def _past(self, connection: sqlite3.Connection, naps: Sequence[tuple[float, float]]) -> list[Shape]:
        """How past runs of this kind went, read once."""
        if self.past is None:
            self.past = []
            before = self.run.started or self.run.created
            past = store_progress.past_runs(connection, self.run.project_id, self.kind, before=before, limit=_PAST_RUNS)
            stood = store_progress.progress_of(connection, [known.id for known in past])
            totals = {one: found.total for one, found in stood.items()}
            for known in reversed(past):  # the oldest first: later runs count more
                marks: list[Mark] = store_progress.marks_of(connection, known.id, known.attempt)
                spans = store_progress.suspended_spans(connection, known.id, known.attempt)
                course = Course(marks, poll=self.poll)
                shape = course.shape(known.ended, total=totals.get(known.id), suspended=[*spans, *naps])
                if shape is not None:
                    self.past.append(shape)
        return self.past

    def _interval(self, connection: sqlite3.Connection, seconds: float, percent: float, now: float) -> Interval:
        bucket = int(percent // 5)
        if self._ratios is None or self._ratios[0] != bucket:
            before = self.run.started or self.run.created
            ratios = store_progress.past_ratios(connection, self.run.project_id, self.kind, percent, before=before)
            self._ratios = (bucket, ratios)
        return interval(seconds, self._ratios[1])


def _periods(standing: Standing) -> list[float]:
    """Where pauses are to be expected anyway: at the end of each epoch."""
    if standing.unit == "epoch":
        return [1.0]
    per_epoch = _steps_per_epoch(standing)
    return [per_epoch] if per_epoch else []


def _steps_per_epoch(standing: Standing) -> float | None:
    return next((count.total for count in standing.levels if count.unit == "batch" and count.total), None)
