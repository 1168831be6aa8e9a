"""What the rules look at: a run, and the machines, as they are known at one moment."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.chunks import Columns
from store.findings import Finding
from store.machines import MachineEvent, Reading
from store.progress import Progress
from store.runs import Run
from store.series import Series


@dataclass(frozen=True)
class Gaps:
    """The silences between outputs of an attempt so far, in seconds awake and not suspended.

    Measured at looks a few seconds apart, so gaps shorter than a look are not told from each other. ``count`` is how
    many were seen, ``typical`` the one that nine of ten do not pass, ``longest`` the longest that ended; ``past`` the
    longest of finished runs of the same kind. None where there is none.
    """

    count: int = 0
    typical: float | None = None
    longest: float | None = None
    past: float | None = None


@dataclass(frozen=True)
class Work:
    """What a run's processes did over the last ``seconds``: ``cpu`` in % of one core (mean), ``gpu`` the utilisation of
    its GPUs in % (mean), ``power`` the mean power of its GPUs over their limits, from 0 to 1. None where not known."""

    seconds: float
    cpu: float | None
    gpu: float | None
    power: float | None = None


@dataclass(frozen=True)
class RunSight:
    """A running run at ``now``. All spans of time are in seconds awake: sleep of the machine and suspension of the job
    are taken out. ``silence`` is since its log last grew, or since its start where it never did; None while it is
    suspended, or where its log cannot be seen. ``since_step`` is since its counter last moved, None where it has none;
    ``step_gaps`` are the times between movements of the counter before. ``tail(series, n)`` reads its last n points.
    ``predictions`` are (percent, epoch, seconds left) as they were said, first to last. ``suspended`` and ``asleep``
    are when the job was suspended and when the machine slept, epoch seconds from and to (None: it still is)."""

    run: Run
    now: float
    silence: float | None = None
    has_output: bool = False
    gaps: Gaps = field(default_factory=Gaps)
    since_step: float | None = None
    step_gaps: Gaps = field(default_factory=Gaps)
    phase: str | None = None
    work: Work | None = None
    usage: Reading | None = None
    progress: Progress | None = None
    predictions: Sequence[tuple[float, float, float]] = ()
    suspended: Sequence[tuple[float, float | None]] = ()
    asleep: Sequence[tuple[float, float]] = ()
    series: Sequence[Series] = ()
    directions: Mapping[str, str] = field(default_factory=dict)
    tail: Callable[[Series, int], Columns] = lambda series, n: Columns([], [], [])


@dataclass(frozen=True)
class MachineSight:
    """The machines at ``now``: readings, events of the last day, findings of ``store.health``, active runs by id.

    ``progress`` tells how far each active run is. ``history(subject, name, seconds)`` reads a figure's last seconds as
    [(epoch, value)], oldest first, a few hundred at most. ``waiting`` are runs that wait for GPUs, as the queue's rows.
    """

    now: float
    readings: Sequence[Reading] = ()
    events: Sequence[MachineEvent] = ()
    findings: Sequence[Finding] = ()
    runs: Mapping[str, Run] = field(default_factory=dict)
    progress: Mapping[str, Progress] = field(default_factory=dict)
    waiting: Sequence[Mapping[str, Any]] = ()
    history: Callable[[str, str, float], list[tuple[float, float]]] = lambda subject, name, seconds: []
