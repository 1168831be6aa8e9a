"""What to do in the time that is left: up to three things, each with its reasons.

Pure rules over a :class:`store.situations.Situation`. Their order: what follows the result of a run, written before it
is known; then tasks that what they waited for has woken; then whatever fits the time left, by a score that is the
product of plain numbers (here and in ``store.proposals``) and of the weight of its kind. What serves a goal of the week
counts for more.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from store.advice_words import say, wait_words
from store.proposals import Proposal, propose
from store.situations import OpenGoal, Situation, Wait, wait_of
from store.symptoms import Phrase

KINDS = ("plan", "task", "refactor", "review", "read", "other", "mail", "stretch")
MOST = 3
STRETCH_SECONDS = 180.0
LIGHTEST, HEAVIEST = 0.5, 1.5

_MOST_OF_A_KIND = {"task": 2}
_TIER = 100.0
_LENGTH_ASSUMED, _MAY_BE_LATE = 0.8, 0.8
_LINKED_TO_GOAL, _PROJECT_OF_GOAL = 1.5, 1.25
_SHORTEST_SHARE, _WHOLE_MINUTES, _HALF_AN_HOUR = 0.6, 60.0, 30.0


@dataclass(frozen=True)
class Advice:
    """One thing to do. ``subject`` names it among its kind (``run:…``, ``task:7``, ``paper:…``, ``project:2``).

    ``title`` and ``reasons`` are phrases to translate, the time left first. ``minutes`` is how long, None where there
    is nothing to time. The ids are those a session on it begins with; ``resume_id`` is the note to show first.
    """

    kind: str
    subject: str
    title: Phrase
    reasons: tuple[Phrase, ...]
    minutes: float | None
    score: float
    project_id: int | None = None
    task_id: int | None = None
    run_id: str | None = None
    paper: str | None = None
    resume_id: int | None = None


def advise(situation: Situation) -> list[Advice]:
    """Up to three things that fit the time left, the best first; one only, to stretch, for less than three minutes."""
    wait = wait_of(situation)
    lead = wait_words(situation, wait)
    if wait.budget is not None and wait.budget < STRETCH_SECONDS:
        return [Advice("stretch", "", say("stretch"), (lead, say("too_short")), None, 1.0)]
    weighed = []
    for one in propose(situation, wait):
        minutes = _fitting(one, wait)
        if minutes is not None and (one.kind, one.subject) not in situation.declined:
            weighed.append(_weigh(one, minutes, lead, situation, wait))
    return _pick(sorted(weighed, key=lambda one: -one.score))


def _fitting(one: Proposal, wait: Wait) -> float | None:
    """The minutes it is given, whole and at least one; None where it does not fit the time left."""
    minutes = max(1.0, one.minutes // 1)
    if wait.budget is None or minutes * 60 <= wait.budget:
        return minutes
    room = float(wait.budget // 60)
    return room if one.elastic and room >= max(1.0, one.least) else None


def _weigh(one: Proposal, minutes: float, lead: Phrase, situation: Situation, wait: Wait) -> Advice:
    score = one.score * min(HEAVIEST, max(LIGHTEST, situation.weights.get(one.kind, 1.0)))
    if wait.budget is not None:
        share = min(1.0, minutes / min(_WHOLE_MINUTES, wait.budget / 60))
        score *= _SHORTEST_SHARE + (1 - _SHORTEST_SHARE) * share
    elif wait.job is not None and minutes > _HALF_AN_HOUR:
        score *= _MAY_BE_LATE
    if not one.timed:
        score *= _LENGTH_ASSUMED
    if wait.low is not None and minutes * 60 > wait.low:
        score *= _MAY_BE_LATE
    factor, goal = _serve(one, situation.goals)
    reasons = one.reasons if goal is None else (*one.reasons, say("goal", goal=goal.text))
    score *= factor
    return Advice(
        one.kind, one.subject, one.title, (lead, *reasons), minutes, one.tier * _TIER + score,
        one.project_id, one.task_id, one.run_id, one.paper, one.resume_id,
    )  # fmt: skip


def _serve(one: Proposal, goals: Iterable[OpenGoal]) -> tuple[float, OpenGoal | None]:
    """How much more it counts, and the goal that it serves: one about its very task, paper or run, or else about its
    project; of several the first."""
    about = {("task", str(one.task_id)), ("paper", one.paper), ("run", one.run_id)}
    known = list(goals)
    linked = next((goal for goal in known if goal.links & about), None)
    if linked is not None:
        return _LINKED_TO_GOAL, linked
    same = (goal for goal in known if one.project_id is not None and goal.project_id == one.project_id)
    near = next(same, None)
    return (1.0, None) if near is None else (_PROJECT_OF_GOAL, near)


def _pick(ranked: Iterable[Advice]) -> list[Advice]:
    """The first three; of most kinds one."""
    picked: list[Advice] = []
    taken: dict[str, int] = {}
    for one in ranked:
        if len(picked) < MOST and taken.get(one.kind, 0) < _MOST_OF_A_KIND.get(one.kind, 1):
            picked.append(one)
            taken[one.kind] = taken.get(one.kind, 0) + 1
    return picked
