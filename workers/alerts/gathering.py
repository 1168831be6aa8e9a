"""What the rules look at, from the journal: each running run, and the machines.

What a rule needs of the last minutes is remembered from look to look; reading the journal's history for it every five
seconds would cost too much.
"""

import contextlib
import os
import sqlite3
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from store import choices, points, rule_states, runs, series
from store import progress as store_progress
from store.chunks import Columns
from store.kinds import kind_of
from store.machines import GPUS, USAGE, Reading
from store.progress import Progress
from store.runs import Run
from store.series import Series
from workers.alerts.sights import Gaps, RunSight, Work
from workers.alerts.silences import Output, Pace
from workers.machine.awake import Clocks, measure, slept_since_boot
from workers.runs import rundir

PACE = "pace"
"""The rule under which the pace of each attempt is kept."""
WORK_SECONDS = 300.0
KEEP_SECONDS = 60.0
STALE_SECONDS = 30.0
"""What was read longer ago tells nothing of now."""
_PAST_RUNS = 5
_TICKS = os.sysconf("SC_CLK_TCK")
Span = tuple[float, float | None]


class _Share(NamedTuple):
    """What a run took at a look."""

    steady: float
    cpu: float | None
    gpu: float | None
    power: float | None


@dataclass
class _Followed:
    """An attempt that is looked at."""

    pace: Pace
    past: tuple[float | None, float | None]
    shares: deque[_Share] = field(default_factory=deque)
    as_of: float = 0.0
    kept: float = 0.0
    is_kept: bool = True


class Gathering:
    """Makes the sights of runs, look by look; belongs to one thread. ``read_at`` tells when (on the steady clock) the
    journal was last brought up to date with the logs."""

    def __init__(
        self, connection: sqlite3.Connection, *, here: str, boot_id: str, read_at: Callable[[], float] | None = None
    ) -> None:
        self.connection = connection
        self.here = here
        self.boot_id = boot_id
        self.read_at = read_at
        self._followed: dict[tuple[str, int], _Followed] = {}
        self._usages: dict[str, Reading] = {}
        self._gpus: dict[str, Mapping[str, Any]] = {}
        self._progress: dict[str, Progress] = {}
        self._directions: dict[int, dict[str, str]] = {}

    def prepare(self, running: Sequence[Run], readings: Sequence[Reading]) -> None:
        """Read at once what all of these runs need."""
        self._usages = {one.subject: one for one in readings if one.kind == USAGE}
        self._gpus = {
            str(gpu.get("uuid")): gpu
            for one in readings
            if one.kind == GPUS and one.host == self.here
            for gpu in one.data.get("gpus") or ()
        }
        self._progress = store_progress.progress_of(self.connection, [run.id for run in running])
        projects = {one.project_id for one in running}
        self._directions = {one: choices.read_directions(self.connection, one) for one in projects}

    def see(self, run: Run, clocks: Clocks) -> RunSight:
        """One of the runs that were prepared, as it is now."""
        progress = self._progress.get(run.id)
        if progress is not None and progress.attempt != run.attempt:
            progress = None
        usage = self._usages.get(run.id)
        spans = store_progress.suspended_spans(self.connection, run.id, run.attempt)
        silence = since_step = work = None
        gaps = step_gaps = Gaps()
        naps: Sequence[tuple[float, float]] = ()
        output, has_log = self._look_at_log(run, progress, clocks)
        if run.host == self.here:
            one = self._follow(run, output, spans, clocks)
            past, past_step = one.past
            gaps, step_gaps = one.pace.gaps.gaps(past), one.pace.step_gaps.gaps(past_step)
            work = _work(one, usage, self._gpus, clocks)
            naps = tuple(one.pace.naps)
            is_fresh = self.read_at is None or clocks.steady - self.read_at() <= STALE_SECONDS
            if is_fresh and has_log and "suspended" not in run.health:
                silence = one.pace.silence
                if progress is not None and progress.done is not None:
                    since_step = one.pace.since_step
        return RunSight(
            run,
            clocks.wall,
            silence=silence,
            has_output=output.size > 0,
            gaps=gaps,
            since_step=since_step,
            step_gaps=step_gaps,
            phase=progress.phase if progress else None,
            work=work,
            usage=usage,
            progress=progress,
            predictions=store_progress.predictions_of(self.connection, run.id, run.attempt),
            suspended=spans,
            asleep=naps,
            series=series.list_series(self.connection, run.id),
            directions=self._directions[run.project_id],
            tail=self._tail,
        )

    def last_sight(self, run: Run, clocks: Clocks) -> RunSight:
        """A run that has ended, for the rules that read its metrics."""
        return RunSight(
            run,
            clocks.wall,
            series=series.list_series(self.connection, run.id),
            directions=choices.read_directions(self.connection, run.project_id),
            tail=self._tail,
        )

    def due(self, clocks: Clocks) -> list[tuple[str, dict[str, Any]]]:
        """The paces to write down, as (subject, data): those that changed, each once a minute."""
        found = []
        for (run_id, attempt), one in self._followed.items():
            if not one.is_kept and clocks.steady - one.kept >= KEEP_SECONDS:
                found.append((subject_of(run_id, attempt), one.pace.to_json(self.boot_id)))
        return found

    def note_kept(self, subjects: Sequence[str], clocks: Clocks) -> None:
        """These were written."""
        for (run_id, attempt), one in self._followed.items():
            if subject_of(run_id, attempt) in subjects:
                one.kept, one.is_kept = clocks.steady, True

    def leave(self, running: Sequence[Run]) -> list[tuple[str, dict[str, Any]]]:
        """Forget the attempts that run no more; the paces of those that finished, to be written down."""
        found = []
        for run_id, attempt in self._followed.keys() - {(run.id, run.attempt) for run in running}:
            pace = self._followed.pop((run_id, attempt)).pace
            run = runs.get_run(self.connection, run_id)
            if run is not None and run.state == "finished" and run.ended is not None and run.attempt == attempt:
                pace.finish(run.ended)
                found.append((subject_of(run_id, attempt), pace.to_json(self.boot_id)))
        return found

    def _look_at_log(self, run: Run, progress: Progress | None, clocks: Clocks) -> tuple[Output, bool]:
        """Where a run's output stands, and whether it has a log that can be seen.

        The file is asked too: the journal knows it only as far as it could be read yet.
        """
        done, unit = (progress.done, progress.unit) if progress else (None, None)
        size, grown = run.log_bytes, run.last_output
        is_attached = run.engine == rundir.ATTACHED
        path = Path(run.log_path or rundir.attempt_folder(Path(run.directory), run.attempt) / rundir.LOG)
        is_seen = False
        if run.host == self.here:
            with contextlib.suppress(OSError):
                status = path.stat()
                is_seen = True
                if status.st_mtime <= clocks.wall + 1.0:
                    size = max(size, status.st_size)
                    grown = max(grown or 0.0, status.st_mtime) if status.st_size else grown
        has_log = is_seen or run.log_path is not None or not is_attached
        return Output(size, grown, done, unit), has_log

    def _follow(self, run: Run, output: Output, spans: Sequence[Span], clocks: Clocks) -> _Followed:
        one = self._followed.get((run.id, run.attempt))
        if one is None:
            one = self._followed[run.id, run.attempt] = self._take_up(run, output, spans, clocks)
            if one.pace.clocks == clocks:
                return one
        before = one.pace.clocks
        assert before is not None
        lapse = measure(before, clocks)
        awake = lapse.awake
        one.pace.note_nap(clocks.wall, clocks.wall - before.wall - awake)
        if awake > 0:
            active = max(0.0, awake - _overlap(spans, before.wall, clocks.wall))
            one.is_kept = not one.pace.look(output, clocks, awake, active) and one.is_kept
        return one

    def _take_up(self, run: Run, output: Output, spans: Sequence[Span], clocks: Clocks) -> _Followed:
        """Begin with an attempt: where an earlier daemon of this boot left off, or else as far as can be told."""
        past = self._past(run)
        known = rule_states.get(self.connection, PACE, subject_of(run.id, run.attempt))
        if known is not None and self.boot_id:
            with contextlib.suppress(KeyError, TypeError, ValueError):
                pace = Pace.from_json(known.data)
                if known.data["boot"] == self.boot_id and pace.clocks and pace.clocks.steady <= clocks.steady:
                    return _Followed(pace, past, kept=clocks.steady)
        pace = Pace()
        pace.begin(output, clocks, self._silence_before(run, output, spans, clocks))
        return _Followed(pace, past, kept=clocks.steady, is_kept=False)

    def _silence_before(self, run: Run, output: Output, spans: Sequence[Span], clocks: Clocks) -> float:
        """How long an attempt was silent when it is looked at for the first time.

        The journal's times are of the wall clock: where the machine has slept since it was booted they do not tell how
        long it was awake, and nothing counts but what is seen from now on.
        """
        if slept_since_boot(clocks) != 0.0:
            return 0.0
        since = max(output.grown or 0.0, run.started or run.created)
        age = max(0.0, clocks.wall - since - _overlap(spans, since, clocks.wall))
        for attempt in runs.attempts_of(self.connection, run.id):
            if attempt.number == run.attempt and attempt.start_ticks and attempt.boot_id == self.boot_id:
                assert clocks.boot is not None
                age = min(age, max(0.0, clocks.boot - attempt.start_ticks / _TICKS))
        return age

    def _past(self, run: Run) -> tuple[float | None, float | None]:
        """The longest silences, and the longest steps, of finished runs of the same kind."""
        silences, steps = [], []
        before = run.started or run.created
        kind = kind_of(run.argv, run.cwd)
        for past in store_progress.past_runs(self.connection, run.project_id, kind, before=before, limit=_PAST_RUNS):
            known = rule_states.get(self.connection, PACE, subject_of(past.id, past.attempt))
            if known is None:
                continue
            with contextlib.suppress(KeyError, TypeError, ValueError):
                pace = Pace.from_json(known.data)
                silences.append(pace.gaps.longest)
                steps.append(pace.step_gaps.longest)
        return max(silences, default=0.0) or None, max(steps, default=0.0) or None

    def _tail(self, one: Series, n: int) -> Columns:
        return points.last_points(self.connection, one.id, n)


def subject_of(run_id: str, attempt: int | None) -> str:
    """The subject of what is remembered of an attempt of a run."""
    return f"run:{run_id}/{attempt}"


def _overlap(spans: Sequence[Span], begin: float, end: float) -> float:
    """How many seconds from ``begin`` to ``end`` lie in the spans; one without an end goes on."""
    return sum(max(0.0, min(end, end if to is None else to) - max(begin, since)) for since, to in spans)


def _work(one: _Followed, usage: Reading | None, gpus: Mapping[str, Mapping[str, Any]], clocks: Clocks) -> Work | None:
    """What the run's processes did lately, by the readings that were seen at the looks."""
    if usage is not None and usage.as_of != one.as_of and clocks.wall - usage.as_of <= STALE_SECONDS:
        one.as_of = usage.as_of
        held = [gpus.get(str(gpu.get("uuid")), gpu) for gpu in usage.data.get("gpus") or ()]
        powers = [
            gpu["power"] / gpu["power_limit"] for gpu in held if gpu.get("power") is not None and gpu.get("power_limit")
        ]
        share = _Share(
            clocks.steady, usage.data.get("cpu"), _mean([gpu.get("utilisation") for gpu in held]), _mean(powers)
        )
        one.shares.append(share)
    while one.shares and clocks.steady - one.shares[0].steady > WORK_SECONDS:
        one.shares.popleft()
    if not one.shares:
        return None
    return Work(
        clocks.steady - one.shares[0].steady,
        _mean([share.cpu for share in one.shares]),
        _mean([share.gpu for share in one.shares]),
        _mean([share.power for share in one.shares]),
    )


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None
