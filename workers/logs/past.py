"""What past runs of the same kind teach a run that has not shown everything yet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, log
from statistics import median

from workers.logs.pace import Pace
from workers.logs.pauses import Cycle

_ALIKE = 0.1  # periods that differ by less are one
_LOOKS = 3  # looks at this run that weigh as much as the past runs do
_APART = 0.5  # logarithm of how far two paces are apart that are hardly of one kind: by two thirds
_LIKE = 5  # totals of runs that may count the same
_ENOUGH = 20  # looks from which this run speaks for itself


@dataclass(frozen=True, slots=True)
class Shape:
    """How a past run of the same kind went: what a run at its beginning can go by. ``closing`` are the seconds from
    its last step to its end."""

    total: float
    step: float
    cycles: tuple[Cycle, ...]
    closing: float = 0.0


@dataclass(frozen=True, slots=True)
class Usual:
    """What past runs of the kind have in common."""

    step: float | None
    cycles: tuple[Cycle, ...]
    closing: float

    def adjust(self, pace: Pace) -> Pace:
        """The pace of a run at its very beginning, with the step as it usually is taken into account: the less, the
        longer the run has kept to another pace, as it does with another batch size or on another GPU."""
        if self.step is None or pace.counted >= _ENOUGH:
            return pace
        if pace.step <= 0 or self.step <= 0:
            return pace
        apart = (log(pace.step / self.step) / _APART) ** 2
        looks = _LOOKS / (1 + apart * max(0, pace.counted - _LOOKS) / _LOOKS)
        own = pace.counted / (pace.counted + looks)
        return replace(pace, step=own * pace.step + (1 - own) * self.step)

    def to_come(self, pace: Pace, done: float) -> list[Cycle]:
        """Pauses that past runs had and this one has not come to yet."""
        found = []
        for cycle in self.cycles:
            seen = any(abs(own.period - cycle.period) <= _ALIKE * cycle.period for own in pace.cycles)
            if not seen and done - pace.start <= 1.6 * cycle.period:
                found.append(replace(cycle, last=lattice(pace.start, cycle.period)))
        return found


def usual_of(past: Sequence[Shape], total: float) -> Usual:
    """What holds for a run of that total, from past runs, the latest last: those of the same total, else those whose
    total is not of another order, as it is where one counts epochs and the other steps."""
    same = [shape for shape in past if abs(shape.total - total) <= 0.02 * total]
    shapes = same or [shape for shape in past if total / _LIKE <= shape.total <= total * _LIKE]
    if not shapes:
        return Usual(None, (), 0.0)
    cycles = []
    for cycle in shapes[-1].cycles:
        alike = [
            other.seconds
            for shape in shapes
            for other in shape.cycles
            if abs(other.period - cycle.period) <= _ALIKE * cycle.period
        ]
        cycles.append(replace(cycle, seconds=median(alike)))
    step = median([shape.step for shape in same]) if same else None
    return Usual(step, tuple(cycles), median([shape.closing for shape in shapes]))


def lattice(done: float, period: float) -> float:
    """The last whole multiple of the period up to there."""
    return floor(done / period) * period
