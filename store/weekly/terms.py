"""The figures of a week by name, how they are written, and the parts of what is told of them. Pure."""

from dataclasses import dataclass, field
from typing import Any

from store.figures import figure
from store.words import Words, mark

Figures = dict[str, Any]
"""What ``store.weekly.review.read_week`` gives: lengths in seconds, moments in epoch seconds, None for unknown."""
COUNT, LENGTH, HOURS, SHARE, VALUE = "count", "length", "hours", "share", "value"
PLACES = 1
NAMES: dict[str, tuple[str, str]] = {
    # path: what it is (a msgid), how its value is written
    "runs.at_work": (mark("runs at work"), COUNT),
    "runs.begun": (mark("runs begun"), COUNT),
    "runs.finished": (mark("runs finished"), COUNT),
    "runs.failed": (mark("runs failed"), COUNT),
    "runs.stopped": (mark("runs stopped"), COUNT),
    "runs.killed": (mark("runs killed"), COUNT),
    "runs.lost": (mark("runs lost"), COUNT),
    "runs.running": (mark("runs not over yet"), COUNT),
    "runs.spanning": (mark("runs over several weeks"), COUNT),
    "runs.seconds": (mark("time of runs"), LENGTH),
    "gpu.seconds": (mark("GPU-hours"), HOURS),
    "gpu.idle_seconds": (mark("GPU-hours without work"), HOURS),
    "gpu.gpus": (mark("GPUs"), COUNT),
    "gpu.without_runs": (mark("runs on no GPU"), COUNT),
    "gpu.without_seconds": (mark("time of runs on no GPU"), LENGTH),
    "crashes.count": (mark("crashes"), COUNT),
    "crashes.seconds": (mark("lost to crashes"), LENGTH),
    "crashes.late_median": (mark("median time until crashes were noticed"), LENGTH),
    "crashes.late_worst": (mark("longest time until a crash was noticed"), LENGTH),
    "crashes.unnoticed": (mark("crashes that nobody noticed"), COUNT),
    "eta.runs": (mark("runs whose end was predicted"), COUNT),
    "eta.predictions": (mark("predictions"), COUNT),
    "eta.median_error": (mark("median error of predictions"), SHARE),
    "eta.worst_error": (mark("worst error of predictions"), SHARE),
    "drift.runs": (mark("runs that drifted"), COUNT),
    "drift.files": (mark("files that drifted"), COUNT),
    "waiting.desk_seconds": (mark("at the desk"), LENGTH),
    "waiting.training_seconds": (mark("training"), LENGTH),
    "waiting.waiting_seconds": (mark("training while at the desk"), LENGTH),
    "waiting.used_seconds": (mark("waiting time with a session"), LENGTH),
    "sessions.count": (mark("sessions"), COUNT),
    "sessions.seconds": (mark("time of sessions"), LENGTH),
    "tasks.new": (mark("new tasks"), COUNT),
    "tasks.done": (mark("tasks done"), COUNT),
    "tasks.dropped": (mark("tasks dropped"), COUNT),
    "tasks.carried": (mark("tasks carried over"), COUNT),
    "work.commits": (mark("commits"), COUNT),
    "work.added": (mark("lines added"), COUNT),
    "work.deleted": (mark("lines deleted"), COUNT),
    "work.reviewed": (mark("commits read again"), COUNT),
    "work.refactors": (mark("refactors"), COUNT),
    "work.reviews": (mark("reviews"), COUNT),
    "entries.count": (mark("entries"), COUNT),
    "papers.found": (mark("papers found"), COUNT),
    "papers.kept": (mark("papers kept"), COUNT),
    "papers.read": (mark("papers read"), COUNT),
    "papers.dropped": (mark("papers dropped"), COUNT),
    "papers.seconds": (mark("time of reading"), LENGTH),
    "pushes.sent": (mark("pushes sent"), COUNT),
    "pushes.alerts": (mark("alerts pushed"), COUNT),
    "pushes.acknowledged": (mark("alerts acknowledged"), COUNT),
    "pushes.muted": (mark("rules muted"), COUNT),
    "watched.seconds": (mark("time watched"), LENGTH),
    "goals.count": (mark("goals"), COUNT),
    "goals.open": (mark("goals open"), COUNT),
    "goals.reached": (mark("goals reached"), COUNT),
    "goals.missed": (mark("goals missed"), COUNT),
    "goals.dropped": (mark("goals dropped"), COUNT),
    "planned.runs": (mark("runs planned"), COUNT),
    "planned.gpu_seconds": (mark("GPU-hours planned"), HOURS),
    "planned.without": (mark("planned runs not estimated"), COUNT),
}
"""The single figures of a week, by their places in it."""
GOAL_STATES = {
    "open": mark("open"),
    "reached": mark("reached"),
    "missed": mark("missed"),
    "dropped": mark("dropped"),
}
SESSIONS = {
    "read": mark("Reading"),
    "refactor": mark("Refactoring"),
    "review": mark("Review"),
    "plan": mark("Planning"),
    "task": mark("Task"),
    "other": mark("Another project"),
    "mail": mark("Mail and messages"),
    "break": mark("Break"),
    "stretch": mark("Stretch"),
}
ENTRIES = {
    "note": mark("note"),
    "study": mark("study"),
    "refactor": mark("refactor"),
    "review": mark("review"),
    "plan": mark("plan"),
    "idea": mark("idea"),
}


@dataclass(frozen=True)
class Item:
    """Something by name, and what is said of it; ``kind`` (run, task, paper, or empty) and ``ref``: where it leads."""

    name: str
    text: str = ""
    kind: str = ""
    ref: str = ""


@dataclass(frozen=True)
class Part:
    """One part of a week: its heading, sentences, and the things it is about. ``calm`` where nothing happened."""

    name: str
    title: str
    sentences: list[str] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    calm: bool = False


def number(figures: Figures, path: str) -> float:
    """A single figure; 0 where it is not known, as in a week that an older Machiai closed.

    >>> number({"runs": {"lost": 2}}, "runs.lost"), number({}, "runs.lost")
    (2, 0)
    """
    part, _, name = path.partition(".")
    found = figures.get(part)
    value = found.get(name) if isinstance(found, dict) else None
    return value if isinstance(value, int | float) else 0


def number_of(figures: Figures, name: str) -> float:
    """A moment or a number of the top level; 0 where it is not known."""
    value = figures.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def written(value: float | None, unit: str, say: Words) -> str:
    """A value with its unit; ``–`` for an unknown one."""
    if value is None:
        return "–"
    if unit == LENGTH:
        return hours(value, say)
    if unit == SHARE:
        return per_cent(value, 1.0)
    if unit == VALUE:
        return figure(value)
    return f"{value / 3600:,.{PLACES}f}" if unit == HOURS else f"{value:,.0f}"


def hours(seconds: float, say: Words) -> str:
    """``31 h 20 m``: in hours however many there are, for sums over a week."""
    minutes = round(max(0.0, seconds) / 60)
    if minutes < 1:
        return say.say("{n} m", n=0) if seconds < 1 else say.length(round(seconds))
    whole, rest = divmod(minutes, 60)
    parts = [say.say("{n} h", n=f"{whole:,}")] if whole else []
    return " ".join(parts + ([say.say("{n} m", n=rest)] if rest else []))


def gpu_hours(seconds: float, say: Words) -> str:
    """``310.5 GPU-hours``"""
    return say.say("{n} GPU-hours", n=f"{seconds / 3600:,.{PLACES}f}".removesuffix(".0"))


def per_cent(part: float, whole: float) -> str:
    """``12 %``; ``< 1 %`` where it is more than nothing."""
    share = 100 * part / whole if whole else 0.0
    return "< 1 %" if 0 < share < 0.5 else f"{share:.0f} %"


def name_of(path: str, say: Words) -> tuple[str, str]:
    """What the figure at a path is called, and how its value is written; kinds, passes and projects too.

    >>> name_of("sessions.kinds.read.seconds", Words()), name_of("papers.passes.2.count", Words())
    (('Reading: time', 'length'), ('pass 2: times', 'count'))
    """
    if path in NAMES:
        message, unit = NAMES[path]
        return say.say(message), unit
    part, _, rest = path.partition(".")
    if part == "best":
        return say.say("best result of {project}", project=rest), VALUE
    kind, _, measure = rest.removeprefix("kinds.").removeprefix("passes.").partition(".")
    if part == "entries":
        return say.say("entries: {kind}", kind=say.say(ENTRIES[kind]) if kind in ENTRIES else kind), COUNT
    if part == "sessions":
        named = say.say(SESSIONS[kind]) if kind in SESSIONS else kind
    elif part == "papers":
        named = say.say("pass {n}", n=kind)
    else:
        return path, VALUE
    if measure == "seconds":
        return say.say("{name}: time", name=named), LENGTH
    return say.say("{name}: times", name=named), COUNT
