"""What could be done now, each with why, before the time left is looked at: a function a kind of thing."""

from collections.abc import Iterator
from dataclasses import dataclass

from store.advice_words import say
from store.caution import drift_words
from store.situations import OpenTask, Situation, Wait
from store.symptoms import Length, Phrase

LONG_WAIT_SECONDS = 3600.0
FIRST, SECOND, ANY = 2, 1, 0

_SCORES = {
    "plan": 1.0,
    "look": 2.0,
    "task": 1.0,
    "read": 0.8,
    "review": 0.6,
    "other": 0.6,
    "refactor": 0.55,
    "mail": 0.2,
}
_BY_PRIORITY = {2: 1.6, 1: 1.25, 0: 1.0, -1: 0.6}
_DOING, _NEXT_EXPERIMENT, _NO_TASK, _NEXT_PAPER = 1.3, 1.5, 0.7, 0.9
_LOOK_MINUTES, _PLAN_MINUTES, _LIST_MINUTES, _UNKNOWN_MINUTES, _OTHER_MINUTES = 15.0, 5.0, 10.0, 25.0, 90.0
_REFACTOR_MINUTES, _REVIEW_MINUTES = (15.0, 45.0), (10.0, 40.0)
_PILE_COMMITS, _PILE_LINES, _LINES_A_MINUTE = 3, 200, 15.0
_LEAST_READING, _PART_OF_A_PASS = 5.0, 15.0
_VERY_LONG, _VERY_LONG_HOURS = 0.7, 4.0
_MAIL_EVERY_SECONDS = 3 * 3600.0
_OWN_SESSIONS = ("read", "refactor", "review", "plan")


@dataclass(frozen=True)
class Proposal:
    """A thing to do that takes ``minutes``, or fewer, down to ``least``, where it is ``elastic``.

    ``tier`` goes before every ``score``. It is ``timed`` where its length is known rather than assumed. The other
    fields are those of :class:`store.advice.Advice`.
    """

    kind: str
    subject: str
    title: Phrase
    reasons: tuple[Phrase, ...]
    minutes: float
    score: float
    tier: int = ANY
    elastic: bool = False
    least: float = 1.0
    timed: bool = True
    project_id: int | None = None
    task_id: int | None = None
    run_id: str | None = None
    paper: str | None = None
    resume_id: int | None = None


def propose(situation: Situation, wait: Wait) -> list[Proposal]:
    """All that could be done, in no order."""
    return [
        *_plans(situation),
        *_looks(situation),
        *_tasks(situation),
        *_reading(situation),
        *_reviews(situation),
        *_refactors(situation),
        *_others(situation, wait),
        *_mails(situation, wait),
        *_lists(situation),
    ]


def _plans(situation: Situation) -> Iterator[Proposal]:
    """What follows the result of the run without a plan that ends first."""
    bare = [job for job in situation.jobs if not job.planned and ("plan", f"run:{job.id}") not in situation.declined]
    if not bare:
        return
    job = min(bare, key=lambda one: (one.eta_at is None, one.eta_at or 0.0))
    reasons = [say("no_plan")]
    if len(bare) > 1:
        reasons.append(say("more_bare", n=len(bare) - 1))
    yield Proposal(
        "plan", f"run:{job.id}", say("plan", run=job.name), tuple(reasons), _PLAN_MINUTES, _SCORES["plan"],
        tier=FIRST, elastic=True, project_id=job.project_id, run_id=job.id,
    )  # fmt: skip


def _looks(situation: Situation) -> Iterator[Proposal]:
    """Why the last run of a project failed, where nobody has looked yet: before the next one fails alike."""
    here, seen = _here(situation), set[int]()
    for guard in situation.guards:
        if not guard.active and guard.project_id not in seen and (here is None or guard.project_id in here):
            seen.add(guard.project_id)
            yield Proposal(
                "task", f"run:{guard.run_id}", say("look", run=guard.name), (say("not_looked"),), _LOOK_MINUTES,
                _SCORES["look"], elastic=True, least=_PLAN_MINUTES, project_id=guard.project_id, run_id=guard.run_id,
            )  # fmt: skip


def _tasks(situation: Situation) -> Iterator[Proposal]:
    """Tasks that can be done now, here; woken ones first, wherever they are."""
    here, room = _here(situation), _reading_room(situation)
    for task in situation.tasks:
        if task.state not in ("todo", "doing") or task.id == situation.task_id:
            continue
        if here is not None and task.project_id is not None and task.project_id not in here and task.woken_by is None:
            continue
        kind = task.kind if task.kind in _OWN_SESSIONS else "task"
        remaining = task.remaining
        minutes = _UNKNOWN_MINUTES if remaining is None else max(1.0, -(-remaining // 60))
        if kind == "read":
            if room < _LEAST_READING or (remaining is not None and minutes > room):
                continue
            minutes = min(minutes, room)
        drift = drift_words(situation, task) if kind == "refactor" else ()
        if drift is None:
            continue
        score = _SCORES["refactor" if kind == "refactor" else "task"] * _BY_PRIORITY.get(task.priority, 1.0)
        score *= _DOING if task.state == "doing" else 1.0
        score *= _NEXT_EXPERIMENT if _is_next_experiment(situation, task) else 1.0
        yield Proposal(
            kind, f"task:{task.id}", say("task", task=task.title),
            (*_task_reasons(situation, task, remaining), *drift), minutes, score,
            tier=ANY if task.woken_by is None else SECOND, elastic=remaining is None, timed=remaining is not None,
            project_id=task.project_id, task_id=task.id,
        )  # fmt: skip


def _task_reasons(situation: Situation, task: OpenTask, remaining: float | None) -> Iterator[Phrase]:
    if task.woken_by is not None:
        yield say("woken", what=task.woken_by) if task.woken_by else say("woken_by_itself")
    if remaining is not None:
        yield say("about_left" if task.spent else "about", length=Length(remaining))
    else:
        yield say("no_estimate" if task.estimate is None else "estimate_spent")
    if task.state == "doing":
        yield say("doing")
    elif task.priority > 0:
        yield say("important")
    if _is_next_experiment(situation, task):
        yield say("gpus_wait")
    if task.kind == "read":
        yield _read_so_far(situation)


def _is_next_experiment(situation: Situation, task: OpenTask) -> bool:
    return task.kind == "experiment" and not situation.jobs and not situation.silent


def _refactors(situation: Situation) -> Iterator[Proposal]:
    """A refactoring of what no run needs, where it is known what they need."""
    for project_id in dict.fromkeys(job.project_id for job in situation.jobs):
        reasons = drift_words(situation, OpenTask(0, "", "refactor", project_id))
        if reasons is not None:
            least, most = _REFACTOR_MINUTES
            yield Proposal(
                "refactor", f"project:{project_id}", say("refactor"), reasons, most, _SCORES["refactor"] * _NO_TASK,
                elastic=True, least=least, project_id=project_id,
            )  # fmt: skip


def _reading(situation: Situation) -> Iterator[Proposal]:
    """The papers at the head of the queue, no longer than one can read."""
    room = _reading_room(situation)
    for place, paper in enumerate(situation.papers):
        in_part = paper.minutes > room
        minutes = float(min(paper.minutes, room) // 1)
        if minutes < (_PART_OF_A_PASS if in_part else 1.0):
            continue
        length = Length(paper.minutes * 60)
        first = say("again", length=length) if paper.again else say("pass", n=paper.reading, length=length)
        reasons = [first, _read_so_far(situation)]
        if in_part:
            reasons.insert(1, say("part", length=Length(minutes * 60)))
        yield Proposal(
            "read", f"paper:{paper.ref}", say("read", paper=paper.title), tuple(reasons), minutes,
            _SCORES["read"] * _NEXT_PAPER**place, paper=paper.ref,
        )  # fmt: skip


def _reading_room(situation: Situation) -> float:
    """Minutes that one can still read now."""
    stretch = situation.stamina_minutes - situation.read_stretch
    return max(0.0, min(stretch, situation.day_minutes - situation.read_today))


def _read_so_far(situation: Situation) -> Phrase:
    if situation.read_today < 1:
        return say("not_read_today")
    return say("read_today", length=Length(situation.read_today * 60))


def _reviews(situation: Situation) -> Iterator[Proposal]:
    """The piles of one's own commits that one has not read again."""
    here = _here(situation)
    for pile in situation.piles:
        if here is not None and pile.project_id not in here:
            continue
        if pile.commits >= _PILE_COMMITS or pile.lines >= _PILE_LINES:
            least, most = _REVIEW_MINUTES
            minutes = float(min(most, max(least, pile.lines / _LINES_A_MINUTE)) // 1)
            count = say("pile_of_one" if pile.commits == 1 else "pile", n=pile.commits, lines=f"{pile.lines:,}")
            yield Proposal(
                "review", f"project:{pile.project_id}", say("review", project=pile.project), (count,), minutes,
                _SCORES["review"] + min(0.6, pile.commits / 20 + pile.lines / 2000),
                elastic=True, least=least, project_id=pile.project_id,
            )  # fmt: skip


def _others(situation: Situation, wait: Wait) -> Iterator[Proposal]:
    """Another project, in a wait that is long for sure, where its resume note says how to go on."""
    here = _here(situation)
    if here is None or wait.sure is None or wait.sure < LONG_WAIT_SECONDS:
        return
    longer = 1 + _VERY_LONG * min(1.0, wait.sure / LONG_WAIT_SECONDS / _VERY_LONG_HOURS)
    for card in situation.resumes:
        if card.project_id not in here and (card.place or card.next_step):
            reasons = [say("long_wait")]
            if card.place:
                reasons.append(say("left_at", place=card.place))
            if card.next_step:
                reasons.append(say("next_step", step=card.next_step))
            yield Proposal(
                "other", f"project:{card.project_id}", say("other", project=card.project), tuple(reasons),
                _OTHER_MINUTES, _SCORES["other"] * longer, elastic=True, least=LONG_WAIT_SECONDS / 60,
                project_id=card.project_id, resume_id=card.id,
            )  # fmt: skip


def _mails(situation: Situation, wait: Wait) -> Iterator[Proposal]:
    """Mail, where one waits and has not looked for three hours."""
    last = situation.last_mail
    if wait.job is None or (last is not None and situation.now - last < _MAIL_EVERY_SECONDS):
        return
    since = say("mail_since", length=Length(situation.now - last)) if last is not None else say("no_mail_yet")
    cap = say("mail_cap", length=Length(situation.mail_minutes * 60))
    yield Proposal("mail", "", say("mail"), (since, cap), situation.mail_minutes, _SCORES["mail"])


def _lists(situation: Situation) -> Iterator[Proposal]:
    """Writing down what there is to do, where nothing is known to do."""
    if not any(task.state in ("todo", "doing") for task in situation.tasks):
        score = _SCORES["plan"] * 0.3
        yield Proposal("plan", "tasks", say("list_tasks"), (say("no_tasks"),), _LIST_MINUTES, score, elastic=True)


def _here(situation: Situation) -> set[int] | None:
    """The projects that one is at: those of active runs and of the open session; None for all, when nothing runs."""
    if not situation.jobs:
        return None
    here = {job.project_id for job in situation.jobs}
    return here if situation.project_id is None else here | {situation.project_id}
