"""What is known at one moment of the runs, the tasks and the day, as plain facts to give advice from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

_HANGING = ("stalled", "suspended")
_DUE_SECONDS = 900.0


@dataclass(frozen=True)
class Job:
    """A queued or running run. ``eta_at`` is when it will be done, between ``eta_low`` and ``eta_high``, epoch seconds,
    None where nobody knows; ``planned`` is whether it is written down what follows its success or failure."""

    id: str
    name: str
    project_id: int
    state: str = "running"
    planned: bool = False
    health: tuple[str, ...] = ()
    eta_low: float | None = None
    eta_at: float | None = None
    eta_high: float | None = None


@dataclass(frozen=True)
class OpenTask:
    """A task that is not done. ``estimate`` and ``spent`` (in sessions so far) are in seconds; ``woken_by`` names what
    it waited for when that has come and the task has not been touched since."""

    id: int
    title: str
    kind: str = "code"
    project_id: int | None = None
    state: str = "todo"
    priority: int = 0
    estimate: float | None = None
    spent: float = 0.0
    woken_by: str | None = None
    notes: str = ""

    @property
    def remaining(self) -> float | None:
        """Seconds still to go by the estimate; None without one, or when it has turned out too short."""
        if self.estimate is None or self.spent >= self.estimate:
            return None
        return self.estimate - self.spent


@dataclass(frozen=True)
class Guard:
    """A run whose code may still be needed as it was: it is active, or it failed and nobody has looked yet.

    ``files`` are those its entry script imports, relative to the project's root, and itself, None where that is not
    known; ``whole`` is False where there are others besides, ``count`` in all. ``changed`` of them differ by now,
    ``commits`` came since it started.
    """

    run_id: str
    name: str
    project_id: int
    active: bool
    files: frozenset[str] | None = None
    whole: bool = True
    count: int = 0
    changed: int = 0
    commits: int = 0


@dataclass(frozen=True)
class Pile:
    """The commits of one's own in a project that one has not read again yet, and their changed lines."""

    project_id: int
    project: str
    commits: int
    lines: int


@dataclass(frozen=True)
class ReadingItem:
    """A paper at hand or at the head of the queue: the pass that is next, from 1, and about how many minutes of it are
    left. ``again`` is one that was read, and is due to be looked at once more."""

    ref: str
    title: str
    reading: int
    minutes: float
    again: bool = False


@dataclass(frozen=True)
class ResumeCard:
    """Where a project was left: the newest resume note that is still open."""

    id: int
    project_id: int
    project: str
    place: str
    next_step: str
    written: float


@dataclass(frozen=True)
class OpenGoal:
    """A goal of this week that is still open: its project, and the (kind, id) of the tasks, papers and runs that it is
    about."""

    text: str
    project_id: int | None = None
    links: frozenset[tuple[str, str]] = frozenset()


@dataclass(frozen=True)
class Situation:
    """All that advice is given from, at ``now``.

    ``silent`` is whether the daemon has not been heard, so that nothing live is known. ``task_id`` and ``project_id``
    are those of the session that is open. Reading is in minutes: ``read_today``, and ``read_stretch`` without a pause.
    ``declined`` are the (kind, subject) that were skipped a short while ago, or are done right now; ``weights`` are by
    kind, 1 by default.
    """

    now: float
    jobs: tuple[Job, ...] = ()
    silent: bool = False
    tasks: tuple[OpenTask, ...] = ()
    guards: tuple[Guard, ...] = ()
    piles: tuple[Pile, ...] = ()
    papers: tuple[ReadingItem, ...] = ()
    resumes: tuple[ResumeCard, ...] = ()
    goals: tuple[OpenGoal, ...] = ()
    read_today: float = 0.0
    read_stretch: float = 0.0
    last_mail: float | None = None
    task_id: int | None = None
    project_id: int | None = None
    stamina_minutes: float = 50.0
    day_minutes: float = 120.0
    mail_minutes: float = 10.0
    declined: frozenset[tuple[str, str]] = frozenset()
    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Wait:
    """How long there is until the next run ends, in seconds; None where nobody knows.

    ``job`` is that run, or one whose end is not known, or None when nothing runs. ``low`` to ``high`` is the interval
    around ``at``, where there is one. ``latest`` is set where the run is due any moment: it will have ended by then.
    """

    job: Job | None = None
    low: float | None = None
    at: float | None = None
    high: float | None = None
    latest: float | None = None

    @property
    def sure(self) -> float | None:
        """Seconds that it goes on for as far as is known: to the early end of the interval, or the time left."""
        return self.at if self.low is None else self.low

    @property
    def budget(self) -> float | None:
        """Seconds that a thing to begin now may take: not long where the run is due; None where no end is known."""
        return self.at if self.latest is None else min(self.latest, _DUE_SECONDS)


def wait_of(situation: Situation) -> Wait:
    """How long there is until the nearest end that is known; an end that should have come already is not known."""
    now = situation.now
    running = [job for job in situation.jobs if job.state == "running"]
    if not running:
        return Wait()
    if situation.silent:
        return Wait(running[0])
    known, due = [], []
    for job in running:
        if job.eta_at is None or any(flag in _HANGING for flag in job.health):
            continue
        low, high = job.eta_low, job.eta_high
        if job.eta_at > now and (low is None or high is None):
            known.append(Wait(job, at=job.eta_at - now))
        elif job.eta_at > now and low is not None and high is not None:
            known.append(Wait(job, max(0.0, min(low, job.eta_at) - now), job.eta_at - now, max(high, job.eta_at) - now))
        elif high is not None and high > now:
            due.append(Wait(job, latest=high - now))
    if due:
        nearest = min(due, key=lambda wait: wait.latest or 0.0)
        ahead = min((wait.at for wait in known if wait.at is not None), default=None)
        if ahead is None or (nearest.latest or 0.0) <= ahead:
            return nearest
    if known:
        return min(known, key=lambda wait: wait.at or 0.0)
    return Wait(running[0])
