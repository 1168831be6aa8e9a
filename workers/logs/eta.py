"""How long a training will still take, and how sure one can be of it.

The time left is put together from what takes it: training steps at their recent pace, the evaluations and checkpoints
still to come, and the rest of a pause under way. What a run has not shown yet is taken from past runs of its kind. The
interval comes from those runs too: from how their predictions turned out at the same share of the way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import ceil, floor

from store.durations import spell
from store.progress import Mark
from workers.logs.pace import LIMIT, Pace, Span, active_seconds, finite, measure, merge_spans, thin
from workers.logs.past import Shape, Usual, lattice, usual_of
from workers.logs.pauses import is_round
from workers.logs.records import EVAL, LOAD, SAVE, TRAIN

RUNS_NEEDED = 10
LEVEL = 0.8  # of the runs are to end within the interval
STEP, OPENING, CLOSING, PAUSE = "step", "start-up", "end", "pause"
_NAMES = {EVAL: "evaluation", SAVE: "checkpoint", LOAD: "loading"}


@dataclass(frozen=True, slots=True)
class Part:
    """One of the things that take time: ``seconds`` each, ``every`` so many steps, ``left`` times still to come."""

    kind: str
    seconds: float
    every: float | None
    left: float


@dataclass(frozen=True, slots=True)
class Estimate:
    """``seconds`` of active time left at ``percent`` of the way; ``parts`` say of what, ``source`` from what.

    ``pausing`` names what the training seems to be busy with instead of steps, None while it goes on.
    """

    seconds: float
    percent: float
    parts: tuple[Part, ...]
    source: str
    pausing: str | None = None

    def words(self, unit: str = "step") -> str:
        """The parts in a line: ``step 0.12 s, evaluation 14 s each 400 steps``."""
        said = []
        for part in self.parts:
            if part.kind == STEP:
                said.append(f"{unit} {_brief(part.seconds)}")
            elif part.every is None:
                said.append(f"{part.kind} {_brief(part.seconds)}")
            elif f"{part.every:.3g}" == "1":
                said.append(f"{part.kind} {_brief(part.seconds)} each {unit}")
            else:
                every = f"{part.every:,.0f}" if part.every >= 100 else f"{part.every:.3g}"
                said.append(f"{part.kind} {_brief(part.seconds)} each {every} {unit}s")
        return ", ".join(said)


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the seconds left will lie in about 80 % of cases; both None while too few runs have ended. ``source``
    says from what, or why there is none."""

    low: float | None
    high: float | None
    source: str


class Course:
    """The course of one attempt, fed with marks as they are seen; its marks are all that must be kept.

    ``poll`` is how many seconds apart the job is looked at. A counter that goes back begins anew.
    """

    def __init__(self, marks: Iterable[Mark] = (), *, poll: float = 0.5) -> None:
        self.marks: list[Mark] = []
        self.poll = poll
        self._done = self._at = 0.0
        self._grain = 0.0
        self._phase = TRAIN
        self._pace: Pace | None = None
        self._key: object = None
        self._grown = 0
        self._longest = 0.0
        self._unsaved: list[Mark] = []
        self._rewritten = False
        for mark in marks:
            self.add(*mark)
        self.changes()

    def add(self, time: float, done: float, phase: str | None = None) -> bool:
        """Take in where the counter stands; whether that told anything new."""
        if not finite(time, done):
            return False
        if not self.marks:
            return self._keep(Mark(time, done, phase), grown=True)
        if done < self._done:
            if self._done - done <= max(1.5 * self._grain, 1e-9 * abs(self._done)) and done > self.marks[0].done:
                return False  # lines of several ranks, or a rounded figure
            self.restart()
            return self._keep(Mark(time, done, phase), grown=True)
        if done > self._done:
            grain = done - self._done
            self._grain = grain if not self._grain else 0.9 * self._grain + 0.1 * grain
            return self._keep(Mark(time, done, phase), grown=True)
        if phase is not None and phase != self._phase:
            return self._keep(Mark(time, done, phase), grown=False)
        return False

    def restart(self) -> None:
        """Forget everything: what is counted from now on is something else."""
        self.marks.clear()
        self._pace, self._rewritten, self._grain = None, True, 0.0
        self._unsaved.clear()

    def _keep(self, mark: Mark, *, grown: bool) -> bool:
        if grown:
            if self.marks:
                self._grown += 1
                self._longest = max(self._longest, mark.time - self._at)
            self._done, self._at = mark.done, mark.time
            self._phase = TRAIN
        if mark.phase in _NAMES or mark.phase == TRAIN:
            self._phase = mark.phase
        self.marks.append(mark)
        self._unsaved.append(mark)
        if len(self.marks) > LIMIT:
            self.marks = thin(self.marks)
            self._rewritten = True
        return True

    def changes(self) -> tuple[bool, list[Mark]]:
        """What must be written since this was last asked: whether all that is kept is to be replaced, and the marks
        to put there or to add."""
        changed = (True, list(self.marks)) if self._rewritten else (False, self._unsaved)
        self._rewritten, self._unsaved = False, []
        return changed

    def estimate(
        self,
        total: float | None,
        now: float,
        *,
        suspended: Sequence[Span] = (),
        past: Sequence[Shape] = (),
        periods: Sequence[float] = (),
    ) -> Estimate | None:
        """The time left at ``now``; None while the marks do not tell.

        ``suspended`` are the spans in which nothing ran, ``periods`` those at which pauses are to be expected anyway,
        such as the steps of an epoch.
        """
        if total is None or not finite(total, now) or total <= 0 or not self.marks:
            return None
        try:
            found = self._estimate(total, now, suspended, past, periods)
        except (ArithmeticError, ValueError):  # figures too far apart to reckon with
            return None
        if found is None or not finite(found.seconds, *(part.seconds for part in found.parts)):
            return None
        return found

    def _estimate(
        self, total: float, now: float, suspended: Sequence[Span], past: Sequence[Shape], periods: Sequence[float]
    ) -> Estimate | None:
        spans = merge_spans(suspended, max(now, self._at)) if suspended else []
        usual = usual_of(past, total)
        pace = self._measured(total, spans, (*periods, *(cycle.period for cycle in usual.cycles)))
        gap = active_seconds(self._at, now, spans)
        percent = 100.0 * min(1.0, max(0.0, self._done / total))
        if pace is None:
            return self._from_past(usual, total, gap, percent)
        phase = None if self._phase == TRAIN else self._phase
        return replace(_project(usual.adjust(pace), usual, self._done, total, gap, phase), percent=percent)

    def shape(
        self, ended: float | None = None, *, total: float | None = None, suspended: Sequence[Span] = ()
    ) -> Shape | None:
        """What later runs can learn from this one, which ended at that time; None where it shows nothing. ``total`` is
        where its counter was to stop: steps that the log did not name any more are no time after the last step."""
        if len(self.marks) < 3:
            return None
        spans = merge_spans(suspended, self._at)
        pace = measure(self.marks, self._done, poll=self.poll, suspended=spans)
        if pace is None:
            return None
        closing = active_seconds(self._at, ended, spans) if ended is not None else 0.0
        closing -= sum(cycle.seconds for cycle in pace.cycles if cycle.is_due(self._done, 1.5 * pace.grain))
        unnamed = total - self._done if total is not None and finite(total) else 0.0
        if 0 < unnamed <= 1.5 * pace.grain:
            closing -= pace.step * unnamed
        return Shape(self._done, pace.step, pace.cycles, max(0.0, closing))

    def _measured(self, total: float, spans: list[tuple[float, float]], known: tuple[float, ...]) -> Pace | None:
        """The pace, measured anew when enough has been added since, or a pause has ended."""
        before = [span for span in spans if span[0] < self._at]
        key = (total, known, before, self.marks[0])
        pace = self._pace
        stale = self._grown * 25 >= len(self.marks) if self._grown else False
        if pace is not None and self._grown and not stale:
            known_gap = max([cycle.seconds for cycle in pace.cycles], default=0.0) if len(self.marks) > 300 else 0.0
            stale = pace.cut > 0 or self._longest > 2 * pace.step * pace.grain + pace.floor + 1.5 * known_gap
        if pace is None or stale or key != self._key:
            self._pace = measure(self.marks, total, poll=self.poll, suspended=before, known=known)
            self._key, self._grown, self._longest = key, 0, 0.0
        return self._pace

    def _from_past(self, usual: Usual, total: float, gap: float, percent: float) -> Estimate | None:
        """What past runs of the same length say before this one shows anything."""
        if usual.step is None:
            return None
        todo = max(0.0, total - self._done)
        parts = [Part(STEP, usual.step, None, todo)]
        seconds = max(0.0, usual.step * todo - gap) + usual.closing
        for cycle in usual.cycles:
            left = replace(cycle, last=lattice(self._done, cycle.period)).remaining(self._done, total, 0.0)
            parts.append(Part(_NAMES.get(cycle.label, PAUSE), cycle.seconds, cycle.period, left))
            seconds += left * cycle.seconds
        return Estimate(seconds, percent, tuple(parts), "past runs")


def estimate(
    marks: Iterable[Mark],
    total: float | None,
    now: float,
    *,
    suspended: Sequence[Span] = (),
    past: Sequence[Shape] = (),
    periods: Sequence[float] = (),
    poll: float = 0.5,
) -> Estimate | None:
    """The time left according to these marks; see :meth:`Course.estimate`."""
    return Course(marks, poll=poll).estimate(total, now, suspended=suspended, past=past, periods=periods)


def interval(seconds: float, ratios: Sequence[float]) -> Interval:
    """The interval around an estimate of ``seconds`` from the ``ratios`` of past runs of the kind: the time it really
    took from there to the end over the time predicted. None before ten of them (split conformal prediction)."""
    usable = sorted(ratio for ratio in ratios if finite(ratio) and ratio >= 0)
    count = len(usable)
    if count < RUNS_NEEDED:
        had = "no run of this kind has" if not count else f"only {count} of this kind {'has' if count == 1 else 'have'}"
        return Interval(None, None, f"no interval yet: {had} finished, {RUNS_NEEDED} are needed")
    outside = (1 - LEVEL) / 2
    below = usable[max(0, floor((count + 1) * outside + 1e-9) - 1)]
    above = usable[min(count - 1, ceil((count + 1) * (1 - outside) - 1e-9) - 1)]
    source = f"80 % of {count} finished runs of this kind"
    return Interval(seconds * min(below, 1.0), seconds * max(above, 1.0), source)


def _project(pace: Pace, usual: Usual, done: float, total: float, gap: float, phase: str | None) -> Estimate:
    """Put the time left together; ``gap`` are the active seconds since the counter last grew."""
    todo = max(0.0, total - done)
    typical = pace.step * pace.grain
    reach = 1.5 * pace.grain
    seconds = pace.step * todo - min(gap, typical, pace.step * todo)
    parts = [Part(STEP, pace.step, None, todo)]
    cycles = [*pace.cycles, *usual.to_come(pace, done)]
    due, due_name = 0.0, ""
    for cycle in cycles:
        left = cycle.remaining(done, total, reach)
        seconds += left * cycle.seconds
        parts.append(Part(_NAMES.get(cycle.label, PAUSE), cycle.seconds, cycle.period, left))
        if left and cycle.is_due(done, reach):
            due, due_name = due + cycle.seconds, parts[-1].kind
    seconds += pace.stray * todo
    if pace.stray * todo > 0.01 * seconds:
        parts.append(Part("other pauses", pace.stray * todo, None, 1))
    if pace.opening > typical:
        parts.append(Part(OPENING, pace.opening, None, 0))
    elapsed = gap - typical
    pausing = None
    if gap > typical + max(pace.floor, 0.5 * typical) or (phase and gap > 0):
        elapsed = max(0.0, elapsed) + pace.cut
        pausing = _NAMES.get(phase or "", due_name or PAUSE)
        over = elapsed - due
        seconds -= min(elapsed, due)
        if over > 0:
            seconds += 0.3 * over if due else _unknown_pause(pace, over, done, total, phase)
    if usual.closing:
        parts.append(Part(CLOSING, usual.closing, None, 1))
        seconds += usual.closing
    source = "this run" if not usual.cycles and not usual.closing else "this run and past ones of its kind"
    return Estimate(max(0.0, seconds), 0.0, tuple(parts), source, pausing)


def _unknown_pause(pace: Pace, elapsed: float, done: float, total: float, phase: str | None) -> float:
    """Seconds to add for a pause of a kind not seen before, ``elapsed`` long so far: half as long again, and the like
    of it later on, as far as its place makes that likely."""
    way = done - pace.start
    if way <= pace.grain or done >= total:
        return 0.3 * elapsed
    likely = 1.0 if phase or is_round(done, done + pace.grain, total) else 0.5
    return 0.5 * elapsed + likely * 1.5 * elapsed * min((total - done) / way, 1000.0)


def _brief(seconds: float) -> str:
    if seconds < 0.0995:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.2g} s" if seconds < 1 else spell(seconds)
